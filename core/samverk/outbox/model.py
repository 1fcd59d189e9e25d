"""The tables of messages, and of which tenants have some that are due."""

import datetime as dt

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import IdType, InstallationTable, Reach, TenantTable, optional_reference, personal


class Message(TenantTable):
    """One message to one person; `occasion` makes it unique, so that nothing is said twice."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "occasion"),
        Index("ix_message_state", "tenant_id", "state", "not_before"),
        Index("ix_message_created", "tenant_id", "created_at"),
    )
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    occasion: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str] = personal()
    locale: Mapped[str]
    title: Mapped[str]
    body: Mapped[str] = personal()
    calendar: Mapped[str | None]
    about_id: Mapped[str | None] = optional_reference()
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    fault: Mapped[str | None]


class MailDue(InstallationTable):
    """When a tenant's next message is due, so that the worker need not ask every tenant. `id` is the tenant's."""

    __tablename__ = "mail_due"
    __table_args__ = (ForeignKeyConstraint(["id"], ["tenant.id"]), Index("ix_mail_due_at", "due_at"))
    reach = Reach("tenant", "id")
    is_noted = False
    due_at: Mapped[dt.datetime | None]


class Letter(InstallationTable):
    """A message that carries a link with a secret: it belongs to no region's outbox, and nobody may read it there.

    The link's secret is put in when it is delivered; a letter without an address is one that nobody gets.
    """

    __tablename__ = "letter"
    reach = Reach("unbound", may_add=True)
    __table_args__ = (Index("ix_letter_state", "state", "not_before"),)
    address: Mapped[str | None] = personal()
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
