"""K2 of the security figures: power loss in small, on SQLite: what a crash leaves opens whole, as it was at one moment.

How an image is made is `crash_images.py`'s. That commits reach the disk at all is shown by `test_killed_server.py`.
"""

import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests import scale
from tests.reliability import crash_images
from tests.reliability.crash_images import NAME
from tests.reliability.streams import Client, Victim
from tests.web import served
from tests.web.served import Region

from samverk.audit import service as audit
from samverk.database import Database
from samverk.people.model import ApiToken
from samverk.points.model import Point, PointEvent

pytestmark = pytest.mark.slow
WRITERS = 4
IMAGES, COPIES_OF_A_STREAM = 10, 20
"""Images made of one copy; after so many copies a stream begins on a fresh region, so that its log stays short."""


@dataclass(frozen=True, slots=True)
class History:
    """What stands in a database: (seq, hash) of the log's entries, (number, id) of points, (point, step) of theirs."""

    entries: tuple[tuple[int, str], ...]
    points: tuple[tuple[int, str], ...]
    steps: frozenset[tuple[str, str]]

    def is_beginning_of(self, other: "History") -> bool:
        return (
            other.entries[: len(self.entries)] == self.entries
            and other.points[: len(self.points)] == self.points
            and self.steps <= other.steps
        )


def look(path: Path, tenant_id: str) -> History:
    """Open a database as the product does and hold it against itself."""
    database = Database(f"sqlite:///{path}", threads=1)
    try:
        with database.tenant(tenant_id, write=True) as session:
            faults, hashes = audit.verify(session, tenant_id)
            assert faults == ()
            points = session.execute(
                select(Point.number, Point.id).where(Point.tenant_id == tenant_id).order_by(Point.number)
            ).all()
            steps = session.execute(
                select(PointEvent.point_id, PointEvent.kind).where(PointEvent.tenant_id == tenant_id)
            ).all()
    finally:
        database.dispose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return History(
        tuple(sorted(hashes.items())),
        tuple((number, id_) for number, id_ in points),
        frozenset((point, kind) for point, kind in steps),
    )


class Stream:
    """A server that is sent points by several programs at once, in bursts."""

    def __init__(self, template: Path, region: Region, folder: Path) -> None:
        shutil.copytree(template, folder)
        self.region, self.folder = region, folder
        self.victim = Victim(folder)
        self.clients = [Client(number, self.victim.port, region, {}) for number in range(WRITERS)]
        self.acknowledged: list[str] = []
        self.first = look_at_copy(folder, region.tenant_id)

    def send(self, client: Client, many: int) -> None:
        point = {"item": self.region.items[0], "text": "Punkt", "language": "nn"}
        for _number in range(many):
            made = client.ask("POST", f"/meetings/{self.region.meetings[0]}/points", point)
            self.acknowledged.append(made["id"])

    def copied_in_a_burst(self, chance: random.Random, target: Path) -> tuple[crash_images.Log, frozenset[str]]:
        """Copy the database at a random moment while points come in; return what was acknowledged before too."""
        while True:
            threads = [
                threading.Thread(target=self.send, args=(client, chance.randrange(3, 12))) for client in self.clients
            ]
            for thread in threads:
                thread.start()
            time.sleep(chance.random() * 0.1)
            acknowledged = frozenset(self.acknowledged)
            log = crash_images.copy(self.folder, target)
            for thread in threads:
                thread.join(60)
            if log is not None:
                return log, acknowledged


def look_at_copy(folder: Path, tenant_id: str) -> History:
    """Look at the database of a server that rests, without touching it."""
    target = folder.parent / f"{folder.name}-rested"
    shutil.copyfile(folder / NAME, target)
    log = folder / f"{NAME}-wal"
    Path(f"{target}-wal").write_bytes(log.read_bytes() if log.exists() else b"")
    Path(f"{target}-shm").unlink(missing_ok=True)
    return look(target, tenant_id)


def test_what_a_power_loss_leaves_is_the_history_up_to_one_moment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(2 * IMAGES), scale.seed()
    chance = random.Random(seed)
    region = served.prepare(tmp_path / "template", arrangements=2, members=4)
    database = Database(f"sqlite:///{tmp_path / 'template' / NAME}", threads=1)
    with database.unit(write=True) as session:
        # The first request of a day notes this in a transaction without an entry, which would have to be told apart.
        session.execute(update(ApiToken).values(last_used_on=served.now().date()))
    database.dispose()
    made, lost, stream = Counter[str](), 0, None
    for copy in range(-(-wanted // IMAGES)):
        if stream is None or copy % COPIES_OF_A_STREAM == 0:
            if stream is not None:
                stream.victim.stop()
                shutil.rmtree(stream.folder)
            stream = Stream(tmp_path / "template", region, tmp_path / f"stream-{copy}")
        try:
            copied = tmp_path / "copied"
            log, acknowledged = stream.copied_in_a_burst(chance, copied)
            lost += look_at_images(stream, copied, log, acknowledged, chance, made)
        except BaseException:
            stream.victim.stop()
            raise
    if stream is not None:
        stream.victim.stop()

    with capsys.disabled():
        print(f"\n{dict(made)}; {lost} transactions fell with the tails")
        scale.made("K2", "images of a crash, opened and verified", made.total(), wanted, seed)


def look_at_images(
    stream: Stream,
    copied: Path,
    log: crash_images.Log,
    acknowledged: frozenset[str],
    chance: random.Random,
    made: Counter[str],
) -> int:
    """Spoil one copy in many ways and look at each; return how many transactions the spoilt tails took away."""
    tenant, image = stream.region.tenant_id, copied.with_name("image")
    whole, after = _opened(copied, image, log.content, tenant), look_at_copy(stream.folder, tenant)
    before = len(stream.first.entries) - len(stream.first.points)

    # Of a crash in which the log stayed whole, all that was acknowledged is there.
    assert whole.is_beginning_of(after)
    assert acknowledged <= {id_ for _number, id_ in whole.points}
    lost = 0
    for number in range(IMAGES):
        kind = crash_images.KINDS[number % len(crash_images.KINDS)]
        content, at = log.spoilt(kind, chance)
        found = _opened(copied, image, content, tenant)

        assert found.is_beginning_of(whole), (kind, at)
        # Each point has its entry and its step in the log, also where the tail is gone.
        assert len(found.entries) - len(found.points) == before, (kind, at)
        assert {point for point, _kind in found.steps} == {id_ for _number, id_ in found.points}, (kind, at)
        assert [number for number, _id in found.points] == list(range(1, len(found.points) + 1)), (kind, at)
        # Exactly the transactions that begin to be spoilt are gone.
        gone = log.commits_before(log.end) - log.commits_before(at)
        assert len(whole.entries) - len(found.entries) == gone, (kind, at)
        lost += gone
        made[kind] += 1
    return lost


def _opened(copied: Path, image: Path, log: bytes, tenant_id: str) -> History:
    shutil.copyfile(copied, image)
    Path(f"{image}-wal").write_bytes(log)
    Path(f"{image}-shm").unlink(missing_ok=True)
    return look(image, tenant_id)
