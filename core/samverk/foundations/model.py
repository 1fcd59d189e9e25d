"""Tables of time line, governing documents and registers."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, reference, tenant_key


class TimelineEvent(TenantTable):
    """What happened when; `begins` and `ends` as written (2022-12-16, 2023-10, 2003), a span when they differ."""

    __tablename__ = "timeline_event"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    begins: Mapped[str]
    ends: Mapped[str | None]
    words: Mapped[dict[str, str] | None]
    text: Mapped[dict[str, str]]
    reference: Mapped[str | None]
    marks: Mapped[dict[str, Any]]


class GoverningDocument(TenantTable):
    """A declaration, handbook, letter of intent, goals document or agreement."""

    __tablename__ = "governing_document"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str]
    name: Mapped[dict[str, str]]
    text: Mapped[dict[str, str] | None]
    point_count: Mapped[int | None]
    points: Mapped[list[Any]]
    versions: Mapped[list[Any]]
    builds_on: Mapped[list[Any]]
    marks: Mapped[dict[str, Any]]


class Adoption(TenantTable):
    """One council's adoption of a document, with the reference as written."""

    __tablename__ = "adoption"
    __table_args__ = (
        tenant_key("document_id", "governing_document", cascade=True),
        tenant_key("party_id", "party"),
        Index("ix_adoption_document", "tenant_id", "document_id"),
    )
    document_id: Mapped[str] = reference()
    party_id: Mapped[str] = reference()
    position: Mapped[int] = mapped_column(default=0)
    body: Mapped[dict[str, str] | None]
    begins: Mapped[str | None]
    ends: Mapped[str | None]
    words: Mapped[dict[str, str] | None]
    reference: Mapped[str | None]
    marks: Mapped[dict[str, Any]]


class Register(TenantTable):
    """A list reviewed over time: success factors, challenges, principles, pitfalls, findings."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str]
    name: Mapped[dict[str, str]]
    text: Mapped[dict[str, str] | None]
    entries: Mapped[list[Any]]
    marks: Mapped[dict[str, Any]]
