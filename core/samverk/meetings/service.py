"""Meetings: planned, held, summarised, commented, approved. Approved is frozen; corrections stand beside it.

What the agenda is made from is `rounds`'s; the papers are `papers`'s.
"""

import datetime as dt
import re
from typing import Any

from sqlalchemy import func, select

from samverk.bodies import service as bodies
from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.meetings import notices
from samverk.meetings.model import AgendaItem, Attendance, Meeting, MeetingEvent, SummaryComment
from samverk.meetings.views import (
    CommentView,
    ItemView,
    MeetingView,
    accepts_points,
    agenda,
    approved_summaries,
    comments,
    events,
    get_meeting,
    list_meetings,
    next_meeting,
    of_period,
)
from samverk.points import service as points
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants

# The service is the slice's door: other slices read through it too.
__all__ = [
    "CommentView",
    "ItemView",
    "MeetingView",
    "accepts_points",
    "agenda",
    "approved_summaries",
    "comments",
    "events",
    "get_meeting",
    "list_meetings",
    "next_meeting",
    "of_period",
]
LINK = r"^https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!-~]*)?\Z"
"""The address of a digital meeting, as browsers and calendars can open it: a host by name, then what it wants."""


def create_meeting(
    scope: Scope,
    body_key: str,
    held_on: dt.date,
    *,
    title: LocalText | None = None,
    cycle_key: str | None = None,
    year: int | None = None,
    period: int | None = None,
    starts_at: str | None = None,
    place: str | None = None,
    link: str | None = None,
    is_digital: bool = False,
    is_moved: bool = False,
) -> str:
    """Plan a meeting of a body; its kind decides notes or minutes. Raises NotFound for an unknown body, Invalid."""
    body = scope.model.bodies.get(body_key)
    if body is None:
        raise NotFound()
    if link and not re.match(LINK, link):
        raise Invalid(
            (
                Problem(
                    "/link",
                    _("A link is a whole address that begins with https://."),
                    field="link",
                ),
            )
        )
    if starts_at is not None:
        try:
            dt.time.fromisoformat(starts_at)
        except ValueError as error:
            message = _("Write the time as 09:00.")
            raise Invalid((Problem("/starts_at", message, field="starts_at"),)) from error
    row = Meeting(
        id=new_id(),
        body_id=bodies.body_id(scope, body_key),
        title=title or body.name,
        cycle_key=cycle_key,
        year=year,
        period=period,
        held_on=held_on,
        starts_at=starts_at,
        place=place,
        link=link,
        is_digital=is_digital,
        is_moved=is_moved,
        records="minutes" if body.keeps_minutes else "notes",
    )
    scope.add(row)
    scope.flush()
    _keep(scope, row.id, "planned")
    return row.id


def _keep(scope: Scope, meeting_id: str, kind: str, words: str | None = None) -> None:
    scope.add(MeetingEvent(meeting_id=meeting_id, at=scope.now, actor=scope.actor.name, kind=kind, words=words))
    scope.flush()


def _open_meeting(scope: Scope, meeting_id: str, version: int | None) -> Meeting:
    """Lock a meeting that may still be changed. Raises NotFound, Stale, Conflict once approved."""
    row = scope.session.scalar(
        select(Meeting).where(Meeting.tenant_id == scope.tenant_id, Meeting.id == meeting_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if version is not None and row.version != version:
        message = _(
            "Somebody else changed %(the_meeting)s meanwhile. Look at what stands there now.",
            the_meeting=scope.words.form("meeting", "sg_def"),
        )
        raise Stale(message)
    if row.summary_state == "approved":
        message = _(
            "It is too late to change %(the_summary)s: the text is approved. Write a correction beside it.",
            the_summary=scope.words.form("summary", "sg_def"),
        )
        raise Conflict(message)
    return row


def add_item(
    scope: Scope,
    meeting_id: str,
    title: LocalText,
    *,
    subject_id: str | None = None,
    reason: str | None = None,
    summary: str | None = None,
    summary_language: str | None = None,
    marks: dict[str, Any] | None = None,
) -> str:
    """Add an item at the end of the agenda; return its id."""
    last = scope.session.scalar(
        select(func.max(AgendaItem.position)).where(
            AgendaItem.tenant_id == scope.tenant_id, AgendaItem.meeting_id == meeting_id
        )
    )
    row = AgendaItem(
        id=new_id(),
        meeting_id=meeting_id,
        subject_id=subject_id,
        position=(last or 0) + 1,
        title=title,
        reason=reason,
        summary=summary,
        summary_language=summary_language,
        marks=marks or {},
    )
    scope.add(row)
    scope.flush()
    return row.id


def _item(scope: Scope, item_id: str) -> AgendaItem:
    row = scope.session.scalar(
        select(AgendaItem).where(AgendaItem.tenant_id == scope.tenant_id, AgendaItem.id == item_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    return row


def write_summary(scope: Scope, item_id: str, text: str, language: str, *, version: int | None = None) -> None:
    """Write the summary of an item. Raises Conflict once approved, Stale when somebody else wrote meanwhile."""
    item = _item(scope, item_id)
    meeting = _open_meeting(scope, item.meeting_id, None)
    if version is not None and item.version != version:
        raise Stale(
            _(
                "Somebody else wrote in %(the_summary)s meanwhile. Both texts are below.",
                the_summary=scope.words.form("summary", "sg_def"),
            ),
            current=item.summary,
            kept=text,
        )
    if len(text) > 20_000:
        message = _("The text is longer than %(limit)s characters.", limit=20_000)
        raise Invalid((Problem("/summary", message, field=f"summary-{item.id}"),))
    item.summary, item.summary_language = text.strip() or None, language
    item.version += 1
    meeting.version += 1
    scope.flush()


def record_attendance(scope: Scope, item_id: str, party_ids: tuple[str, ...]) -> None:
    """Note which parties were there for an item; replaces what was noted before."""
    item = _item(scope, item_id)
    _open_meeting(scope, item.meeting_id, None)
    for row in scope.session.scalars(
        select(Attendance).where(Attendance.tenant_id == scope.tenant_id, Attendance.agenda_item_id == item_id)
    ):
        scope.session.delete(row)
    scope.flush()
    known = tenants.party_names(scope)
    for party_id in dict.fromkeys(party_ids):
        if party_id not in known:
            raise NotFound()
        scope.add(Attendance(agenda_item_id=item_id, party_id=party_id))
    scope.flush()


def record_point(
    scope: Scope,
    item_id: str,
    text: str,
    language: str,
    *,
    owner_party_id: str | None,
    raiser_party_id: str | None = None,
    owner_role: str | None = None,
    deadline: dt.date | None = None,
    subject_ids: tuple[str, ...] | None = None,
    accepts: str = "raiser",
) -> str:
    """Note a point under an item; it concerns the item's subject unless others are given. Returns its id."""
    item = _item(scope, item_id)
    meeting = _open_meeting(scope, item.meeting_id, None)
    if deadline is not None and deadline < meeting.held_on:
        message = _(
            "%(The_deadline)s lies before %(the_meeting)s.",
            The_deadline=scope.words.title("deadline", "sg_def"),
            the_meeting=scope.words.form("meeting", "sg_def"),
        )
        raise Invalid((Problem("/deadline", message, field="deadline"),))
    known = tenants.party_names(scope)
    for party_id in (owner_party_id, raiser_party_id):
        if party_id is not None and party_id not in known:
            raise NotFound()
    meeting.version += 1
    return points.raise_point(
        scope,
        text,
        language,
        owner_party_id=owner_party_id,
        raiser_party_id=raiser_party_id,
        owner_role=owner_role,
        deadline=deadline,
        subject_ids=subject_ids if subject_ids is not None else (item.subject_id,) if item.subject_id else (),
        meeting_id=meeting.id,
        agenda_item_id=item.id,
        accepts=accepts,
        raised_on=meeting.held_on,
    )


def mark_held(scope: Scope, meeting_id: str, *, version: int | None = None) -> None:
    row = _open_meeting(scope, meeting_id, version)
    row.held_at = scope.now
    row.version += 1
    _keep(scope, meeting_id, "held")


def send_for_comment(scope: Scope, meeting_id: str, until: dt.date, *, version: int | None = None) -> None:
    """Send the summary out for comment until a day."""
    row = _open_meeting(scope, meeting_id, version)
    if until < scope.today:
        message = _("The last day for comments lies in the past.")
        raise Invalid((Problem("/comment_until", message, field="comment_until"),))
    if row.held_at is None:
        row.held_at = scope.now
    row.summary_state, row.comment_until = "comment", until
    row.version += 1
    _keep(scope, meeting_id, "sent_for_comment", until.isoformat())


def comment(scope: Scope, meeting_id: str, item_id: str | None, text: str, language: str, party_id: str | None) -> None:
    """Comment a summary that is out, or correct an approved one by a note beside it. Raises Conflict before."""
    meeting = get_meeting(scope, meeting_id)
    if not text.strip():
        raise Invalid((Problem("/text", _("Write the comment."), field="text"),))
    if len(text) > 10_000:
        message = _("The text is longer than %(limit)s characters.", limit=10_000)
        raise Invalid((Problem("/text", message, field="text"),))
    if meeting.summary_state == "draft":
        raise Conflict(
            _(
                "Nobody has been asked to comment on %(the_summary)s yet.",
                the_summary=scope.words.form("summary", "sg_def"),
            )
        )
    kind = "correction" if meeting.summary_state == "approved" else "comment"
    if kind == "correction":
        scope.require("meetings.run")
    scope.add(
        SummaryComment(
            meeting_id=meeting_id,
            agenda_item_id=item_id or None,
            party_id=party_id,
            kind=kind,
            text=text.strip(),
            language=language,
            actor=scope.actor.name,
            at=scope.now,
        )
    )
    _keep(scope, meeting_id, kind)


def approve_summary(scope: Scope, meeting_id: str, *, version: int | None = None) -> None:
    """Approve the summary: from now on it is frozen, and the next round shows it."""
    row = _open_meeting(scope, meeting_id, version)
    if row.held_at is None:
        row.held_at = scope.now
    row.summary_state, row.approved_at, row.approved_by = "approved", scope.now, scope.actor.name
    row.version += 1
    _keep(scope, meeting_id, "approved")
    notices.points_assigned(scope, meeting_id, row.title)
