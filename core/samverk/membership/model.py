"""The table of invitations. The roles themselves stand in `people.model`."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import IdType, TenantTable, optional_reference, personal, tenant_key


class Invitation(TenantTable):
    """A role that waits for the person who owns the address; only the SHA-256 of the link is stored."""

    __tablename__ = "invitation"
    __table_args__ = (tenant_key("party_id", "party"), Index("ix_invitation_email", "tenant_id", "email"))
    email: Mapped[str] = personal()
    role: Mapped[str]
    party_id: Mapped[str | None] = optional_reference()
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    stands_in_for_id: Mapped[str | None] = mapped_column(IdType, ForeignKey("person.id"))
    secret_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    accepted_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
