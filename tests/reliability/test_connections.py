"""The connections of a serving process: all are open before the first asks; one that is refused stops no start."""

import logging
from pathlib import Path

import pytest
from bench import servers
from sqlalchemy import create_engine, event, literal, select, text
from tests.postgres_server import ROLE
from tests.web import served

from samverk.database import Database


def test_nobody_who_asks_opens_one(database_url: str) -> None:
    database = Database(database_url, threads=3)
    opened: list[int] = []
    database.open()
    event.listen(database.engine, "connect", lambda *_given: opened.append(1))

    with (
        database.unit(write=False) as first, database.unit(write=False) as second, database.unit(write=False) as third,
    ):  # fmt: skip
        for session in (first, second, third):
            assert session.connection().scalar(select(literal(1))) == 1
    database.dispose()

    assert opened == []


@pytest.mark.slow
def test_a_server_has_opened_them_when_it_is_ready(tmp_path: Path) -> None:
    region = served.prepare(tmp_path / "data")

    with servers.samverk(region.folder, core=None) as server:
        held = [
            sum(str(file.readlink()).endswith("/samverk.sqlite3") for file in Path(f"/proc/{pid}/fd").iterdir())
            for pid in server.tree()
        ]

    assert max(held) >= 8


def test_a_database_that_lets_in_fewer_or_nobody_stops_no_start(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "samverk.database")
    url, expected = f"sqlite:///{tmp_path / 'nowhere' / 'samverk.sqlite3'}", 0
    if database_url.startswith("postgresql"):
        url, expected = database_url, 2
        owner = create_engine(database_url.replace(f"://{ROLE}@", "://postgres@"), isolation_level="AUTOCOMMIT")
        with owner.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{owner.url.database}" CONNECTION LIMIT {expected}'))
        owner.dispose()
    database = Database(url, threads=4)

    database.open()

    assert [record.getMessage() for record in caplog.records] == [
        f"only {expected} of 4 connections could be opened to the database"
    ]
    database.dispose()
