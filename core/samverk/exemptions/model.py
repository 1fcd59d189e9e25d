"""The table of exemptions. One row a marking; lifting it keeps the row."""

import datetime as dt

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, personal, reference


class Exemption(TenantTable):
    """That an object, or one part of it (a question's answer), is exempt from public access.

    `statute` is the section as the office writes it ("offl. § 13, fvl. § 13"; "OSL 21 kap. 7 §"); `reassess_on` the day
    by which somebody must ask anew whether it still holds.
    """

    __tablename__ = "exemption"
    __table_args__ = (
        Index("ix_exemption_about", "tenant_id", "about_kind", "about_id"),
        Index("ix_exemption_reassess", "tenant_id", "reassess_on"),
    )
    about_kind: Mapped[str]
    about_id: Mapped[str] = reference()
    part: Mapped[str] = mapped_column(default="")
    statute: Mapped[str]
    reassess_on: Mapped[dt.date]
    marked_at: Mapped[dt.datetime]
    marked_by: Mapped[str] = personal()
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None] = personal()
    version: Mapped[int] = mapped_column(default=1)
