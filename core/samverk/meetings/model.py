"""Tables of meetings."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, optional_reference, personal, reference, tenant_key


class Meeting(TenantTable):
    """One meeting of a body. `summary_state`: draft, comment, approved; approved is frozen."""

    __tablename__ = "meeting"
    __table_args__ = (
        tenant_key("body_id", "body"),
        Index("ix_meeting_held", "tenant_id", "held_on"),
        Index("ix_meeting_cycle", "tenant_id", "cycle_key", "year", "period"),
    )
    body_id: Mapped[str] = reference()
    title: Mapped[dict[str, str]]
    cycle_key: Mapped[str | None]
    year: Mapped[int | None]
    period: Mapped[int | None]
    held_on: Mapped[dt.date]
    starts_at: Mapped[str | None]
    place: Mapped[str | None]
    link: Mapped[str | None]
    is_digital: Mapped[bool] = mapped_column(default=False)
    is_moved: Mapped[bool] = mapped_column(default=False)
    records: Mapped[str]
    summary_state: Mapped[str] = mapped_column(default="draft")
    comment_until: Mapped[dt.date | None]
    approved_at: Mapped[dt.datetime | None]
    approved_by: Mapped[str | None] = personal()
    held_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class AgendaItem(TenantTable):
    """One item of a meeting, with its summary once the meeting has been held."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        tenant_key("meeting_id", "meeting", cascade=True),
        tenant_key("subject_id", "subject"),
        Index("ix_agenda_item_meeting", "tenant_id", "meeting_id", "position"),
        Index("ix_agenda_item_subject", "tenant_id", "subject_id"),
    )
    meeting_id: Mapped[str] = reference()
    subject_id: Mapped[str | None] = optional_reference()
    position: Mapped[int]
    title: Mapped[dict[str, str]]
    reason: Mapped[str | None]
    starts_at: Mapped[str | None]
    summary: Mapped[str | None]
    summary_language: Mapped[str | None]
    marks: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)


class Attendance(TenantTable):
    """Who was there for an item: a party, or an office without party."""

    __tablename__ = "attendance"
    __table_args__ = (
        tenant_key("agenda_item_id", "agenda_item", cascade=True),
        tenant_key("party_id", "party"),
        UniqueConstraint("tenant_id", "agenda_item_id", "party_id"),
    )
    agenda_item_id: Mapped[str] = reference()
    party_id: Mapped[str | None] = optional_reference()
    office: Mapped[str | None]


class SummaryComment(TenantTable):
    """A comment to the summary while it is out, or a correction beside it once approved (`kind`)."""

    __tablename__ = "summary_comment"
    __table_args__ = (
        tenant_key("meeting_id", "meeting", cascade=True),
        tenant_key("agenda_item_id", "agenda_item"),
        tenant_key("party_id", "party"),
        Index("ix_summary_comment_meeting", "tenant_id", "meeting_id"),
    )
    meeting_id: Mapped[str] = reference()
    agenda_item_id: Mapped[str | None] = optional_reference()
    party_id: Mapped[str | None] = optional_reference()
    kind: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    actor: Mapped[str] = personal()
    at: Mapped[dt.datetime]


class MeetingEvent(TenantTable):
    """What was done with the meeting and its summary, and by whom."""

    __tablename__ = "meeting_event"
    __table_args__ = (
        tenant_key("meeting_id", "meeting", cascade=True),
        Index("ix_meeting_event_meeting", "tenant_id", "meeting_id", "at"),
    )
    meeting_id: Mapped[str] = reference()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = personal()
    kind: Mapped[str]
    words: Mapped[str | None]
