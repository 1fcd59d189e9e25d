"""Items of an agenda: what was said, who was there, which points came of it, until the summary is approved.

The meeting itself is `service.py`'s.
"""

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from samverk.errors import Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.meetings import service
from samverk.meetings.model import AgendaItem, Attendance
from samverk.points import service as points
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants


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
    meeting = service.open_meeting(scope, item.meeting_id, None)
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
    service.open_meeting(scope, item.meeting_id, None)
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
    meeting = service.open_meeting(scope, item.meeting_id, None)
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
