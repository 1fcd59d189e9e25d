"""Adding entries, reading them, and holding the log against itself. The only writer of its tables.

What is hashed is `chain.py`'s; the heads outside the database are `anchors.py`'s.
"""

import datetime as dt
import operator
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BindParameter, bindparam, insert, select, update

from samverk.audit import chain
from samverk.audit.chain import Entry, Fault
from samverk.audit.model import AuditActor, AuditEntry, AuditHead
from samverk.database import Unit, insert_if_absent
from samverk.people.model import Person
from samverk.scope import Scope
from samverk.tables import new_id

MOST_CHANGES = 500
_TENANT: BindParameter[str] = bindparam("tenant")
_HEAD = (
    select(AuditHead.seq, AuditHead.hash, AuditHead.at)
    .where(AuditHead.tenant_id == _TENANT, AuditHead.id == _TENANT)
    .with_for_update()
)
_ACTOR = select(AuditActor.commitment).where(
    AuditActor.tenant_id == _TENANT, AuditActor.person_id == bindparam("person")
)
_ADD = insert(AuditEntry)
_MOVE_HEAD = (
    update(AuditHead)
    .where(AuditHead.tenant_id == _TENANT, AuditHead.id == _TENANT)
    .values(seq=bindparam("to"), hash=bindparam("digest"), at=bindparam("now"))
)
_COLUMNS = (
    AuditEntry.tenant_id,
    AuditEntry.seq,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.operation,
    AuditEntry.subject,
    AuditEntry.changes,
    AuditEntry.before,
    AuditEntry.after,
    AuditEntry.previous,
    AuditEntry.hash,
)


class EntryView(msgspec.Struct, frozen=True):
    """An entry as the page shows it; `who` is None for the system itself, `is_erased` when the person is gone."""

    seq: int
    at: dt.datetime
    who: str | None
    is_erased: bool
    action: str
    operation: str
    subject: str | None
    changes: tuple[tuple[str, str, str | None], ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are asked for; None asks for any."""

    person_id: str | None = None
    action: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The entry that was added, and when the one before it was; None for the first."""

    seq: int
    hash: str
    previous_at: dt.datetime | None


def append(scope: Scope, action: str, operation: str, subject: str | None) -> Head:
    """Add the entry for what the unit of work has changed so far.

    The head's row is held until the transaction ends, so that numbers have no gap and no two entries one predecessor.
    """
    scope.flush()
    return append_for(scope.session, scope.tenant_id, scope.actor.person_id, scope.now, action, operation, subject)


def append_for(
    session: Unit, tenant: str, person: str | None, now: dt.datetime, action: str, operation: str, subject: str | None
) -> Head:
    """Add the entry of a unit of work that has no scope, because it must not need the region's plugin."""
    connection = session.connection()
    head = connection.execute(_HEAD, {"tenant": tenant}).one_or_none()
    if head is None:
        first = {"tenant_id": tenant, "id": tenant, "seq": 0, "hash": chain.FIRST, "at": now}
        insert_if_absent(session, AuditHead, first)
        head = connection.execute(_HEAD, {"tenant": tenant}).one()
    seq, previous, last_at = head
    changed = session.changes
    rows = tuple((one.verb, one.table, one.id) for one in changed.rows[:MOST_CHANGES])
    draft = Entry(
        tenant,
        seq + 1,
        now,
        _commitment(session, tenant, person),
        action,
        operation,
        subject or _first_added(rows),
        rows,
        changed.before,
        changed.after if rows else None,
        previous,
        "",
    )
    digest = chain.digest(draft)
    values = {name: getattr(draft, name) for name in Entry.__dataclass_fields__} | {"id": new_id(), "hash": digest}
    connection.execute(_ADD, values | {"changes": [list(row) for row in rows]})
    connection.execute(_MOVE_HEAD, {"tenant": tenant, "to": seq + 1, "digest": digest, "now": now})
    return Head(seq + 1, digest, last_at if seq else None)


def _first_added(rows: tuple[tuple[str, str, str | None], ...]) -> str | None:
    return next((f"{table}/{row_id}" for verb, table, row_id in rows if verb == "add" and row_id), None)


def _commitment(session: Unit, tenant_id: str, person: str | None) -> str | None:
    """Return what stands for the actor in this tenant's log, made at the first entry; None for the system."""
    if person is None:
        return None
    connection = session.connection()
    known = connection.execute(_ACTOR, {"tenant": tenant_id, "person": person}).scalar()
    if known is not None:
        return str(known)
    salt = secrets.token_hex(32)
    made = {"tenant_id": tenant_id, "id": new_id(), "person_id": person, "salt": salt}
    insert_if_absent(session, AuditActor, made | {"commitment": chain.commitment(salt, person)})
    # Two requests of one person may have made it at once: what stands counts.
    return str(connection.execute(_ACTOR, {"tenant": tenant_id, "person": person}).scalar_one())


def entries(session: Unit, tenant_id: str) -> Iterator[Entry]:
    """Yield every entry of a tenant in order."""
    rows: Any = session.execute(
        select(*_COLUMNS)
        .where(AuditEntry.tenant_id == tenant_id)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=500)
    )
    for row in rows:
        given = row._asdict()
        yield Entry(**given | {"changes": tuple(tuple(one) for one in given["changes"])})


def verify(session: Unit, tenant_id: str) -> tuple[tuple[Fault, ...], dict[int, str]]:
    """Hold a tenant's log against itself; return the faults and {seq: hash} for the heads kept outside.

    Beside those of the chain: `head` (entries are missing at the end), `actor` (a name stands at another's entries).
    """
    hashes: dict[int, str] = {}

    def noted() -> Iterator[Entry]:
        for entry in entries(session, tenant_id):
            hashes[entry.seq] = entry.hash
            yield entry

    faults, last = chain.check(noted())
    head = session.execute(
        select(AuditHead.seq, AuditHead.hash).where(AuditHead.tenant_id == tenant_id, AuditHead.id == tenant_id)
    ).one_or_none()
    found = (last.seq, last.hash) if last else None
    if (tuple(head) if head else None) != found:
        faults = (*faults, Fault(head.seq if head else 1, "head"))
    actors = session.execute(
        select(AuditActor.salt, AuditActor.person_id, AuditActor.commitment).where(AuditActor.tenant_id == tenant_id)
    )
    wrong = sum(chain.commitment(salt, person) != made for salt, person, made in actors)
    return (*faults, *(Fault(0, "actor") for _one in range(wrong))), hashes


def people(scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return (id, name) of those who stand in the log, by name."""
    rows = scope.session.execute(
        select(Person.id, Person.name)
        .join(AuditActor, AuditActor.person_id == Person.id)
        .where(AuditActor.tenant_id == scope.tenant_id)
        .order_by(Person.name)
    )
    return tuple((person, name) for person, name in rows)


def list_entries(
    scope: Scope, asked: Asked, *, before: int | None = None, limit: int = 100
) -> tuple[tuple[EntryView, ...], int | None]:
    """Return entries, the newest first, and the number to ask on from, None at the end.

    Who may not administer sees their own entries only.
    """
    own = not scope.actor.has("administrator")
    query = (
        select(*_COLUMNS[1:-2], AuditEntry.hash, Person.name)
        .outerjoin(
            AuditActor,
            (AuditActor.tenant_id == AuditEntry.tenant_id)
            & (AuditActor.tenant_id == scope.tenant_id)
            & (AuditActor.commitment == AuditEntry.actor),
        )
        .outerjoin(Person, Person.id == AuditActor.person_id)
        .where(AuditEntry.tenant_id == scope.tenant_id)
        .order_by(AuditEntry.seq.desc())
        .limit(limit + 1)
    )
    person = scope.actor.person_id if own else asked.person_id
    if person is not None:
        query = query.where(AuditActor.person_id == person)
    for given, column, compare in (
        (asked.action, AuditEntry.action, operator.eq),
        (asked.subject, AuditEntry.subject, operator.eq),
        (asked.since, AuditEntry.at, operator.ge),
        (asked.until, AuditEntry.at, operator.le),
        (before, AuditEntry.seq, operator.lt),
    ):
        if given is not None:
            query = query.where(compare(column, given))
    rows = scope.session.execute(query).all()
    views = tuple(
        EntryView(
            row.seq, row.at, row.name, row.actor is not None and row.name is None, row.action, row.operation,
            row.subject, tuple(tuple(one) for one in row.changes), row.hash,
        )
        for row in rows[:limit]
    )  # fmt: skip
    return views, views[-1].seq if len(rows) > limit else None
