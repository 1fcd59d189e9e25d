"""What crosses between the product and a plugin's process: the bytes of a call, the bytes of an answer, their bounds.

Nothing that comes back is trusted: size, number, types, and the characters of each text are looked at here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import msgspec

from samverk import hookspecs

MAX_BYTES = 1_000_000
MAX_ITEMS = 10_000
TOLD_ONLY = frozenset({"samverk_response_submitted"})
"""Hooks that are told something and return nothing."""

RESULTS: dict[str, type] = {
    "samverk_answer_problems": hookspecs.AnswerProblem,
    "samverk_summary": hookspecs.SummaryLine,
    "samverk_report_sections": hookspecs.ReportSection,
    "samverk_calendar_entries": hookspecs.CalendarEntry,
    "samverk_analyses": hookspecs.Analysis,
    "samverk_report_formats": hookspecs.ReportFormat,
}
_PROMISED: dict[str, Any] = {hook: tuple.__class_getitem__((kind, ...)) for hook, kind in RESULTS.items()}
ARGUMENTS: dict[str, Any] = {
    "form": hookspecs.AnsweredForm,
    "forms": tuple[hookspecs.AnsweredForm, ...],
    "kind": str,
    "year": int,
}
LOCALES = frozenset({"nb", "nn", "sv", "en"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")

FaultKind = Literal["raised", "late", "wrong_type", "too_large", "ended", "not_started"]


@dataclass(frozen=True, slots=True)
class HookFault:
    """What went wrong in a call. `words` are for the log: the type of an exception and its place, never its text."""

    hook: str
    kind: FaultKind
    words: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a call gave: values, or nothing and the fault. `is_counted` is False where the plugin was never asked."""

    values: tuple[Any, ...] = ()
    fault: HookFault | None = None
    is_counted: bool = True


class Hello(msgspec.Struct, frozen=True):
    """The first message to a process: what to import, and where modules are looked for."""

    key: str
    module: str
    attribute: str
    path: list[str]


class Ready(msgspec.Struct, frozen=True):
    """The answer to it: the hooks that the plugin has and its folder, or why it cannot be used."""

    hooks: list[str] = []
    folder: str = ""
    fault: str = ""


class Question(msgspec.Struct, frozen=True):
    """One call."""

    hook: str
    seconds: float
    given: dict[str, msgspec.Raw]


class Reply(msgspec.Struct, frozen=True):
    """One answer; the result is read in a second step, when its size is known."""

    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    kind: str = ""
    words: str = ""


# Made here, while one thread imports: two that make one for the first time at once end the process (ran).
READY = msgspec.msgpack.Decoder(Ready)
_REPLY = msgspec.msgpack.Decoder(Reply)
_KINDS: frozenset[str] = frozenset(get_args(FaultKind))
for _kind in _PROMISED.values():
    msgspec.msgpack.Decoder(_kind)


def question(hook: str, given: Mapping[str, Any], seconds: float) -> bytes:
    """Return the bytes of a call."""
    raw = {name: msgspec.Raw(msgspec.msgpack.encode(value)) for name, value in given.items()}
    return msgspec.msgpack.encode(Question(hook, seconds, raw))


def read(hook: str, raw: bytes) -> Heard:
    """Read the bytes of an answer; whatever is not as the hook promises is a fault."""
    try:
        reply = _REPLY.decode(raw)
        if reply.kind:
            kind = reply.kind if reply.kind in _KINDS else "wrong_type"
            return Heard((), HookFault(hook, cast(FaultKind, kind), reply.words[:300]))
        plain = msgspec.msgpack.decode(reply.result)
        if hook in TOLD_ONLY:
            return Heard() if plain is None else _wrong(hook, "this hook returns nothing")
        if _count(plain) > MAX_ITEMS:
            return Heard((), HookFault(hook, "too_large", f"more than {MAX_ITEMS} items"))
        values: tuple[Any, ...] = msgspec.convert(plain, _PROMISED[hook])
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
        return _wrong(hook, type(error).__name__)
    why = _unclean(plain) or next((said for value in values if (said := _meaningless(value))), "")
    return _wrong(hook, why) if why else Heard(values)


def _wrong(hook: str, words: str) -> Heard:
    return Heard((), HookFault(hook, "wrong_type", words))


def _count(value: Any) -> int:
    found, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        found += 1
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return found


def _unclean(value: Any) -> str:
    """Say why a text cannot be shown or stored: it holds a control character."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _CONTROL.search(one):
            return "a text holds a control character"
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return ""


def _meaningless(value: Any) -> str:
    """Say why a value of the right type cannot be meant: a text in no language, an end before its beginning."""
    match value:
        case hookspecs.AnswerProblem(_, words) | hookspecs.Analysis(_, words):
            return _no_text(words)
        case hookspecs.SummaryLine():
            return "" if value.language in LOCALES else "a language that is not known"
        case hookspecs.ReportSection(heading, paragraphs):
            return next((why for line in (heading, *paragraphs) if (why := _meaningless(line))), "")
        case hookspecs.CalendarEntry():
            return _no_text(value.name) or ("the end is before the beginning" if value.ends < value.begins else "")
        case _:
            return ""


def _no_text(words: Mapping[str, str]) -> str:
    return "" if words and words.keys() <= LOCALES else "a text without a known language"
