"""Changing an arrangement from a day on keeps the days before."""

import datetime as dt
from dataclasses import replace

import pytest

from samverk.arrangements import service
from samverk.arrangements.changes import Change, change_arrangement
from samverk.arrangements.detail import get_arrangement
from samverk.errors import Invalid, NotSignedIn, Stale
from samverk.scope import Actor, Grant, Scope
from samverk.tenants import service as tenants

SINCE = dt.date(2027, 1, 1)


@pytest.fixture
def secretariat(scope: Scope) -> Scope:
    return replace(scope, actor=Actor("p", "Sekretariat", (Grant("secretariat"),)))


def roles_on(scope: Scope, day: dt.date) -> list[tuple[str, str]]:
    rows, _after = service.list_arrangements(scope, day)
    return [(one.name, one.role) for one in next(row for row in rows if row.key == "ppt").participants]


def test_a_new_host_counts_from_its_day_and_the_days_before_stay(secretariat: Scope) -> None:
    before = roles_on(secretariat, dt.date(2026, 12, 31))
    ids = {party.name: party.id for party in tenants.parties(secretariat)}
    wanted = {ids[name]: "partner" for name in ("Dovre", "Lesja", "Lom")} | {ids["Sel"]: "host"}

    version = change_arrangement(secretariat, "ppt", Change("active", wanted, SINCE), 1)

    assert version == 2
    assert roles_on(secretariat, dt.date(2026, 12, 31)) == before
    assert roles_on(secretariat, SINCE) == [
        ("Sel", "host"),
        ("Dovre", "partner"),
        ("Lesja", "partner"),
        ("Lom", "partner"),
    ]
    periods = [(p.party.name, p.role, p.since, p.until) for p in get_arrangement(secretariat, "ppt", SINCE).parties]
    end = dt.date(2026, 12, 31)
    assert periods == [
        ("Sel", "host", SINCE, None),
        ("Dovre", "partner", None, None),
        ("Lesja", "partner", None, None),
        ("Lom", "partner", None, None),
        ("Sel", "partner", None, end),
        ("Skjåk", "partner", None, end),
        ("Vågå", "partner", None, end),
    ]


def test_roles_without_note_or_source_have_none_to_show(secretariat: Scope) -> None:
    sel = tenants.party_id(secretariat, "no-3437")
    change_arrangement(secretariat, "building_inspection", Change("active", {sel: "host"}, SINCE), 1)

    found = get_arrangement(secretariat, "building_inspection", SINCE)

    assert [(one.party.name, one.marks) for one in found.parties if one.is_today] == [("Sel", {})]
    assert found.party_notes["note"]["nn"] == "At alle seks kommunane er med, er antatt."


def test_changing_again_on_the_same_day_leaves_no_empty_period(secretariat: Scope) -> None:
    sel, lom = (tenants.party_id(secretariat, key) for key in ("no-3437", "no-3434"))
    change_arrangement(secretariat, "ppt", Change("active", {sel: "host"}, SINCE), 1)

    change_arrangement(secretariat, "ppt", Change("active", {lom: "host"}, SINCE), 2)

    assert roles_on(secretariat, SINCE) == [("Lom", "host")]
    assert roles_on(secretariat, dt.date(2026, 12, 31))[0] == ("Dovre", "partner")


def test_all_faults_are_told_at_once(secretariat: Scope) -> None:
    with pytest.raises(Invalid) as caught:
        change_arrangement(secretariat, "ppt", Change("gone", {"x": "host", "y": "host"}, None), 1)

    assert [problem.pointer for problem in caught.value.problems] == ["/status", "/roles", "/roles", "/since"]


def test_a_day_before_a_later_change_is_refused(secretariat: Scope) -> None:
    sel = tenants.party_id(secretariat, "no-3437")
    change_arrangement(secretariat, "ppt", Change("active", {sel: "host"}, SINCE), 1)

    with pytest.raises(Invalid) as caught:
        change_arrangement(secretariat, "ppt", Change("active", {}, dt.date(2026, 12, 1)), 2)

    assert [problem.pointer for problem in caught.value.problems] == ["/since"]


def test_a_stale_version_changes_nothing(secretariat: Scope) -> None:
    before = roles_on(secretariat, SINCE)

    with pytest.raises(Stale):
        change_arrangement(secretariat, "ppt", Change("ended", {}, SINCE), 7)

    assert roles_on(secretariat, SINCE) == before


def test_the_public_may_not(scope: Scope) -> None:
    with pytest.raises(NotSignedIn):
        change_arrangement(scope, "ppt", Change("ended", {}, SINCE), 1)
