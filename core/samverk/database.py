"""The only room that makes engines, sessions and connections: units of work, and the tenant guard round them.

Rules 1-5 and 16 of the security rules are kept here: a statement that touches a tenant table without
`tenant_id = <the bound tenant>` never reaches the database. The kinds of tables are `tables.py`'s.
"""

import functools
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
from sqlalchemy import Engine, Table, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from samverk import changes, guard
from samverk.checkpoint import WriteAheadLog
from samverk.tables import Base, TenantTable

log = logging.getLogger("samverk.database")


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
    def changes(self) -> changes.Changes:
        """What has been changed for the tenant so far."""
        found: changes.Changes = self.info["changes"]
        return found

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
        connection.info["samverk_changes"] = self.info["changes"] = changes.Changes()
        if connection.dialect.name == "postgresql":
            from sqlalchemy import func, select  # kept out of the path of the embedded database

            connection.execute(select(func.set_config("samverk.tenant", tenant_id, True)))


@event.listens_for(Unit, "before_flush")
def _keep_tenant(session: Unit, _context: Any, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, TenantTable):
            if session.tenant_id is None:
                raise RuntimeError("no tenant in context")
            if row.tenant_id is None:
                row.tenant_id = session.tenant_id
            elif session.tenant_id is not None and row.tenant_id != session.tenant_id:
                raise RuntimeError("the row belongs to another tenant")
    held: changes.Changes | None = session.info.get("changes")
    if held is not None:
        for row in session.dirty:
            state = inspect(row)
            was = {
                name: history.deleted[0]
                for name in state.committed_state
                if (history := state.attrs[name].history).deleted
            }
            if was:
                held.note_before(row.__tablename__, row.id, was)


class Database:
    """The engine of one process and its units of work."""

    def __init__(self, url: str, *, threads: int = 8) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _engine(url, threads)
        self._writer = threading.Lock()
        self._log = WriteAheadLog(url)

    @contextmanager
    def unit(self, *, write: bool, is_snapshot: bool = False) -> Iterator[Unit]:
        """Open a unit of work without a tenant; commit on leaving, roll back on any fault.

        On SQLite a unit that writes begins IMMEDIATE and waits for this process's one writer lock. All that a snapshot
        reads is of one moment; on SQLite every unit is one.
        """
        held = self._writer if write and self.is_sqlite else None
        if held:
            held.acquire()
        try:
            with Unit(self.engine, expire_on_commit=False, autoflush=False) as session:
                options: dict[str, Any] = {"samverk_write": write}
                if is_snapshot and not self.is_sqlite:
                    options["isolation_level"] = "REPEATABLE READ"
                session.connection(execution_options=options)
                try:
                    yield session
                    _commit(session)
                except BaseException:
                    session.rollback()
                    raise
            if held:
                self._log.keep_short()
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
        """Open the one door for work about the whole installation; `reason` says why, for its log.

        It reaches installation tables only: work that concerns many tenants is done one tenant at a time, so that
        no statement ever sees the rows of two.
        """
        log.info("work for the whole installation: %s", reason)
        with self.unit(write=write) as session:
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


Fault = DBAPIError
"""What the driver raises; the wrapper decides whether to try again."""


class Uncertain(Exception):
    """The connection was lost while the work was being committed: nobody here knows whether it is stored."""


def _commit(session: Unit) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Uncertain from error
        raise


def is_outage(error: DBAPIError) -> bool:
    """Say whether the database could not do what it was asked, whatever that was: it is gone, full, busy, read-only."""
    return isinstance(error, OperationalError | InterfaceError) or _is_read_only(error.orig)


def may_retry(error: DBAPIError) -> bool:
    """Say whether the same work may succeed when tried again: a lost race, or a connection gone stale (rule 22).

    A row that another has added meanwhile (23505) is found by the next try, which then says what is the matter. A
    SQLite that is merely busy has been waited for already, as long as its busy timeout says.
    """
    state = getattr(error.orig, "sqlstate", None)
    is_raced = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY_")
    return state in ("40001", "40P01", "23505") or is_raced or _is_read_only(error.orig)


def _is_read_only(error: BaseException | None) -> bool:
    """Say whether a connection refused to write: SQLite's from such a time, one to a PostgreSQL that stands by."""
    code = getattr(error, "sqlite_errorname", "")
    return code.startswith("SQLITE_READONLY") or getattr(error, "sqlstate", None) == "25006"


def names_nothing(error: DBAPIError) -> bool:
    """Say whether a statement asked for an id that is no id; the embedded database just finds nothing then."""
    return getattr(error.orig, "sqlstate", None) == "22P02"


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
    event.listen(engine, "before_cursor_execute", changes.listen)
    event.listen(engine, "checkin", _forget)
    event.listen(engine, "handle_error", _throw_away)
    return engine


def _throw_away(context: Any) -> None:
    # SQLite opens a file that cannot be written for reading, and such a connection never writes again, also when the
    # file long since can be; one to a PostgreSQL that stands by stays with it after another has taken over. Left in
    # the pool it would fail every request that draws it.
    if _is_read_only(context.original_exception):
        context.is_disconnect, context.invalidate_pool_on_disconnect = True, False


def _forget(_dbapi_connection: Any, record: Any) -> None:
    record.info.pop("samverk_tenant", None)
    record.info.pop("samverk_changes", None)


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
        # Said through the engine, not to the driver, so that a busy database is met as every other fault of it is.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN", execution_options={guard.RAW_OPTION: True})


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '5s'; SET lock_timeout = '2s'; SET timezone = 'UTC'")
        dbapi_connection.commit()

    @event.listens_for(engine, "checkin")
    def _checkin(dbapi_connection: Any, record: Any) -> None:
        # The tenant is set for one transaction only; one that outlived it would be the next user's (rule 12).
        if dbapi_connection is None:
            return
        # Said below the driver's transactions, so that asking begins none.
        left = dbapi_connection.pgconn.exec_(b"SELECT current_setting('samverk.tenant', true)").get_value(0, 0)
        if left:
            log.error("a connection came back with a tenant set; it is thrown away")
            record.invalidate()


def insert_or_update(session: Unit, table: type[Base], values: dict[str, Any], changes: dict[str, Any]) -> None:
    """Insert a row, or change the one that has its id; two that come at once do not collide."""
    keys = [column.name for column in cast(Table, table.__table__).primary_key]
    session.execute(_insert(session, table, values).on_conflict_do_update(index_elements=keys, set_=changes))


def insert_if_absent(session: Unit, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless one with its keys is there; a second that comes at once waits and adds nothing.

    Say whether the row was added.
    """
    # The count of rows is not known on both engines; what comes back is.
    key = cast(Table, table.__table__).c.id
    return session.scalar(_insert(session, table, values).on_conflict_do_nothing().returning(key)) is not None


def _insert(session: Unit, table: type[Base], values: dict[str, Any]) -> Any:
    dialect = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    return dialect.insert(table).values(**values)
