"""The dates of a demonstrated round: those of the rules where they fit, else moved around today and marked so."""

import datetime as dt
from typing import Any

from samverk.calendar import rules
from samverk.reference import meeting_days
from samverk.regions.definition import Cycle
from samverk.rounds.planning import DATES
from samverk.scope import Scope


def choose(
    scope: Scope, cycle: Cycle, year: int, period: int, *, is_open: bool, back: int
) -> tuple[dict[str, dt.date], bool]:
    """Return ({name: day}, whether they were moved)."""
    keys = {name: getattr(cycle.dates, name) for name in DATES}
    ruled = rules.dates_of(scope.model, keys, year, period, cycle.periods_a_year)
    today = scope.today
    if is_open:
        moved = _around(scope, today + dt.timedelta(days=17))
        moved["opens"], moved["answers"] = today - dt.timedelta(days=11), _good(scope, today + dt.timedelta(days=9))
        moved["papers"] = max(_good(scope, today + dt.timedelta(days=12)), moved["answers"])
        return moved, moved != ruled
    if len(ruled) == len(DATES) and ruled["meeting"] + dt.timedelta(days=11) < today:
        return ruled, False
    return _around(scope, today - dt.timedelta(days=45 * max(back, 1))), True


def _around(scope: Scope, meeting: dt.date) -> dict[str, dt.date]:
    day = _good(scope, meeting)
    return {
        "opens": day - dt.timedelta(days=21),
        "answers": _good(scope, day - dt.timedelta(days=8)),
        "papers": max(_good(scope, day - dt.timedelta(days=5)), _good(scope, day - dt.timedelta(days=8))),
        "meeting": day,
    }


def _good(scope: Scope, day: dt.date) -> dt.date:
    country: Any = scope.model.country
    if meeting_days.why_nobody_meets(day, country) is None:
        return day
    before, after = meeting_days.nearest_good_days(day, country)
    return before or after
