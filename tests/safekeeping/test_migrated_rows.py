"""D1 of the security figures: every revision, one by one, down and up again, with a row in every table of a region.

What a migration leaves that is killed in the middle is `tests/reliability/test_killed_migration.py`'s.
"""

from pathlib import Path

from samverk.database import Database
from samverk.migrations import ready, runner
from samverk.registry import Registry
from samverk.safekeeping import region_import
from samverk.safekeeping import rows as exported_rows
from tests import scale, stored_rows
from tests.postgres_server import migrate
from tests.safekeeping.conftest import files_of
from tests.stored_rows import Columns


def filled(url: str, registry: Registry, file: Path) -> None:
    """Bring the region that holds a row of every table into a migrated database."""
    database = Database(url, threads=1)
    region_import.take_in(database, registry, files_of(database), file)
    database.dispose()


def both(one: Columns, other: Columns) -> Columns:
    """Return what two revisions have in common."""
    found = {name: [column for column in columns if column in other.get(name, ())] for name, columns in one.items()}
    return {name: columns for name, columns in found.items() if columns}


def test_every_revision_keeps_what_both_its_sides_can_hold(database_url: str, fifth: Path, registry: Registry) -> None:
    filled(database_url, registry, fifth)
    newest, kept, columns = stored_rows.read(database_url)
    revisions, here, rows = [newest], columns, kept
    while len(revisions) < len(runner.known()):
        migrate(database_url, "-1")
        revision, fewer, left = stored_rows.read(database_url)
        common = both(left, here)
        assert narrowed(fewer, left, common) == narrowed(rows, here, common), revision
        revisions.append(revision)
        here, rows = left, fewer
    for expected in reversed(revisions[:-1]):
        migrate(database_url, "+1")
        revision, found, there = stored_rows.read(database_url, here)
        assert (revision, found) == (expected, rows)

    assert {table.name for table in exported_rows.exported() if not kept[table.name]} == set()
    assert ({newest}, there) == (ready.newest_revisions(), columns)
    assert len(set(revisions)) == len(runner.known()) > 1
    engine = "PostgreSQL" if database_url.startswith("postgresql") else "SQLite"
    scale.made("D1", f"revisions walked down and up with rows, {engine}", len(revisions), len(runner.known()))


def narrowed(rows: stored_rows.Rows, columns: Columns, to: Columns) -> stored_rows.Rows:
    """Return rows that were read with some columns as if only others of them had been asked for."""
    return {
        name: tuple(sorted(tuple(row[columns[name].index(column)] for column in names) for row in rows[name]))
        for name, names in to.items()
    }
