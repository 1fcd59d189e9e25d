"""Days when nobody meets: weekends, public holidays and what custom adds to them, in Norway and Sweden.

School holidays and a region's own rules are not here, nor is any rule for when meetings are held.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from dateutil.easter import easter

from samverk.reference.day_names import DAY_NAMES, KIND_OF_LIBRARY_NAME

Severity = Literal["closed", "warning"]
Country = Literal["NO", "SE"]


@dataclass(frozen=True, slots=True)
class DayWarning:
    """Why nobody meets on a day: `closed` on weekends and holidays, `warning` where a meeting is merely unwise.

    `kind` is a stable key of `day_names.DAY_NAMES`, such as "good_friday" or "july".
    """

    day: date
    kind: str
    severity: Severity

    def name(self, locale: str) -> str:
        """Return the name of the day in the language of the locale ("nn", "sv-SE"); English for any other.

        >>> DayWarning(date(2026, 4, 3), "good_friday", "closed").name("nn")
        'langfredag'
        """
        names = DAY_NAMES[self.kind]
        return names.get(locale.replace("_", "-").split("-")[0].lower(), names["en"])


def public_holidays(year: int, country: Country) -> tuple[DayWarning, ...]:
    """Return the public holidays of the year in order; two on one day are two entries.

    Ordinary Sundays are not among them. Source: the package `holidays`.

    >>> [holiday.kind for holiday in public_holidays(2026, "NO")][:4]
    ['new_year_day', 'maundy_thursday', 'good_friday', 'easter_sunday']
    """
    return tuple(holiday for holidays_of_day in _holidays_by_day(year, country).values() for holiday in holidays_of_day)


@cache
def _holidays_by_day(year: int, country: Country) -> Mapping[date, tuple[DayWarning, ...]]:
    # Imported here because it is slow to load (measured: 0.2 s) and most requests never ask for a holiday.
    from holidays import country_holidays

    # The library knows Norwegian as "no" and silently answers other codes in English, so names are read in its
    # own default language and stand for a kind; what a person reads comes from `day_names`.
    found = country_holidays(country, years=year, language="no" if country == "NO" else "sv")
    return {
        day: tuple(DayWarning(day, KIND_OF_LIBRARY_NAME[name], "closed") for name in found[day].split("; "))
        for day in sorted(found)
    }


def why_nobody_meets(day: date, country: Country) -> DayWarning | None:
    """Return the strongest reason why nobody meets on the day; None on a good day.

    A holiday goes before a weekend, and both before what is only unwise: the days before Easter, the days between
    Christmas and New Year, July. Christmas Eve, New Year's Eve and, in Sweden, Midsummer Eve are no public
    holidays; nobody meets all the same.

    >>> why_nobody_meets(date(2024, 9, 14), "NO").kind, why_nobody_meets(date(2024, 9, 13), "NO")
    ('saturday', None)
    """
    if holidays_of_day := _holidays_by_day(day.year, country).get(day):
        return holidays_of_day[0]
    if (kind := _custom(day, country)) is not None:
        return DayWarning(day, kind, "closed")
    if day.weekday() >= 5:
        return DayWarning(day, "saturday" if day.weekday() == 5 else "sunday", "closed")
    if (kind := _unwise(day)) is not None:
        return DayWarning(day, kind, "warning")
    return None


def _custom(day: date, country: Country) -> str | None:
    if (day.month, day.day) == (12, 24):
        return "christmas_eve"
    if (day.month, day.day) == (12, 31):
        return "new_year_eve"
    # Midsummer Eve is the Friday between 19 and 25 June.
    if country == "SE" and day.month == 6 and 19 <= day.day <= 25 and day.weekday() == 4:
        return "midsummer_eve"
    return None


def _unwise(day: date) -> str | None:
    if timedelta(0) < easter(day.year) - day < timedelta(days=7):
        return "holy_week"
    if day.month == 12 and 27 <= day.day <= 30:
        return "between_christmas_and_new_year"
    return "july" if day.month == 7 else None


def nearest_good_days(day: date, country: Country, not_before: date | None = None) -> tuple[date | None, date]:
    """Return the last good day before and the first after the day; the first is None when it is before `not_before`.

    A good day is one without any reason or warning. The day itself is not considered.

    >>> nearest_good_days(date(2024, 9, 14), "NO")
    (datetime.date(2024, 9, 13), datetime.date(2024, 9, 16))
    """
    before = next(good for good in _days_from(day, -1) if why_nobody_meets(good, country) is None)
    after = next(good for good in _days_from(day, 1) if why_nobody_meets(good, country) is None)
    return (None if not_before is not None and before < not_before else before), after


def _days_from(day: date, step: int) -> Iterator[date]:
    while True:
        day += timedelta(days=step)
        yield day


def is_working_day(day: date, country: Country) -> bool:
    """Tell whether offices are open: a day that is merely unwise for a meeting, as in July, is a working day."""
    warning = why_nobody_meets(day, country)
    return warning is None or warning.severity == "warning"


def working_days_before(day: date, n: int, country: Country) -> date:
    """Return the day that lies n working days before the day; the day itself for n = 0.

    >>> working_days_before(date(2026, 4, 8), 5, "NO")
    datetime.date(2026, 3, 27)
    """
    if n < 0:
        raise ValueError("n counts working days backwards and cannot be negative")
    remaining = n
    for earlier in _days_from(day, -1):
        if remaining == 0:
            break
        day = earlier
        remaining -= is_working_day(earlier, country)
    return day
