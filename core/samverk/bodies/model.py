"""Tables of bodies. The composition rule itself stands in the region's model, under the body's key."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from samverk.tables import TenantTable, optional_reference, reference, tenant_key


class Body(TenantTable):
    """A body of the region, so that meetings and addresses have an id to hold on to."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]


class SeatHolder(TenantTable):
    """Who holds a seat, by office, dated; on behalf of a party where the seat is counted for each."""

    __tablename__ = "seat_holder"
    __table_args__ = (
        tenant_key("body_id", "body", cascade=True),
        tenant_key("party_id", "party"),
        Index("ix_seat_holder_body", "tenant_id", "body_id"),
    )
    body_id: Mapped[str] = reference()
    seat_key: Mapped[str]
    party_id: Mapped[str | None] = optional_reference()
    office: Mapped[dict[str, str] | None]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    marks: Mapped[dict[str, Any]]
