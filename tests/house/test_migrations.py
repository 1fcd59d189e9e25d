"""The revisions reach the metadata on both engines, and go down and up again."""

from typing import Any

from sqlalchemy import inspect
from tests.postgres_server import migrate

from samverk.database import Database
from samverk.guard import RAW_OPTION
from samverk.migrations import runner
from samverk.models import metadata


def differences(url: str) -> list[Any]:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    database = Database(url, threads=1)
    try:
        with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, metadata))
    finally:
        database.dispose()


def test_revisions_reach_the_metadata(database_url: str) -> None:
    assert runner.pending(database_url) == ()
    assert differences(database_url) == []


def test_down_and_up_again(database_url: str) -> None:
    migrate(database_url, "base")
    database = Database(database_url, threads=1)
    with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
    database.dispose()
    assert left == set()

    migrate(database_url)

    assert differences(database_url) == []


def test_one_head() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory.from_config(runner._config()).get_heads()) == 1
