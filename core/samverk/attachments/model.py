"""The table of attachments; the bytes lie in a file of their own outside the web root (`store.py`)."""

import datetime as dt

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import IdType, TenantTable, personal, reference


class Attachment(TenantTable):
    """A file that belongs to an object of the tenant: (about_kind, about_id). `stored_as` is its name on the disk."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_about", "tenant_id", "about_kind", "about_id"),)
    about_kind: Mapped[str]
    about_id: Mapped[str] = reference()
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[str]
    stored_as: Mapped[str] = mapped_column(IdType)
    added_at: Mapped[dt.datetime]
    added_by: Mapped[str] = personal()
    removed_at: Mapped[dt.datetime | None]
