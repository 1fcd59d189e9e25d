"""Posted fields become answers; answers are held against the questionnaire by two validators that agree."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.regions import ring

from samverk import registry
from samverk.rounds import answering, reading
from samverk.rounds.questionnaire import Pinned, compile_questionnaire

MODEL = registry.load("ring", ring).definition


def compiled() -> list[Pinned]:
    found = []
    for cycle in MODEL.cycles.values():
        for form in cycle.forms.values():
            for period in range(1, cycle.periods_a_year + 1):
                body = MODEL.questionnaires[form.questionnaire]
                found.append(compile_questionnaire(form.questionnaire, body, form.role, period, {}))
    return found


PINNED = compiled()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


def likely(pinned: Pinned) -> st.SearchStrategy[dict[str, Any]]:
    """Answers that mostly fit, with something wrong now and then."""
    words = st.fixed_dictionaries({}, optional={"text": st.text(max_size=9), "nothing": st.just(True) | st.booleans()})
    odd = (
        JSON
        | st.fixed_dictionaries({"value": st.text(max_size=6)})
        | st.fixed_dictionaries({"has": st.text(max_size=4)})
    )
    keys = {question.key: words | odd for question in pinned.questions}
    return st.fixed_dictionaries({}, optional=keys | {"foreign": words})


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_both_validators_agree(data: st.DataObject) -> None:
    pinned = data.draw(st.sampled_from(PINNED))
    answers = data.draw(likely(pinned))
    schema = answering.answer_schema(pinned)
    slow = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).is_valid(answers)

    assert reading.validator(pinned, pinned.content_hash).is_valid(answers) == slow


def test_every_kind_is_asked_somewhere() -> None:
    asked = {question.kind for pinned in PINNED for question in pinned.questions}

    assert asked == {
        "text",
        "sections",
        "points",
        "summary",
        "proposal",
        "choice",
        "decimal",
        "integer",
        "money",
        "date",
        "grid",
        "scale",
    }


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1 234 567,50", "1234567.50"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f000", "1000"),
        ("−12", "-12"),
        ("12.5", "12.5"),
        ("0,0", "0.0"),
        ("1,2,3", None),
        ("1e9", None),
        ("12 kr", None),
        ("", None),
        ("٣", None),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, stored: str | None) -> None:
    assert reading.number(written) == stored


def test_the_same_questionnaire_has_the_same_hash_and_another_wording_another() -> None:
    cycle = next(iter(MODEL.cycles.values()))
    form = next(iter(cycle.forms.values()))
    body = MODEL.questionnaires[form.questionnaire]
    one = compile_questionnaire(form.questionnaire, body, form.role, 1, {"nb": {"period": "1. kvartal"}})
    same = compile_questionnaire(form.questionnaire, body, form.role, 1, {"nb": {"period": "1. kvartal"}})
    other = compile_questionnaire(form.questionnaire, body, form.role, 1, {"nb": {"period": "2. kvartal"}})

    assert one.content_hash == same.content_hash
    assert (one.content_hash == other.content_hash) == (one == other)
