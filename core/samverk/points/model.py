"""Tables of points and their history."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, optional_reference, personal, reference, tenant_key


class Point(TenantTable):
    """One follow-up point. The owner is a party, or the secretariat when `owner_party_id` is null."""

    __tablename__ = "point"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        tenant_key("raiser_party_id", "party"),
        tenant_key("owner_party_id", "party"),
        Index("ix_point_state", "tenant_id", "state"),
        Index("ix_point_owner", "tenant_id", "owner_party_id", "state"),
        Index("ix_point_origin", "tenant_id", "agenda_item_id"),
    )
    number: Mapped[int]
    text: Mapped[str]
    language: Mapped[str]
    raiser_party_id: Mapped[str | None] = optional_reference()
    owner_party_id: Mapped[str | None] = optional_reference()
    owner_role: Mapped[str | None]
    accepts: Mapped[str]
    deadline: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(default="open")
    # The agenda item it was raised under; meetings stand above points, so this is an id without a key.
    agenda_item_id: Mapped[str | None] = optional_reference()
    meeting_id: Mapped[str | None] = optional_reference()
    raised_on: Mapped[dt.date]
    version: Mapped[int] = mapped_column(default=1)


class PointSubject(TenantTable):
    """A subject that a point concerns; a point may have several or none."""

    __tablename__ = "point_subject"
    __table_args__ = (
        tenant_key("point_id", "point", cascade=True),
        tenant_key("subject_id", "subject"),
        UniqueConstraint("tenant_id", "point_id", "subject_id"),
        Index("ix_point_subject_subject", "tenant_id", "subject_id"),
    )
    point_id: Mapped[str] = reference()
    subject_id: Mapped[str] = reference()


class PointEvent(TenantTable):
    """One step in a point's life. Nothing here is ever changed or removed."""

    __tablename__ = "point_event"
    __table_args__ = (
        tenant_key("point_id", "point", cascade=True),
        Index("ix_point_event_point", "tenant_id", "point_id", "at"),
    )
    point_id: Mapped[str] = reference()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = personal()
    actor_id: Mapped[str | None] = optional_reference()
    kind: Mapped[str]
    status: Mapped[str | None]
    words: Mapped[str | None]
    language: Mapped[str | None]
    form_id: Mapped[str | None] = optional_reference()
    content: Mapped[dict[str, Any]]
