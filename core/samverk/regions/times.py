"""Checks of dates, times and zones in a region's files: those that are written well and still cannot be.

Names that point to nothing are `checks.py`'s.
"""

import calendar
import datetime as dt
import difflib
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from samverk.errors import RegionFault
from samverk.i18n import _
from samverk.regions.definition import Definition, WheelRule
from samverk.regions.naming import quoted
from samverk.regions.starter import Span, Starter, When

MONTHS = tuple(name.lower() for name in calendar.month_name if name)


def definition_faults(definition: Definition, file: str) -> Iterator[RegionFault]:
    """Yield rules of the wheel and hours of cycles that no calendar has."""
    for key, entry in definition.wheel.items():
        yield from _rule_faults(entry.rule, f"wheel.{key}.rule", file)
    for key, cycle in definition.cycles.items():
        if cycle.starts_at is not None and not _is_time(cycle.starts_at):
            yield RegionFault(
                file,
                f"cycles.{key}.starts_at",
                _("%(word)s is no time; write it as 09:00", word=quoted(cycle.starts_at)),
                rule="calendar",
            )


def _rule_faults(rule: WheelRule, path: str, file: str) -> Iterator[RegionFault]:
    for month, nth in (rule.nth_in_month or {}).items():
        if month.lower() not in MONTHS:
            near = difflib.get_close_matches(month.lower(), MONTHS, 1, 0.4)
            message = _("%(word)s is no month in English", word=quoted(month))
            yield RegionFault(file, f"{path}.nth_in_month.{month}", message, near[0] if near else None, rule="calendar")
        if nth == 0:
            message = _("count from 1, or -1 for the last")
            yield RegionFault(file, f"{path}.nth_in_month.{month}", message, rule="calendar")
    for name, days in (("date", (rule.date,)), ("between", rule.between or ()), ("not_between", _flat(rule))):
        for day in days:
            if day is not None and not _is_month_day(day):
                yield RegionFault(
                    file, f"{path}.{name}", _("%(word)s is no day of any year", word=quoted(day)), rule="calendar"
                )
    if rule.span is not None and rule.span[0] > rule.span[1]:
        yield RegionFault(file, f"{path}.span", _("the span ends before it begins"), rule="days-in-order")


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
        yield RegionFault(file, "zone", _("there is no time zone %(word)s", word=quoted(starter.zone)), rule="known")
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
                yield RegionFault(
                    file, path, _("%(word)s is no day of the calendar", word=quoted(written)), rule="calendar"
                )
