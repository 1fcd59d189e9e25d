"""Bytes that come back from a plugin: whatever they are, they become values as promised, or a fault, and no error."""

import datetime as dt
import random
from typing import Any

import msgspec
import pytest
from tests import scale

from samverk.hooks import values
from samverk.hooks.values import Heard, HookFault, Reply
from samverk.hookspecs import AnswerProblem, CalendarEntry, ReportSection, SummaryLine

DAY = dt.date(2026, 5, 2)
ENTRY = CalendarEntry("fair", "region", {"nb": "Messe"}, DAY, DAY)
GOOD: dict[str, list[Any]] = {
    "samverk_answer_problems": [AnswerProblem("economy", {"nb": "Summen stemmer ikke."})],
    "samverk_summary": [SummaryLine("Bra.", "nb"), SummaryLine("", "sv")],
    "samverk_report_sections": [ReportSection(SummaryLine("Økonomi", "nb"), (SummaryLine("…", "nb"),))],
    "samverk_calendar_entries": [ENTRY],
}


def answer(result: object) -> bytes:
    return msgspec.msgpack.encode(Reply(msgspec.Raw(msgspec.msgpack.encode(result))))


@pytest.mark.parametrize("hook", GOOD)
def test_values_cross_whole(hook: str) -> None:
    assert values.read(hook, answer(GOOD[hook])) == Heard(tuple(GOOD[hook]))


WRONG: dict[str, tuple[str, object, str]] = {
    "no list": ("samverk_summary", {"text": "x", "language": "nb"}, "wrong_type"),
    "field of another type": ("samverk_summary", [{"text": 1, "language": "nb"}], "wrong_type"),
    "field left out": ("samverk_summary", [{"text": "x"}], "wrong_type"),
    "unknown language": ("samverk_summary", [SummaryLine("x", "de")], "wrong_type"),
    "control character": ("samverk_summary", [SummaryLine("a\x00b", "nb")], "wrong_type"),
    "text in no language": ("samverk_answer_problems", [AnswerProblem("economy", {})], "wrong_type"),
    "end before beginning": (
        "samverk_calendar_entries",
        [CalendarEntry("fair", "region", {"nb": "Messe"}, DAY, DAY - dt.timedelta(1))],
        "wrong_type",
    ),
    "no day": (
        "samverk_calendar_entries",
        [{"key": "a", "layer": "b", "name": {"nb": "c"}, "begins": "2026-02-30", "ends": "2026-03-01"}],
        "wrong_type",
    ),
    "wrong deep inside": (
        "samverk_report_sections",
        [{"heading": {"text": "x", "language": "nb"}, "paragraphs": [{"text": "x", "language": None}]}],
        "wrong_type",
    ),
    "too many": ("samverk_summary", [SummaryLine("x", "nb")] * 5_000, "too_large"),
    "something for nothing": ("samverk_response_submitted", 1, "wrong_type"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_not_promised_is_a_fault(name: str) -> None:
    hook, result, kind = WRONG[name]

    heard = values.read(hook, answer(result))

    assert (heard.values, heard.fault and (heard.fault.hook, heard.fault.kind)) == ((), (hook, kind))


def test_random_and_broken_bytes_are_a_fault_and_nothing_else() -> None:
    seed = scale.seed()
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _case in range(scale.count(2_000)):
        hook = chance.choice(sorted(GOOD))
        raw = bytearray(answer(GOOD[hook]))
        for _change in range(chance.randint(1, 4)):
            at = chance.randrange(len(raw))
            match chance.randrange(3):
                case 0:
                    raw[at] = chance.randrange(256)
                case 1:
                    del raw[at : at + chance.randint(1, 8)]
                case _:
                    raw[at:at] = chance.randbytes(chance.randint(1, 8))
            raw = raw or bytearray(b"\x00")
        heard = values.read(hook, bytes(raw))
        assert heard.fault is None or (isinstance(heard.fault, HookFault) and heard.values == ())
        assert all(type(one) is values.RESULTS[hook] for one in heard.values)


def test_deep_nesting_is_a_fault() -> None:
    nested = b"\x91" * 100_000 + b"\xc0"
    raw = msgspec.msgpack.encode({"result": 0, "kind": "", "words": ""}).replace(b"result\x00", b"result" + nested)

    heard = values.read("samverk_summary", raw)

    assert heard.fault is not None
    assert heard.fault.kind == "wrong_type"
