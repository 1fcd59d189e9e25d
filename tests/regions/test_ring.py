"""The invented region loads as a plugin and uses all that a region's files can say: core's tests lean on it.

What is said when files are broken is in `test_malformed.py`.
"""

import pytest
from tests.regions import ring

from samverk import registry
from samverk.reference.places import load_places
from samverk.regions.checks import RULE_FORMS
from samverk.regions.loader import PlaceNames, RegionFiles, schema

FOUR = ("no-5530", "no-5526", "no-5528", "no-5522")


@pytest.fixture(scope="module")
def region() -> RegionFiles:
    register = load_places()
    places = PlaceNames(lambda key: register.by_key(key) is not None, register.nearest)
    return registry.load("ring", ring).files(places)


def test_ring_is_a_plugin_in_three_languages(region: RegionFiles) -> None:
    definition, starter = region.definition, region.starter

    assert starter is not None
    assert (definition.key, starter.slug, definition.country) == ("ring", "ring", "NO")
    assert definition.locales == ("nb", "nn", "sv")
    assert starter.sets["ring"].members == FOUR


def test_every_kind_of_item_and_form_of_rule_is_used(region: RegionFiles) -> None:
    questionnaires, wheel = region.definition.questionnaires, region.definition.wheel
    kinds = {item.kind for key in ("host", "partner") for item in questionnaires[key].items.values()}
    forms = {form for entry in wheel.values() for form in RULE_FORMS if getattr(entry.rule, form) is not None}
    bodies = {body.kind for body in region.definition.bodies.values()}

    assert kinds == set(schema("region")["$defs"]["item"]["properties"]["kind"]["enum"])
    assert forms == set(RULE_FORMS)
    assert bodies == set(schema("region")["$defs"]["body"]["properties"]["kind"]["enum"])
    assert {item.rule.effect for item in questionnaires["partner"].items.values() if item.rule} == {"show", "require"}


def test_cycles_cover_both_roles_of_an_arrangement_and_the_member(region: RegionFiles) -> None:
    cycles = region.definition.cycles

    assert {
        key: (cycle.every, cycle.subjects.kind, tuple(cycle.forms), cycle.approval) for key, cycle in cycles.items()
    } == {
        "quarter": ("quarter", "arrangement", ("host", "partner"), False),
        "direction": ("year", "region", ("member",), True),
    }


def test_invented_arrangements_are_marked_and_of_every_status(region: RegionFiles) -> None:
    starter = region.starter

    assert starter is not None
    facts = {
        key: (
            one.status,
            one.mark,
            len(starter.sets[one.participants.set].members) if one.participants and one.participants.set else None,
            one.host.party if one.host else None,
        )
        for key, one in starter.arrangements.items()
    }
    assert facts == {
        "fire": ("active", "demonstration", 4, "no-5530"),
        "library": ("active", "demonstration", 3, "no-5528"),
        "lawyer": ("tentative", "demonstration", None, None),
        "ferry": ("proposed", "demonstration", None, None),
    }


def test_no_municipality_is_shared_with_a_region_of_the_world() -> None:
    starters = {plugin.key: plugin.files().starter for plugin in registry.discover().plugins()}
    members = {
        key: {member for group in starter.sets.values() for member in group.members}
        for key, starter in starters.items()
        if starter is not None
    }

    assert set(members) >= {"insam_nordgudbrandsdal", "knutepunkt_sorlandet", "kobyt", "varnesregionen"}
    assert [key for key, found in members.items() if not found.isdisjoint(FOUR)] == []
