"""The table of messages."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.database import IdType, InstallationTable, TenantTable, optional_reference


class Message(TenantTable):
    """One message to one person; `occasion` makes it unique, so that nothing is said twice."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "occasion"),
        Index("ix_message_state", "state", "not_before"),
        Index("ix_message_created", "tenant_id", "created_at"),
    )
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    occasion: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    locale: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    calendar: Mapped[str | None]
    about_id: Mapped[str | None] = optional_reference()
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    fault: Mapped[str | None]


class Letter(InstallationTable):
    """A message that carries a link with a secret: it belongs to no region's outbox, and nobody may read it there.

    The link's secret is put in when it is delivered; a letter without an address is one that nobody gets.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_state", "state", "not_before"),)
    address: Mapped[str | None]
    locale: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    link_kind: Mapped[str]
    link_id: Mapped[str] = mapped_column(IdType)
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    fault: Mapped[str | None]
