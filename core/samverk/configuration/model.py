"""Tables of the configuration: its versions, and the one draft that a region's administrators work on."""

import datetime as dt
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, personal, reference, tenant_key


class ConfigurationVersion(TenantTable):
    """A merge patch (RFC 7396) that was activated, and the plugin's definition it was made on.

    `model_id` is the model it gave; `restored` the number of the version whose patch it brought back.
    """

    __tablename__ = "configuration_version"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        tenant_key("definition_id", "model_version"),
        tenant_key("model_id", "model_version"),
    )
    number: Mapped[int]
    patch: Mapped[dict[str, Any]]
    definition_id: Mapped[str] = reference()
    model_id: Mapped[str] = reference()
    restored: Mapped[int | None]
    reason: Mapped[str]
    activated_at: Mapped[dt.datetime]
    activated_by: Mapped[str] = personal()


class ConfigurationDraft(TenantTable):
    """What is being changed and not active yet; all administrators of a region work on the same draft.

    `based_on` is the number of the version it began from, None where there was none.
    """

    __tablename__ = "configuration_draft"
    __table_args__ = (UniqueConstraint("tenant_id"), tenant_key("definition_id", "model_version"))
    patch: Mapped[dict[str, Any]]
    definition_id: Mapped[str] = reference()
    based_on: Mapped[int | None]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[str] = personal()
    version: Mapped[int] = mapped_column(default=1)
