"""Brings a database to the newest revision and refreshes the registers.

Alembic is imported here only: it takes longer to import than a command should.
"""

from importlib import resources
from typing import Any

from samverk.database import Database
from samverk.guard import RAW_OPTION
from samverk.migrations import ready
from samverk.reference import service as reference


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("samverk.migrations")))
    return config


def pending(url: str) -> tuple[str, ...]:
    """Return the revisions that the database lacks, oldest first."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    database = Database(url, threads=1)
    try:
        with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        database.dispose()
    revisions = script.iterate_revisions("head", current or "base")
    return tuple(reversed([revision.revision for revision in revisions if revision.revision != current]))


def migrate(url: str, target: str = "head") -> None:
    """Apply what is pending and write the registers.

    On SQLite foreign keys are off before BEGIN and checked after: with them on, a batch change deletes children.
    """
    if target == "head" and ready.is_ready(url):
        return
    from alembic import command

    database = Database(url, threads=1)
    try:
        if pending(url) or target != "head":
            config = _config()
            connection = database.engine.connect().execution_options(**{RAW_OPTION: True})
            with connection:
                if database.is_sqlite:
                    raw: Any = connection.connection.driver_connection
                    raw.execute("PRAGMA foreign_keys=OFF")
                with connection.begin():
                    config.attributes["connection"] = connection
                    if target == "base" or target.startswith("-"):
                        command.downgrade(config, target)
                    else:
                        command.upgrade(config, target)
                    if database.is_sqlite:
                        broken = connection.connection.driver_connection.execute("PRAGMA foreign_key_check").fetchall()  # type: ignore[union-attr]
                        if broken:
                            raise RuntimeError(f"the migration broke {len(broken)} references")
                if database.is_sqlite:
                    raw.execute("PRAGMA foreign_keys=ON")
        if target == "head":
            with database.unit(write=True) as session:
                reference.refresh(session)
    finally:
        database.dispose()
