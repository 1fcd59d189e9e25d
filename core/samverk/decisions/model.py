"""The table of proposals."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, personal, reference, tenant_key


class Proposal(TenantTable):
    """An answer of principle (item 4): open until a council decision or a withdrawal is recorded.

    Source: kommuneloven § 20-4, an agreement is changed by every council itself.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        tenant_key("form_id", "form"),
        tenant_key("subject_id", "subject"),
        tenant_key("party_id", "party"),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "form_id", "item_key"),
        Index("ix_proposal_state", "tenant_id", "state"),
    )
    number: Mapped[int]
    form_id: Mapped[str] = reference()
    item_key: Mapped[str]
    subject_id: Mapped[str] = reference()
    party_id: Mapped[str] = reference()
    text: Mapped[str]
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    made_at: Mapped[dt.datetime]
    outcome: Mapped[str | None]
    outcome_reference: Mapped[str | None]
    outcome_on: Mapped[dt.date | None]
    history: Mapped[list[Any]] = personal()
    version: Mapped[int] = mapped_column(default=1)
