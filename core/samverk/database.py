"""The only room that makes sessions: units of work, and the tenant guard round them.

Rules 1-5 and 16 of the security rules are kept here: a statement that touches a tenant table without
`tenant_id = <the bound tenant>` never reaches the database. The kinds of tables are `tables.py`'s, how a
connection is set up `connections.py`'s.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Table, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from samverk import changes
from samverk.checkpoint import WriteAheadLog
from samverk.connections import is_read_only, make_engine
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
        self.url, self.threads = url, threads
        self.is_sqlite = url.startswith("sqlite")
        self.engine = make_engine(url, threads)
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

    def open(self) -> None:
        """Open every connection that there may be, so that nobody waits for one and the process does not grow later.

        What a database refuses now is asked for again by whoever needs it, who is told what is the matter.
        """
        opened: list[Connection] = []
        try:
            while len(opened) < self.threads:
                opened.append(self.engine.connect())
        except DBAPIError:
            log.warning("only %d of %d connections could be opened to the database", len(opened), self.threads)
        finally:
            for one in opened:
                one.close()

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
    return isinstance(error, OperationalError | InterfaceError) or is_read_only(error.orig)


def may_retry(error: DBAPIError) -> bool:
    """Say whether the same work may succeed when tried again: a lost race, or a connection gone stale (rule 22).

    A row that another has added meanwhile (23505) is found by the next try, which then says what is the matter. A
    SQLite that is merely busy has been waited for already, as long as its busy timeout says.
    """
    state = getattr(error.orig, "sqlstate", None)
    is_raced = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY_")
    return state in ("40001", "40P01", "23505") or is_raced or is_read_only(error.orig)


def names_nothing(error: DBAPIError) -> bool:
    """Say whether a statement asked for an id that is no id; the embedded database just finds nothing then."""
    return getattr(error.orig, "sqlstate", None) == "22P02"


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
