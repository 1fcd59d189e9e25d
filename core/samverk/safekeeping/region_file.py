"""One region as a file: every table of it and the people it needs as JSON lines, its files, manifest and seal.

The same rows give the same bytes, on either engine. Taking a file in is `region_import.py`'s; which tables and columns
are in it is worked out in `rows.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import LargeBinary, Table, select

from samverk.attachments import service as attachments
from samverk.attachments.store import Damaged, Store
from samverk.database import Database, Unit
from samverk.errors import NotFound, SettingsError
from samverk.migrations import ready
from samverk.safekeeping import archive, classes, rows
from samverk.safekeeping.archive import Progress, silent
from samverk.tenants import service as tenants

KIND, FILES = "region", "files/"
_AT_ONCE, _AT_ONCE_LARGE, _IDS_AT_ONCE = 500, 10, 400


def member(table: str) -> str:
    """Return the name of a table's member."""
    return f"tables/{table}.jsonl"


def file_member(stored_as: str) -> str:
    """Return the name of the member of an attachment's bytes."""
    return f"{FILES}{stored_as}"


def revision() -> str:
    """Return the revision that this version's tables have."""
    return max(ready.newest_revisions())


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows of each table in the order of the file, and how many attachments."""

    rows: dict[str, int]
    files: int


def write(database: Database, store: Store, slug: str, target: Path, say: Progress = silent) -> Exported:
    """Write the file of a region, all of it as it is at one moment. Raises SettingsError, BadArchive."""
    tables, written = rows.exported(), {}
    with archive.writing(target) as writer, database.unit(write=False, is_snapshot=True) as session:
        try:
            tenant = tenants.find(session, slug)
        except NotFound as error:
            raise SettingsError(f"There is no region {slug!r}; 'samverk tenant list' names them.") from error
        session.bind_tenant(tenant.id)
        for number, table in enumerate(tables, 1):
            with writer.member(member(table.name)) as add:
                count = 0
                for row in _rows(session, table, tenant.id):
                    add(rows.line(table, row))
                    count += 1
            written[table.name] = count
            say("export", number, len(tables))
        files = attachments.kept(session, tenant.id)
        for one in files:
            try:
                content = store.get(tenant.id, one.stored_as, one.content_hash)
            except Damaged as error:
                raise SettingsError(
                    f"The attachment {one.name!r} ({one.id}) cannot be exported: {error}; restore it from a backup or"
                    " remove it, then try again."
                ) from error
            with writer.member(file_member(one.stored_as)) as add:
                add(content)
        writer.finish(KIND, revision(), {"tenant_id": tenant.id, "slug": tenant.slug, "plugin": tenant.plugin_key})
    return Exported(written, len(files))


def _rows(session: Unit, table: Table, tenant_id: str) -> Iterator[Any]:
    if table.info["kind"] == "tenant":
        yield from _of_tenant(session, table, tenant_id)
    elif table.name == "person":
        yield from _people(session, table, tenant_id)
    else:
        yield from session.execute(select(*rows.columns(table)).where(_own_row(table) == tenant_id)).mappings()


def _own_row(table: Table) -> Any:
    """Return the column of an installation table that holds the tenant's id."""
    return table.c[table.info["reach"].column]


def _of_tenant(session: Unit, table: Table, tenant_id: str) -> Iterator[Any]:
    is_large = any(isinstance(column.type, LargeBinary) for column in table.columns)
    query = select(*rows.columns(table)).where(table.c.tenant_id == tenant_id).order_by(table.c.id)
    options = {"yield_per": _AT_ONCE_LARGE if is_large else _AT_ONCE}
    yield from session.execute(query.execution_options(**options)).mappings()


def _people(session: Unit, person: Table, tenant_id: str) -> Iterator[Any]:
    ids = sorted(people_of(session, tenant_id))
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        query = select(*rows.columns(person)).where(person.c.id.in_(some)).order_by(person.c.id)
        yield from session.execute(query).mappings()


def people_of(session: Unit, tenant_id: str) -> frozenset[str]:
    """Return the ids of the people that rows of a region point at."""
    found: set[str] = set()
    for table in classes.tables_of("tenant"):
        if rows.left_out(table) is None:
            for column in classes.person_ids(table):
                query = select(column).where(table.c.tenant_id == tenant_id, column.is_not(None)).distinct()
                found.update(session.scalars(query))
    return frozenset(found)
