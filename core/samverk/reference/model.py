"""Tables of the shared registers, filled from the packaged data by `service.refresh`; read-only to requests."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import ReferenceTable


class PlaceRow(ReferenceTable):
    """One municipality through time; its periods stand in `content`, as `places.py` reads them."""

    __tablename__ = "place"
    key: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    name: Mapped[str]
    code: Mapped[str]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    content: Mapped[dict[str, Any]]


class LegalFormRow(ReferenceTable):
    """One legal form, as `legal_forms.py` reads it."""

    __tablename__ = "legal_form"
    key: Mapped[str] = mapped_column(primary_key=True)
    country: Mapped[str]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    content: Mapped[dict[str, Any]]


class RegisterVersion(ReferenceTable):
    """Which version of a packaged register the tables hold."""

    __tablename__ = "register_version"
    name: Mapped[str] = mapped_column(primary_key=True)
    checksum: Mapped[str]
