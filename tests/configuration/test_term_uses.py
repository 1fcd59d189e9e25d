"""Where the interface asks for terms, read from sources: what is found, what is guessed and what is not."""

import pytest
from jinja2 import Environment

from samverk.configuration import term_sources, term_uses
from samverk.configuration.term_sources import Asked
from samverk.regions.definition import TermForms
from samverk.regions.terms import Vocabulary

TEMPLATES = {
    '{{ t("host") }}': [("host", "sg", False)],
    '{{ T("round", "pl") }}': [("round", "pl", True)],
    '{% for role in ("partner", "observer") %}{{ T(role, "pl") }}{% endfor %}': [
        ("partner", "pl", True),
        ("observer", "pl", True),
    ],
    '{% if form.role in ("host", "partner") %}{{ t(form.role) }}{% endif %}': [
        ("host", "sg", False),
        ("partner", "sg", False),
    ],
    '{% if form.role in ("host", "partner") %}{% else %}{{ t(form.role) }}{% endif %}': [("", "sg", False)],
    '{{ t(x.records, "pl") if x.records == "notes" else t("minutes") }}': [
        ("notes", "pl", False),
        ("minutes", "sg", False),
    ],
    "{{ t(role) }}": [("", "sg", False)],
    '{{ t("host", form) }}': [("host", "", False)],
    "{{ tt(1) }}{{ one.t }}": [],
}
MODULES = {
    'x = scope.words.title("host")': [("host", "sg", True)],
    'x = scope.vocabulary(locale).form("round", "pl_def")': [("round", "pl_def", False)],
    'x = vocabulary.form("host") if y else words.form("partner")': [("host", "sg", False), ("partner", "sg", False)],
    'if role in ("host", "partner"):\n    x = scope.words.form(role)': [
        ("host", "sg", False),
        ("partner", "sg", False),
    ],
    'x = "" if role == "host" else scope.words.form(role)': [("", "sg", False)],
    'x = call.form("a") + planning.title(planned) + "word".title()': [],
}


@pytest.mark.parametrize("source", TEMPLATES)
def test_a_template_asks_for(source: str) -> None:
    found = term_sources.in_template(source, Environment()).calls
    assert [asked for _line, asked in found] == [Asked(*one) for one in TEMPLATES[source]]


@pytest.mark.parametrize("source", MODULES)
def test_a_module_asks_for(source: str) -> None:
    found = term_sources.in_module(source).calls
    assert [asked for _line, asked in found] == [Asked(*one) for one in MODULES[source]]


def test_only_who_is_responsible_in_the_wheel_is_known_by_what_stands_there() -> None:
    """Another such call hides from the page of the terms; write the possible keys beside it."""
    assert [use.place for use in term_uses.uses() if not use.asked.key] == ["wheel/service.py"]
    assert [use for use in term_uses.uses() if use.asked.form not in term_uses.FORMS] == []


def test_every_place_has_a_name_for_people() -> None:
    words = Vocabulary("nn", {})
    assert [use for use in term_uses.uses() if not term_uses.place_words(use, words)] == []


def test_a_form_that_is_missing_is_named_with_its_place() -> None:
    without = {"papers": {"nn": TermForms(sg="sakspapir", sg_def="sakspapiret", pl="sakspapir")}}

    found = term_uses.missing(Vocabulary("nn", without))

    needing = [use for use in term_uses.uses() if (use.asked.key, use.asked.form) == ("papers", "pl_def")]
    assert "rounds/round.html" in [use.place for use in needing]
    assert found == tuple(f"{use.place}:{use.line} papers pl_def" for use in needing)
    assert term_uses.missing(Vocabulary("nn", {})) == ()


def test_a_word_that_only_the_region_has_is_said_in_its_own_language_to_others() -> None:
    own = {"region_office": {"nn": TermForms(sg="regionkontor", sg_def="regionkontoret")}}

    assert Vocabulary("sv", own).form("region_office", "sg_def") == "regionkontoret"
    with pytest.raises(KeyError):
        Vocabulary("sv", own).form("no_such_term")


def test_sentences_are_the_interface_s_own_and_hold_the_word() -> None:
    words = Vocabulary("nn", {"round": {"nn": TermForms(sg="x1", sg_def="x2", pl="x3", pl_def="x4")}})

    said = [term_uses.said(one, words) for one in term_uses.chosen("round")]

    assert len(said) == term_uses.MOST_SENTENCES
    assert all(word in "".join(said) for word in ("x1", "x2", "x3"))
    assert term_uses.chosen("chief_executive") == ()
