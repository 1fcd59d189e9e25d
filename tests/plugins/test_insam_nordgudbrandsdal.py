"""Nord-Gudbrandsdal's plugin: it loads, holds what its sources hold, and its fact list is found in its texts.

That the pages show the facts is tested where the pages are.
"""

import pytest
import samverk_insam_nordgudbrandsdal
from tests.plugins import fact_lists

from samverk.regions.loader import RegionFiles

SIX = ("no-3433", "no-3434", "no-3435", "no-3437", "no-3431", "no-3432")


@pytest.fixture(scope="module")
def region() -> RegionFiles:
    return fact_lists.load(samverk_insam_nordgudbrandsdal)


def test_region_loads_and_counts_as_its_sources(region: RegionFiles) -> None:
    definition, starter = region.definition, region.starter

    assert starter is not None
    assert {key: len(form.items) for key, form in definition.questionnaires.items()} == {
        "host": 5,
        "partner": 5,
        "partnership_input": 3,
    }
    assert {key: len(register.entries) for key, register in starter.registers.items()} == {
        "audit": 4,
        "loop": 8,
        "county_themes": 3,
    }
    assert {key: len(document.adoptions) for key, document in starter.documents.items()} == {
        "declaration": 6,
        "handbook": 6,
        "control_report": 0,
        "partnership_agreement": 0,
        "county_decision": 1,
        "partnership_consultation": 0,
    }
    assert starter.documents["declaration"].point_count == 10
    assert len(starter.documents["declaration"].points) == 4
    assert [point.unknown for point in starter.documents["handbook"].points] == [False] * 4 + [True]
    assert [entry.key for entry in starter.documents["county_decision"].points] == [
        "dialogue",
        "information",
        "theme_wheel",
        "next_period",
    ]
    assert starter.sets["six"].members == SIX
    assert starter.sets["council_participants"].assumed


def test_arrangements_of_the_quarter_have_no_host_but_in_the_demonstration(region: RegionFiles) -> None:
    starter, demonstration = region.starter, region.demonstration

    assert starter is not None and demonstration is not None
    quarterly = [key for key, arrangement in starter.arrangements.items() if "quarterly" in arrangement.tags]
    assert quarterly == [
        "nglms",
        "ppt",
        "child_welfare_duty",
        "debt_counselling",
        "data_protection",
        "procurement",
        "building_inspection",
    ]
    assert [starter.arrangements[key].host for key in quarterly] == [None] * 7
    assert list(demonstration.hosts) == quarterly
    assert set(demonstration.hosts.values()) == set(SIX)
    assert [key for key in quarterly if starter.arrangements[key].status == "tentative"] == ["building_inspection"]


def test_period_is_tertial_for_the_host_and_quarter_for_the_partner(region: RegionFiles) -> None:
    forms = region.definition.cycles["insam"].forms

    assert {key: form.period["3"]["nn"] for key, form in forms.items()} == {
        "host": "2. tertial",
        "partner": "2. kvartal",
    }


def test_questions_of_host_and_partner_stand_beside_each_other(region: RegionFiles) -> None:
    forms = region.definition.questionnaires
    pairs = {
        f"{form}.{key}": item.pairs_with for form in ("host", "partner") for key, item in forms[form].items.items()
    }

    assert pairs == {
        "host.operations": "partner.delivery",
        "host.follow_up": "partner.summary",
        "host.outlook": "partner.outlook",
        "host.proposals": "partner.proposals",
        "host.budget": "partner.budget",
        "partner.summary": "host.follow_up",
        "partner.delivery": "host.operations",
        "partner.outlook": "host.outlook",
        "partner.proposals": "host.proposals",
        "partner.budget": "host.budget",
    }


def test_demonstration_has_two_finished_rounds_and_an_open_one(region: RegionFiles) -> None:
    demonstration = region.demonstration

    assert demonstration is not None
    seen = [
        (one.back, one.state, sum(answer.role == "host" for answer in one.answers), len(one.agenda))
        for one in demonstration.rounds
    ]
    assert seen == [(2, "finished", 7, 7), (1, "finished", 7, 7), (0, "open", 7, 0)]
    states = [answer.state for answer in demonstration.rounds[2].answers]
    assert {state: states.count(state) for state in set(states)} == {"submitted": 12, "draft": 8, "returned": 2}


def test_points_of_the_demonstration_end_in_every_way(region: RegionFiles) -> None:
    demonstration = region.demonstration

    assert demonstration is not None
    points = [point for one in demonstration.rounds for agenda in one.agenda for point in agenda.points]
    ends = [point.becomes[-1].then if point.becomes else "open" for point in points]
    assert {end: ends.count(end) for end in set(ends)} == {
        "accepted": 6,
        "dropped": 1,
        "left": 10,
        "open": 6,
        "reopened": 1,
    }
    assert sum(step.then == "reopened" for point in points for step in point.becomes) == 3
    dropped = [step for point in points for step in point.becomes if step.then == "dropped"]
    assert all(step.reason for step in dropped)


def test_owner_with_a_submitted_open_form_has_answered_its_open_points(region: RegionFiles) -> None:
    demonstration = region.demonstration

    assert demonstration is not None
    submitted = {(a.subject, a.party) for a in demonstration.rounds[2].answers if a.state == "submitted"}
    for one in demonstration.rounds[:2]:
        for agenda in one.agenda:
            for point in agenda.points:
                closed = any(step.then in ("accepted", "dropped") for step in point.becomes)
                if not closed and point.owner != "secretariat":
                    answered = len(point.becomes) == one.back
                    assert answered == ((agenda.subject, point.owner) in submitted), point.key


def test_every_fact_of_the_list_is_in_the_plugin() -> None:
    assert fact_lists.unsaid(samverk_insam_nordgudbrandsdal, "nn", SIX) == []
