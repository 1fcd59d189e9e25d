"""D2 of the security figures: `samverk migrate` killed in the middle leaves the old database or the new one.

What each revision does with the rows there are is `tests/safekeeping/test_migrated_rows.py`'s.
"""

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import scale, stored_rows
from tests.postgres_server import PostgresServer, migrate, owners
from tests.reliability.streams import SAMVERK, integrity
from tests.web import served

from samverk.migrations import ready, runner

pytestmark = pytest.mark.slow
WRITE_LOCK, FLOCK = 120, "hhqqi"
"""The byte of SQLite's shared index that a writer locks (https://www.sqlite.org/walformat.html), and how to ask."""


class Copies:
    """Copies of one database of the first revision, with a region's rows in it."""

    engine: str

    def fresh(self) -> str:
        """Return the address of a new copy."""
        raise NotImplementedError

    def is_at_work(self) -> bool:
        """Say whether somebody works on the newest copy."""
        raise NotImplementedError

    def rest(self) -> None:
        """Wait until nobody works on the newest copy."""
        patience = time.monotonic() + 20
        while self.is_at_work():
            assert time.monotonic() < patience, "somebody works still for whom was killed"
            time.sleep(0.01)

    def close(self) -> None: ...


class Files(Copies):
    engine = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.template, self.folder = folder / "old.sqlite3", folder / "copy"
        _make_old(f"sqlite:///{self.template}", folder / "files")

    def fresh(self) -> str:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copyfile(self.template, self.folder / "samverk.sqlite3")
        return f"sqlite:///{self.folder / 'samverk.sqlite3'}"

    def is_at_work(self) -> bool:
        asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, WRITE_LOCK, 1, 0)
        try:
            with (self.folder / "samverk.sqlite3-shm").open("r+b") as file:
                return bool(struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK)
        except FileNotFoundError:
            # Not made yet, or gone between two connections: nobody writes.
            return False


class Databases(Copies):
    engine = "PostgreSQL"

    def __init__(self, server: PostgresServer, folder: Path, name: str) -> None:
        self.server, self.name = server, name
        url = server.create_database(f"{name}_old", server.template("samverk_template", migrate))
        _make_old(url, folder / "files")

    def fresh(self) -> str:
        self.server.drop_database(self.name)
        return self.server.create_database(self.name, f"{self.name}_old")

    def is_at_work(self) -> bool:
        return self.server.sessions(self.name) > 0

    def close(self) -> None:
        self.server.drop_database(self.name)
        self.server.drop_database(f"{self.name}_old")


def _make_old(url: str, files: Path) -> None:
    """Write a region into a database of the newest revision, and bring it back to the first with what that can hold."""
    migrate(url)
    served.prepare(files, url=url)
    migrate(url, f"-{len(runner.known()) - 1}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copies(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Copies]:
    if request.param == "sqlite":
        made: Copies = Files(tmp_path)
    else:
        made = Databases(request.getfixturevalue("postgres"), tmp_path, f"killed_{worker_id}_{os.getpid()}")
    yield made
    made.close()


def start(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    env = os.environ | {"SAMVERK_DATABASE_URL": url, "SAMVERK_OWNER_URL": owners(url)}
    return subprocess.Popen([SAMVERK, "migrate", "--data", str(folder)], env=env, stdout=subprocess.DEVNULL)


def wait(until: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    patience = time.monotonic() + 60
    while not until() and process.poll() is None:
        assert time.monotonic() < patience, "the migration did not begin"
        time.sleep(0.002)


def test_a_killed_migration_leaves_the_old_database_or_the_new_one(
    copies: Copies, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(1), scale.seed()
    chance = random.Random(seed)
    first, kept, columns = stored_rows.read(copies.fresh())
    process = start(url := copies.fresh(), tmp_path / "data")
    wait(copies.is_at_work, process)
    began = time.monotonic()
    assert process.wait(60) == 0
    seconds, (newest, migrated, new_columns) = time.monotonic() - began, stored_rows.read(url, columns)
    assert ({first, newest} & ready.newest_revisions(), migrated) == ({newest}, kept)
    assert sum(len(found) for found in kept.values()) > 100

    left = Counter[str]()
    while left.total() < wanted:
        process = start(url := copies.fresh(), tmp_path / "data")
        wait(copies.is_at_work, process)
        time.sleep(chance.random() * seconds)
        if process.poll() is not None:
            continue  # it was done before the kill came: no case
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        copies.rest()
        revision, found, there = stored_rows.read(url, columns)

        assert (revision, there) in ((first, columns), (newest, new_columns))
        assert found == kept
        migrate(url)
        assert stored_rows.read(url, columns) == (newest, kept, new_columns)
        assert runner.pending(url) == ()
        assert copies.engine != "SQLite" or integrity(tmp_path / "copy") == "ok"
        left[revision] += 1

    with capsys.disabled():
        print(f"\nleft behind: {dict(left)}; a migration took {seconds:.2f} s")
        scale.made("D2", f"kills during migration, {copies.engine}", left.total(), wanted, seed)
