"""Rules become dates: examples of every kind of rule, then what holds for all of them."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samverk.calendar import rules
from samverk.calendar.rules import Occurrence
from samverk.regions.definition import Definition, ElectionYears, WheelEntry, WheelRule

ELECTIONS = ElectionYears(first=2023, every=4)
D = dt.date


def model(**entries: WheelRule) -> Definition:
    """Return a model with nothing but these entries of the wheel."""
    wheel = {key: WheelEntry(layer="region", name={"nb": key}, rule=rule) for key, rule in entries.items()}
    return Definition(
        schema_version=1,
        key="x",
        country="NO",
        name={"nb": "x"},
        locales=("nb",),
        wheel=wheel,
        election_years=ELECTIONS,
    )


@pytest.mark.parametrize(
    ("rule", "year", "spans"),
    [
        (WheelRule(date="03-31"), 2026, [("2026-03-31", "2026-03-31")]),
        (WheelRule(date="02-29"), 2026, [("2026-02-28", "2026-02-28")]),
        (WheelRule(between=("01-15", "02-28")), 2026, [("2026-01-15", "2026-02-28")]),
        (WheelRule(on="2023-06-13"), 2023, [("2023-06-13", "2023-06-13")]),
        (WheelRule(on="2023-06-13"), 2024, []),
        (WheelRule(span=("2023-09-10", "2023-09-20")), 2023, [("2023-09-10", "2023-09-20")]),
        (WheelRule(quarters=(1, 4)), 2026, [("2026-01-01", "2026-03-31"), ("2026-10-01", "2026-12-31")]),
        (WheelRule(in_="election_year"), 2027, [("2027-01-01", "2027-12-31")]),
        (WheelRule(in_="election_year"), 2026, []),
        (WheelRule(in_="first_year_of_election_period"), 2024, [("2024-01-01", "2024-12-31")]),
        (
            WheelRule(weekday="wednesday", nth_in_month={"march": 2, "december": -1}),
            2026,
            [("2026-03-11", "2026-03-11"), ("2026-12-30", "2026-12-30")],
        ),
        (
            WheelRule(weekday="thursday", nth_in_month={"december": -1}, not_between=(("12-20", "01-06"),)),
            2026,
            [("2026-12-18", "2026-12-18")],
        ),
    ],
)
def test_independent_rules(rule: WheelRule, year: int, spans: list[tuple[str, str]]) -> None:
    found = [(first.isoformat(), last.isoformat()) for first, last in rules.spans(rule, year, ELECTIONS)]

    assert found == spans


def test_days_before_reach_back_over_the_new_year() -> None:
    made = model(meeting=WheelRule(date="01-05"), opens=WheelRule(before="meeting", days=21))

    assert rules.occurrences(made, 2026) == (
        Occurrence("meeting", D(2026, 1, 5), D(2026, 1, 5)),
        Occurrence("opens", D(2026, 12, 15), D(2026, 12, 15)),
    )


def test_working_days_leave_out_weekends_and_a_span_is_counted_from_its_end() -> None:
    made = model(
        drafts=WheelRule(between=("10-01", "10-30")),
        later=WheelRule(after="drafts", working_days=3),
        earlier=WheelRule(before="drafts", working_days=1),
    )

    assert [(one.key, one.begins) for one in rules.occurrences(made, 2026)] == [
        ("earlier", D(2026, 9, 30)),
        ("drafts", D(2026, 10, 1)),
        ("later", D(2026, 11, 4)),
    ]


def test_an_entry_on_an_entry_on_an_entry_is_resolved() -> None:
    made = model(a=WheelRule(date="06-10"), b=WheelRule(before="a", days=8), c=WheelRule(after="b", days=1))

    assert [(one.key, one.begins) for one in rules.occurrences(made, 2026)] == [
        ("b", D(2026, 6, 2)),
        ("c", D(2026, 6, 3)),
        ("a", D(2026, 6, 10)),
    ]


def test_a_circle_of_entries_gives_nothing_and_no_endless_loop() -> None:
    made = model(a=WheelRule(before="b", days=1), b=WheelRule(before="a", days=1))

    assert rules.occurrences(made, 2026) == ()


def test_dates_of_a_period_hang_on_its_meeting() -> None:
    made = model(
        meeting=WheelRule(weekday="wednesday", nth_in_month={"march": 2, "june": 2}),
        opens=WheelRule(before="meeting", days=21),
        answers=WheelRule(before="meeting", days=8),
    )
    keys = {"meeting": "meeting", "opens": "opens", "answers": "answers"}

    assert rules.dates_of(made, keys, 2026, 1, 4) == {
        "meeting": D(2026, 3, 11),
        "opens": D(2026, 2, 18),
        "answers": D(2026, 3, 3),
    }
    assert rules.dates_of(made, keys, 2026, 3, 4) == {}


YEARS = st.integers(1990, 2100)
PERIODS = st.sampled_from((1, 2, 3, 4))


@given(YEARS, st.integers(1, 12), st.sampled_from(rules.WEEKDAYS), st.sampled_from((1, 2, 3, 4, -1)))
def test_the_nth_weekday_is_that_weekday_in_that_month(year: int, month: int, weekday: str, nth: int) -> None:
    day = rules.nth_weekday(year, month, weekday, nth)

    assert (day.year, day.month, rules.WEEKDAYS[day.weekday()]) == (year, month, weekday)
    if nth > 0:
        assert (day.day - 1) // 7 + 1 == nth


@given(YEARS, PERIODS)
def test_the_periods_of_a_year_follow_each_other_without_gap(year: int, number: int) -> None:
    spans = [rules.period_span(year, index, number) for index in range(1, number + 1)]

    assert (spans[0][0], spans[-1][1]) == (D(year, 1, 1), D(year, 12, 31))
    assert all(one[1] + dt.timedelta(days=1) == other[0] for one, other in itertools.pairwise(spans))


@given(st.dates(D(1990, 1, 1), D(2100, 12, 31)), PERIODS)
def test_a_day_lies_in_its_own_period(day: dt.date, number: int) -> None:
    first, last = rules.period_span(day.year, rules.period_index(day, number), number)

    assert first <= day <= last


@given(YEARS, PERIODS, st.integers(-50, 50), st.data())
def test_stepping_there_and_back_ends_where_it_began(year: int, number: int, by: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(1, number))

    there = rules.step_period(year, index, number, by)

    assert 1 <= there[1] <= number
    assert rules.step_period(*there, number, -by) == (year, index)


@given(st.dates(D(1990, 1, 1), D(2100, 12, 31)), st.integers(0, 400))
def test_days_before_and_after_are_as_far_as_they_say(day: dt.date, days: int) -> None:
    other = Occurrence("x", day, day)

    before = rules.shifted(WheelRule(before="x", days=days), other)
    after = rules.shifted(WheelRule(after="x", days=days), other)

    assert ((day - before).days, (after - day).days) == (days, days)
