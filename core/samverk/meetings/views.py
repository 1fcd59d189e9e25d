"""Meetings as pages show them: values, lists, the agenda with its points. Reads only; `service.py` writes."""

import datetime as dt
from collections.abc import Container
from typing import Any

import msgspec
from sqlalchemy import select

from samverk.bodies import service as bodies
from samverk.errors import NotFound
from samverk.meetings.model import AgendaItem, Attendance, Meeting, MeetingEvent, SummaryComment
from samverk.points import service as points
from samverk.points.service import PointView
from samverk.regions.definition import Body, LocalText
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject


class MeetingView(msgspec.Struct, frozen=True):
    id: str
    body_key: str
    title: LocalText
    cycle_key: str | None
    year: int | None
    period: int | None
    held_on: dt.date
    starts_at: str | None
    place: str | None
    link: str | None
    is_digital: bool
    is_moved: bool
    records: str
    summary_state: str
    comment_until: dt.date | None
    approved_at: dt.datetime | None
    approved_by: str | None
    held_at: dt.datetime | None
    version: int

    @property
    def state(self) -> str:
        """`planned`, `held`, `comment` or `approved`: what a list shows."""
        if self.summary_state == "approved":
            return "approved"
        if self.held_at is None:
            return "planned"
        return "comment" if self.summary_state == "comment" else "held"

    @property
    def is_frozen(self) -> bool:
        return self.summary_state == "approved"


class ItemView(msgspec.Struct, frozen=True):
    id: str
    position: int
    title: LocalText
    subject_id: str | None
    subject_key: str | None
    reason: str | None
    starts_at: str | None
    summary: str | None
    summary_language: str | None
    marks: dict[str, Any]
    version: int
    points: tuple[PointView, ...] = ()
    present: tuple[str, ...] = ()

    def at(self, position: int) -> "ItemView":
        return msgspec.structs.replace(self, position=position)

    def for_the_public(self) -> "ItemView":
        """Return the item without what was said there."""
        return msgspec.structs.replace(self, summary=None, points=(), present=())


class CommentView(msgspec.Struct, frozen=True):
    agenda_item_id: str | None
    party: str
    kind: str
    text: str
    language: str
    actor: str
    at: dt.datetime


_COLUMNS = (
    Meeting.id,
    Meeting.body_id,
    Meeting.title,
    Meeting.cycle_key,
    Meeting.year,
    Meeting.period,
    Meeting.held_on,
    Meeting.starts_at,
    Meeting.place,
    Meeting.link,
    Meeting.is_digital,
    Meeting.is_moved,
    Meeting.records,
    Meeting.summary_state,
    Meeting.comment_until,
    Meeting.approved_at,
    Meeting.approved_by,
    Meeting.held_at,
    Meeting.version,
)


def list_meetings(scope: Scope, *, year: int | None = None, limit: int = 200) -> tuple[MeetingView, ...]:
    """Return meetings, the latest first."""
    query = select(*_COLUMNS).where(Meeting.tenant_id == scope.tenant_id)
    if year is not None:
        query = query.where(Meeting.held_on >= dt.date(year, 1, 1), Meeting.held_on <= dt.date(year, 12, 31))
    rows = scope.session.execute(query.order_by(Meeting.held_on.desc(), Meeting.id).limit(limit))
    keys = bodies.body_keys(scope)
    return tuple(_view(row, keys) for row in rows)


def body_of(scope: Scope, key: str) -> Body:
    """Return the body of a meeting; one that the model has no more is known by its key alone."""
    gone = Body(name={scope.model.locales[0]: key}, kind="administrative")
    return scope.model.bodies.get(key, gone)


def bodies_met(scope: Scope) -> frozenset[str]:
    """Return the keys of the bodies that have meetings, whatever became of them."""
    found = scope.session.scalars(select(Meeting.body_id).where(Meeting.tenant_id == scope.tenant_id).distinct())
    keys = bodies.body_keys(scope)
    return frozenset(keys[body_id] for body_id in found)


def get_meeting(scope: Scope, meeting_id: str) -> MeetingView:
    """Return one meeting. Raises NotFound."""
    row = scope.session.execute(
        select(*_COLUMNS).where(Meeting.tenant_id == scope.tenant_id, Meeting.id == meeting_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return _view(row, bodies.body_keys(scope))


def _view(row: Any, keys: dict[str, str]) -> MeetingView:
    return MeetingView(row[0], keys[row[1]], *row[2:])


def next_meeting(scope: Scope) -> MeetingView | None:
    """Return the nearest meeting from today on."""
    row = scope.session.execute(
        select(*_COLUMNS)
        .where(Meeting.tenant_id == scope.tenant_id, Meeting.held_on >= scope.today)
        .order_by(Meeting.held_on)
        .limit(1)
    ).one_or_none()
    return None if row is None else _view(row, bodies.body_keys(scope))


def of_period(scope: Scope, cycle_key: str, year: int, period: int) -> MeetingView | None:
    """Return the meeting of a cycle's period, if it is planned."""
    found = scope.session.scalar(
        select(Meeting.id)
        .where(
            Meeting.tenant_id == scope.tenant_id,
            Meeting.cycle_key == cycle_key,
            Meeting.year == year,
            Meeting.period == period,
        )
        .limit(1)
    )
    return get_meeting(scope, found) if found else None


def agenda(scope: Scope, meeting_id: str) -> tuple[ItemView, ...]:
    """Return the items in order, each with its points and who was there."""
    rows = scope.session.execute(
        select(
            AgendaItem.id,
            AgendaItem.position,
            AgendaItem.title,
            AgendaItem.subject_id,
            Subject.key,
            AgendaItem.reason,
            AgendaItem.starts_at,
            AgendaItem.summary,
            AgendaItem.summary_language,
            AgendaItem.marks,
            AgendaItem.version,
        )
        .outerjoin(Subject, (Subject.tenant_id == AgendaItem.tenant_id) & (Subject.id == AgendaItem.subject_id))
        .where(AgendaItem.tenant_id == scope.tenant_id, AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position)
    ).all()
    raised: dict[str | None, list[points.PointView]] = {}
    for point in points.list_points(scope, meeting_id=meeting_id):
        raised.setdefault(point.agenda_item_id, []).append(point)
    names = tenants.party_names(scope)
    there: dict[str, list[str]] = {}
    ids = tuple(row.id for row in rows)
    for item_id, party_id, office in scope.session.execute(
        select(Attendance.agenda_item_id, Attendance.party_id, Attendance.office).where(
            Attendance.tenant_id == scope.tenant_id, Attendance.agenda_item_id.in_(ids)
        )
    ):
        there.setdefault(item_id, []).append(names[party_id].name if party_id in names else office or "")
    found: list[ItemView] = []
    for row in rows:
        plain: Any = tuple(row)
        found.append(ItemView(*(*plain, tuple(raised.get(row.id, ())), tuple(sorted(there.get(row.id, ()))))))
    granted = scope.actor.subjects("points.read")
    if granted is not None:
        # Of the other items an auditor of some subjects sees what the public sees.
        found = [one if one.subject_id in granted else one.for_the_public() for one in found]
    return tuple(found)


def public_agenda(items: tuple[ItemView, ...], exempt: Container[str]) -> tuple[ItemView, ...]:
    """Return what the public sees of an agenda: titles, and of exempt items nothing, not even a gap in the numbers."""
    shown = [item.for_the_public() for item in items if item.id not in exempt]
    return tuple(item.at(number) for number, item in enumerate(shown, 1))


def comments(scope: Scope, meeting_id: str) -> tuple[CommentView, ...]:
    """Return comments and corrections, oldest first; none for an auditor of some subjects."""
    if scope.actor.subjects("points.read") is not None:
        return ()
    names = tenants.party_names(scope)
    rows = scope.session.execute(
        select(
            SummaryComment.agenda_item_id,
            SummaryComment.party_id,
            SummaryComment.kind,
            SummaryComment.text,
            SummaryComment.language,
            SummaryComment.actor,
            SummaryComment.at,
        )
        .where(SummaryComment.tenant_id == scope.tenant_id, SummaryComment.meeting_id == meeting_id)
        .order_by(SummaryComment.at, SummaryComment.id)
    )
    return tuple(CommentView(r[0], names[r[1]].name if r[1] in names else "", *r[2:]) for r in rows)


def events(scope: Scope, meeting_id: str) -> tuple[tuple[dt.datetime, str, str, str | None], ...]:
    """Return (when, who, what, words) of a meeting, oldest first."""
    rows = scope.session.execute(
        select(MeetingEvent.at, MeetingEvent.actor, MeetingEvent.kind, MeetingEvent.words)
        .where(MeetingEvent.tenant_id == scope.tenant_id, MeetingEvent.meeting_id == meeting_id)
        .order_by(MeetingEvent.at, MeetingEvent.id)
    )
    return tuple((a, b, c, d) for a, b, c, d in rows)


def approved_summaries(scope: Scope, meeting_id: str) -> dict[str, tuple[str, str]]:
    """Return {subject id: (summary, language)} of an approved meeting; empty before approval."""
    rows = scope.session.execute(
        select(AgendaItem.subject_id, AgendaItem.summary, AgendaItem.summary_language)
        .join(Meeting, (Meeting.tenant_id == AgendaItem.tenant_id) & (Meeting.id == AgendaItem.meeting_id))
        .where(
            AgendaItem.tenant_id == scope.tenant_id,
            Meeting.tenant_id == scope.tenant_id,
            AgendaItem.meeting_id == meeting_id,
            Meeting.summary_state == "approved",
            AgendaItem.summary.is_not(None),
        )
    )
    return {
        subject_id: (summary or "", language or scope.content_locale())
        for subject_id, summary, language in rows
        if subject_id
    }


def accepts_points(scope: Scope, meeting_id: str) -> str:
    """Return who accepts the points of a meeting: as its cycle says, else the one who raised them."""
    meeting = get_meeting(scope, meeting_id)
    cycle = scope.model.cycles.get(meeting.cycle_key or "")
    return cycle.accepts_points if cycle else "raiser"
