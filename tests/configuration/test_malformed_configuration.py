"""Configurations that are none (G2): each is refused at once, with its place in words, a rule, in the asked language.

`SAMVERK_TEST_SCALE=5` makes a thousand; `SAMVERK_TEST_SEED` repeats a run.
"""

import copy
import functools
import random
import re
import time
from typing import Any

import pytest
from tests import in_words, scale
from tests.regions import mutations

from samverk import i18n, registry
from samverk.configuration import meaning, walk
from samverk.configuration.meaning import Finding, Known
from samverk.configuration.walk import Around
from samverk.regions import overlay

SECONDS, FIGURE = 1.0, 200
INSAM = "insam_nordgudbrandsdal"
KNOWN = Known((2026, 2027), frozenset({"members"}), frozenset({"innlandet_county"}), {("bodies", "directors"): "…"})
HOST, PARTNER = "questionnaires.host.items", "questionnaires.partner.items"

# (what is put where, None takes it away; the way in words, the field to mend, the rule)
CASES: dict[str, tuple[str, Any, str, str, str]] = {
    "no name": ("name", None, "", "", "required"),
    "name without a language": ("name", {}, "Namn på modellen", "name", "minProperties"),
    "name in no language of ours": ("name.da", "INSAM", "Namn på modellen", "name.da", "additionalProperties"),
    "name without the leading language": ("name.nn", None, "Namn på modellen", "name", "leading-language"),
    "no language": ("locales", [], "Språk", "locales", "minItems"),
    "a language twice": ("locales", ["nn", "nn"], "Språk", "locales", "uniqueItems"),
    "another schema": ("schema_version", 2, "Versjon av formatet", "schema_version", "const"),
    "no such table": ("wheels", {}, "wheels", "wheels", "additionalProperties"),
    "a key with a capital": ("layers.Region", {"name": {"nn": "x"}}, "Lag", "", "format"),
    "an election year in letters": ("election_years.first", "2023", "Valår", "election_years.first", "type"),
    "an election year long ago": ("election_years.first", 1023, "Valår", "election_years.first", "minimum"),
    "elections too seldom": ("election_years.every", 40, "Valår", "election_years.every", "maximum"),
    "a rule of adoption that is none": ("adoption_rule", "al", "Regel for felles dokument", "adoption_rule", "enum"),
    "a body of no kind": ("bodies.directors.kind", "admin", "Organ", "kind", "enum"),
    "a body without name": ("bodies.directors.name", None, "Organ", "", "required"),
    "a seat of no post": ("bodies.representantskap.seats.mayor.post", "mayo", "Organ", "post", "known"),
    "a seat among itself": ("bodies.representantskap.seats.mayor.among", "mayor", "Organ", "among", "can-be-filled"),
    "a seat among nobody": ("bodies.representantskap.seats.mayor.among", "major", "Organ", "among", "known"),
    "a body of itself": ("bodies.directors.seats.x", {"of_body": "directors"}, "Organ", "of_body", "can-be-filled"),
    "a party that is none": ("bodies.representantskap.seats.county.parties", ["x"], "Organ", "parties", "known"),
    "a body that ends first": ("bodies.directors.valid_to", "2020-13-01", "Organ", "valid_to", "format"),
    "a body in use": ("bodies.directors", None, "Organ", "bodies", "in-use"),
    "a question twice the same number": (f"{HOST}.budget.order", 1, "Spørjeskjema", "items", "numbered"),
    "a question beside nothing": (f"{PARTNER}.delivery.pairs_with", "host.x", "Spørjeskjema", "pairs_with", "known"),
    "a choice without choices": (f"{HOST}.budget.kind", "choice", "Spørjeskjema", "", "kind-needs"),
    "a placeholder that is none": (f"{HOST}.budget.text.nn", "{kvartal}?", "Spørjeskjema", "text.nn", "placeholder"),
    "asked in a thirteenth period": (f"{HOST}.budget.asked_in", [13], "Spørjeskjema", "asked_in.0", "maximum"),
    "a cycle of no body": ("cycles.insam.body", "director", "Syklus", "body", "known"),
    "a cycle of a set that is none": ("cycles.insam.members", "alle", "Syklus", "members", "known"),
    "an hour that is none": ("cycles.insam.starts_at", "25:00", "Syklus", "starts_at", "calendar"),
    "answers after the meeting": (
        "wheel.insam_answers.rule", {"after": "insam_meeting", "days": 2}, "Syklus", "dates.answers", "dates-in-order",
    ),
    "an entry in no layer": ("wheel.insam_meeting.layer", "fylke", "Oppføringar", "layer", "known"),
    "two rules at once": ("wheel.council_report.rule.quarters", [1], "Oppføringar", "rule", "one-rule"),
    "no rule": ("wheel.council_report.rule", {}, "Oppføringar", "rule", "minProperties"),
    "a day of no year": ("wheel.council_report.rule.date", "02-30", "Oppføringar", "rule.date", "calendar"),
    "entries in a circle": (
        "wheel.insam_meeting.rule", {"before": "insam_open", "days": 1}, "Oppføringar", "", "acyclic",
    ),
    "a term without its plural": ("terms.insam_meeting.nn.pl", None, "Termar", "nn.pl", "term-forms"),
    "a source that is none": (f"{HOST}.budget.source", "report", "Spørjeskjema", "source", "known"),
}  # fmt: skip


@functools.cache
def delivered(plugin: str) -> dict[str, Any]:
    return overlay.data_of(next(one.definition for one in registry.discover().plugins() if one.key == plugin))


def found_in(data: dict[str, Any], locale: str) -> tuple[Finding, ...]:
    with i18n.using(locale):
        return meaning.findings(data, Around(data, locale), KNOWN)


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_with_its_place_and_the_field_that_mends_it(name: str) -> None:
    where, value, way, field, rule = CASES[name]
    data = copy.deepcopy(delivered(INSAM))
    path = tuple(where.split("."))
    data = walk.with_value(data, path, value)

    found = found_in(data, "nn")

    fitting = [one for one in found if one.rule == rule and (not field or one.field == field)]
    assert fitting, found
    assert fitting[0].way[:1] == () if not way else fitting[0].way[0].startswith(way), fitting[0].way
    assert [one.message for one in found if not in_words.is_in("nn", one.message)] == []


def test_generated_configurations_are_refused_in_time_and_in_words() -> None:
    plugins = sorted(one.key for one in registry.discover().plugins())
    seed, wanted, refused, slowest, number = scale.seed(), scale.count(FIGURE), 0, 0.0, 0

    while refused < wanted:
        assert number < wanted * 4, f"seed {seed}: too many are valid"
        chance = random.Random(f"{seed}/configuration/{number}")
        number += 1
        data, locale = copy.deepcopy(delivered(chance.choice(plugins))), chance.choice(in_words.LANGUAGES)
        change = chance.choice(mutations.TREE)
        done = f"seed {seed}, case {number}: {change.__name__}: {change(data, chance)}"
        began = time.thread_time()
        found = found_in(data, locale)
        took = time.thread_time() - began
        slowest = max(slowest, took)
        assert took <= SECONDS, f"{done[:300]}: {took:.2f} s"
        for one in found:
            assert one.message, done[:300]
            assert one.rule, (done[:300], one)
            assert in_words.is_in(locale, one.message), (done[:300], locale, one)
            assert "Traceback" not in one.message and len(one.message) < 1_500, done[:300]
            assert all(re.search(r"\S", word) for word in one.way), (done[:300], one)
        refused += bool(found)

    print(f"configurations: seed {seed}, {refused} refused of {number}, slowest {slowest:.3f} s")
    scale.made("G2", "configurations", refused, wanted, seed)
