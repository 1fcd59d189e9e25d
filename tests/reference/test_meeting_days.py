"""Days when nobody meets: the year 2026 in both countries, the days between the rules, and counting backwards."""

from datetime import date, timedelta
from typing import Literal

import pytest
from holidays import country_holidays

from samverk.reference.day_names import DAY_NAMES, KIND_OF_LIBRARY_NAME
from samverk.reference.meeting_days import (
    DayWarning,
    is_working_day,
    nearest_good_days,
    public_holidays,
    why_nobody_meets,
    working_days_before,
)

Country = Literal["NO", "SE"]
BOTH: tuple[Country, Country] = ("NO", "SE")


def test_norwegian_holidays_of_2026_in_nynorsk() -> None:
    assert [(str(day.day), day.name("nn")) for day in public_holidays(2026, "NO")] == [
        ("2026-01-01", "første nyttårsdag"),
        ("2026-04-02", "skjertorsdag"),
        ("2026-04-03", "langfredag"),
        ("2026-04-05", "første påskedag"),
        ("2026-04-06", "andre påskedag"),
        ("2026-05-01", "første mai"),
        ("2026-05-14", "kristi himmelfartsdag"),
        ("2026-05-17", "grunnlovsdagen"),
        ("2026-05-24", "første pinsedag"),
        ("2026-05-25", "andre pinsedag"),
        ("2026-12-25", "første juledag"),
        ("2026-12-26", "andre juledag"),
    ]


def test_swedish_holidays_of_2026_in_swedish() -> None:
    assert [(str(day.day), day.name("sv")) for day in public_holidays(2026, "SE")] == [
        ("2026-01-01", "nyårsdagen"),
        ("2026-01-06", "trettondedag jul"),
        ("2026-04-03", "långfredagen"),
        ("2026-04-05", "påskdagen"),
        ("2026-04-06", "annandag påsk"),
        ("2026-05-01", "första maj"),
        ("2026-05-14", "Kristi himmelsfärdsdag"),
        ("2026-05-24", "pingstdagen"),
        ("2026-06-06", "nationaldagen"),
        ("2026-06-20", "midsommardagen"),
        ("2026-10-31", "alla helgons dag"),
        ("2026-12-25", "juldagen"),
        ("2026-12-26", "annandag jul"),
    ]


def test_two_holidays_on_one_day_are_both_told() -> None:
    whit_monday = date(2027, 5, 17)

    assert [day.kind for day in public_holidays(2027, "NO") if day.day == whit_monday] == [
        "whit_monday",
        "constitution_day",
    ]


@pytest.mark.parametrize(
    ("day", "country", "kind", "severity"),
    [
        (date(2024, 9, 14), "NO", "saturday", "closed"),
        (date(2024, 9, 15), "NO", "sunday", "closed"),
        (date(2026, 4, 3), "NO", "good_friday", "closed"),
        (date(2026, 3, 30), "NO", "holy_week", "warning"),
        (date(2026, 4, 1), "SE", "holy_week", "warning"),
        (date(2026, 4, 2), "SE", "holy_week", "warning"),
        (date(2026, 4, 4), "NO", "saturday", "closed"),
        (date(2026, 12, 24), "NO", "christmas_eve", "closed"),
        (date(2026, 12, 24), "SE", "christmas_eve", "closed"),
        (date(2026, 12, 26), "NO", "boxing_day", "closed"),
        (date(2026, 12, 28), "NO", "between_christmas_and_new_year", "warning"),
        (date(2026, 12, 30), "SE", "between_christmas_and_new_year", "warning"),
        (date(2026, 12, 31), "NO", "new_year_eve", "closed"),
        (date(2026, 6, 19), "SE", "midsummer_eve", "closed"),
        (date(2027, 6, 25), "SE", "midsummer_eve", "closed"),
        (date(2026, 7, 15), "NO", "july", "warning"),
        (date(2026, 7, 18), "NO", "saturday", "closed"),
    ],
)
def test_why_nobody_meets(day: date, country: Country, kind: str, severity: Literal["closed", "warning"]) -> None:
    assert why_nobody_meets(day, country) == DayWarning(day, kind, severity)


@pytest.mark.parametrize(
    ("day", "country"),
    [
        (date(2024, 9, 13), "NO"),
        (date(2024, 9, 16), "NO"),
        (date(2026, 6, 19), "NO"),
        (date(2026, 3, 27), "NO"),
        (date(2026, 4, 7), "NO"),
        (date(2026, 12, 23), "SE"),
        (date(2026, 1, 6), "NO"),
    ],
)
def test_good_days_have_no_reason(day: date, country: Country) -> None:
    assert why_nobody_meets(day, country) is None


@pytest.mark.parametrize(
    ("day", "country", "before", "after"),
    [
        (date(2024, 9, 14), "NO", date(2024, 9, 13), date(2024, 9, 16)),
        (date(2026, 12, 24), "NO", date(2026, 12, 23), date(2027, 1, 4)),
        (date(2026, 4, 3), "NO", date(2026, 3, 27), date(2026, 4, 7)),
        (date(2026, 7, 14), "SE", date(2026, 6, 30), date(2026, 8, 3)),
    ],
)
def test_nearest_good_days_lie_on_both_sides(day: date, country: Country, before: date, after: date) -> None:
    assert nearest_good_days(day, country) == (before, after)


def test_nearest_good_day_before_is_none_when_it_is_too_early() -> None:
    saturday = date(2024, 9, 14)

    assert nearest_good_days(saturday, "NO", not_before=date(2024, 9, 14)) == (None, date(2024, 9, 16))


@pytest.mark.parametrize(
    ("day", "n", "country", "expected"),
    [
        (date(2026, 9, 23), 0, "NO", date(2026, 9, 23)),
        (date(2026, 9, 23), 5, "NO", date(2026, 9, 16)),
        (date(2026, 4, 7), 1, "NO", date(2026, 4, 1)),
        (date(2026, 4, 7), 1, "SE", date(2026, 4, 2)),
        (date(2027, 1, 4), 1, "NO", date(2026, 12, 30)),
        (date(2026, 6, 22), 1, "SE", date(2026, 6, 18)),
    ],
)
def test_working_days_are_counted_backwards(day: date, n: int, country: Country, expected: date) -> None:
    assert working_days_before(day, n, country) == expected


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        working_days_before(date(2026, 9, 23), -1, "NO")


def test_warning_alone_leaves_a_working_day() -> None:
    assert is_working_day(date(2026, 7, 15), "NO")
    assert not is_working_day(date(2026, 5, 1), "NO")


def test_every_name_of_the_library_has_a_kind_and_every_kind_four_names() -> None:
    years = range(2000, 2041)
    library = {
        *country_holidays("NO", years=years, language="no").values(),
        *country_holidays("SE", years=years, language="sv").values(),
    }

    assert {part for name in library for part in name.split("; ")} == set(KIND_OF_LIBRARY_NAME)
    assert set(KIND_OF_LIBRARY_NAME.values()) <= set(DAY_NAMES)
    assert {frozenset(names) for names in DAY_NAMES.values()} == {frozenset({"nb", "nn", "sv", "en"})}


def test_midsummer_eve_is_the_day_before_midsummer_day() -> None:
    for year in range(2000, 2041):
        [midsummer] = [holiday.day for holiday in public_holidays(year, "SE") if holiday.kind == "midsummer_day"]
        assert why_nobody_meets(midsummer - timedelta(days=1), "SE") == DayWarning(
            midsummer - timedelta(days=1), "midsummer_eve", "closed"
        )


def test_a_good_day_is_never_a_day_when_nobody_meets() -> None:
    for country in BOTH:
        for offset in range(730):
            day = date(2026, 1, 1) + timedelta(days=offset)
            before, after = nearest_good_days(day, country)
            assert before is not None
            assert before < day < after
            assert why_nobody_meets(before, country) is None
            assert why_nobody_meets(after, country) is None
