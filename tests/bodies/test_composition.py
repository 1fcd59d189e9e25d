"""Bodies on a day: seats, holders by office, who is missing, what a post was called."""

import datetime as dt
from dataclasses import replace

import msgspec
import pytest
from tests.region_database import SLUG, TODAY, Region

from samverk.bodies import service
from samverk.bodies.composition import get_body, list_bodies, post_name
from samverk.bodies.model import SeatHolder
from samverk.errors import NotFound
from samverk.regions.definition import FormerName, Post
from samverk.scope import Scope
from samverk.tenants import service as tenants

SIX = ("Dovre", "Lesja", "Lom", "Sel", "Skjåk", "Vågå")


def hold(scope: Scope, body: str, seat: str, party: str, since: str | None, until: str | None) -> None:
    scope.add(
        SeatHolder(
            body_id=service.body_id(scope, body),
            seat_key=seat,
            party_id=tenants.party_id(scope, party),
            office=None,
            valid_from=dt.date.fromisoformat(since) if since else None,
            valid_to=dt.date.fromisoformat(until) if until else None,
            marks={},
        )
    )
    scope.flush()


def test_bodies_stand_in_order_with_kind_and_records(scope: Scope) -> None:
    assert [(one.key, one.kind, one.records, one.level) for one in list_bodies(scope, TODAY)] == [
        ("representantskap", "elected", "minutes", "region"),
        ("regional_board", "elected", "minutes", "region"),
        ("directors", "administrative", "notes", "region"),
        ("region_office", "staff", "notes", "region"),
        ("municipal_council", "elected", "minutes", "municipality"),
        ("control_committee", "elected", "minutes", "municipality"),
    ]


def test_the_representantskap_has_three_of_each_municipality_and_two_of_the_county(scope: Scope) -> None:
    found = get_body(scope, "representantskap", TODAY)

    assert [(seat.key, seat.count, seat.expected, seat.marks["mark"]) for seat in found.seats] == [
        ("mayor", 1, 6, "assumed"),
        ("deputy_mayor", 1, 6, "assumed"),
        ("opposition", 1, 6, "assumed"),
        ("county", 2, 2, "assumed"),
    ]
    assert [(party.name if party else None, names) for party, names in found.missing_by_party] == [
        (name, ("ordførar", "varaordførar", "representant for opposisjonen")) for name in SIX
    ] + [("Innlandet fylkeskommune", ("representant for Innlandet fylkeskommune (2)",))]


def test_a_holder_counts_on_its_days_only(scope: Scope) -> None:
    hold(scope, "regional_board", "mayor", "no-3437", "2023-10-10", "2027-10-01")

    def missing(day: str) -> tuple[int, list[str]]:
        found = get_body(scope, "regional_board", dt.date.fromisoformat(day))
        return found.missing_count, [holder.party.name for holder in found.seats[0].holders if holder.party]

    assert [missing(day) for day in ("2023-09-15", "2023-10-10", "2027-10-01", "2027-10-02")] == [
        (6, []),
        (5, ["Sel"]),
        (5, ["Sel"]),
        (6, []),
    ]


def test_the_leader_of_the_network_is_known_by_office(scope: Scope) -> None:
    found = get_body(scope, "directors", TODAY)

    leader = found.seats[1]
    assert [(holder.office, holder.party) for holder in leader.holders] == [
        ("Leiaren i kommunedirektørnettverket", None)
    ]
    assert (leader.among, leader.missing, found.cycles) == ("kommunedirektør", (), ("Kvartalsvis INSAM-runde",))


def test_a_post_is_called_what_it_was_called_then() -> None:
    post = Post(name={"nb": "kommunedirektør"}, formerly=(FormerName({"nb": "rådmann"}, until="2019-10-31"),))

    assert [post_name(post, dt.date(2009, 6, 11)), post_name(post, dt.date(2019, 11, 1))] == [
        {"nb": "rådmann"},
        {"nb": "kommunedirektør"},
    ]


def test_a_seat_bears_the_name_of_its_post_on_the_day(scope: Scope) -> None:
    posts = dict(scope.model.posts)
    posts["chief_executive"] = Post(
        name={"nn": "kommunedirektør"}, formerly=(FormerName({"nn": "rådmann"}, until="2019-10-31"),)
    )
    changed = replace(scope, model=msgspec.structs.replace(scope.model, posts=posts))

    names = [get_body(changed, "directors", day).seats[0].name for day in (dt.date(2009, 6, 11), TODAY)]

    assert names == ["rådmann", "kommunedirektør"]


def test_a_seat_of_a_rule_that_has_ended_is_left_out(scope: Scope) -> None:
    bodies = dict(scope.model.bodies)
    seats = {"mayor": msgspec.structs.replace(bodies["regional_board"].seats["mayor"], valid_to="2023-10-01")}
    bodies["regional_board"] = msgspec.structs.replace(bodies["regional_board"], seats=seats)
    changed = replace(scope, model=msgspec.structs.replace(scope.model, bodies=bodies))

    found = [[s.key for s in get_body(changed, "regional_board", d).seats] for d in (dt.date(2023, 10, 1), TODAY)]

    assert found == [["mayor"], []]


def test_an_unknown_body_is_not_found(scope: Scope) -> None:
    with pytest.raises(NotFound):
        get_body(scope, "nothing", TODAY)


def test_the_page_says_what_follows_from_the_kind_and_who_is_missing(region: Region) -> None:
    html = region.page(f"/{SLUG}/bodies/directors?lang=en")

    facts = (
        "Body of the administration. Keeps notes",
        "6 seats have no holder.",
        "Leiaren i kommunedirektørnettverket",
        "Kjelda seier ikkje kva kommune leiaren kjem frå.",
    )
    assert [fact for fact in facts if fact not in html] == []


def test_every_body_has_a_page_by_key_and_by_id(region: Region, scope: Scope) -> None:
    for body in list_bodies(scope, TODAY):
        assert {region.get(f"/{SLUG}/bodies/{one}").status for one in (body.id, body.key)} == {200}
