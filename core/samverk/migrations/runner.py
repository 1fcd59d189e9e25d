"""Brings a database to the newest revision and refreshes the registers.

Alembic is imported here only: it takes longer to import than a command should.
"""

from importlib import resources
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import column, inspect, select, table

from samverk.database import Database
from samverk.errors import SettingsError
from samverk.guard import RAW_OPTION
from samverk.migrations import ready
from samverk.reference import service as reference
from samverk.settings import Settings


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("samverk.migrations")))
    return config


def prepare(settings: Settings) -> None:
    """Bring the embedded database up to date; hold a PostgreSQL one, which only its owner changes, to be so and safe.

    Raises SettingsError with what to do when it is not.
    """
    if settings.is_sqlite:
        migrate(settings.database_url)
        return
    if not _is_newest(settings.database_url):
        raise SettingsError("The database lacks the newest tables; run 'samverk migrate' with SAMVERK_OWNER_URL set.")
    hold_safe(settings.database_url)


def _is_newest(url: str) -> bool:
    """Say whether a database has the newest revision, without Alembic: importing it is half a second of every start."""
    database = Database(url, threads=1)
    try:
        with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            query: Any = select(column("version_num")).select_from(table("alembic_version"))
            return {row[0] for row in connection.execute(query)} == ready.newest_revisions()
    finally:
        database.dispose()


def hold_safe(url: str) -> None:
    """Refuse a PostgreSQL database whose row security would not hold the application (rule 15).

    Raises SettingsError naming the first fault; `samverk doctor` names all.
    """
    if found := unsafe(url):
        more = f" (and {len(found) - 1} more; 'samverk doctor' names them)" if len(found) > 1 else ""
        raise SettingsError(
            f"The database is not safe to serve: {found[0]}{more}. Connect with the application's own role and run"
            " 'samverk migrate' as the owner; docs/operate.md says how."
        )


def unsafe(url: str) -> tuple[str, ...]:
    """Return every fault of a PostgreSQL database's row security for the role of the address; none on SQLite."""
    if url.startswith("sqlite"):
        return ()
    database = Database(url, threads=1)
    try:
        with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
            return tuple(_row_security().faults(connection))
    finally:
        database.dispose()


def migrate_as_owner(settings: Settings) -> None:
    """Migrate whatever the settings name: the embedded database, or PostgreSQL as its owner.

    Raises SettingsError when the owner's address is missing.
    """
    if settings.is_sqlite:
        migrate(settings.database_url)
        return
    if settings.owner_url is None:
        raise SettingsError(
            "Set SAMVERK_OWNER_URL to the database as its owner: the application's role cannot change tables."
        )
    role = unquote(urlsplit(settings.database_url).username or "")
    migrate(settings.owner_url, app_role=role)


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


def known() -> frozenset[str]:
    """Return every revision that this version knows."""
    from alembic.script import ScriptDirectory

    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def migrate(url: str, target: str = "head", *, app_role: str | None = None) -> None:
    """Apply what is pending, write the registers and, on PostgreSQL, lay on policies and the rights of `app_role`.

    On SQLite foreign keys are off before BEGIN and checked after: with them on, a batch change deletes children.
    """
    if target == "head" and ready.is_ready(url):
        return
    database = Database(url, threads=1)
    try:
        if pending(url) or target != "head" or not database.is_sqlite:
            _change_tables(database, target, app_role)
        if target == "head":
            with database.unit(write=True) as session:
                reference.refresh(session)
    finally:
        database.dispose()


def _change_tables(database: Database, target: str, app_role: str | None) -> None:
    """Run the revisions in one transaction, with what protects the rows taken off before and laid on after."""
    connection = database.engine.connect().execution_options(**{RAW_OPTION: True})
    with connection:
        raw: Any = connection.connection.driver_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not database.is_sqlite:
                row_security = _row_security()
                row_security.take_off(connection)
            _run_revisions(connection, target)
            if database.is_sqlite:
                broken = raw.execute("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration broke {len(broken)} references")
            elif target == "head":
                row_security.lay_on(connection, app_role or "")
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


def _run_revisions(connection: Any, target: str) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    change = command.downgrade if target == "base" or target.startswith("-") else command.upgrade
    change(config, target)


def _row_security() -> Any:
    from samverk.migrations import row_security  # imports every table; only PostgreSQL has use for it

    return row_security
