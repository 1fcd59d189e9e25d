"""What the region made of the model's year: its meetings and rounds as rows, and the real days of entries that moved.

The model's own entries are `service.py`'s.
"""

import datetime as dt
from collections.abc import Mapping

from samverk.calendar import rules
from samverk.i18n import _
from samverk.meetings import service as meetings
from samverk.rounds import views
from samverk.scope import Scope
from samverk.wheel.service import FIRST_YEAR, LAST_YEAR, Lived, Ruled, WheelItem

DATES = ("opens", "answers", "papers", "meeting")


def lived_year(scope: Scope, year: int) -> Lived:
    """Return the meetings of a year and the deadlines of its rounds, and the days its rounds gave the model's entries.

    Rows of moved dates carry their mark. Who may not read rounds gets their days without a row that leads there.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Lived()
    rows: list[WheelItem] = []
    days: dict[Ruled, dt.date] = {}
    for meeting in meetings.list_meetings(scope, year=year):
        name, language = scope.text_lang(meeting.title)
        ruled = _ruled(scope, meeting.cycle_key, meeting.year, meeting.period)
        rows.append(
            WheelItem(
                f"meeting-{meeting.id}",
                "meetings",
                name,
                language,
                meeting.held_on,
                meeting.held_on,
                address=f"/{scope.tenant.slug}/meetings/{meeting.id}",
                marks={"mark": "demonstration"} if meeting.is_moved else {},
                replaces=ruled.get("meeting"),
            )
        )
    may_read = scope.actor.may("rounds.read")
    for round_ in views.list_rounds(scope, states=("open", "closed")):
        if year not in (round_.year, round_.answers_due_on.year):
            continue
        ruled = _ruled(scope, round_.cycle_key, round_.year, round_.period)
        if "meeting" in ruled:
            key, day = ruled["meeting"]
            planned, moved = (rules.hanging_on(scope.model, key, one) for one in (day, round_.meeting_on))
            days |= {(name, planned[name]): moved[name] for name in planned}
        real = (round_.opens_on, round_.answers_due_on, round_.papers_due_on, round_.meeting_on)
        days |= {ruled[name]: day for name, day in zip(DATES, real, strict=True) if name in ruled}
        if may_read and round_.answers_due_on.year == year:
            rows.append(_deadline(scope, round_, ruled.get("answers")))
    return Lived(tuple(rows), days)


def _deadline(scope: Scope, round_: views.RoundView, ruled: Ruled | None) -> WheelItem:
    return WheelItem(
        f"round-{round_.id}",
        "rounds",
        _("%(round)s: answers", round=scope.text(round_.title)),
        scope.locale,
        round_.answers_due_on,
        round_.answers_due_on,
        address=f"/{scope.tenant.slug}/rounds/{round_.id}",
        marks={"mark": "demonstration"} if round_.is_moved else {},
        replaces=ruled,
    )


def _ruled(scope: Scope, cycle_key: str | None, year: int | None, period: int | None) -> Mapping[str, Ruled]:
    """Return which of the model's occurrences belong to a period: {name of the date: (key, day)}."""
    cycle = scope.model.cycles.get(cycle_key or "")
    if cycle is None or year is None or period is None:
        return {}
    keys = {name: getattr(cycle.dates, name) for name in DATES}
    found = rules.dates_of(scope.model, keys, year, period, cycle.periods_a_year)
    return {name: (keys[name], day) for name, day in found.items()}
