"""Takes the file of a region in: every line held against its table, all of it or nothing.

The file is anybody's: what it says is checked before it is stored, and what it names must be in it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlalchemy import JSON, Table, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from samverk.attachments.store import Store
from samverk.audit import service as audit
from samverk.database import Database, Unit
from samverk.errors import Invalid, SettingsError
from samverk.migrations import runner
from samverk.people import service as people
from samverk.people.model import Person, RoleGrant
from samverk.registry import Registry
from samverk.safekeeping import archive, classes, region_attachments, region_file, rows
from samverk.safekeeping.archive import BadArchive, Progress, Reader, silent
from samverk.safekeeping.person_rows import Known
from samverk.tenants import service as tenants
from samverk.tenants.model import Tenant

MOST_LINE = 96 * 1024 * 1024
_AT_ONCE, _BYTES_AT_ONCE = 200, 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in, and what the operator should know of it."""

    slug: str
    rows: dict[str, int]
    notes: tuple[str, ...]
    people: tuple[Known, ...] = ()
    """Everybody in the file, as they are called there."""


@dataclass
class _Work:
    """One import under way: `stands_for` is {id in the file: id of the person here}."""

    reader: Reader
    session: Unit
    tenant_id: str
    is_older: bool
    stands_for: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    people: list[Known] = field(default_factory=list)


def take_in(
    database: Database, registry: Registry, store: Store, file: Path, *, slug: str | None = None,
    say: Progress = silent,
) -> Imported:  # fmt: skip
    """Take a region in, under another slug where one is given. Raises BadArchive, SettingsError.

    Its people come without passwords; those who are known here by their address stay who they are here. Messages that
    waited are kept back: the installation they come from sends them.
    """
    with archive.reading(file, region_file.KIND, say) as reader:
        is_older = _check_file(reader, registry)
        tenant_id = reader.manifest.about["tenant_id"]
        with region_attachments.keeping(store, tenant_id) as put, database.unit(write=True) as session:
            work = _Work(reader, session, tenant_id, is_older)
            taken = _take_tenant(work, slug)
            _take_people(work)
            session.bind_tenant(tenant_id)
            # Rows that come from elsewhere are no changes of anybody here; the log comes with them.
            session.connection().info.pop("samverk_changes", None)
            tables = [table for table in rows.exported() if table.info["kind"] == "tenant"]
            for number, table in enumerate(tables, 1):
                _take(work, table)
                say("import", number, len(tables))
            _check_log(work)
            _note_belongings(work)
            region_attachments.take(reader, session, tenant_id, put)
    return Imported(taken, work.rows, tuple(work.notes), tuple(work.people))


def _check_file(reader: Reader, registry: Registry) -> bool:
    """Hold what the manifest says against this installation; return whether the file is of an older revision."""
    path, manifest = reader.path, reader.manifest
    if set(manifest.about) != {"tenant_id", "slug", "plugin"}:
        raise BadArchive(f"{path}: the manifest does not say which region this is; it is not ours.")
    if not tenants.is_id(manifest.about["tenant_id"]):
        raise BadArchive(f"{path}: the manifest names a region by something that is no id; it is not ours.")
    if manifest.revision not in runner.known():
        raise BadArchive(f"{path} was written by a newer version of Samverk; install that one here first.")
    is_older = manifest.revision != region_file.revision()
    wanted = {region_file.member(table.name) for table in rows.exported()}
    if unknown := sorted(name for name in set(reader.names) - wanted if not name.startswith(region_file.FILES)):
        raise BadArchive(f"{path}: the member {unknown[0]!r} is no table of a region; it is not ours.")
    if not is_older and (missing := sorted(wanted - set(reader.names))):
        raise BadArchive(f"{path}: the member {missing[0]!r} is missing; take another copy.")
    plugin = manifest.about["plugin"]
    if registry.get(plugin) is None:
        raise SettingsError(
            f"The region of {path} needs the plugin {plugin[:80]!r}, which is not here; install it first."
        )
    return is_older


def _table(name: str) -> Table:
    return next(table for table in rows.exported() if table.name == name)


def _take_tenant(work: _Work, slug: str | None) -> str:
    table = _table("tenant")
    given = [values for _line, values in _lines(work, table)]
    about = work.reader.manifest.about
    where = f"{work.reader.path}: the member {region_file.member('tenant')!r}"
    if len(given) != 1 or (given[0]["id"], given[0]["plugin_key"]) != (about["tenant_id"], about["plugin"]):
        raise BadArchive(f"{where} does not hold the one region that the manifest names.")
    values = given[0] | {"slug": slug or given[0]["slug"]}
    try:
        tenants.check_slug(values["slug"])
    except Invalid as error:
        raise SettingsError(f"{values['slug'][:80]!r} cannot be a slug; give another one with --as.") from error
    known = work.session.scalar(select(Tenant.slug).where(Tenant.id == values["id"]))
    if known is not None:
        raise SettingsError(f"The region of {work.reader.path} is here already, as {known!r}; nothing was taken in.")
    if work.session.scalar(select(Tenant.id).where(Tenant.slug == values["slug"])) is not None:
        raise SettingsError(f"There is a region {values['slug']!r} here; give another slug with --as.")
    _insert(work, table, [(1, values)])
    work.rows["tenant"] = 1
    return str(values["slug"])


def _take_people(work: _Work) -> None:
    """Add the people that are not known here; note those that are known under another id or address."""
    table, count = _table("person"), 0
    for number, values in _lines(work, table):
        count += 1
        email, person_id = values["email"], values["id"]
        if person_id in work.stands_for:
            raise _bad(work, table, number, "has an id that stands there before")
        if email != email.casefold() or len(email) > 320:
            raise _bad(work, table, number, "has an address that is not written as ours are")
        known = work.session.execute(
            select(Person.id, Person.email).where((Person.email == email) | (Person.id == person_id))
        ).all()
        by_email = next((one.id for one in known if one.email == email), None)
        if by_email is not None and by_email in work.stands_for.values():
            raise _bad(work, table, number, "has an address that stands there before")
        work.stands_for[person_id] = by_email or person_id
        work.people.append(Known(person_id, email, values["name"]))
        if by_email is None and not known:
            _insert(work, table, [(number, values)])
        elif by_email is None:
            work.notes.append(f"{email} is known here as {known[0].email}, and keeps that address")
        elif by_email != person_id:
            work.notes.append(
                f"{email} has an account here: it gets the roles, and no name stands at its old log entries"
            )
    work.rows["person"] = count


def _take(work: _Work, table: Table) -> None:
    people = [column.name for column in classes.person_ids(table)]
    batch: list[tuple[int, dict[str, Any]]] = []
    size = count = kept_back = 0
    for number, values in _lines(work, table):
        count += 1
        if values["tenant_id"] != work.tenant_id:
            raise _bad(work, table, number, "belongs to another region")
        strangers = [name for name in people if values.get(name) is not None and values[name] not in work.stands_for]
        if strangers:
            raise _bad(work, table, number, f"names a person in {strangers[0]!r} who is not in the file")
        moved = {name: work.stands_for[values[name]] for name in people if values.get(name) is not None}
        if table.name == "audit_actor" and moved["person_id"] != values["person_id"]:
            continue  # what stands for a person in the log is made from the id, and that one is nobody's here
        kept_back += values.get("state") == rows.KEPT_BACK
        batch.append((number, values | moved))
        size += sum(len(value) for value in values.values() if isinstance(value, bytes | str))
        if len(batch) >= _AT_ONCE or size > _BYTES_AT_ONCE:
            _insert(work, table, batch)
            batch, size = [], 0
    _insert(work, table, batch)
    work.rows[table.name] = count
    if kept_back:
        work.notes.append(f"{kept_back} messages had not been sent: they are kept back, and are not sent from here")


def _insert(work: _Work, table: Table, batch: list[tuple[int, dict[str, Any]]]) -> None:
    """Insert rows, those with the same columns at once: JSON that is absent must become NULL, not the word null."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for _number, values in batch:
        filled = {
            name: value
            for name, value in values.items()
            if value is not None or not isinstance(table.c[name].type, JSON)
        }
        groups.setdefault(tuple(filled), []).append(filled)
    try:
        for group in groups.values():
            work.session.connection().execute(insert(table), group)
    except (IntegrityError, DataError) as error:
        first, last = batch[0][0], batch[-1][0]
        lines = f"line {first}" if first == last else f"one of the lines {first} to {last}"
        raise BadArchive(
            f"{work.reader.path}: the member {region_file.member(table.name)!r}: {lines} does not fit with the"
            " others or with what is here (an id or a key twice, or one that is missing); nothing was taken in."
        ) from error


def _lines(work: _Work, table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    name = region_file.member(table.name)
    if name not in work.reader.names:
        return
    with work.reader.open(name) as file:
        for number, raw in enumerate(_whole_lines(work, table, file), 1):
            try:
                values = rows.row(table, raw, is_older=work.is_older)
            except rows.BadRow as error:
                raise _bad(work, table, number, str(error)) from error
            if classes.is_mail(table) and values["state"] in rows.WAITING:
                raise _bad(work, table, number, "is a message that waits; such are kept back")
            yield number, values


def _whole_lines(work: _Work, table: Table, file: IO[bytes]) -> Iterator[bytes]:
    number = 0
    while raw := file.readline(MOST_LINE):
        number += 1
        if not raw.endswith(b"\n"):
            raise _bad(work, table, number, "is too long, or has no end")
        yield raw


def _bad(work: _Work, table: Table, number: int, words: str) -> BadArchive:
    name = region_file.member(table.name)
    return BadArchive(f"{work.reader.path}: the member {name!r}: line {number} {words}; nothing was taken in.")


def _check_log(work: _Work) -> None:
    faults, _hashes = audit.verify(work.session, work.tenant_id)
    if faults:
        name = region_file.member("audit_entry")
        raise BadArchive(
            f"{work.reader.path}: the member {name!r}: the log is not whole at entry {faults[0].seq};"
            " nothing was taken in."
        )


def _note_belongings(work: _Work) -> None:
    ids = select(RoleGrant.person_id).where(RoleGrant.tenant_id == work.tenant_id).distinct()
    for person_id in work.session.scalars(ids).all():
        people.note_belonging(work.session, work.tenant_id, person_id, dt.date.min)
