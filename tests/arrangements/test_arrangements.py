"""Arrangements as of a date: lists, paging, one in full, what a round asks about."""

import datetime as dt

import pytest
from sqlalchemy import delete, select
from tests.region_database import TODAY

from samverk.arrangements import service, views
from samverk.arrangements.detail import Said, get_arrangement
from samverk.arrangements.model import Arrangement, ArrangementForm, ArrangementParty
from samverk.errors import NotFound
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import MemberSet, Subject

SIX = ("Dovre", "Lesja", "Lom", "Sel", "Skjåk", "Vågå")
KEYS = (
    "nglms",
    "ppt",
    "child_welfare_duty",
    "debt_counselling",
    "data_protection",
    "procurement",
    "building_inspection",
)


def add_party(scope: Scope, key: str, party_key: str, role: str, since: str | None, until: str | None) -> None:
    """Give a party a role of some days in place of whatever it had."""
    id_, party_id = service.arrangement_id(scope, key), tenants.party_id(scope, party_key)
    scope.add(
        ArrangementParty(
            arrangement_id=id_,
            party_id=party_id,
            role=role,
            valid_from=dt.date.fromisoformat(since) if since else None,
            valid_to=dt.date.fromisoformat(until) if until else None,
            marks={},
        )
    )
    scope.flush()


def clear(scope: Scope, key: str) -> str:
    """Take every party and form out of an arrangement; return its id."""
    id_ = service.arrangement_id(scope, key)
    for table in (ArrangementParty, ArrangementForm):
        scope.session.execute(delete(table).where(table.tenant_id == scope.tenant_id, table.arrangement_id == id_))
    return id_


def test_tagged_gives_seven_arrangements_of_six_parties_each(scope: Scope) -> None:
    names = {party.id: party.name for party in tenants.parties(scope)}

    found = service.tagged(scope, "quarterly", TODAY)

    assert [(one.key, one.status, one.host_party_id) for one in found] == [
        (key, "tentative" if key == "building_inspection" else "active", None) for key in KEYS
    ]
    assert {tuple(names[party_id] for party_id in one.partner_party_ids) for one in found} == {SIX}


def test_tagged_leaves_out_other_tags_and_what_does_not_run(scope: Scope) -> None:
    id_ = service.arrangement_id(scope, "ppt")
    scope.session.get_one(Arrangement, (scope.tenant_id, id_)).status = "ended"
    scope.flush()

    assert [one.key for one in service.tagged(scope, "quarterly", TODAY)] == [k for k in KEYS if k != "ppt"]
    assert service.tagged(scope, "yearly", TODAY) == ()
    assert len(service.tagged(scope, None, TODAY)) == 6


def test_tagged_knows_the_host_of_the_day(scope: Scope) -> None:
    clear(scope, "ppt")
    add_party(scope, "ppt", "no-3437", "host", "2019-01-01", "2024-12-31")
    add_party(scope, "ppt", "no-3434", "partner", "2019-01-01", "2024-12-31")
    add_party(scope, "ppt", "no-3434", "host", "2025-01-01", None)

    def of(day: str) -> tuple[str | None, tuple[str, ...]]:
        one = next(a for a in service.tagged(scope, None, dt.date.fromisoformat(day)) if a.key == "ppt")
        return one.host_party_id, one.partner_party_ids

    sel, lom = tenants.party_id(scope, "no-3437"), tenants.party_id(scope, "no-3434")
    assert [of("2018-12-31"), of("2024-12-31"), of("2025-01-01")] == [(None, ()), (sel, (lom,)), (lom, ())]


def test_list_shows_status_form_and_parties_with_marks(scope: Scope) -> None:
    rows, after = service.list_arrangements(scope, TODAY)

    assert after is None
    assert [(row.key, row.status, row.legal_form) for row in rows] == [
        (key, "active", "no_host_municipality_administrative") for key in KEYS[:-1]
    ] + [("building_inspection", "tentative", None)]
    assert {tuple((p.name, p.role, p.mark) for p in row.participants) for row in rows} == {
        tuple((name, "partner", "assumed") for name in SIX)
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_paging_meets_every_arrangement_once(scope: Scope, limit: int) -> None:
    found: list[str] = []
    after = None
    while True:
        rows, after = service.list_arrangements(scope, TODAY, limit=limit, after=after)
        found += [row.key for row in rows]
        assert {len(row.participants) for row in rows} == {6}
        if after is None:
            break

    assert tuple(found) == KEYS


def test_four_of_six_not_yet_known_which_stays_unknown(scope: Scope) -> None:
    id_ = clear(scope, "ppt")
    row = scope.session.get_one(Arrangement, (scope.tenant_id, id_))
    row.participant_count = 4
    row.candidate_set_id = scope.session.scalar(
        select(MemberSet.id).where(MemberSet.tenant_id == scope.tenant_id, MemberSet.key == "six")
    )
    scope.flush()
    add_party(scope, "ppt", "no-3437", "partner", None, None)

    rows, _after = service.list_arrangements(scope, TODAY)
    one = next(row for row in rows if row.key == "ppt")
    matrix = views.matrix((one,), tenants.parties(scope))

    assert (one.unknown, one.open_places) == ("4 of 6, not yet known which", 3)
    assert [(party.name, role) for party, role in zip(matrix.columns, matrix.roles(matrix.lines[0]), strict=True)] == [
        (name, "partner" if name == "Sel" else "unknown") for name in SIX
    ]


def test_nobody_entered_is_unknown_and_not_nobody(scope: Scope) -> None:
    clear(scope, "ppt")

    rows, _after = service.list_arrangements(scope, TODAY)
    one = next(row for row in rows if row.key == "ppt")

    assert one.unknown == "not known who takes part"
    assert {cell.role for cell in views.matrix((one,), tenants.parties(scope)).kinds} == {"unknown"}


def test_what_had_not_begun_is_left_out_and_what_ended_says_so(scope: Scope) -> None:
    id_ = service.arrangement_id(scope, "ppt")
    row = scope.session.get_one(Arrangement, (scope.tenant_id, id_))
    row.begins, row.ends, row.status = "2003", "2024-06", "ended"
    scope.flush()

    def status(day: str) -> str | None:
        rows, _after = service.list_arrangements(scope, dt.date.fromisoformat(day))
        return next((row.status for row in rows if row.key == "ppt"), None)

    assert [status(day) for day in ("2002-12-31", "2003-01-01", "2024-06-30", "2024-07-01")] == [
        None,
        "active",
        "active",
        "ended",
    ]


def test_groups_by_host_and_by_municipality(scope: Scope) -> None:
    clear(scope, "ppt")
    add_party(scope, "ppt", "no-3437", "host", "2019-01-01", None)
    rows, _after = service.list_arrangements(scope, TODAY)
    parties = tenants.parties(scope)

    hosts = views.by_host(rows, parties)
    groups = views.by_municipality(rows, parties)

    assert [(party.name if party else None, [row.key for row in hosted]) for party, hosted in hosts] == [
        ("Sel", ["ppt"]),
        (None, [key for key in KEYS if key != "ppt"]),
    ]
    assert [(g.party.name, len(g.hosted), len(g.joined)) for g in groups if g.party.kind == "municipality"] == [
        (name, 1 if name == "Sel" else 0, 6) for name in SIX
    ]


def test_one_arrangement_says_its_sentence_with_marks(scope: Scope) -> None:
    found = get_arrangement(scope, "nglms", TODAY)

    assert found.said == (
        Said("6 parties take part.", "assumed"),
        Said("Who is vertskommune is not known."),
        Said(
            "Tilknytingsforma is administrativt vertskommunesamarbeid "
            "(kommuneloven kap. 20, §§ 20-1, 20-2, 20-4, 20-5).",
            "assumed",
        ),
    )
    assert [scope.text(part) for part in found.parts] == ["legevakt", "legevaktvarsling", "sengeavdeling"]


def test_one_arrangement_with_a_host_says_who_and_since_when(scope: Scope) -> None:
    clear(scope, "ppt")
    add_party(scope, "ppt", "no-3437", "host", "2019-01-01", None)
    add_party(scope, "ppt", "no-3434", "partner", "2019-01-01", None)

    assert [said.words for said in get_arrangement(scope, "ppt", TODAY).said] == [
        "Sel is vertskommune of PPT.",
        "1 other party takes part.",
        "Since January 1, 2019.",
    ]


def test_a_legal_form_that_had_ended_warns_and_names_its_successors(scope: Scope) -> None:
    id_ = clear(scope, "ppt")
    scope.add(ArrangementForm(arrangement_id=id_, legal_form_key="no_kl1992_s27_board", marks={}))
    scope.flush()

    then = get_arrangement(scope, "ppt", dt.date(2009, 6, 11)).form
    now = get_arrangement(scope, "ppt", TODAY).form

    assert then is not None and (then.validity, then.warns) == ("valid", False)
    assert now is not None and (now.validity, now.warns) == ("ended", True)
    assert now.successors == ("interkommunalt politisk råd", "kommunalt oppgåvefellesskap")


@pytest.mark.parametrize("address", ["nothing", "019a0000-0000-7000-8000-000000000000", "region", "'; --"])
def test_an_unknown_address_is_not_found(scope: Scope, address: str) -> None:
    with pytest.raises(NotFound):
        get_arrangement(scope, address, TODAY)


def test_another_kind_of_subject_is_no_arrangement(scope: Scope) -> None:
    region_id = scope.session.scalar(
        select(Subject.id).where(Subject.tenant_id == scope.tenant_id, Subject.kind == "region")
    )

    with pytest.raises(NotFound):
        get_arrangement(scope, str(region_id), TODAY)


def test_short_names_fall_back_to_the_name(scope: Scope) -> None:
    found = service.short_names(scope)

    assert {scope.text(found[service.arrangement_id(scope, key)]) for key in ("nglms", "ppt")} == {"NGLMS", "PPT"}
    assert len(found) == 7
