"""A plugin changes under a living region: newer, older, gone and back; and no other region notices."""

import json
import shutil
from pathlib import Path

import pytest
from tests.configuration.conftest import Start, rewrite
from tests.configuration.test_draft_and_versions import activate, model_of, save, wanted, words
from tests.installation import Installation
from typer.testing import CliRunner

from samverk.cli import app
from samverk.configuration import service
from samverk.configuration.upgrade import meet
from samverk.reminders import worker

NEIGHBOUR = "varnesregionen"


def neighbour_page(installation: Installation) -> str:
    return words(installation.browser(NEIGHBOUR, "member").get("/wheel/2026"))


@pytest.mark.parametrize(
    ("patch", "old", "new", "kept", "conflicts", "gone"),
    [
        ({"a": 2}, {"a": 1}, {"a": 1, "b": 9}, {"a": 2}, (), ()),
        ({"a": 2}, {"a": 1}, {"a": 3}, {"a": 2}, (("a",),), ()),
        ({"a": 2}, {"a": 1}, {"a": 2}, {}, (), ()),
        ({"a": {"b": 2}}, {"a": {"b": 1, "c": 1}}, {}, {}, (), (("a",),)),
        ({"a": {"b": 2}}, {"a": {"b": 1, "c": 1}}, {"a": {"c": 5}}, {}, (), (("a", "b"),)),
        ({"a": None}, {"a": 1}, {}, {}, (), ()),
        ({"a": None}, {"a": 1}, {"a": 2}, {"a": None}, (("a",),), ()),
        ({"new": {"x": 1}}, {}, {"z": 1}, {"new": {"x": 1}}, (), ()),
        ({"new": {"x": 1}}, {}, {"new": {"x": 2}}, {"new": {"x": 1}}, (("new",),), ()),
    ],
)
def test_what_applies_what_both_changed_and_what_is_gone(
    patch: dict[str, object],
    old: dict[str, object],
    new: dict[str, object],
    kept: object,
    conflicts: object,
    gone: object,
) -> None:
    found = meet(patch, old, new)

    assert (found.patch, found.conflicts, found.gone) == (kept, conflicts, gone)


def test_a_newer_plugin_is_shown_against_the_old_changes_before_it_counts(folder: Path, start: Start) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    one.add_tenant(NEIGHBOUR, slug=NEIGHBOUR)
    administrator = one.browser("ringen", "administrator")
    save(administrator, "wheel.ring_answers", rule__working_days="8")
    save(administrator, "questionnaires.host.items.cases", text__nb="Hvor mange saker fikk dere?")
    save(administrator, "questionnaires.direction.items.direction", text__nb="Hvor bør Ringen i {next_year}?")
    save(administrator, "terms.ringen", nb__sg="Kransen")
    activate(administrator)
    old, before = model_of(one, "ringen"), neighbour_page(one)
    one.close()

    text = (folder / "region.toml").read_text("utf-8")
    cases = text[text.index("[questionnaires.host.items.cases]") : text.index("[questionnaires.host.items.figures]")]
    rewrite(
        folder,
        (cases, ""),
        ("[questionnaires.host.items.figures]\norder = 7", "[questionnaires.host.items.figures]\norder = 6"),
        (
            'rule = { before = "ring_meeting", working_days = 6 }',
            'rule = { before = "ring_meeting", working_days = 7 }',
        ),
        ('"Hvordan var leveransen i {period}?"', '"Hvordan var tjenesten i {period}?"'),
    )
    two = start()
    # Nothing changes by itself: the region works on with what was activated.
    assert model_of(two, "ringen") == old
    administrator = two.browser("ringen", "administrator")
    assert "Programtillegget er oppdatert" in words(administrator.get("/settings/model"))
    said = words(administrator.get("/settings/changes"))
    assert "Hvordan var tjenesten i {period}?" in said
    assert "Endret både av programtillegget og av dere" in said
    assert [word for word in ("Arbeidsdager: 6", "Arbeidsdager: 7", "Arbeidsdager: 8") if word not in said] == []
    assert "Finnes ikke lenger i programtillegget" in said
    assert "Hvor mange saker" in said
    activate(administrator, "ny utgave av ringen")

    new = model_of(two, "ringen")
    assert new.wheel["ring_answers"].rule.working_days == 8
    assert new.questionnaires["partner"].items["delivery"].text["nb"] == "Hvordan var tjenesten i {period}?"
    assert new.questionnaires["direction"].items["direction"].text["nb"] == "Hvor bør Ringen i {next_year}?"
    assert new.terms["ringen"]["nb"].sg == "Kransen"
    assert "cases" not in new.questionnaires["host"].items
    assert neighbour_page(two) == before
    two.close()


def test_an_older_plugin_is_taken_as_any_other_and_brought_forward_again(folder: Path, start: Start) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    administrator = one.browser("ringen", "administrator")
    save(administrator, "terms.ringen", nb__sg="Kransen")
    activate(administrator)
    newest = model_of(one, "ringen")
    one.close()
    shutil.copy(folder / "region.toml", folder / "newer")

    rewrite(folder, ('adoption_rule = "majority"', 'adoption_rule = "all"'))
    two = start()
    administrator = two.browser("ringen", "administrator")
    assert model_of(two, "ringen") == newest
    activate(administrator, "tilbake til den eldre")
    older = model_of(two, "ringen")
    assert (older.adoption_rule, older.terms["ringen"]["nb"].sg) == ("all", "Kransen")
    two.close()
    shutil.move(folder / "newer", folder / "region.toml")
    three = start()
    activate(three.browser("ringen", "administrator"), "fram igjen")

    assert model_of(three, "ringen") == newest
    three.close()


def test_a_region_without_its_plugin_can_be_read_and_not_changed_and_comes_back_whole(
    folder: Path, start: Start
) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    one.add_tenant(NEIGHBOUR, slug=NEIGHBOUR)
    administrator = one.browser("ringen", "administrator")
    save(administrator, "terms.ringen", nb__sg="Kransen")
    activate(administrator)
    model, before = model_of(one, "ringen"), neighbour_page(one)
    pages = (
        "/",
        "/arrangements",
        "/wheel/2026",
        "/bodies",
        "/rounds",
        "/meetings",
        "/settings/model",
        "/settings/versions",
    )
    shown = {page: words(administrator.get(page)) for page in pages}
    one.close()

    shutil.move(folder, folder.parent.parent / "away")
    two = start()
    administrator = two.browser("ringen", "administrator")
    for page in pages:
        said = words(administrator.get(page))
        assert administrator.status == 200, page
        assert "Programtillegget til denne regionen kunne ikke lastes" in said
        assert "Kransen" in said or "Kransen" not in shown[page]
        # What cannot be done has no button there (samverk.css).
        assert '<body class="is-read-only">' in administrator.text
    administrator.post("/meetings", {"body": "directors", "held_on": "2026-05-05"}, on="/meetings")
    assert administrator.status == 503
    assert "så ingenting i regionen kan endres" in words(administrator.text)
    assert neighbour_page(two) == before
    two.close()
    shutil.move(folder.parent.parent / "away", folder)
    three = start()
    administrator = three.browser("ringen", "administrator")

    assert {page: words(administrator.get(page)) for page in pages} == shown
    assert model_of(three, "ringen") == model
    administrator.post("/meetings", {"body": "directors", "held_on": "2026-05-05"}, on="/meetings")
    assert administrator.status == 200
    three.close()


def test_a_region_that_follows_its_plugin_is_read_by_the_last_model_it_had(folder: Path, start: Start) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    one.close()
    rewrite(folder, ('adoption_rule = "majority"', 'adoption_rule = "all"'))
    two = start()
    worker.keep_models(two.database, two.registry, two.now)
    two.close()

    rewrite(folder, ("schema_version = 1", "schema_version = 2"))
    three = start()

    assert three.registry.get("ring") is None
    page = words(three.browser("ringen", "administrator").get("/settings/model/general"))
    assert "Når alle har vedtatt den" in page or "Når alle har vedtatt det" in page
    three.close()


def test_the_list_of_plugins_tells_state_and_reason(folder: Path, start: Start, tmp_path: Path) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    one.close()
    rewrite(folder, ("schema_version = 1", "schema_version = 2"))

    listed = json.loads(CliRunner().invoke(app, ["plugin", "list", "--json", "--data", str(tmp_path)]).stdout)

    states = {row["key"]: (row["state"], row["reason"]) for row in listed}
    assert states["ring"][0] == "refused"
    assert "schema_version" in states["ring"][1]
    assert states[NEIGHBOUR] == ("ready", "")
    shutil.rmtree(folder)
    words = CliRunner().invoke(app, ["plugin", "list", "--data", str(tmp_path)]).stdout.splitlines()
    told = next(line for line in words if line.startswith("ring\t")).split("\t")
    assert (told[2], told[-1]) == ("missing", "used by ringen")
    assert "SAMVERK_PLUGIN_FOLDERS" in told[3]


def test_a_draft_from_before_an_update_is_kept(folder: Path, start: Start) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    save(one.browser("ringen", "administrator"), "terms.ringen", nb__sg="Kransen")
    one.close()
    rewrite(folder, ('adoption_rule = "majority"', 'adoption_rule = "all"'))

    two = start()

    assert wanted(two, "ringen")["terms"]["ringen"]["nb"]["sg"] == "Kransen"
    assert wanted(two, "ringen")["adoption_rule"] == "all"
    with two.scope("ringen") as scope:
        assert service.state(scope).has_draft
    two.close()
