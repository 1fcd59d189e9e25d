"""Connections to both engines: how each is set up, what it must not carry to its next user, when it is thrown away.

Only `database.py` asks for them.
"""

import functools
import logging
from typing import Any

import msgspec
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from samverk import changes, guard

log = logging.getLogger("samverk.database")


@functools.cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder()


def make_engine(url: str, threads: int) -> Engine:
    """Make the engine of a process, with as many connections as threads; none is opened yet."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=15,
        # In turn, not the one used last: that would be a few percent faster, and those seldom drawn keep what they
        # have read (measured: 6 % more memory after half an hour, where 3 % are allowed).
        pool_use_lifo=False,
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
    if is_read_only(context.original_exception):
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


def is_read_only(error: BaseException | None) -> bool:
    """Say whether a connection refused to write: SQLite's from such a time, one to a PostgreSQL that stands by."""
    code = getattr(error, "sqlite_errorname", "")
    return code.startswith("SQLITE_READONLY") or getattr(error, "sqlstate", None) == "25006"
