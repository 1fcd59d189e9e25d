"""The table of issued documents: once issued, a row never changes."""

import datetime as dt
from typing import Any

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, optional_reference, personal


class IssuedDocument(TenantTable):
    """A document with number, edition and hash, printed when it was issued."""

    __tablename__ = "issued_document"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "kind", "about_id", "edition"),
    )
    number: Mapped[int]
    edition: Mapped[int]
    kind: Mapped[str]
    about_id: Mapped[str] = optional_reference()
    title: Mapped[str]
    language: Mapped[str]
    tree: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    issued_at: Mapped[dt.datetime]
    issued_by: Mapped[str] = personal()
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    docx: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
