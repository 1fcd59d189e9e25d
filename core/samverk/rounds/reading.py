"""Posted fields become answers, and answers become problems in the person's language, all at once.

The shape is held by the schema that `answering` makes; the words of a fault are here.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import jsonschema_rs

from samverk.errors import Problem
from samverk.i18n import _
from samverk.regions.terms import Vocabulary
from samverk.rounds import answering
from samverk.rounds.questionnaire import NUMBERS, Pinned, Question

_VALIDATORS: dict[str, Any] = {}
STATUSES = ("done", "under_way", "not_started", "will_not_be_done")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")


def number(written: str) -> str | None:
    """Read a number as people here write it; return a decimal string, None when it is not one.

    >>> number("1 234 567,50"), number("−3"), number("tolv")
    ('1234567.50', '-3', None)
    """
    plain = _SPACES.sub("", written).replace("−", "-").replace("–", "-")
    if plain.count(",") == 1 and plain.count(".") == 0:
        plain = plain.replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", plain):
        return None
    try:
        return str(Decimal(plain))
    except InvalidOperation:
        return None


def read_posted(pinned: Pinned, fields: Mapping[str, tuple[str, ...]]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Read the fields `a.<item>…` of a form into answers; foreign ones and unreadable numbers are problems.

    The words of the person are in the answers even when they are faulty, so that nothing is lost.
    """
    answers: dict[str, Any] = {}
    problems: list[Problem] = []
    known: set[str] = set()
    for question in pinned.questions:
        answer = _read_one(question, fields, known, problems)
        if answer:
            answers[question.key] = answer
    for name in fields:
        if name.startswith("a.") and name not in known:
            problems.append(Problem(f"/answers/{name[2:]}", _("The form has no question “%(name)s”.", name=name[2:42])))
    return answers, tuple(problems)


def _read_one(
    question: Question, fields: Mapping[str, tuple[str, ...]], known: set[str], problems: list[Problem]
) -> dict[str, Any]:
    base = f"a.{question.key}"

    def field(suffix: str = "") -> str:
        name = f"{base}{suffix}"
        known.add(name)
        given = fields.get(name)
        return given[-1].strip() if given else ""

    answer: dict[str, Any] = {}
    if field(".nothing"):
        answer["nothing"] = True
    if question.kind == "sections":
        parts: dict[str, Any] = {}
        for part in question.parts:
            words, nothing = field(f".{part.key}"), field(f".{part.key}.nothing")
            if words:
                parts[part.key] = {"text": words}
            elif nothing or answer.get("nothing"):
                parts[part.key] = {"nothing": True}
        answer.pop("nothing", None)
        return {"parts": parts} if parts else {}
    words = field()
    if words:
        answer = {"text": words}
    if question.kind == "proposal" and (has := field(".has")):
        answer["has"] = has
    if question.kind == "choice" and (choice := field(".choice")):
        answer["choice"] = choice
    if question.kind == "date" and (day := field(".date")):
        answer["date"] = day
    if question.kind in NUMBERS and (written := field(".value")):
        answer["value"] = _number(written, f"{base}.value", f"/answers/{question.key}/value", problems)
    if question.kind == "grid":
        cells: dict[str, dict[str, str]] = {}
        for row in question.rows:
            for column in question.columns:
                if written := field(f".{row.key}.{column.key}"):
                    pointer = f"/answers/{question.key}/cells/{row.key}/{column.key}"
                    value = _number(written, f"{base}.{row.key}.{column.key}", pointer, problems)
                    cells.setdefault(row.key, {})[column.key] = value
        if cells:
            answer["cells"] = cells
    if any(key in answer for key in ("text", "choice", "date", "value", "cells", "has")):
        answer.pop("nothing", None)
    return answer


def _number(written: str, field: str, pointer: str, problems: list[Problem]) -> str:
    value = number(written)
    if value is None:
        problems.append(Problem(pointer, _("“%(written)s” is not a number.", written=written[:40]), field=field))
        return written
    return value


def validator(pinned: Pinned, content_hash: str) -> Any:
    """Return the compiled validator of a pinned questionnaire; kept by its content hash."""
    found = _VALIDATORS.get(content_hash)
    if found is None:
        if len(_VALIDATORS) > 512:
            _VALIDATORS.clear()
        schema = answering.answer_schema(pinned)
        found = _VALIDATORS[content_hash] = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return found


def shape_problems(pinned: Pinned, content_hash: str, answers: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Hold answers against the questionnaire's schema and its numbers; empty when they fit."""
    found: list[Problem] = []
    check = validator(pinned, content_hash)
    if not check.is_valid(answers):
        for error in check.iter_errors(answers):
            steps = [str(step) for step in error.instance_path]
            pointer = "/answers" + "".join(f"/{step}" for step in steps)
            found.append(Problem(pointer, _shape_words(error), field=_field(steps)))
            if len(found) >= 100:
                break
    for question in pinned.questions:
        answer = answers.get(question.key)
        if isinstance(answer, Mapping):
            found += _number_problems(question, answer)
    return tuple(found)


def _field(steps: list[str]) -> str | None:
    if not steps:
        return None
    rest = [step for step in steps[1:] if step not in ("parts", "cells", "text")]
    return ".".join(["a", steps[0], *rest])


def _shape_words(error: Any) -> str:
    name = type(error.kind).__name__.removeprefix("ValidationErrorKind_")
    if "MaxLength" in name:
        return _("The text is longer than %(limit)s characters.", limit=answering.MAX_TEXT)
    if "AdditionalProperties" in name:
        return _("The form does not ask for this.")
    if "Enum" in name or "Constant" in name:
        return _("This is not one of the choices.")
    if "Format" in name:
        return _("This is not a date. Write it as 2026-09-30.")
    if "Type" in name:
        return _("This is of the wrong kind.")
    return _("This does not fit the question.")


def _number_problems(question: Question, answer: Mapping[str, Any]) -> list[Problem]:
    found = []
    if question.kind in NUMBERS and isinstance(value := answer.get("value"), str):
        pointer, field = f"/answers/{question.key}/value", f"a.{question.key}.value"
        if number(value) is None:
            found.append(Problem(pointer, _("“%(written)s” is not a number.", written=value[:40]), field=field))
        elif question.kind == "integer" and "." in value:
            found.append(Problem(pointer, _("This must be a whole number."), field=field))
        elif question.kind == "scale" and abs(Decimal(value)) > 3:
            found.append(Problem(pointer, _("The scale goes from −3 to 3."), field=field))
    if question.kind == "grid" and isinstance(cells := answer.get("cells"), Mapping):
        for row, columns in cells.items():
            for column, value in columns.items() if isinstance(columns, Mapping) else ():
                if isinstance(value, str) and number(value) is None:
                    pointer = f"/answers/{question.key}/cells/{row}/{column}"
                    words = _("“%(written)s” is not a number.", written=value[:40])
                    problem = Problem(pointer, words, field=f"a.{question.key}.{row}.{column}")
                    if problem not in found:
                        found.append(problem)
    if question.kind == "date" and isinstance(day := answer.get("date"), str):
        try:
            dt.date.fromisoformat(day)
        except ValueError:
            message = _("This is not a date. Write it as 2026-09-30.")
            found.append(Problem(f"/answers/{question.key}/date", message, field=f"a.{question.key}.date"))
    return found


def readable(answers: Mapping[str, Any], found: tuple[Problem, ...]) -> dict[str, Any]:
    """Return the answers without those whose shape is faulty: they are not read any further.

    A question whose answer is faulty still counts as answered, so that one fault is told once.
    """
    faulty = {problem.pointer.split("/")[2] for problem in found if problem.pointer.count("/") >= 2}
    whole = {key: answer for key, answer in answers.items() if key not in faulty and isinstance(answer, Mapping)}
    return whole | {key: {"nothing": True, "has": "no"} for key in faulty}


def final_problems(pinned: Pinned, answers: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[Problem, ...]:
    """Return what must be answered before a form can be submitted."""
    found = []
    for question in pinned.questions:
        answer = answers.get(question.key)
        if question.kind == "points":
            continue
        if answering.is_required(question, answers) and not answering.is_answered(question, answer):
            message = _(
                "Question %(number)s is not answered. “Nothing to report” is an answer too.", number=question.number
            )
            field = f"a.{question.key}"
            if question.kind == "sections":
                parts = (answer or {}).get("parts", {})
                missing = next((p.key for p in question.parts if p.key not in parts), question.parts[0].key)
                field = f"{field}.{missing}"
            elif question.kind == "proposal":
                field = f"{field}.has"
            found.append(Problem(f"/answers/{question.key}", message, field=field))
        elif question.kind == "proposal" and (answer or {}).get("has") == "yes" and not (answer or {}).get("text"):
            message = _("Say what %(the_proposal)s is.", the_proposal=vocabulary.form("proposal", "sg_def"))
            found.append(Problem(f"/answers/{question.key}/text", message, field=f"a.{question.key}"))
        elif question.kind == "choice" and answer:
            chosen = next((option for option in question.options if option.key == answer.get("choice")), None)
            if chosen is not None and chosen.needs_words and not answer.get("text"):
                message = _("This choice needs words.")
                found.append(Problem(f"/answers/{question.key}/text", message, field=f"a.{question.key}"))
    return tuple(found)


def read_point_answers(
    fields: Mapping[str, tuple[str, ...]], asked: Mapping[str, int]
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Read the fields `p.<point>.status|words|reason` for the points asked ({id: number})."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, values in fields.items():
        if not name.startswith("p."):
            continue
        point_id, _dot, part = name[2:].rpartition(".")
        if point_id not in asked or part not in ("status", "words", "reason"):
            problems.append(Problem(f"/points/{point_id[:40]}", _("The form does not ask for this.")))
            continue
        if value := values[-1].strip():
            found.setdefault(point_id, {})[part] = value
    return found, tuple(problems)


def point_problems(
    given: Mapping[str, Any], asked: Mapping[str, int], vocabulary: Vocabulary, *, final: bool
) -> tuple[Problem, ...]:
    """Return what is wrong with the answers to points; when final, what is missing too."""
    found = []
    for point_id in given:
        if point_id not in asked:
            found.append(Problem(f"/points/{point_id[:40]}", _("The form does not ask for this.")))
    for point_id, number_ in asked.items():
        one = given.get(point_id) or {}
        status, base = one.get("status"), f"p.{point_id}"
        if status is not None and status not in STATUSES:
            message = _(
                "%(Point)s %(number)s: choose one of the four states.", Point=vocabulary.title("point"), number=number_
            )
            found.append(Problem(f"/points/{point_id}/status", message, field=f"{base}.status"))
        if any(len(str(one.get(part, ""))) > answering.MAX_TEXT for part in ("words", "reason")):
            message = _("The text is longer than %(limit)s characters.", limit=answering.MAX_TEXT)
            found.append(Problem(f"/points/{point_id}/words", message, field=f"{base}.words"))
        if not final:
            continue
        if not status:
            message = _("%(Point)s %(number)s: say how it stands.", Point=vocabulary.title("point"), number=number_)
            found.append(Problem(f"/points/{point_id}/status", message, field=f"{base}.status"))
        if not one.get("words"):
            message = _(
                "%(Point)s %(number)s: say in words what was done.", Point=vocabulary.title("point"), number=number_
            )
            found.append(Problem(f"/points/{point_id}/words", message, field=f"{base}.words"))
        if status == "will_not_be_done" and not one.get("reason"):
            message = _(
                "%(Point)s %(number)s: give the reason why it will not be done.",
                Point=vocabulary.title("point"),
                number=number_,
            )
            found.append(Problem(f"/points/{point_id}/reason", message, field=f"{base}.reason"))
    return tuple(found)
