"""The write-ahead log of the embedded database stays short, also while somebody always reads."""

import datetime as dt
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from samverk import checkpoint
from samverk.database import Database
from samverk.outbox.model import Letter
from samverk.tables import new_id

MOMENT = dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
READERS = 3


class Readers:
    """Some who read one after the other without a moment between: one is always in the middle of it."""

    def __init__(self, database: Database) -> None:
        self.database, self.over = database, False
        self.began = threading.Barrier(READERS + 1)
        self.threads = [threading.Thread(target=self._read, args=(number,), daemon=True) for number in range(READERS)]
        for one in self.threads:
            one.start()
        self.began.wait(10)

    def _read(self, number: int) -> None:
        pause = threading.Event()
        self.began.wait(10)
        pause.wait(number * 0.01)
        while not self.over:
            with self.database.unit(write=False) as session:
                session.execute(select(Letter.id).limit(1)).all()
                pause.wait(0.03)

    def stop(self) -> None:
        self.over = True
        for one in self.threads:
            one.join(5)


def write(database: Database, count: int) -> None:
    for number in range(count):
        with database.unit(write=True) as session:
            session.add(
                Letter(id=new_id(), address=f"{number}@example.org", locale="nn", title="x", body="x" * 50_000,
                       link_kind="reset", link_id=new_id(), state="sent", created_at=MOMENT, not_before=MOMENT)
            )  # fmt: skip


@pytest.mark.parametrize("is_cut", [True, False])
def test_the_log_is_cut_while_others_always_read(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, is_cut: bool
) -> None:
    monkeypatch.setattr(checkpoint, "LONGEST", 2**20 if is_cut else 2**40)
    database = Database(sqlite_url, threads=READERS + 1)
    readers = Readers(database)
    write(database, 2 * checkpoint.EVERY)
    readers.stop()

    assert (database._log.size < 12 * 2**20) == is_cut
    database.dispose()


def test_who_reads_for_long_is_left_in_peace(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "LONGEST", 1)
    database = Database(sqlite_url, threads=2)
    with database.unit(write=False) as session:
        before = len(session.execute(select(Letter.id)).all())
        write(database, checkpoint.EVERY)
        assert len(session.execute(select(Letter.id)).all()) == before
    assert database._log.size > 2**20
    write(database, checkpoint.EVERY)

    assert database._log.size < 2**20
    database.dispose()


def test_a_log_that_cannot_be_cut_undoes_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checkpoint, "LONGEST", 1)
    database = Database(sqlite_url, threads=1)
    monkeypatch.setattr(checkpoint.sqlite3, "connect", lambda *_given, **_more: no_file(tmp_path))
    write(database, checkpoint.EVERY)
    with database.unit(write=False) as session:
        kept = len(session.execute(select(Letter.id)).all())
    database.dispose()

    assert kept == checkpoint.EVERY
    assert "could not be cut" in caplog.text


def no_file(folder: Path) -> None:
    raise checkpoint.sqlite3.OperationalError(f"unable to open {folder}")
