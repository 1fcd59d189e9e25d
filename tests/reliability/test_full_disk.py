"""K5 of the security figures: a disk that is full and a database that cannot be written, on SQLite.

A server meets them while forms are submitted and goes on by itself when there is room; so it does with connections
from such a time, and with a database that another process keeps to itself. Loss of power is `test_power_loss.py`'s.
"""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from bench import servers
from sqlalchemy import func, select
from tests import scale
from tests.installation import ORIGIN, Installation
from tests.postgres_server import migrate
from tests.reliability.streams import Stream, Victim
from tests.web import served
from tests.web.served import TENANT

from samverk.points.model import Point

pytestmark = pytest.mark.slow
BETWEEN, REFUSED, BACK_SECONDS = 30, 40, 10.0
"""Submissions before a fault, refusals that it lasts for at least, how soon all goes on afterwards."""
SIZE_MB, EACH_DISK = 16, 5
"""The size of the disk, and how often it is filled before a new one is taken: what is stored needs its room too."""


class Disk:
    """The place of a data folder, whose room is taken and given back."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder, self.is_mounted = folder, is_mounted
        self.what = f"a disk of {SIZE_MB} MB" if is_mounted else "a limit on the size of files"

    def fill(self, victim: Victim) -> None:
        """Leave no room: to the last byte of the disk, or none beyond what the log has."""
        if not self.is_mounted:
            log = self.folder / "samverk.sqlite3-wal"
            for pid in _tree(victim):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (log.stat().st_size, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while file.write(b"x" * size):
                        pass

    def free(self, victim: Victim) -> None:
        if self.is_mounted:
            (self.folder / "filler").unlink()
            return
        for pid in _tree(victim):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _tree(victim: Victim) -> tuple[int, ...]:
    return servers.Server(victim.process.pid, victim.port, 0.0).tree()


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Give a small disk where this machine lets one be mounted, else a folder whose files may not grow."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    can = os.geteuid() == 0 and shutil.which("mount") is not None
    is_mounted = can and subprocess.run(mount, capture_output=True, timeout=20).returncode == 0
    try:
        yield Disk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True, timeout=20)


@pytest.fixture
def lock(tmp_path: Path) -> Callable[[bool], None]:
    """Return what lets nobody write the database and its log, also through files that are open; and lets them again.

    Permissions do not hold the superuser, and a disk with files open for writing is not mounted anew: the kernel's
    mark for files that never change does both.
    """
    folder = tmp_path / "data"
    probe = tmp_path / "probe"
    probe.touch()

    def mark(sign: str, *files: Path) -> bool:
        command = ["chattr", f"{sign}i", *map(str, files)]
        return shutil.which("chattr") is not None and subprocess.run(command, capture_output=True).returncode == 0

    is_held = False
    with probe.open("r+b", buffering=0) as file:
        if mark("+", probe):
            try:
                file.write(b"x")
            except PermissionError:
                is_held = True
            mark("-", probe)
    if not is_held:
        assert os.environ.get("CI") != "true", "no file can be made unchangeable here, so this run has failed"
        pytest.skip("no file can be made unchangeable: a read-only database was not shown on this machine")

    def hold(is_locked: bool) -> None:
        files = (folder / "samverk.sqlite3", folder / "samverk.sqlite3-wal")
        assert mark("+" if is_locked else "-", *files)

    return hold


def go_through(
    folder: Path, times: int, chance: random.Random, spoil: Callable[[Victim], None], mend: Callable[[Victim], None]
) -> Stream:
    """Let a fault come and go so many times during a stream of submissions, and hold what is stored against it."""
    region = served.prepare(folder, arrangements=8, members=9)
    victim = Victim(folder)
    stream = Stream(region, f"sqlite:///{folder / 'samverk.sqlite3'}", victim.port)
    process = victim.process.pid
    stream.start()
    try:
        for _time in range(times):
            stream.wait_for(stream.acknowledged + BETWEEN)
            time.sleep(chance.random() * 0.1)
            spoil(victim)
            try:
                told, patience = stream.refused, time.monotonic() + 30
                while stream.refused < told + REFUSED and not stream.wrong:
                    assert time.monotonic() < patience, "nobody was told that nothing can be stored"
                    time.sleep(0.005)
                # Some that fit into what the log has may still have been stored; then nothing is.
                stored = stream.acknowledged
                time.sleep(0.3)
                assert stream.acknowledged == stored, stream.wrong
            finally:
                mend(victim)
            stream.wait_for(stream.acknowledged + 2 * len(stream.clients), BACK_SECONDS)
        stream.wait_for(stream.acknowledged + BETWEEN)
        assert victim.process.poll() is None and victim.process.pid == process
    finally:
        stream.end()
        victim.stop()
    stream.check()
    return stream


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, seed = scale.count(1), scale.seed()
    chance, acknowledged, refused = random.Random(seed), 0, 0

    for number in range(0, wanted, EACH_DISK):
        with small_disk(tmp_path / f"disk-{number}") as disk:
            stream = go_through(disk.folder, min(EACH_DISK, wanted - number), chance, disk.fill, disk.free)
        acknowledged, refused = acknowledged + stream.acknowledged, refused + stream.refused

    with capsys.disabled():
        print(f"\n{disk.what}: {acknowledged} acknowledged, {refused} told to wait")
        scale.made("K5", "times the disk was full during submissions", wanted, wanted, seed)


def test_a_database_that_cannot_be_written_is_said_and_loses_nothing(
    lock: Callable[[bool], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(1), scale.seed()

    stream = go_through(
        tmp_path / "data", wanted, random.Random(seed), lambda _victim: lock(True), lambda _victim: lock(False)
    )

    with capsys.disabled():
        print(f"\n{stream.acknowledged} acknowledged, {stream.refused} told to wait")
        scale.made("K5", "times the database could not be written during submissions", wanted, wanted, seed)


def test_what_is_committed_is_acknowledged_where_only_the_work_after_it_fails(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'samverk.sqlite3'}"
    migrate(url)
    region = served.prepare(tmp_path, url=url)
    installation = Installation(url, tmp_path, served.now())
    # The heads of the log are kept in files beside the database: here is no room for them.
    (tmp_path / "audit-heads").write_text("no folder can be made here")
    headers = {"authorization": f"Bearer {region.token}"}
    client = httpx.Client(transport=installation.transport, base_url=ORIGIN, headers=headers)
    point = {"item": region.items[0], "text": "Punkt", "language": "nn"}

    answer = client.post(f"/api/v1/{TENANT}/meetings/{region.meetings[0]}/points", json=point)
    with served.system_scope(installation.database, TENANT, installation.now) as scope:
        count = scope.session.scalar(select(func.count()).select_from(Point).where(Point.tenant_id == scope.tenant_id))
    installation.close()

    assert (answer.status_code, count) == (201, len(region.points) + 1)


def test_connections_made_while_nothing_could_be_written_write_again_afterwards(
    lock: Callable[[bool], None], tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'samverk.sqlite3'}"
    migrate(url)
    region = served.prepare(folder, url=url)
    installation = Installation(url, folder, served.now())
    headers = {"authorization": f"Bearer {region.token}"}
    client = httpx.Client(transport=installation.transport, base_url=ORIGIN, headers=headers)

    def record_point() -> int:
        point = {"item": region.items[0], "text": "Punkt", "language": "nn"}
        return client.post(f"/api/v1/{TENANT}/meetings/{region.meetings[0]}/points", json=point).status_code

    # Another process has the database open, so its log stays while this one begins anew.
    with closing(sqlite3.connect(folder / "samverk.sqlite3")) as other:
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        lock(True)
        try:
            installation.database.dispose()
            read = client.get(f"/api/v1/{TENANT}/meetings/{region.meetings[0]}").status_code
            written = [record_point() for _time in range(4)]
        finally:
            lock(False)
        afterwards = [record_point() for _time in range(4)]
    installation.close()

    assert (read, written, afterwards) == (200, [503] * 4, [201] * 4)


def test_a_database_that_another_keeps_to_itself_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'samverk.sqlite3'}"
    migrate(url)
    region = served.prepare(tmp_path, url=url)
    installation = Installation(url, tmp_path, served.now())
    headers = {"authorization": f"Bearer {region.token}"}
    client = httpx.Client(transport=installation.transport, base_url=ORIGIN, headers=headers, timeout=30)
    meeting = f"/api/v1/{TENANT}/meetings/{region.meetings[0]}"
    point = {"item": region.items[0], "text": "Punkt", "language": "nn"}

    # The token's last use is noted before, so that reading has nothing to write.
    client.get(meeting)
    with closing(sqlite3.connect(tmp_path / "samverk.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = client.post(f"{meeting}/points", json=point)
        read = client.get(meeting)
        other.execute("ROLLBACK")
    afterwards = client.post(f"{meeting}/points", json=point)
    installation.close()

    said = (refused.status_code, refused.headers["content-type"], refused.headers["retry-after"].isdigit())
    assert said == (503, "application/problem+json", True)
    assert (read.status_code, afterwards.status_code) == (200, 201)
