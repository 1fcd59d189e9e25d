"""KÖBYT's plugin: it loads, holds what its source holds, and its fact list is found in its texts.

That the pages show the facts is tested where the pages are.
"""

import datetime as dt

import pytest
import samverk_kobyt
from tests.plugins import fact_lists

from samverk.regions.loader import RegionFiles
from samverk.rounds.answering import answer_schema
from samverk.rounds.questionnaire import compile_questionnaire

FOUR = ("se-0513", "se-0509", "se-0560", "se-0512")
FIVE = (*FOUR, "se-0687")


@pytest.fixture(scope="module")
def region() -> RegionFiles:
    return fact_lists.load(samverk_kobyt)


def test_region_loads_and_counts_as_its_source(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    assert (starter.seen_at, starter.zone, region.definition.country) == ("2006-04-24", "Europe/Stockholm", "SE")
    assert {key: (group.members, group.assumed) for key, group in starter.sets.items()} == {
        "koby": (FOUR, False),
        "kobyt": (FIVE, False),
        "vokbyt": (("se-0584", "se-0509", "se-0513", "se-0560", "se-0512", "se-0687"), True),
    }
    assert {key: (register.count, len(register.entries)) for key, register in starter.registers.items()} == {
        "assignment": (4, 4),
        "goals": (None, 9),
        "alternatives": (3, 3),
        "expectations": (3, 3),
        "decision_content": (6, 6),
        "comparison": (None, 2),
        "needs": (5, 5),
        "information": (None, 4),
        "resources": (None, 2),
    }
    levels = {entry.group["sv"] for entry in starter.registers["goals"].entries if entry.group}
    assert levels == {"Visionen", "Konkreta mål i allmänna termer", "Mål knutna till uppdrag"}


def test_document_has_its_versions_and_adoptions_as_written(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    document = starter.documents["goal_document"]
    assert (document.point_count, len(document.points), len(document.builds_on)) == (6, 6, 7)
    assert [version.on for version in document.versions] == ["2005-01-04", "2005-03-17", "2005-09-08", None]
    assert [(one.party, one.on, one.reference) for one in document.adoptions] == [
        ("se-0513", "2006-03-27", "Kf 2006-03-27 21"),
        ("se-0509", "2005-12-12", "2005-12-12, KF 86/05 Dnr 150/05"),
        ("se-0560", "2006-01-30", "Kf 11/2006, 2006-01-30, Dnr 2005.110.005"),
        ("se-0512", "2006-04-24", "2006-04-24 16 dnr KS 2005/0097"),
        ("se-0687", "2005-11-21", "KF 2005-11-21 138, dnr 338/05"),
    ]
    days = sorted(dt.date.fromisoformat(one.on) for one in document.adoptions if isinstance(one.on, str))
    assert (days[-1] - days[0]).days == 154
    assert (region.definition.adoption_rule, region.definition.adoption_rule_assumed) == ("all_same_text", True)


def test_nine_areas_have_many_valued_aims_with_time_and_condition(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    areas = starter.subjects["focus_area"]
    assert {key: len(area.aims) for key, area in areas.items()} == {
        "it": 2,
        "planning": 1,
        "information": 2,
        "business": 2,
        "administration": 6,
        "environment": 3,
        "property": 1,
        "social": 1,
        "education": 3,
    }
    assert all(area.state and area.direction for area in areas.values())
    conditions = {key: [aim.condition["sv"] for aim in area.aims if aim.condition] for key, area in areas.items()}
    assert {key: found for key, found in conditions.items() if found} == {
        "planning": ["minst tre av kommunerna deltar"],
        "business": ["närheten och det lokala ansvaret är grunden"],
        "administration": ["först när PA-funktionernas styr- och ledningsroller har stärkts"] * 2,
        "environment": ["decentraliserad placering i varje kommun"],
    }


def test_cooperation_that_exists_has_no_guessed_participant(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    facts = {key: (one.status, one.participants, one.host, one.legal_form) for key, one in starter.arrangements.items()}
    names = ("it", "gis_mbk", "websites", "tourism", "learning_centres", "administration", "education")
    assert facts == dict.fromkeys(names, ("active", None, None, None))


def test_union_group_has_fifteen_seats(region: RegionFiles) -> None:
    seat = region.definition.bodies["union_group"].seats["union_representative"]

    assert (seat.per, seat.count, seat.organisations) == ("municipality", 3, ("Kommunal", "TCO", "SACO"))
    assert (seat.count or 0) * len(FIVE) == 15


def test_questionnaire_asks_three_alternatives_side_by_side(region: RegionFiles) -> None:
    items = region.definition.questionnaires["three_alternatives"].items

    assert {key: item.kind for key, item in items.items()} == {
        "accounting": "choice",
        "costs": "grid",
        "staffing": "grid",
        "resources": "sections",
        "service_quality": "sections",
        "ambition": "sections",
        "cost_sharing": "sections",
        "follow_up": "points",
    }
    assert {key: list(item.columns) for key, item in items.items() if item.columns} == {
        "costs": ["own", "cooperating", "merged"],
        "staffing": ["own", "cooperating", "merged"],
    }
    assert {key: row.assumed for key, row in items["costs"].rows.items()} == {
        "personnel": True,
        "premises": True,
        "purchased": True,
        "other_costs": True,
        "income": False,
    }
    assert {key: one.needs_words for key, one in items["accounting"].options.items()} == {
        "yes": False,
        "partly": True,
        "no": True,
    }


def test_invented_figures_fit_the_form_and_leave_gaps(region: RegionFiles) -> None:
    demonstration, model = region.demonstration, region.definition.questionnaires["three_alternatives"]
    schema = answer_schema(compile_questionnaire("three_alternatives", model, "member", 1, {}))

    assert demonstration is not None
    assert [(one.back, one.state, one.filling, len(one.answers)) for one in demonstration.rounds] == [
        (1, "finished", "nothing_to_report", 5),
        (0, "open", "not_opened", 7),
    ]
    for one in demonstration.rounds:
        for answer in one.answers:
            assert answer.party in FIVE
            for key in ("accounting", "costs", "staffing"):
                allowed = schema["properties"][key]["properties"]
                assert set(answer.items.get(key, {})) <= set(allowed)
            for row, cells in answer.items.get("costs", {}).get("cells", {}).items():
                assert row in model.items["costs"].rows
                assert set(cells) <= set(model.items["costs"].columns)
    drafts = [answer for answer in demonstration.rounds[1].answers if answer.state == "draft"]
    assert all("merged" not in cells for answer in drafts for cells in answer.items["costs"]["cells"].values())


def test_every_fact_of_the_list_is_in_the_plugin() -> None:
    assert fact_lists.unsaid(samverk_kobyt, "sv", (*FIVE, "se-0584")) == []
