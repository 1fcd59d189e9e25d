"""Værnesregionen's plugin: it loads, holds what its source holds, and its fact list is found in its texts.

That the pages show the facts is tested where the pages are.
"""

import datetime as dt

import pytest
import samverk_varnesregionen
from tests.plugins import fact_lists

from samverk.regions.loader import RegionFiles

SIX = ("no-5035", "no-5031", "no-5032", "no-5036", "no-5034", "no-5033")
NEIGHBOURS = ("no-5037", "no-5038", "no-5004")


@pytest.fixture(scope="module")
def region() -> RegionFiles:
    return fact_lists.load(samverk_varnesregionen)


def test_region_loads_and_counts_as_its_source(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    assert starter.seen_at == "2009-06-11"
    assert starter.sets["six"].members == SIX
    assert tuple(counterpart.place for counterpart in starter.counterpart_places) == NEIGHBOURS
    assert {key: register.count for key, register in starter.registers.items()} == {
        "success_factors": 8,
        "challenges_between": 8,
        "challenges_outside": 7,
        "aims_administrative": 4,
        "aims_health": 4,
        "aims_regional": 4,
        "alternatives": 4,
    }
    kinds = {
        key: [entry.kind for entry in register.entries if entry.kind != "statement"]
        for key, register in starter.registers.items()
    }
    assert {key: found for key, found in kinds.items() if found} == {
        "success_factors": ["qualified"] * 2,
        "challenges_between": ["question"] * 2,
        "challenges_outside": ["question"] * 7,
    }
    assert len(starter.documents["letter_of_intent"].points) == 6
    assert starter.documents["letter_of_intent"].point_count is None


def test_participants_are_as_many_as_is_known_and_never_guessed(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    known = {
        key: (people.set or people.count) if (people := arrangement.participants) is not None else None
        for key, arrangement in starter.arrangements.items()
    }
    assert known == {
        "ict_platform": "six",
        "case_archive": "six",
        "payroll_accounting": 4,
        "tax": 4,
        "child_welfare": 4,
        "emergency_medical": 4,
        "health_pilot": None,
        "other_projects": None,
        "strategy_process": "six",
    }
    fours = [a.participants for a in starter.arrangements.values() if a.participants and a.participants.count]
    assert [(people.among, people.known) for people in fours] == [("six", ())] * 4
    assert starter.arrangements["emergency_medical"].status == "tentative"
    assert starter.arrangements["health_pilot"].status == "proposed"


def test_names_of_2009_are_kept_with_their_last_day(region: RegionFiles) -> None:
    posts = region.definition.posts
    former = {key: [(name.name["nb"], name.until) for name in post.formerly] for key, post in posts.items()}

    assert {key: names for key, names in former.items() if names} == {
        "chief_executive": [("rådmann", "2019-10-31")],
        "governor": [("fylkesmann", "2020-12-31")],
    }


def test_composition_is_that_of_the_source(region: RegionFiles) -> None:
    bodies = region.definition.bodies
    seats = {(key, name): seat.count for key, body in bodies.items() for name, seat in body.seats.items()}

    assert seats == {
        ("regional_council", "mayor"): 1,
        ("regional_council", "opposition_leader"): 1,
        ("regional_council", "working_committee"): None,
        ("regional_council", "governor_observer"): None,
        ("working_committee", "chief_executive"): 1,
        ("working_committee", "union_representative"): 2,
        ("secretariat", "position"): 1,
        ("strategy_meeting", "executive_committee"): None,
    }
    assert not bodies["regional_council"].seats["governor_observer"].vote


def test_position_is_asked_on_two_axes_for_three_areas_together(region: RegionFiles) -> None:
    items = region.definition.questionnaires["position"].items
    starter = region.starter

    assert starter is not None
    assert {key: item.kind for key, item in items.items()} == {
        "cooperation": "scale",
        "provision": "scale",
        "alternative": "choice",
        "ambition": "text",
        "commitment": "text",
        "homework": "text",
    }
    assert list(items["alternative"].options) == [
        "self_reliance",
        "service_centre",
        "specialisation",
        "regional_partner",
    ]
    assert list(starter.subjects["strategy_area"]) == [
        "interest_policy",
        "regional_development",
        "health_care",
        "shared_administration",
    ]
    assert [area_set.members for area_set in starter.subjects["area_set"].values()] == [
        ("regional_development", "interest_policy", "health_care")
    ]


def test_invented_positions_stand_in_the_demonstration_and_fit_the_form(region: RegionFiles) -> None:
    demonstration = region.demonstration
    options = region.definition.questionnaires["position"].items["alternative"].options

    assert demonstration is not None
    states = [[answer.state for answer in one.answers] for one in demonstration.rounds]
    assert states == [[None] * 6, ["submitted", "submitted", "submitted", "draft", "draft"]]
    for one in demonstration.rounds:
        for answer in one.answers:
            scales = [int(answer.items[key]["value"]) for key in ("cooperation", "provision") if key in answer.items]
            assert all(-3 <= value <= 3 for value in scales)
            assert answer.items.get("alternative", {"choice": "regional_partner"})["choice"] in options


def test_every_fact_of_the_list_is_in_the_plugin() -> None:
    assert fact_lists.unsaid(samverk_varnesregionen, "nb", (*SIX, *NEIGHBOURS), on=dt.date(2009, 6, 11)) == []
