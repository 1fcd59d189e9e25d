"""The wheel as shapes: properties that hold for every year and every set of marks."""

import datetime as dt
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samverk.wheel import drawing
from samverk.wheel.drawing import INNER, OUTER, SIZE, Mark

YEARS = st.integers(1990, 2100)
DAYS = st.dates(dt.date(1989, 1, 1), dt.date(2101, 12, 31))


@st.composite
def marks(draw: st.DrawFn) -> tuple[int, list[Mark]]:
    year = draw(YEARS)
    near = st.dates(dt.date(year - 1, 1, 1), dt.date(year + 1, 12, 31))
    found = []
    for _number in range(draw(st.integers(0, 30))):
        first, last = sorted((draw(near), draw(near)))
        found.append(Mark(draw(st.integers(0, 5)), first, last, "x"))
    return year, found


@given(st.lists(DAYS, min_size=2, max_size=2).map(sorted))
def test_a_later_day_of_the_same_year_has_a_larger_angle(days: list[dt.date]) -> None:
    first, last = days
    if first.year == last.year and first != last:
        assert drawing.angle_of(first) < drawing.middle_of(first) < drawing.angle_of(last)


@given(YEARS)
def test_the_days_of_a_year_fill_the_circle(year: int) -> None:
    assert drawing.angle_of(dt.date(year, 1, 1)) == 0
    assert math.isclose(drawing.angle_of(dt.date(year, 12, 31)) + 360 / drawing.days_in(year), 360)


@given(marks())
def test_everything_lies_inside_the_year_and_between_the_circles(made: tuple[int, list[Mark]]) -> None:
    year, given_marks = made

    wheel = drawing.draw(year, given_marks)

    inside = [mark for mark in given_marks if drawing.clipped(year, mark.begins, mark.ends)]
    assert len(wheel.bands) + len(wheel.dots) == len(inside)
    assert all(0 <= band.start < band.end <= 360.0001 for band in wheel.bands)
    distances = [math.hypot(dot.x - SIZE / 2, dot.y - SIZE / 2) for dot in wheel.dots]
    assert all(INNER - 0.1 <= distance <= OUTER + 0.1 for distance in distances)
    assert [dot.angle for dot in wheel.dots] == sorted(dot.angle for dot in wheel.dots)


@given(st.lists(st.tuples(DAYS, DAYS).map(lambda pair: tuple(sorted(pair))), max_size=20))
def test_no_two_spans_of_a_lane_overlap(spans: list[tuple[dt.date, dt.date]]) -> None:
    numbers = drawing.lanes(spans)

    for lane in set(numbers):
        of_lane = sorted(span for span, number in zip(spans, numbers, strict=True) if number == lane)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(of_lane))


def test_a_whole_year_is_one_band_all_the_way_round() -> None:
    wheel = drawing.draw(2024, [Mark(0, dt.date(2023, 1, 1), dt.date(2025, 12, 31), "all")])

    assert [(band.start, band.end) for band in wheel.bands] == [(0.0, pytest.approx(360))]


def test_the_hand_stands_only_in_its_own_year() -> None:
    today = dt.date(2026, 7, 2)

    assert drawing.draw(2025, [], today).hand is None
    assert drawing.draw(2026, [], today).hand == pytest.approx((200, 358), abs=1)


def test_the_months_stand_clockwise_from_the_top() -> None:
    months = drawing.draw(2026, []).months

    assert [month.number for month in months] == list(range(1, 13))
    assert [(month.x > 200, month.y > 200) for month in months] == [
        (True, False),
        (True, False),
        (True, False),
        (True, True),
        (True, True),
        (True, True),
        (False, True),
        (False, True),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
    ]
