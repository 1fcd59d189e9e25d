"""Tables of the audit log. Entries are only ever added: the database refuses to change or remove one."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import IdType, TenantTable


class AuditEntry(TenantTable):
    """One entry of a tenant's log; `chain.py` says what its hash is taken over."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seq"),
        Index("ix_audit_entry_at", "tenant_id", "at"),
        Index("ix_audit_entry_subject", "tenant_id", "subject"),
        {"info": {"only_added": True}},
    )
    is_noted = False
    seq: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[dt.datetime]
    actor: Mapped[str | None]
    action: Mapped[str]
    operation: Mapped[str]
    subject: Mapped[str | None]
    changes: Mapped[list[Any]]
    before: Mapped[str | None]
    after: Mapped[str | None]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHead(TenantTable):
    """The last entry of a tenant's log; `id` is the tenant's. Its row is held while an entry is added."""

    __tablename__ = "audit_head"
    is_noted = False
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]
    at: Mapped[dt.datetime]


class AuditActor(TenantTable):
    """Who a commitment in the log stands for; goes when the person is erased, and the chain stays valid."""

    __tablename__ = "audit_actor"
    __table_args__ = (UniqueConstraint("tenant_id", "person_id"), UniqueConstraint("tenant_id", "commitment"))
    is_noted = False
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    salt: Mapped[str]
    commitment: Mapped[str]
