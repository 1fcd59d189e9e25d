"""Meetings: planned, held, summarised, commented, approved. Approved is frozen; corrections stand beside it.

What the agenda is made from is `rounds`'s; the papers are `papers`'s.
"""

import datetime as dt
import re

from sqlalchemy import select

from samverk.bodies import service as bodies
from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.meetings import notices
from samverk.meetings.model import Meeting, MeetingEvent, SummaryComment
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
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tables import new_id

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


def open_meeting(scope: Scope, meeting_id: str, version: int | None) -> Meeting:
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


def mark_held(scope: Scope, meeting_id: str, *, version: int | None = None) -> None:
    row = open_meeting(scope, meeting_id, version)
    row.held_at = scope.now
    row.version += 1
    _keep(scope, meeting_id, "held")


def send_for_comment(scope: Scope, meeting_id: str, until: dt.date, *, version: int | None = None) -> None:
    """Send the summary out for comment until a day."""
    row = open_meeting(scope, meeting_id, version)
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
    row = open_meeting(scope, meeting_id, version)
    if row.held_at is None:
        row.held_at = scope.now
    row.summary_state, row.approved_at, row.approved_by = "approved", scope.now, scope.actor.name
    row.version += 1
    _keep(scope, meeting_id, "approved")
    notices.points_assigned(scope, meeting_id, row.title)
