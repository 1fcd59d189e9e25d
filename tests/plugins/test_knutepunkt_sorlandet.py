"""Knutepunkt Sørlandet's plugin: it loads, holds what its source holds, and its fact list is found in its texts.

That the pages show the facts is tested where the pages are.
"""

import datetime as dt

import pytest
import samverk_knutepunkt_sorlandet
from tests.plugins import fact_lists

from samverk.reference.legal_forms import load_legal_forms
from samverk.reference.places import load_places
from samverk.regions.loader import RegionFiles

SEVEN = ("no-1001", "no-1018", "no-1017", "no-4223", "no-4215", "no-4216", "no-4218")
FIVE = ("no-4204", "no-4223", "no-4215", "no-4216", "no-4218")
FORMS = (
    "no_informal_cooperation",
    "no_service_agreement",
    "no_kl1992_s27_board",
    "no_kl1992_s28b_host_administrative",
    "no_kl1992_s28c_host_joint_board",
    "no_intermunicipal_company",
    "no_limited_company",
    "no_foundation",
    "no_pilot_scheme",
)


@pytest.fixture(scope="module")
def region() -> RegionFiles:
    return fact_lists.load(samverk_knutepunkt_sorlandet)


def test_members_are_seven_in_2008_and_their_successors_today(region: RegionFiles) -> None:
    starter, register = region.starter, load_places()

    assert starter is not None
    assert (starter.seen_at, starter.slug) == ("2008-02-13", "knutepunkt-sorlandet")
    assert {key: (group.members, group.from_, group.to, group.mark) for key, group in starter.sets.items()} == {
        "seven": (SEVEN, None, "2019-12-31", "assumed"),
        "today": (FIVE, "2020-01-01", None, "assumed"),
    }
    assert starter.sets["seven"].member_from == {"no-4218": "2006-01-01"}
    places = {key: register.by_key(key) for key in (*SEVEN, *FIVE)}
    lived = {
        day: tuple(key for key, place in places.items() if place is not None and place.at(day) is not None)
        for day in (dt.date(2008, 2, 13), dt.date(2020, 1, 1))
    }
    assert {day: set(keys) for day, keys in lived.items()} == {
        dt.date(2008, 2, 13): set(SEVEN),
        dt.date(2020, 1, 1): set(FIVE),
    }


def test_registers_count_as_the_source(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    assert {key: register.count for key, register in starter.registers.items()} == {
        "findings": 3,
        "direction": None,
        "principles": 7,
        "criteria": 4,
        "legal_forms": 9,
        "strategies": 3,
        "pragmatic_description": 6,
        "pragmatic_advantages": 5,
        "pragmatic_disadvantages": 9,
        "pragmatic_critical": 3,
        "alliance_description": 9,
        "alliance_variants": 2,
        "alliance_advantages": 9,
        "alliance_disadvantages": 8,
        "alliance_critical": 3,
        "joint_description": 14,
        "joint_steering": None,
        "joint_advantages": 10,
        "joint_disadvantages": 7,
        "joint_critical": 3,
        "considerations": 6,
        "experiences": 5,
        "pitfalls": 11,
        "approaches": 2,
        "steps": 3,
        "process": 5,
        "programme": 5,
    }
    slides = [entry.group["nb"] for entry in starter.registers["joint_description"].entries if entry.group]
    assert slides == ["Første lysbilde"] * 7 + ["Andre lysbilde"] * 7


def test_nine_forms_are_those_of_the_register_of_legal_forms(region: RegionFiles) -> None:
    starter, known = region.starter, load_legal_forms()

    assert starter is not None
    assert tuple(entry.key for entry in starter.registers["legal_forms"].entries) == FORMS
    assert tuple(region.definition.questionnaires["task_form"].items["form"].options) == FORMS
    assert [known.require(key).country for key in FORMS] == ["NO"] * 9


def test_strategy_and_form_are_asked_apart(region: RegionFiles) -> None:
    questionnaires, cycles = region.definition.questionnaires, region.definition.cycles

    assert {key: {name: item.kind for name, item in one.items.items()} for key, one in questionnaires.items()} == {
        "strategy": {
            "integration": "scale",
            "tasks": "choice",
            "commitment": "scale",
            "authority": "choice",
            "strategy": "choice",
            "variant": "choice",
            "reasons": "text",
            "follow_up": "points",
        },
        "task_form": {"form": "choice", "responsibility": "choice", "reasons": "text"},
    }
    assert {key: (one.every, one.subjects.kind, one.members) for key, one in cycles.items()} == {
        "strategy": ("year", "region", "today"),
        "task_form": ("once", "task", "today"),
    }


def test_tasks_and_milestones_stand_in_steps(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    assert {kind: {key: one.step for key, one in group.items()} for kind, group in starter.subjects.items()} == {
        "task": {"ict": 1, "planning": 1, "school": 2, "kindergartens": 2, "others": 3},
        "milestone": {"strategy_choice": 1, "programme": 2, "new_decisions": 3, "start": 4, "evaluation": 5},
    }
    assert starter.arrangements == {}


def test_invented_choices_stand_in_the_demonstration(region: RegionFiles) -> None:
    demonstration, questionnaires = region.demonstration, region.definition.questionnaires

    assert demonstration is not None
    states = [
        (one.cycle, one.back, one.state, [answer.state for answer in one.answers]) for one in demonstration.rounds
    ]
    assert states == [
        ("strategy", 1, "finished", [None] * 5),
        ("strategy", 0, "open", ["submitted"] * 3 + ["draft"]),
        ("task_form", 0, "open", ["submitted"] * 6 + ["draft"]),
    ]
    for one in demonstration.rounds:
        items = questionnaires[one.cycle].items
        for answer in one.answers:
            assert answer.party in FIVE
            chosen = {key: value["choice"] for key, value in answer.items.items() if "choice" in value}
            assert all(choice in items[key].options for key, choice in chosen.items())
            asked_for = "variant" in answer.items
            assert asked_for == (chosen.get("strategy") == "alliance")


def test_every_fact_of_the_list_is_in_the_plugin() -> None:
    assert fact_lists.unsaid(samverk_knutepunkt_sorlandet, "nb", SEVEN) == []
