"""A questionnaire as one round asks it: compiled with its placeholders filled, and answers held against it.

Pure: knows no database and no request. What a form looks like is in its template; points are `points`'s.
An answer is one mapping by kind:
text, summary {"text": …} or {"nothing": true} · sections {"parts": {part: {"text": …} or {"nothing": true}}} ·
proposal {"has": "yes", "text": …} or {"has": "no"} · choice {"choice": key, "text"?} ·
decimal, integer, money, scale {"value": "12.50", "text"?} or {"nothing": true} · date {"date": "2026-09-01"} ·
grid {"cells": {row: {column: "12.50"}}}. Numbers are decimal strings. A missing key is not answered.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785

from samverk.i18n import decimal_mark
from samverk.regions.definition import Item, LocalText, Part, Questionnaire, in_locale
from samverk.regions.placeholders import fill

MAX_TEXT = 20_000
NUMBERS = ("decimal", "integer", "money", "scale")
WORDS = ("text", "summary")


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part, option, row or column, in the order it is shown."""

    key: str
    text: LocalText
    help: LocalText | None = None
    needs_words: bool = False
    unit: str | None = None
    group: str | None = None
    mark: str | None = None


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question with its placeholders filled."""

    key: str
    number: int
    kind: str
    text: LocalText
    help: LocalText | None = None
    unit: str | None = None
    warning: LocalText | None = None
    pairs_with: str | None = None
    carry: bool = True
    required: bool = False
    reactions: bool = False
    principle: bool = False
    words: bool = False
    parts: tuple[Choice, ...] = ()
    options: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    low: LocalText | None = None
    high: LocalText | None = None
    shown_when: tuple[str, tuple[str, ...], str] | None = None
    mark: str | None = None
    translated: tuple[str, ...] = ()

    @property
    def may_be_nothing(self) -> bool:
        """True for kinds where 'nothing to report' is an answer of its own."""
        return self.kind in (*WORDS, "sections", "date", *NUMBERS, "choice", "grid")


class Pinned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A questionnaire as pinned by a round."""

    key: str
    role: str
    title: LocalText
    questions: tuple[Question, ...]
    intro: LocalText | None = None

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 over the canonical JSON of the whole (architecture, decision 22)."""
        return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(self))).hexdigest()

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)


def _filled(text: LocalText | None, fills: Mapping[str, Mapping[str, str]]) -> LocalText | None:
    if text is None:
        return None
    return {locale: fill(words, fills.get(locale, {})) for locale, words in text.items()}


def _choices(parts: Mapping[str, Any], fills: Mapping[str, Mapping[str, str]]) -> tuple[Choice, ...]:
    ordered = sorted(enumerate(parts.items()), key=lambda entry: (entry[1][1].order, entry[0]))
    return tuple(
        Choice(
            key,
            _filled(part.text, fills) or {},
            _filled(part.help, fills),
            getattr(part, "needs_words", False),
            part.unit if isinstance(part, Part) else None,
            part.group if isinstance(part, Part) else None,
            part.mark,
        )
        for _position, (key, part) in ordered
    )


def compile_questionnaire(
    key: str,
    questionnaire: Questionnaire,
    role: str,
    period: int,
    fills: Mapping[str, Mapping[str, str]],
    left_out: frozenset[str] = frozenset(),
) -> Pinned:
    """Return the questionnaire as this period asks it.

    `fills` is {locale: {placeholder: value}}; questions that the model asks in other periods, and those in
    `left_out`, are not part of it. Numbers stay those of the model, so that item 4 is item 4 in every quarter.
    """
    questions = []
    for item_key, item in questionnaire.in_order():
        if item_key in left_out or (item.asked_in and period not in item.asked_in):
            continue
        questions.append(_question(item_key, item, fills))
    return Pinned(
        key, role, _filled(questionnaire.title, fills) or {}, tuple(questions), _filled(questionnaire.intro, fills)
    )


def _question(key: str, item: Item, fills: Mapping[str, Mapping[str, str]]) -> Question:
    return Question(
        key,
        item.order,
        item.kind,
        _filled(item.text, fills) or {},
        _filled(item.help, fills),
        item.unit,
        _filled(item.warning, fills),
        item.pairs_with,
        item.carry,
        item.required,
        item.reactions,
        item.principle,
        item.words,
        _choices(item.parts, fills),
        _choices(item.options, fills),
        _choices(item.rows, fills),
        _choices(item.columns, fills),
        _filled(item.poles.low, fills) if item.poles else None,
        _filled(item.poles.high, fills) if item.poles else None,
        (item.rule.item, item.rule.is_, item.rule.effect) if item.rule else None,
        item.mark,
        item.translated,
    )


def answer_schema(pinned: Pinned) -> dict[str, Any]:
    """Return the JSON Schema of the answers, in the subset where both validators agree."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:samverk:answers:{pinned.content_hash}",
        "type": "object",
        "properties": {question.key: _question_schema(question) for question in pinned.questions},
        "additionalProperties": False,
    }


def _text_schema() -> dict[str, Any]:
    return {"type": "string", "maxLength": MAX_TEXT}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _question_schema(question: Question) -> dict[str, Any]:
    nothing = {"nothing": {"const": True}}
    words = {"text": _text_schema()}
    number = {"type": "string", "minLength": 1, "maxLength": 40}
    match question.kind:
        case "text" | "summary":
            return _closed(words | nothing)
        case "sections":
            part = _closed(words | nothing)
            return _closed({"parts": _closed({choice.key: part for choice in question.parts})} | nothing)
        case "proposal":
            return _closed(words | {"has": {"enum": ["yes", "no"]}})
        case "choice":
            keys = [choice.key for choice in question.options]
            return _closed(words | nothing | {"choice": {"enum": keys}})
        case "date":
            return _closed(words | nothing | {"date": {"type": "string", "format": "date"}})
        case "grid":
            cells = _closed({column.key: number for column in question.columns})
            return _closed({"cells": _closed({row.key: cells for row in question.rows})} | words | nothing)
        case "points":
            return _closed(words | nothing)
        case _:
            return _closed(words | nothing | {"value": number})


def is_answered(question: Question, answer: Mapping[str, Any] | None) -> bool:
    """Say whether a question has an answer; 'nothing to report' is one, an empty text is not.

    >>> is_answered(Question("a", 1, "text", {}), {"nothing": True})
    True
    >>> is_answered(Question("a", 1, "text", {}), {"text": "  "})
    False
    """
    if not answer:
        return False
    if answer.get("nothing"):
        return True
    match question.kind:
        case "sections":
            parts = answer.get("parts", {})
            return bool(parts) and all(_part_answered(parts.get(choice.key)) for choice in question.parts)
        case "proposal":
            return answer.get("has") == "no" or (answer.get("has") == "yes" and bool(answer.get("text", "").strip()))
        case "choice":
            return bool(answer.get("choice"))
        case "date":
            return bool(answer.get("date"))
        case "grid":
            return any(answer.get("cells", {}).values())
        case "text" | "summary" | "points":
            return bool(answer.get("text", "").strip())
        case _:
            return bool(answer.get("value"))


def _part_answered(part: Mapping[str, Any] | None) -> bool:
    return bool(part) and bool(part.get("nothing") or part.get("text", "").strip())  # type: ignore[union-attr]


def is_shown(question: Question, answers: Mapping[str, Any]) -> bool:
    """Say whether a question with a rule is asked, given the other answers."""
    if question.shown_when is None or question.shown_when[2] != "show":
        return True
    item, choices, _effect = question.shown_when
    return answers.get(item, {}).get("choice") in choices


def is_required(question: Question, answers: Mapping[str, Any]) -> bool:
    """Say whether a form cannot be submitted without an answer to this question."""
    if not is_shown(question, answers):
        return False
    if question.shown_when is not None and question.shown_when[2] == "require":
        item, choices, _effect = question.shown_when
        return answers.get(item, {}).get("choice") in choices
    return question.required


def blanks(pinned: Pinned, answers: Mapping[str, Any]) -> tuple[Question, ...]:
    """Return the questions without an answer, in order; for the page before submission."""
    return tuple(
        question
        for question in pinned.questions
        if question.kind != "points"
        and is_shown(question, answers)
        and not is_answered(question, answers.get(question.key))
    )


def words_of(
    question: Question, answer: Mapping[str, Any] | None, locale: str
) -> tuple[tuple[Choice | None, str, bool], ...]:
    """Return what was said as (part or None, words, is nothing to report), numbers written as the language does.

    For pages and papers, where each piece stands by itself. Empty when not answered.
    """
    if not answer:
        return ()
    if answer.get("nothing"):
        return ((None, "", True),)
    match question.kind:
        case "sections":
            parts = answer.get("parts", {})
            return tuple(
                (choice, parts[choice.key].get("text", ""), bool(parts[choice.key].get("nothing")))
                for choice in question.parts
                if _part_answered(parts.get(choice.key))
            )
        case "choice":
            chosen = next((option for option in question.options if option.key == answer.get("choice")), None)
            return ((chosen, answer.get("text", ""), False),) if chosen else ()
        case "proposal":
            return ((None, answer.get("text", ""), answer.get("has") == "no"),) if answer.get("has") else ()
        case "date":
            return ((None, " ".join(filter(None, (answer.get("date"), answer.get("text")))), False),)
        case "grid":
            return _grid_words(question, answer, locale)
        case "text" | "summary" | "points":
            return ((None, answer["text"], False),) if answer.get("text", "").strip() else ()
        case _:
            unit = f" {question.unit}" if question.unit else ""
            words = answer.get("text", "")
            value = answer.get("value")
            return (
                ((None, f"{_written(value, locale)}{unit}" + (f"\n{words}" if words else ""), False),) if value else ()
            )


def _written(value: str, locale: str) -> str:
    """Write a stored number as the language does.

    >>> _written("-1.5", "sv")
    '−1,5'
    """
    return value.replace("-", "−").replace(".", decimal_mark(locale))


def _grid_words(
    question: Question, answer: Mapping[str, Any], locale: str
) -> tuple[tuple[Choice | None, str, bool], ...]:
    """Return a line for each row that was filled in, each number after its column; a missing one is no zero."""
    found: list[tuple[Choice | None, str, bool]] = []
    for row in question.rows:
        cells = answer.get("cells", {}).get(row.key, {})
        if cells:
            lines = []
            for column in question.columns:
                value = _written(cells[column.key], locale) if column.key in cells else "–"
                lines.append(f"{in_locale(column.text, locale)[0]}: {value}")
            found.append((row, "\n".join(lines), False))
    if answer.get("text", "").strip():
        found.append((None, answer["text"], False))
    return tuple(found)
