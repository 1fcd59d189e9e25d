"""Deletes what has been kept long enough: first as a list, then exactly what the list holds.

How long that is stands in `keeping.py`. A region under legal hold is not touched.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from samverk.audit import service as audit
from samverk.database import Database, Unit
from samverk.safekeeping import classes, keeping, rows
from samverk.tenants import legal_hold
from samverk.tenants import service as tenants

_AT_ONCE = 400
_ENDS = ("revoked_at", "ended_at", "accepted_at")
"""When a session, a token or a link has ended before its time."""


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is due. `slug` is None for rows of the installation; `act` is delete, or empty where the row stays."""

    slug: str | None
    act: str
    table: str
    id: str

    def __str__(self) -> str:
        return "\t".join((self.slug or "-", self.act, self.table, self.id))


def plan(database: Database, now: dt.datetime) -> tuple[Item, ...]:
    """Return what is due at a moment; nothing is changed."""
    return tuple(_work(database, now, write=False))


def run(database: Database, now: dt.datetime) -> tuple[Item, ...]:
    """Delete or empty what is due at a moment; return it. What a region loses stands in its log."""
    return tuple(_work(database, now, write=True))


def _work(database: Database, now: dt.datetime, *, write: bool) -> Iterator[Item]:
    with database.platform("retention", write=write) as session:
        every, held = tenants.every(session), legal_hold.held(session)
        for table in classes.tables_of("installation"):
            yield from _of_table(session, table, now, None, held, write=write)
    for tenant in every:
        if tenant.id in held:
            continue
        with database.tenant(tenant.id, write=write) as session:
            for table in classes.tables_of("tenant"):
                yield from _of_table(session, table, now, tenant, held, write=write)
            if write and session.changes.rows:
                audit.append_for(session, tenant.id, None, now, "operate", "retention", None)


def _of_table(
    session: Unit, table: Table, now: dt.datetime, tenant: Any, held: dict[str, str], *, write: bool
) -> Iterator[Item]:
    rule, done_at = keeping.keeping(table), _done_at(table)
    if rule.days is None or done_at is None:
        return
    where = [done_at < now - dt.timedelta(days=rule.days)]
    if tenant is not None:
        where.append(table.c.tenant_id == tenant.id)
    elif held and table.info["reach"].kind == "tenant":
        where.append(table.c[table.info["reach"].column].not_in(held))
    is_mail = classes.is_mail(table)
    if is_mail:
        where += [table.c.state.not_in(rows.WAITING), table.c.address != ""]
    ids = list(session.scalars(select(table.c.id).where(*where).order_by(table.c.id)))
    if write:
        _carry_out(session, table, ids, None if tenant is None else tenant.id, is_mail=is_mail)
    slug = None if tenant is None else tenant.slug
    yield from (Item(slug, "empty" if is_mail else "delete", table.name, str(one)) for one in ids)


def _done_at(table: Table) -> ColumnElement[Any] | None:
    """Return the moment from which the days of a table's rows are counted; None where nothing counts them."""
    match keeping.keeping(table).key:
        case "attempt":
            return table.c.at
        case "retry":
            return table.c.created_at
        case "session":
            return func.coalesce(table.c.ended_at, table.c.seen_at, type_=table.c.seen_at.type)
        case "mail" if classes.is_mail(table):
            return func.coalesce(table.c.sent_at, table.c.created_at, type_=table.c.created_at.type)
        case "link":
            ends = [table.c[name] for name in _ENDS if name in table.c]
            return func.coalesce(*ends, table.c.expires_at, type_=table.c.expires_at.type)
        case _:
            return None


def _carry_out(session: Unit, table: Table, ids: list[Any], tenant_id: str | None, *, is_mail: bool) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        where: list[ColumnElement[bool]] = [table.c.id.in_(ids[start : start + _AT_ONCE])]
        if tenant_id is not None:
            where.append(table.c.tenant_id == tenant_id)
        if is_mail:
            empty = {column.name: "" for column in classes.mail_texts(table)}
            session.execute(update(table).where(*where).values(**empty))
        else:
            session.execute(delete(table).where(*where))
