"""Tables of arrangements. The name and tags of an arrangement stand on its subject row, which has the same id."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, optional_reference, reference, tenant_key


class Arrangement(TenantTable):
    """One task done together (samarbeidsordning, samarbete)."""

    __tablename__ = "arrangement"
    __table_args__ = (tenant_key("id", "subject"), tenant_key("candidate_set_id", "member_set"))
    status: Mapped[str]
    area: Mapped[str | None]
    short_name: Mapped[dict[str, str] | None]
    parts: Mapped[list[Any]]
    text: Mapped[dict[str, str] | None]
    aims: Mapped[list[Any]]
    begins: Mapped[str | None]
    ends: Mapped[str | None]
    # "4 of 6, not yet known which": the number, the set they are among; the known ones are parties as usual.
    participant_count: Mapped[int | None]
    candidate_set_id: Mapped[str | None] = optional_reference()
    version: Mapped[int] = mapped_column(default=1)


class ArrangementParty(TenantTable):
    """A party's role in an arrangement, dated; both days belong to it."""

    __tablename__ = "arrangement_party"
    __table_args__ = (
        tenant_key("arrangement_id", "arrangement", cascade=True),
        tenant_key("party_id", "party"),
        Index("ix_arrangement_party_arrangement", "tenant_id", "arrangement_id"),
        Index("ix_arrangement_party_party", "tenant_id", "party_id"),
    )
    arrangement_id: Mapped[str] = reference()
    party_id: Mapped[str] = reference()
    role: Mapped[str]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    marks: Mapped[dict[str, Any]]


class ArrangementForm(TenantTable):
    """The legal form of an arrangement, dated."""

    __tablename__ = "arrangement_form"
    __table_args__ = (
        tenant_key("arrangement_id", "arrangement", cascade=True),
        Index("ix_arrangement_form_arrangement", "tenant_id", "arrangement_id"),
    )
    arrangement_id: Mapped[str] = reference()
    legal_form_key: Mapped[str] = mapped_column(ForeignKey("legal_form.key"))
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    marks: Mapped[dict[str, Any]]
