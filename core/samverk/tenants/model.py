"""Tables of tenants, parties and sets. Reading and writing them is `service.py`."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import InstallationTable, Reach, TenantTable, optional_reference, reference, tenant_key


class Tenant(InstallationTable):
    """One regional council on the installation. Under legal hold nothing of it is deleted or erased.

    `model_id` names the effective model of a region that has changed its plugin's; None where the plugin's is used.
    `last_model_id` names the model it was last known to work by, also where that is the plugin's.
    """

    __tablename__ = "tenant"
    reach = Reach("tenant", "id")
    __table_args__ = (UniqueConstraint("slug"),)
    slug: Mapped[str]
    plugin_key: Mapped[str]
    name: Mapped[dict[str, str]]
    locale: Mapped[str]
    zone: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.date | None]
    about: Mapped[dict[str, Any] | None]
    model_id: Mapped[str | None] = optional_reference()
    last_model_id: Mapped[str | None] = optional_reference()
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    held_since: Mapped[dt.datetime | None]
    hold_reason: Mapped[str | None]


class ModelVersion(TenantTable):
    """An effective model that a round was opened with, kept by the hash of its content."""

    __tablename__ = "model_version"
    __table_args__ = (UniqueConstraint("tenant_id", "content_hash"),)
    content_hash: Mapped[str]
    content: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]


class Source(TenantTable):
    """Where facts of the region come from."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    content: Mapped[dict[str, Any]]


class Party(TenantTable):
    """An organisation that takes part or stands opposite. Municipalities point to their place."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    kind: Mapped[str]
    place_key: Mapped[str | None] = mapped_column(ForeignKey("place.key"))
    name: Mapped[dict[str, str]]
    roles: Mapped[list[str]]
    is_member: Mapped[bool] = mapped_column(default=False)
    marks: Mapped[dict[str, Any]]


class MemberSet(TenantTable):
    """A named set of members (one region may have several, some inside others)."""

    __tablename__ = "member_set"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[dict[str, str] | None]
    marks: Mapped[dict[str, Any]]


class Membership(TenantTable):
    """One party's membership of a set, dated; both days belong to it."""

    __tablename__ = "membership"
    __table_args__ = (
        tenant_key("set_id", "member_set", cascade=True),
        tenant_key("party_id", "party"),
        Index("ix_membership_set", "tenant_id", "set_id"),
    )
    set_id: Mapped[str] = reference()
    party_id: Mapped[str] = reference()
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]


class Subject(TenantTable):
    """What a form is about: an arrangement, a focus area, a task, a strategy area, the region itself."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "key"),)
    kind: Mapped[str]
    key: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[dict[str, str]]
    tags: Mapped[list[str]]
    content: Mapped[dict[str, Any]]
    marks: Mapped[dict[str, Any]]


class Counter(TenantTable):
    """The last number given out of a series (points, issued documents), without gaps."""

    __tablename__ = "counter"
    is_noted = False
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    name: Mapped[str]
    value: Mapped[int]


class IdempotencyKey(TenantTable):
    """The answer to a request that may be sent again, kept for seven days (rule 19)."""

    __tablename__ = "idempotency_key"
    is_noted = False
    __table_args__ = (UniqueConstraint("tenant_id", "person_id", "route", "key"),)
    person_id: Mapped[str | None] = optional_reference()
    route: Mapped[str]
    key: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[int]
    body: Mapped[str]
    headers: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
