"""A region's broken files: every fault is named at once, by file, path and nearest name, and nothing else is raised.

The whole files are those of the invented region; each case breaks a copy of them.
"""

import shutil
from importlib.resources import as_file
from pathlib import Path

import pytest
from tests.regions import ring

from samverk.errors import BadRegion
from samverk.reference.places import load_places
from samverk.regions.loader import PlaceNames, load_region

Edit = tuple[str, str, str]
Fault = tuple[str, str, str | None]
R, S, D = "region.toml", "starter.toml", "demonstration.toml"

ADOPTION: Edit = (R, "adoption_rule = ", "adoption_rul = ")
STAFF: Edit = (R, 'kind = "staff"', 'kind = "staf"')
PAIRED: Edit = (R, 'pairs_with = "partner.delivery"', 'pairs_with = "partner.delivry"')
RELATIVE: Edit = (R, '{ before = "ring_meeting", days = 21 }', '{ before = "ring_meting", days = 21 }')
SET: Edit = (S, 'set = "inner"', 'set = "iner"')
STATUS: Edit = (S, 'status = "tentative"', 'status = "tentativ"')
SUBJECT: Edit = (D, 'subject = "library"', 'subject = "libary"')
STATE: Edit = (D, 'state = "draft"', 'state = "drft"')
PARTS = """parts.economy = { order = 1, text = { nb = "Økonomi", nn = "Økonomi", sv = "Ekonomi" } }
parts.quality = { order = 2, text = { nb = "Kvalitet", nn = "Kvalitet", sv = "Kvalitet" } }
"""
COLUMNS = """columns.actual = { order = 1, text = { nb = "Regnskap" } }
columns.budget = { order = 2, text = { nb = "Budsjett" } }
"""
SHOWN = 'rule = { item = "satisfied", is = ["no"], effect = "show" }'
HOST, PARTNER = "questionnaires.host.items", "questionnaires.partner.items"

CASES: dict[str, tuple[tuple[Edit, ...], tuple[Fault, ...]]] = {
    # --- Shape
    "unknown key": ((ADOPTION,), ((R, "adoption_rul", "adoption_rule"),)),
    "unknown table": (((R, "[layers]", "[layer]"),), ((R, "layer", "layers"),)),
    "key left out": (((R, 'country = "NO"\n', ""),), ((R, "", None),)),
    "wrong enum": ((STAFF,), ((R, "bodies.office.kind", "staff"),)),
    "enum with nothing near": (((R, 'country = "NO"', 'country = "DK"'),), ((R, "country", None),)),
    "wrong type": (((R, "every = 4 }", 'every = "4" }'),), ((R, "election_years.every", None),)),
    "text without language": (
        ((R, 'title.nb = "Retning for Ringen"', 'title = "Retning for Ringen"'),),
        ((R, "questionnaires.direction.title", None),),
    ),
    "later version of the schema": (((R, "schema_version = 1", "schema_version = 2"),), ((R, "schema_version", None),)),
    "day that is none": (((R, 'date = "11-26"', 'date = "11-32"'),), ((R, "wheel.council_meeting.rule.date", None),)),
    "key with a capital": (((R, "[posts.mayor]", "[posts.Mayor]"),), ((R, "posts", None),)),
    "no TOML": (((R, "[posts.mayor]", "[posts.mayor"),), ((R, "", None),)),
    "starter without zone": (((S, "zone = ", "zonee = "),), ((S, "", None), (S, "zonee", "zone"))),
    "day in words": (
        ((S, 'on = "2024-02-01"\ntext', 'on = "1. februar 2024"\ntext'),),
        ((S, "timeline.founded.on", None),),
    ),
    "wrong status": ((STATUS,), ((S, "arrangements.lawyer.status", "tentative"),)),
    "list for a table": (((S, "[registers.lessons]", "[[registers]]"),), ((S, "registers", None),)),
    # --- Terms and texts
    "missing form of a term": (
        ((R, 'pl = "ringar", pl_def = "ringane"', 'pl = "ringar"'),),
        ((R, "terms.arrangement.nn.pl_def", None),),
    ),
    "term without a language": (
        ((R, 'sv = { sg = "Ringen", name = true }\n', ""),),
        ((R, "terms.ringen.sv", None),),
    ),
    "leading language left out": (
        ((R, 'title.nb = "Retning for Ringen"', 'title.sv = "Riktning"'),),
        ((R, "questionnaires.direction.title", None),),
    ),
    "unknown placeholder": (
        ((R, "endringer i {next_year}", "endringer i {nxt_year}"),),
        ((R, f"{HOST}.proposals.text.nb", "next_year"),),
    ),
    "unknown source": (
        ((R, 'title.nb = "Retning for Ringen"', 'title.nb = "Retning for Ringen"\nsource = "invent"'),),
        ((R, "questionnaires.direction.source", "invented"),),
    ),
    # --- Bodies
    "unknown post": (
        ((R, 'post = "chief_executive"', 'post = "chief_executiv"'),),
        ((R, "bodies.directors.seats.director.post", "chief_executive"),),
    ),
    "seat among nobody": (
        ((R, 'among = "mayor"', 'among = "mayr"'),),
        ((R, "bodies.council.seats.leader.among", "mayor"),),
    ),
    "seats of no body": (
        ((R, 'of_body = "directors"', 'of_body = "director"'),),
        ((R, "bodies.joint.seats.directors.of_body", "directors"),),
    ),
    "fewer organisations than seats": (
        ((R, '["Fagforbundet", "Delta"]', '["Fagforbundet"]'),),
        ((R, "bodies.joint.seats.unions.organisations", None),),
    ),
    # --- Questionnaires
    "paired with nothing": ((PAIRED,), ((R, f"{HOST}.operations.pairs_with", "partner.delivery"),)),
    "number left out": (((R, 'order = 2\nkind = "points"', 'order = 3\nkind = "points"'),), ((R, HOST, None),)),
    "sections without parts": (((R, PARTS, ""),), ((R, f"{HOST}.operations", None),)),
    "grid without columns": (((R, COLUMNS, ""),), ((R, f"{HOST}.figures", None),)),
    "rule on a choice that is none": (
        ((R, SHOWN, SHOWN.replace('"no"', '"nei"')),),
        ((R, f"{PARTNER}.why.rule.is", None),),
    ),
    "rule on a question that is none": (
        ((R, SHOWN, SHOWN.replace("satisfied", "satisfid")),),
        ((R, f"{PARTNER}.why.rule.item", "satisfied"),),
    ),
    # --- Cycles
    "cycle of no body": (((R, 'body = "council"', 'body = "counsil"'),), ((R, "cycles.direction.body", "council"),)),
    "cycle that asks with nothing": (
        ((R, '\nquestionnaire = "host"', '\nquestionnaire = "hosst"'),),
        ((R, "cycles.quarter.forms.host.questionnaire", "host"),),
    ),
    "cycle about nothing": (
        ((R, 'subjects = { kind = "region" }', 'subjects = { kind = "regions" }'),),
        ((R, "cycles.direction.subjects.kind", "region"),),
    ),
    "host of the region": (
        ((R, 'role = "member"', 'role = "host"'),),
        ((R, "cycles.direction.forms.member.role", None),),
    ),
    "period without text": (
        ((R, ', 4 = { nb = "3. kvartal {year}" } }', " }"),),
        ((R, "cycles.quarter.forms.host.period", None),),
    ),
    "date from no entry": (
        ((R, 'opens = "ring_open"', 'opens = "ring_opn"'),),
        ((R, "cycles.quarter.dates.opens", "ring_open"),),
    ),
    # --- Wheel
    "entry relative to nothing": ((RELATIVE,), ((R, "wheel.ring_open.rule.before", "ring_meeting"),)),
    "entries in a circle": (
        ((R, 'rule = { date = "11-26" }', 'rule = { after = "council_open", days = 3 }'),),
        (
            (R, "wheel.council_meeting.rule.after", None),
            (R, "wheel.council_open.rule.before", None),
            (R, "wheel.council_answers.rule.before", None),
            (R, "wheel.council_papers.rule.before", None),
        ),
    ),
    "relative without days": (
        ((R, '{ after = "ring_meeting", days = 7 }', '{ after = "ring_meeting" }'),),
        ((R, "wheel.ring_summary.rule", None),),
    ),
    "two rules in one": (
        ((R, "quarters = [1, 3]", 'quarters = [1, 3], date = "01-01"'),),
        ((R, "wheel.review.rule", None),),
    ),
    "weekday left out": (((R, 'weekday = "tuesday", ', ""),), ((R, "wheel.ring_meeting.rule.weekday", None),)),
    "unknown layer": (
        ((R, 'review = { layer = "region"', 'review = { layer = "regon"'),),
        ((R, "wheel.review.layer", "region"),),
    ),
    # --- Facts and invented life
    "unknown municipality": (
        ((S, '"no-5526", "no-5528"]', '"no-5526", "no-5582"]'),),
        ((S, "sets.inner.members.2", "no-5542 (Skjervøy)"),),
    ),
    "unknown set": ((SET,), ((S, "arrangements.library.participants.set", "inner"),)),
    "unknown kind of document": (
        ((S, 'kind = "agreement"', 'kind = "agrement"'),),
        ((S, "documents.agreement.kind", "agreement"),),
    ),
    "unknown kind of subject": (
        ((S, "[subjects.theme.youth]", "[subjects.themes.youth]"),),
        ((S, "subjects.themes", "theme"),),
    ),
    "register that lost an entry": (
        ((S, "\ncount = 3\n", "\ncount = 4\n"),),
        ((S, "registers.lessons.entries", None),),
    ),
    "more points than there are": (
        ((S, "point_count = 3", "point_count = 1"),),
        ((S, "documents.agreement.points", None),),
    ),
    "holder of no seat": (((S, 'seat = "leader"', 'seat = "leder"'),), ((S, "holders.leader.seat", "leader"),)),
    "answer to no question": (((D, "items.why = ", "items.whyy = "),), ((D, "rounds.0.answers.1.items.whyy", "why"),)),
    "answer about nothing": ((SUBJECT,), ((D, "rounds.1.answers.0.subject", "library"),)),
    # --- Several at once
    "shape of all three files": (
        (ADOPTION, STAFF, STATUS, STATE),
        (
            (R, "adoption_rul", "adoption_rule"),
            (R, "bodies.office.kind", "staff"),
            (S, "arrangements.lawyer.status", "tentative"),
            (D, "rounds.1.answers.0.state", "draft"),
        ),
    ),
    "meaning of all three files": (
        (PAIRED, RELATIVE, SET, SUBJECT),
        (
            (R, f"{HOST}.operations.pairs_with", "partner.delivery"),
            (R, "wheel.ring_open.rule.before", "ring_meeting"),
            (S, "arrangements.library.participants.set", "inner"),
            (D, "rounds.1.answers.0.subject", "library"),
        ),
    ),
}


@pytest.fixture(scope="module")
def places() -> PlaceNames:
    register = load_places()
    return PlaceNames(lambda key: register.by_key(key) is not None, register.nearest)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    with as_file(ring.samverk_region().folder) as folder:
        for file in (R, S, D):
            shutil.copy(folder / file, tmp_path / file)
    return tmp_path


def broken(folder: Path, edits: tuple[Edit, ...]) -> Path:
    """Make each edit once; an edit that finds nothing is a fault of the test."""
    for file, before, after in edits:
        text = (folder / file).read_text("utf-8")
        assert before in text
        (folder / file).write_text(text.replace(before, after, 1), "utf-8")
    return folder


@pytest.mark.parametrize("name", CASES)
def test_every_fault_is_named_at_once_when_files_are_broken(name: str, copy: Path, places: PlaceNames) -> None:
    edits, expected = CASES[name]
    broken(copy, edits)

    with pytest.raises(BadRegion) as caught:
        load_region(copy, places)

    assert tuple((fault.file, fault.path, fault.hint) for fault in caught.value.faults) == expected
    assert all(fault.message for fault in caught.value.faults)


def test_missing_region_file_is_named(copy: Path, places: PlaceNames) -> None:
    (copy / R).unlink()

    with pytest.raises(BadRegion) as caught:
        load_region(copy, places)

    assert [str(fault) for fault in caught.value.faults] == ["region.toml: (top level): the file is missing"]


def test_file_that_is_not_utf8_is_named(copy: Path, places: PlaceNames) -> None:
    (copy / S).write_bytes("name = 'Tromsø'".encode("latin-1"))

    with pytest.raises(BadRegion) as caught:
        load_region(copy, places)

    assert [(fault.file, fault.path, fault.hint) for fault in caught.value.faults] == [(S, "", None)]


def test_region_without_starter_and_demonstration_is_whole(copy: Path, places: PlaceNames) -> None:
    (copy / S).unlink()
    (copy / D).unlink()

    files = load_region(copy, places)

    assert (files.definition.key, files.starter, files.demonstration) == ("ring", None, None)
