"""The table of switches. Reading and writing it is `service.py`."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, personal


class PluginSwitch(TenantTable):
    """Whether the tenant's plugin is called, and what went wrong last. No row means on, and no fault yet.

    `changed_by` is None where three faults switched it off. Words of a fault are in the log only.
    """

    __tablename__ = "plugin_switch"
    __table_args__ = (UniqueConstraint("tenant_id", "plugin_key"),)
    plugin_key: Mapped[str]
    is_off: Mapped[bool] = mapped_column(default=False)
    fault_count: Mapped[int] = mapped_column(default=0)
    fault_hook: Mapped[str | None]
    fault_kind: Mapped[str | None]
    fault_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]
    changed_by: Mapped[str | None] = personal()
    changed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)
