"""Fixtures of the whole suite: databases of both engines, an installation with a clock, people with browsers."""

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("SAMVERK_TEST_CHEAP_PASSWORDS", "1")

from tests import turns
from tests.installation import Installation
from tests.postgres_server import PostgresServer, migrate, shared_server

TURNS = pytest.StashKey[Path]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every worker the folder in which they take turns."""
    if TURNS not in node.config.stash:
        node.config.stash[TURNS] = Path(tempfile.mkdtemp(prefix="samverk-turns-"))
    node.workerinput["turns"] = str(node.config.stash[TURNS])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let tests that measure time run alone among the workers."""
    worker = getattr(item.config, "workerinput", None)
    if worker is None:
        return (yield)
    with turns.turn(Path(worker["turns"]), is_alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    if TURNS in config.stash:
        shutil.rmtree(config.stash[TURNS], ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest, testrun_uid: str) -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run, shared by its workers."""
    with shared_server(testrun_uid) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    from samverk.migrations import runner

    path = tmp_path_factory.mktemp("template") / "samverk.sqlite3"
    runner.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> str:
    """An empty migrated database of each engine."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "samverk.sqlite3")
        return f"sqlite:///{tmp_path / 'samverk.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    template_name = server.template("samverk_template", migrate)
    name = f"t_{worker_id}_{abs(hash((request.node.nodeid, os.getpid()))):x}"[:60]
    return server.create_database(name, template_name)


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """An empty migrated SQLite database, for tests that need one engine only."""
    shutil.copy(sqlite_template, tmp_path / "samverk.sqlite3")
    return f"sqlite:///{tmp_path / 'samverk.sqlite3'}"


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation on each engine, its clock at 2026-02-20 09:00 UTC."""
    made = Installation(database_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
    yield made
    made.close()


@pytest.fixture
def embedded(sqlite_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation on SQLite."""
    made = Installation(sqlite_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
    yield made
    made.close()
