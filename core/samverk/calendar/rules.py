"""Rules of the wheel become dates: pure arithmetic over a year's entries.

Which days nobody meets is `reference.meeting_days`; the names of entries are filled by the caller.
"""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from samverk.regions.definition import Definition, ElectionYears, WheelRule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(name.lower() for name in calendar.month_name)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An entry of the wheel in a year: one day, or some time between two days (`is_span`)."""

    key: str
    begins: dt.date
    ends: dt.date

    @property
    def is_span(self) -> bool:
        return self.begins != self.ends


def _month_day(year: int, written: str) -> dt.date:
    month, day = (int(part) for part in written.split("-"))
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def nth_weekday(year: int, month: int, weekday: str, nth: int) -> dt.date:
    """Return the nth such weekday of a month; -1 is the last.

    >>> nth_weekday(2026, 9, "wednesday", 4)
    datetime.date(2026, 9, 23)
    """
    wanted = WEEKDAYS.index(weekday)
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    fitting = [day for day in days if dt.date(year, month, day).weekday() == wanted]
    return dt.date(year, month, fitting[-1] if nth == -1 else fitting[min(nth, len(fitting)) - 1])


def quarter_span(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a quarter.

    >>> quarter_span(2026, 1)[1]
    datetime.date(2026, 3, 31)
    """
    last = quarter * 3
    return dt.date(year, last - 2, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def occurrences(model: Definition, year: int) -> tuple[Occurrence, ...]:
    """Return every occurrence of the model's entries in a year, by date and key."""
    found: dict[str, tuple[Occurrence, ...]] = {}
    for key in model.wheel:
        _resolve(model, key, year, found, ())
    every = [occurrence for group in found.values() for occurrence in group]
    return tuple(sorted(every, key=lambda one: (one.begins, one.ends, one.key)))


def _resolve(
    model: Definition, key: str, year: int, found: dict[str, tuple[Occurrence, ...]], path: tuple[str, ...]
) -> tuple[Occurrence, ...]:
    if key in found:
        return found[key]
    if key in path or key not in model.wheel:
        return ()
    rule = model.wheel[key].rule
    base = rule.before or rule.after
    if base is not None:
        # The entry it hangs on may fall in the next year and this one still in ours (21 days before 5 January).
        result = tuple(
            Occurrence(key, day, day)
            for near in (year - 1, year, year + 1)
            for other in _near(model, base, near, year, found, (*path, key))
            for day in (shifted(rule, other),)
            if day.year == year
        )
    else:
        result = tuple(Occurrence(key, *span) for span in spans(rule, year, model.election_years))
    found[key] = result
    return result


def _near(
    model: Definition, key: str, near: int, year: int, found: dict[str, tuple[Occurrence, ...]], path: tuple[str, ...]
) -> tuple[Occurrence, ...]:
    return _resolve(model, key, near, found if near == year else {}, path)


def shifted(rule: WheelRule, other: Occurrence) -> dt.date:
    """Return the day a relative rule gives, counted from an occurrence."""
    backwards = rule.before is not None
    day = other.begins if backwards else other.ends
    step = dt.timedelta(days=-1 if backwards else 1)
    if rule.working_days is not None:
        left = rule.working_days
        while left:
            day += step
            if day.weekday() < 5:
                left -= 1
        return day
    return day + step * (rule.days or 0)


def hanging_on(model: Definition, key: str, day: dt.date) -> dict[str, dt.date]:
    """Return {entry key: day} of the entries that are counted from another, had it fallen on that day."""
    other = Occurrence(key, day, day)
    rules = {name: entry.rule for name, entry in model.wheel.items()}
    return {name: shifted(rule, other) for name, rule in rules.items() if key in (rule.before, rule.after)}


def spans(rule: WheelRule, year: int, elections: ElectionYears | None) -> tuple[tuple[dt.date, dt.date], ...]:
    """Return the (first, last) days that an independent rule gives in a year."""
    if rule.date is not None:
        day = _month_day(year, rule.date)
        return ((day, day),)
    if rule.between is not None:
        return ((_month_day(year, rule.between[0]), _month_day(year, rule.between[1])),)
    if rule.on is not None:
        day = dt.date.fromisoformat(rule.on)
        return ((day, day),) if day.year == year else ()
    if rule.span is not None:
        first, last = (dt.date.fromisoformat(part) for part in rule.span)
        return ((first, last),) if first.year <= year <= last.year else ()
    if rule.nth_in_month is not None and rule.weekday is not None:
        days = [nth_weekday(year, MONTHS.index(m.lower()), rule.weekday, n) for m, n in rule.nth_in_month.items()]
        return tuple((day, day) for day in sorted(_kept_out(rule, day) for day in days))
    if rule.quarters is not None:
        return tuple(quarter_span(year, quarter) for quarter in rule.quarters)
    if rule.in_ is not None and elections is not None:
        # The first year of a period counts from the constitutive meeting in October of the election year.
        if rule.in_ == "election_year" and elections.is_election_year(year):
            return ((dt.date(year, 1, 1), dt.date(year, 12, 31)),)
        if rule.in_ == "first_year_of_election_period" and elections.is_election_year(year - 1):
            return ((dt.date(year, 1, 1), dt.date(year, 12, 31)),)
    return ()


def _kept_out(rule: WheelRule, day: dt.date) -> dt.date:
    """Move a day out of the spans it must not fall in, to the nearest weekday before."""
    for first, last in rule.not_between:
        start, end = _month_day(day.year, first), _month_day(day.year, last)
        inside = start <= day <= end if start <= end else day >= start or day <= end
        if inside:
            day = start - dt.timedelta(days=1)
            while day.weekday() > 4:
                day -= dt.timedelta(days=1)
    return day


def period_index(day: dt.date, periods_a_year: int) -> int:
    """Return which period of the year a day lies in, from 1.

    >>> period_index(dt.date(2026, 11, 22), 4)
    4
    """
    return (day.month - 1) * periods_a_year // 12 + 1


def period_span(year: int, index: int, periods_a_year: int) -> tuple[dt.date, dt.date]:
    """Return the first and last day of a period."""
    months = 12 // periods_a_year
    last = index * months
    return dt.date(year, last - months + 1, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


def step_period(year: int, index: int, periods_a_year: int, by: int) -> tuple[int, int]:
    """Return the period that many steps away.

    >>> step_period(2026, 1, 4, -1)
    (2025, 4)
    """
    number = year * periods_a_year + index - 1 + by
    return number // periods_a_year, number % periods_a_year + 1


def dates_of(model: Definition, keys: Mapping[str, str], year: int, index: int, periods: int) -> dict[str, dt.date]:
    """Return the dates of a cycle's period: {name: day} for the entries in `keys` ({name: entry key}).

    The meeting is the first occurrence inside the period; the others are counted from it, so that an earlier
    or later day of the year before or after is right too. Entries without a day in the period are left out.
    """
    first, last = period_span(year, index, periods)
    meeting = next(
        (one for one in occurrences(model, year) if one.key == keys["meeting"] and first <= one.begins <= last), None
    )
    if meeting is None:
        return {}
    found = {"meeting": meeting.begins}
    for name, key in keys.items():
        if name == "meeting":
            continue
        rule = model.wheel[key].rule
        if (rule.before or rule.after) == keys["meeting"]:
            found[name] = shifted(rule, meeting)
            continue
        own = [one.begins for one in occurrences(model, year) if one.key == key and first <= one.begins <= last]
        if own:
            found[name] = own[0]
    return found
