"""The only room that makes engines, sessions and connections: kinds of tables, units of work, the tenant guard.

What is stored stands in each slice's `model.py`. Rules 1-5 and 16 of the security rules are kept here:
a statement that touches a tenant table without `tenant_id = <the bound tenant>` never reaches the database.
"""

import datetime as dt
import functools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, cast
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import QueuePool

from samverk import guard

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


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: Moment(),
        dict[str, Any]: JsonType,
        list[Any]: JsonType,
        dict[str, str]: JsonType,
        list[str]: JsonType,
    }


class TenantTable(Base):
    """A table of one tenant's rows: primary key (tenant_id, id); every key to another begins with tenant_id."""

    __abstract__ = True
    tenant_id: Mapped[str] = mapped_column(IdType, primary_key=True, sort_order=-20)
    id: Mapped[str] = mapped_column(IdType, primary_key=True, default=new_id, sort_order=-19)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        guard.register_tenant_table(cls.__tablename__)
        cast(Table, cls.__table__).info["kind"] = "tenant"


class ReferenceTable(Base):
    """A shared register, read-only to requests."""

    __abstract__ = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cast(Table, cls.__table__).info["kind"] = "reference"


class InstallationTable(Base):
    """A table of the whole installation, reached only from `people`, `tenants` and the audited door."""

    __abstract__ = True
    id: Mapped[str] = mapped_column(IdType, primary_key=True, default=new_id, sort_order=-19)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cast(Table, cls.__table__).info["kind"] = "installation"


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


class BannedSession(Session):
    """A session without the calls that go round the guard (rule 4)."""

    def merge(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("merge is banned: it can take over a row of another tenant")

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("bulk mapping calls are banned; use insert()")

    bulk_insert_mappings = bulk_save_objects
    bulk_update_mappings = bulk_save_objects


class Unit(BannedSession):
    """One unit of work: a session that is bound to one tenant at most, for life."""

    @property
    def tenant_id(self) -> str | None:
        bound: str | None = self.info.get("tenant_id")
        return bound

    def bind_tenant(self, tenant_id: str) -> None:
        """Bind the session to a tenant. Raises RuntimeError when it was bound before."""
        if self.info.get("tenant_id") is not None:
            raise RuntimeError("a session belongs to one tenant for life")
        self.info["tenant_id"] = tenant_id
        connection = self.connection()
        connection.info["samverk_tenant"] = tenant_id
        if connection.dialect.name == "postgresql":
            from sqlalchemy import func, select  # kept out of the path of the embedded database

            connection.execute(select(func.set_config("samverk.tenant", tenant_id, True)))

    @contextmanager
    def across_tenants(self, reason: str) -> Iterator[None]:
        """Read across tenants for a moment, in a unit that belongs to none: where sign-in asks for one's own roles.

        `reason` says why, as in `Database.platform`. Raises RuntimeError in a unit of a tenant.
        """
        if self.info.get("tenant_id") is not None:
            raise RuntimeError("a session belongs to one tenant for life")
        info = self.connection().info
        info["samverk_platform"] = reason
        try:
            yield
        finally:
            info.pop("samverk_platform", None)


@event.listens_for(Unit, "before_flush")
def _keep_tenant(session: Unit, _context: Any, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, TenantTable):
            if session.tenant_id is None and not session.info.get("platform"):
                raise RuntimeError("no tenant in context")
            if row.tenant_id is None:
                row.tenant_id = session.tenant_id
            elif session.tenant_id is not None and row.tenant_id != session.tenant_id:
                raise RuntimeError("the row belongs to another tenant")


class Database:
    """The engine of one process and its units of work."""

    def __init__(self, url: str, *, threads: int = 8) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _engine(url, threads)
        self._writer = threading.Lock()

    @contextmanager
    def unit(self, *, write: bool) -> Iterator[Unit]:
        """Open a unit of work without a tenant; commit on leaving, roll back on any fault.

        On SQLite a unit that writes begins IMMEDIATE and waits for this process's one writer lock.
        """
        held = self._writer if write and self.is_sqlite else None
        if held:
            held.acquire()
        try:
            with Unit(self.engine, expire_on_commit=False, autoflush=False) as session:
                session.connection(execution_options={"samverk_write": write})
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.rollback()
                    raise
        finally:
            if held:
                held.release()

    @contextmanager
    def tenant(self, tenant_id: str, *, write: bool) -> Iterator[Unit]:
        """Open a unit of work of one tenant."""
        with self.unit(write=write) as session:
            session.bind_tenant(tenant_id)
            yield session

    @contextmanager
    def platform(self, reason: str, *, write: bool = False) -> Iterator[Unit]:
        """Open the one door across tenants; `reason` says why, for the log of the installation."""
        with self.unit(write=write) as session:
            session.info["platform"] = reason
            session.connection().info["samverk_platform"] = reason
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


Fault = DBAPIError
"""What the driver raises; the wrapper decides whether to try again."""


def may_retry(error: DBAPIError) -> bool:
    """Say whether the same work may succeed when tried again: a lost race, or a busy database (rule 22)."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01") or "database is locked" in str(error.orig)


@functools.cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder()


def _engine(url: str, threads: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=15,
        pool_reset_on_return="rollback",
        json_serializer=lambda value: _encoder().encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        query_cache_size=2000,
        **({"connect_args": {"check_same_thread": False, "timeout": 5}} if url.startswith("sqlite") else {}),
    )
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)
    event.listen(engine, "before_cursor_execute", guard.check)
    event.listen(engine, "checkin", _forget)
    return engine


def _forget(dbapi_connection: Any, record: Any) -> None:
    record.info.pop("samverk_tenant", None)
    record.info.pop("samverk_platform", None)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        # The driver's own transaction handling begins too late (M14); BEGIN is said below.
        dbapi_connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "busy_timeout=5000",
            "cache_size=-16384",
            "mmap_size=268435456",
            "temp_store=MEMORY",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("samverk_write", True)
        connection.connection.driver_connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'; SET lock_timeout = '2s'; SET timezone = 'UTC'")
        dbapi_connection.commit()


def column_of(table: Any, name: str) -> Column[Any]:
    """Return a column of a table by name; for code that walks the metadata."""
    found: Column[Any] = table.c[name]
    return found
