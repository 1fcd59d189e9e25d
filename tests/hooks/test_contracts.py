"""The conformance kit calls every hook of a plugin with generated values, and looks at what the plugin imports."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.regions import ring

from samverk import registry, testing
from samverk.plugin import AnswerProblem, SummaryLine, hookimpl

told: list[str] = []


def good(form: Any) -> list[AnswerProblem]:
    return [AnswerProblem(item, {"nb": "For langt."}) for item, one in form.answers.items() if len(one["text"]) > 1000]


def raising(form: Any) -> list[AnswerProblem]:
    return [AnswerProblem("economy", {"nb": form.answers["economy"]["text"]})]


def wrong(form: Any) -> list[AnswerProblem]:
    return "nothing"  # type: ignore[return-value]


def telling(form: Any) -> list[AnswerProblem]:
    told.append(form.subject)
    return [AnswerProblem("economy", {"nb": one}) for one in told[-3:]]


def leaking(forms: Any) -> list[SummaryLine]:
    told.extend(form.party for form in forms)
    return [SummaryLine(" ".join(sorted(set(told))), "nb")]


@pytest.mark.parametrize(
    ("hook", "work", "rules"),
    [
        ("samverk_answer_problems", good, []),
        ("samverk_answer_problems", raising, ["hook-contract"]),
        ("samverk_answer_problems", wrong, ["hook-contract"]),
        ("samverk_answer_problems", telling, ["isolation"]),
        ("samverk_summary", leaking, ["isolation"]),
    ],
)
def test_a_hook_that_does_not_keep_its_contract_is_named(hook: str, work: Callable[..., Any], rules: list[str]) -> None:
    told.clear()
    plugin = registry.load("ring", SimpleNamespace(samverk_region=ring.samverk_region, **{hook: hookimpl(work)}))

    found = testing.hook_faults(plugin)

    assert [(one.path, one.rule) for one in found] == [(hook, rule) for rule in rules]


def test_the_regions_of_ours_keep_theirs() -> None:
    assert [fault for plugin in registry.discover().plugins() for fault in testing.hook_faults(plugin)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from samverk.plugin import Region\nimport samverk.plugin\nimport datetime\nfrom . import rules\n", []),
        ("from samverk import guard\n", [("one-door", "samverk.guard")]),
        ("import samverk.database as d\n", [("one-door", "samverk.database")]),
        ("def f():\n    from samverk.people.model import Person\n", [("one-door", "samverk.people.model")]),
        ("def f(:\n", [("syntax", "invalid syntax")]),
    ],
)
def test_a_plugin_goes_through_one_door(text: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text(text, "utf-8")

    faults = testing.import_faults(tmp_path)

    assert [one.rule for one in faults] == [rule for rule, _words in found]
    assert [words for (_rule, words), one in zip(found, faults, strict=True) if words not in one.message] == []
