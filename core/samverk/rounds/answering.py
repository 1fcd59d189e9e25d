"""What an answer to a pinned question may be, whether it is answered, shown and required, and how it reads in words.

Pure. Points are `points`'s. An answer is one mapping by kind:
text, summary {"text": …} or {"nothing": true} · sections {"parts": {part: {"text": …} or {"nothing": true}}} ·
proposal {"has": "yes", "text": …} or {"has": "no"} · choice {"choice": key, "text"?} ·
decimal, integer, money, scale {"value": "12.50", "text"?} or {"nothing": true} · date {"date": "2026-09-01"} ·
grid {"cells": {row: {column: "12.50"}}}. Numbers are decimal strings. A missing key is not answered.
"""

from collections.abc import Mapping
from typing import Any

from samverk.i18n import decimal_mark
from samverk.regions.definition import in_locale
from samverk.rounds.questionnaire import Choice, Pinned, Question

MAX_TEXT = 20_000


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
