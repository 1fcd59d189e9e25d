"""Kinds of tables, and what their columns are made of: of one tenant, of the whole installation, shared registers.

What is stored stands in each slice's `model.py`; how it is read and written is `database.py`'s.
"""

import datetime as dt
import os
import re
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from samverk import changes, guard

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

IdType = String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
"""Ids are UUIDv7 as lower-case text with dashes: a list of 300 rows makes no 300 UUID objects."""

JsonType = JSON().with_variant(postgresql.JSONB(), "postgresql")


class Moment(TypeDecorator[dt.datetime]):
    """A moment in UTC, aware in Python on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value.replace(tzinfo=dt.UTC) if value is not None and value.tzinfo is None else value


def new_id() -> str:
    """Return a fresh UUIDv7: 48 bits of milliseconds, then chance. Source: RFC 9562 section 5.7."""
    raw = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    raw = raw & ~(0xF << 76) | 0x7 << 76
    raw = raw & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=raw))


SECRET = re.compile(r"(?:.*_)?(?:secret|secret_hash|password_hash|code_hash|csrf)")
"""Names of columns that let who knows them in: of the class `secret` however they are declared, and never exported."""


class Base(DeclarativeBase):
    is_noted: ClassVar[bool] = True
    """Whether the audit log is told of its rows; not where they are bookkeeping of the installation itself."""
    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: Moment(),
        dict[str, Any]: JsonType,
        list[Any]: JsonType,
        dict[str, str]: JsonType,
        list[str]: JsonType,
    }


def _register(mapped: type[Base], about: dict[str, Any]) -> None:
    table = cast(Table, mapped.__table__)
    table.info.update(about)
    for column in table.columns:
        if SECRET.fullmatch(column.name):
            column.info["class"] = "secret"
    changes.PERSONAL[table.name] = {column.name for column in table.columns if column.info.get("class")}
    if not mapped.is_noted:
        changes.UNNOTED.add(table.name)


class TenantTable(Base):
    """A table of one tenant's rows: primary key (tenant_id, id); every key to another begins with tenant_id."""

    __abstract__ = True
    tenant_id: Mapped[str] = mapped_column(IdType, primary_key=True, sort_order=-20)
    id: Mapped[str] = mapped_column(IdType, primary_key=True, default=new_id, sort_order=-19)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        guard.register_tenant_table(cls.__tablename__)
        _register(cls, {"kind": "tenant"})


class ReferenceTable(Base):
    """A shared register, read-only to requests."""

    __abstract__ = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(cls, {"kind": "reference"})


@dataclass(frozen=True, slots=True)
class Reach:
    """Which rows of an installation table a unit of work of one tenant may touch; one without a tenant touches all.

    `unbound`: none · `tenant`: those whose column is the tenant's id · `people`: those whose column is the id of a
    person who holds or held a role there. `is_known_by_name` lets every unit look a row up and add one, `may_add`
    only add one.
    """

    kind: Literal["unbound", "tenant", "people"]
    column: str = ""
    is_known_by_name: bool = False
    may_add: bool = False


class InstallationTable(Base):
    """A table of the whole installation; `reach` says what the row security of PostgreSQL holds a tenant's work to."""

    __abstract__ = True
    reach: ClassVar[Reach]
    id: Mapped[str] = mapped_column(IdType, primary_key=True, default=new_id, sort_order=-19)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        _register(cls, {"kind": "installation", "reach": cls.reach})


def tenant_key(column: str, table: str, *, cascade: bool = False) -> ForeignKeyConstraint:
    """Return the composite key (tenant_id, column) to a row of the same tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete="CASCADE" if cascade else None
    )


def reference() -> Any:
    """Return a mapped column that holds the id of another row."""
    return mapped_column(IdType)


def optional_reference() -> Any:
    return mapped_column(IdType, nullable=True)


def personal() -> Any:
    """Return a mapped column that tells who a person is; logs and digests leave it out, and erasure takes it."""
    return mapped_column(info={"class": "personal"})


def column_of(table: Any, name: str) -> Column[Any]:
    """Return a column of a table by name; for code that walks the metadata."""
    found: Column[Any] = table.c[name]
    return found
