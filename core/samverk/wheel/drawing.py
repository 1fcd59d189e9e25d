"""The wheel of a year as shapes: bands and marks by the day of the year, one ring for each layer. Pure.

What stands on the rings is worked out in `service.py`; the same rows stand as a table beside the picture.
"""

import calendar
import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SIZE = 400.0
OUTER, INNER, LABELS = 150.0, 52.0, 177.0
GAP = 0.7


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the wheel: its ring (0 is outermost), its days, the words of its tooltip."""

    ring: int
    begins: dt.date
    ends: dt.date
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A span as a stroked arc; angles in degrees clockwise from New Year at the top."""

    ring: int
    start: float
    end: float
    path: str
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A single day."""

    ring: int
    angle: float
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Month:
    """The label of a month at the middle of it, and the line where it begins."""

    number: int
    x: float
    y: float
    line: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wheel:
    """Everything the template draws, in the units of a square of `SIZE`."""

    year: int
    months: tuple[Month, ...]
    bands: tuple[Band, ...]
    dots: tuple[Dot, ...]
    circles: tuple[float, ...]
    hand: tuple[float, float] | None


def days_in(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def angle_of(day: dt.date) -> float:
    """Return where a day begins on the wheel, in degrees clockwise from the top.

    >>> angle_of(dt.date(2026, 1, 1)), round(angle_of(dt.date(2026, 7, 2)))
    (0.0, 180)
    """
    return (day.timetuple().tm_yday - 1) * 360 / days_in(day.year)


def middle_of(day: dt.date) -> float:
    """Return the angle of noon."""
    return angle_of(day) + 180 / days_in(day.year)


def clipped(year: int, begins: dt.date, ends: dt.date) -> tuple[dt.date, dt.date] | None:
    """Return the part of a span inside the year; None where there is none.

    >>> clipped(2026, dt.date(2025, 12, 1), dt.date(2026, 1, 31))
    (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31))
    """
    first, last = max(begins, dt.date(year, 1, 1)), min(ends, dt.date(year, 12, 31))
    return (first, last) if first <= last else None


def point(angle: float, radius: float) -> tuple[float, float]:
    """Return the place at an angle and a distance from the middle."""
    turned = math.radians(angle - 90)
    return round(SIZE / 2 + radius * math.cos(turned), 2), round(SIZE / 2 + radius * math.sin(turned), 2)


def arc(start: float, end: float, radius: float) -> str:
    """Return the path of an arc, in two halves so that a whole year can be drawn too."""
    middle = (start + end) / 2
    (x0, y0), (x1, y1), (x2, y2) = point(start, radius), point(middle, radius), point(end, radius)
    large = 1 if middle - start > 180 else 0
    size = f"{radius:.2f} {radius:.2f}"
    return f"M{x0} {y0}A{size} 0 {large} 1 {x1} {y1}A{size} 0 {large} 1 {x2} {y2}"


def lanes(spans: Sequence[tuple[dt.date, dt.date]]) -> tuple[int, ...]:
    """Return the lane of each span, so that no two in one lane overlap; in the order given.

    >>> lanes([(dt.date(2026, 1, 1), dt.date(2026, 3, 1)), (dt.date(2026, 2, 1), dt.date(2026, 4, 1))])
    (0, 1)
    """
    free: list[dt.date] = []
    found = [0] * len(spans)
    for index in sorted(range(len(spans)), key=lambda number: spans[number]):
        begins, ends = spans[index]
        lane = next((number for number, until in enumerate(free) if until < begins), len(free))
        if lane == len(free):
            free.append(ends)
        else:
            free[lane] = ends
        found[index] = lane
    return tuple(found)


def draw(year: int, marks: Iterable[Mark], today: dt.date | None = None) -> Wheel:
    """Lay out the marks of a year: single days on the outer lane of their ring, spans on lanes inside it."""
    inside = [(mark, days) for mark in marks if (days := clipped(year, mark.begins, mark.ends)) is not None]
    rings = sorted({mark.ring for mark, _days in inside})
    placed: list[tuple[Mark, tuple[dt.date, dt.date], int]] = []
    heights: dict[int, int] = {}
    for ring in rings:
        of_ring = [(mark, days) for mark, days in inside if mark.ring == ring]
        single = [pair for pair in of_ring if pair[1][0] == pair[1][1]]
        spans = [pair for pair in of_ring if pair[1][0] != pair[1][1]]
        numbers = lanes([days for _mark, days in spans])
        base = 1 if single else 0
        placed += [(mark, days, 0) for mark, days in single]
        placed += [(mark, days, base + lane) for (mark, days), lane in zip(spans, numbers, strict=True)]
        heights[ring] = base + (max(numbers) + 1 if numbers else 0)
    total = max(sum(heights.values()), 1)
    step = min((OUTER - INNER) / total, 22.0)
    tops, used = {}, 0
    for ring in rings:
        tops[ring] = OUTER - used * step
        used += heights[ring]
    bands, dots = [], []
    for mark, (first, last), lane in placed:
        radius = tops[mark.ring] - (lane + 0.5) * step
        if first == last:
            x, y = point(middle_of(first), radius)
            dots.append(Dot(mark.ring, middle_of(first), x, y, mark.words))
        else:
            start, end = angle_of(first), angle_of(last) + 360 / days_in(year)
            # Two bands that meet are drawn with a little air between them.
            air = GAP if end - start > 4 * GAP else 0.0
            path = arc(start + air, end - air, radius)
            bands.append(Band(mark.ring, start, end, path, round(step * 0.72, 2), mark.words))
    bands.sort(key=lambda band: (band.ring, band.start, band.end))
    dots.sort(key=lambda dot: (dot.angle, dot.ring))
    hand = point(middle_of(today), OUTER + 8) if today is not None and today.year == year else None
    circles = tuple(round(tops[ring], 2) for ring in rings)
    return Wheel(year, _months(year), tuple(bands), tuple(dots), circles, hand)


def _months(year: int) -> tuple[Month, ...]:
    found = []
    for number in range(1, 13):
        first = dt.date(year, number, 1)
        last = dt.date(year, number, calendar.monthrange(year, number)[1])
        start, end = angle_of(first), angle_of(last) + 360 / days_in(year)
        x, y = point((start + end) / 2, LABELS)
        found.append(Month(number, x, y, (*point(start, INNER - 8), *point(start, OUTER + 8))))
    return tuple(found)
