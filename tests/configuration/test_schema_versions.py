"""A region goes on where its model, its changes and its plugin are still written in an earlier version of the schema.

There is one version so far. An earlier one is made up here, which called two things otherwise.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.configuration.conftest import Start, rewrite
from tests.configuration.test_draft_and_versions import activate, model_of, save, upload, wanted, words

from samverk.configuration import service
from samverk.regions import loader, overlay, schema_versions
from samverk.tenants import effective

OLD = {"adoption_rule": "adoption", "working_days": "workdays"}
"""What the present version calls a property, and what the made-up version 0 called it."""


def renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): renamed(inner, names) for key, inner in value.items()}
    return [renamed(inner, names) for inner in value] if isinstance(value, list) else value


def as_earlier(data: Any) -> Any:
    found = renamed(data, OLD)
    return {**found, "schema_version": 0} if "schema_version" in found else found


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a version 0 known beside the present one."""
    packaged = loader.schema
    known = packaged("region")
    version_0 = renamed(known, OLD)
    version_0["properties"]["schema_version"] = {"const": 0}
    back = {old: new for new, old in OLD.items()}
    monkeypatch.setitem(schema_versions.STEPS, "region", {0: lambda data: renamed(data, back)})
    monkeypatch.setattr(
        loader, "schema", lambda name, version=None: version_0 if version == 0 else packaged(name, version)
    )
    yield
    loader._validator.cache_clear()


def keep_as_earlier(database: Path) -> None:
    """Rewrite all that is kept of models and changes as version 0 would have kept it."""
    with sqlite3.connect(database) as connection:
        for table, column in (
            ("model_version", "content"),
            ("configuration_version", "patch"),
            ("configuration_draft", "patch"),
        ):
            for row, text in connection.execute(f"SELECT id, {column} FROM {table}").fetchall():
                content = json.dumps(as_earlier(json.loads(text)))
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (content, row))
    connection.close()
    effective._KNOWN.clear()


@pytest.mark.usefixtures("earlier")
def test_what_is_kept_in_an_earlier_version_is_read_shown_and_brought_back(
    folder: Path, start: Start, sqlite_url: str
) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    administrator = one.browser("ringen", "administrator")
    save(administrator, "wheel.ring_answers", rule__working_days="8")
    activate(administrator)
    save(administrator, "general", adoption_rule="all")
    model, draft = model_of(one, "ringen"), wanted(one, "ringen")
    one.close()

    keep_as_earlier(Path(sqlite_url.removeprefix("sqlite:///")))
    rewrite(folder, ("schema_version = 1", "schema_version = 0"), ("adoption_rule", "adoption"))
    text = (folder / "region.toml").read_text("utf-8")
    (folder / "region.toml").write_text(text.replace("working_days", "workdays"), "utf-8")
    two = start()
    administrator = two.browser("ringen", "administrator")

    assert model_of(two, "ringen") == model
    assert wanted(two, "ringen") == draft
    with two.scope("ringen") as scope:
        stands = service.state(scope)
    assert (stands.conflicts, stands.gone, len(stands.changes)) == ((), (), 1)
    activate(administrator, "alle må vedta")
    assert model_of(two, "ringen").adoption_rule == "all"
    assert model_of(two, "ringen").wheel["ring_answers"].rule.working_days == 8
    administrator.get("/settings/versions")
    version = administrator.version()
    administrator.post("/settings/versions/1/restore", {"version": version}, on="/settings/versions")
    activate(administrator, "tilbake")
    assert model_of(two, "ringen") == model
    two.close()


@pytest.mark.usefixtures("earlier")
def test_a_file_of_settings_from_an_earlier_version_is_brought_in(start: Start, folder: Path) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    one.add_tenant("ring", slug="naboen")
    administrator, other = (one.browser(slug, "administrator") for slug in ("ringen", "naboen"))
    save(administrator, "wheel.ring_answers", rule__working_days="8")
    activate(administrator)
    sent = json.loads(administrator.get("/settings/file"))
    old = {**sent, "made_on": as_earlier(sent["made_on"]), "patch": as_earlier(sent["patch"])}
    assert old != sent

    broken = {**old, "patch": {"adoption": 7}}
    told = upload(other, json.dumps(broken).encode())
    assert (told.status_code, "adoption" in words(told.text)) == (422, True)
    upload(other, json.dumps(old).encode())
    activate(other)

    assert model_of(one, "naboen") == model_of(one, "ringen")
    one.close()


def test_a_version_brought_back_meets_what_the_plugin_has_changed_since(folder: Path, start: Start) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    administrator = one.browser("ringen", "administrator")
    save(administrator, "wheel.ring_answers", rule__working_days="8")
    activate(administrator)
    save(administrator, "wheel.ring_answers", rule__working_days="6")
    activate(administrator, "tilbake til utgangspunktet")
    one.close()

    rewrite(
        folder,
        (
            'rule = { before = "ring_meeting", working_days = 6 }',
            'rule = { before = "ring_meeting", working_days = 7 }',
        ),
    )
    two = start()
    administrator = two.browser("ringen", "administrator")
    administrator.get("/settings/versions")
    version = administrator.version()
    administrator.post("/settings/versions/1/restore", {"version": version}, on="/settings/versions")

    with two.scope("ringen") as scope:
        stands = service.state(scope)
    assert stands.conflicts == (("wheel", "ring_answers", "rule"),)
    assert overlay.of_data(stands.wanted).wheel["ring_answers"].rule.working_days == 8
    two.close()


def test_a_version_that_fits_no_more_is_told_and_no_draft(folder: Path, start: Start, sqlite_url: str) -> None:
    one = start()
    one.add_tenant("ring", slug="ringen")
    administrator = one.browser("ringen", "administrator")
    save(administrator, "subject_kinds.theme", name__nb="emne")
    activate(administrator)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        # No plugin could be found that makes one by itself: a text of which each side keeps what the other took away.
        patch = json.dumps({"name": {"nb": None, "nn": None, "sv": None}})
        connection.execute("UPDATE configuration_version SET patch = ?", (patch,))
    connection.close()
    administrator.get("/settings/versions")
    version = administrator.version()

    administrator.post("/settings/versions/1/restore", {"version": version}, on="/settings/versions")

    assert administrator.status == 409
    assert "passer ikke med slik programtillegget er i dag" in words(administrator.text)
    with one.scope("ringen") as scope:
        assert not service.state(scope).has_draft
    one.close()
