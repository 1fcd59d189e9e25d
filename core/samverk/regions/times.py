"""Checks of dates, times and zones in a region's files: those that are written well and still cannot be.

Names that point to nothing are `checks.py`'s.
"""

import calendar
import datetime as dt
import difflib
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from samverk.errors import RegionFault
from samverk.regions.definition import Definition, WheelRule
from samverk.regions.starter import Span, Starter, When

MONTHS = tuple(name.lower() for name in calendar.month_name if name)


def definition_faults(definition: Definition, file: str) -> Iterator[RegionFault]:
    """Yield rules of the wheel and hours of cycles that no calendar has."""
    for key, entry in definition.wheel.items():
        yield from _rule_faults(entry.rule, f"wheel.{key}.rule", file)
    for key, cycle in definition.cycles.items():
        if cycle.starts_at is not None and not _is_time(cycle.starts_at):
            yield RegionFault(file, f"cycles.{key}.starts_at", f"{cycle.starts_at!r} is no time; write it as 09:00")


def _rule_faults(rule: WheelRule, path: str, file: str) -> Iterator[RegionFault]:
    for month, nth in (rule.nth_in_month or {}).items():
        if month.lower() not in MONTHS:
            near = difflib.get_close_matches(month.lower(), MONTHS, 1, 0.4)
            message = f"{month!r} is no month in English"
            yield RegionFault(file, f"{path}.nth_in_month.{month}", message, near[0] if near else None)
        if nth == 0:
            message = "count from 1, or -1 for the last"
            yield RegionFault(file, f"{path}.nth_in_month.{month}", message)
    for name, days in (("date", (rule.date,)), ("between", rule.between or ()), ("not_between", _flat(rule))):
        for day in days:
            if day is not None and not _is_month_day(day):
                yield RegionFault(file, f"{path}.{name}", f"{day!r} is no day of any year")
    if rule.span is not None and rule.span[0] > rule.span[1]:
        yield RegionFault(file, f"{path}.span", "the span ends before it begins")


def _flat(rule: WheelRule) -> tuple[str, ...]:
    return tuple(day for pair in rule.not_between for day in pair)


def _is_month_day(written: str) -> bool:
    try:
        dt.date.fromisoformat(f"2024-{written}")  # a leap year, so that 02-29 is a day
    except ValueError:
        return False
    return True


def _is_time(written: str) -> bool:
    try:
        dt.time.fromisoformat(written)
    except ValueError:
        return False
    return len(written) == 5


def starter_faults(starter: Starter, file: str) -> Iterator[RegionFault]:
    """Yield a zone that does not exist, and days that no month has."""
    try:
        ZoneInfo(starter.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield RegionFault(file, "zone", f"there is no time zone {starter.zone!r}")
    for key, event in starter.timeline.items():
        yield from _when_faults(event.on, f"timeline.{key}.on", file)
    for key, document in starter.documents.items():
        for number, version in enumerate(document.versions):
            yield from _when_faults(version.on, f"documents.{key}.versions.{number}.on", file)
        for number, adoption in enumerate(document.adoptions):
            yield from _when_faults(adoption.on, f"documents.{key}.adoptions.{number}.on", file)


def _when_faults(when: When | None, path: str, file: str) -> Iterator[RegionFault]:
    for written in (when.from_, when.to) if isinstance(when, Span) else (when,):
        if written is not None and len(written) == 10:
            try:
                dt.date.fromisoformat(written)
            except ValueError:
                yield RegionFault(file, path, f"{written!r} is no day of the calendar")
