"""Erases a person: who they are is removed everywhere, that something was done stays; an older backup forgets again.

The journal is written first, names are replaced region by region, the account goes last: what a crash cuts off is
finished by doing it again. Which rows name a person is `person_rows.py`'s.
"""

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, or_, update

from samverk import i18n
from samverk.audit import service as audit
from samverk.database import Database, Unit
from samverk.errors import SettingsError
from samverk.i18n import _
from samverk.people import limits
from samverk.people.model import Person, RoleGrant
from samverk.safekeeping import classes, person_rows, rows
from samverk.safekeeping.journal import Journal
from samverk.safekeeping.person_rows import Known
from samverk.scope import TenantInfo
from samverk.tenants import legal_hold
from samverk.tenants import service as tenants

GOES_WITH_PERSON = ("audit_actor", "belonging", "provider_identity")
"""Tables whose rows say nothing but who somebody is; rows that need a secret go by class."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: rows changed or deleted in each region; `is_scrubbed` when no trace is left in the file."""

    rows: dict[str, int]
    is_scrubbed: bool


def erase(database: Database, journal: Journal, email: str, now: dt.datetime) -> Erased:
    """Erase a person. Raises SettingsError for one who is not there, or whom a region under legal hold names."""
    with database.platform("erase a person") as session:
        person, held = person_rows.find(session, email), legal_hold.held(session)
        every = tenants.every(session)
    for tenant in every:
        if tenant.id in held and _is_named(database, tenant, person):
            raise SettingsError(
                f"The region {tenant.slug} is under legal hold ({held[tenant.id]}) and names this person: nothing was"
                " erased, all is kept until the hold ends; 'samverk person restrict' closes the account meanwhile."
            )
    journal.keep(person.id, now.date())
    return Erased(_forget(database, person, now), scrub(database))


def replay(database: Database, journal: Journal, now: dt.datetime, also: tuple[Known, ...] = ()) -> int:
    """Erase again whom the journal knows, in a database that came back from before; return how many.

    `also` are people whose names stand in rows, although their own row is another here: those of a region's file.
    """
    marks = journal.marks()
    if not marks:
        return 0
    with database.platform("replay erasures") as session:
        everybody = person_rows.everybody(session)
    asked = (*everybody, *also)
    again = dict.fromkeys(one for one in asked if Journal.mark(one.id) in marks and not one.is_erased)
    for person in again:
        _forget(database, person, now)
    if again:
        scrub(database)
    return len(again)


def restrict(database: Database, email: str, now: dt.datetime) -> None:
    """Close an account and keep all else: nobody signs in with it, its sessions and tokens have ended."""
    with database.unit(write=True) as session:
        person = person_rows.find(session, email)
        session.execute(update(Person).where(Person.id == person.id).values(disabled_at=now))
        for table in classes.tables_of("installation"):
            for column in classes.person_ids(table):
                for end in ("ended_at", "revoked_at"):
                    if end in table.c:
                        where = (column == person.id, table.c[end].is_(None))
                        session.execute(update(table).where(*where).values(**{end: now}))


def _is_named(database: Database, tenant: TenantInfo, person: Known) -> bool:
    with database.tenant(tenant.id, write=False) as session:
        return any(
            next(person_rows.rows_of(session, table, person, tenant.id), None) is not None
            for table in classes.tables_of("tenant")
        )


def _forget(database: Database, person: Known, now: dt.datetime) -> dict[str, int]:
    counts = {}
    with database.platform("erase a person") as session:
        every = tenants.every(session)
    for tenant in every:
        with i18n.using(tenant.locale), database.tenant(tenant.id, write=True) as session:
            word = _("an erased person")
            if count := sum(
                _forget_in(session, table, person, word, tenant.id) for table in classes.tables_of("tenant")
            ):
                counts[tenant.slug] = count
                _end_roles(session, tenant, person, now)
                if session.changes.rows:
                    audit.append_for(session, tenant.id, None, now, "operate", "erase_person", None)
    _forget_account(database, person, now)
    return counts


def _forget_in(session: Unit, table: Table, person: Known, word: str, tenant_id: str | None) -> int:
    """Take the person out of the rows of a table; return how many rows named them."""
    count = 0
    for row in list(person_rows.rows_of(session, table, person, tenant_id)):
        count += 1
        where = [table.c.id == row["id"]]
        if tenant_id is not None:
            where.append(table.c.tenant_id == tenant_id)
        if table.name in GOES_WITH_PERSON or classes.needs_secret(table):
            session.execute(delete(table).where(*where))
        elif values := _without(table, row, person, word):
            session.execute(update(table).where(*where).values(**values))
    return count


def _without(table: Table, row: dict[str, Any], person: Known, word: str) -> dict[str, Any]:
    """Return the values that change when the person is taken out of a row."""
    if classes.is_mail(table):
        values: dict[str, Any] = {column.name: "" for column in classes.mail_texts(table)}
        return values | ({"state": rows.KEPT_BACK} if row["state"] in rows.WAITING else {})
    is_own = person_rows.points_at(table, row, person)
    values = {
        column.name: word
        for column in classes.personal_texts(table)
        if row[column.name] is not None and (is_own or row[column.name] in person.names)
    }
    for column in classes.personal_values(table):
        replaced = person_rows.with_names_replaced(row[column.name], person, word)
        if replaced != row[column.name]:
            values[column.name] = replaced
    return values


def _end_roles(session: Unit, tenant: TenantInfo, person: Known, now: dt.datetime) -> None:
    yesterday = now.astimezone(ZoneInfo(tenant.zone)).date() - dt.timedelta(days=1)
    session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.tenant_id == tenant.id,
            RoleGrant.person_id == person.id,
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > yesterday),
        )
        .values(valid_to=yesterday)
    )


def _forget_account(database: Database, person: Known, now: dt.datetime) -> None:
    word = _("an erased person")
    with database.platform("erase a person", write=True) as session:
        for table in classes.tables_of("installation"):
            if table.name != "person":
                _forget_in(session, table, person, word, None)
        limits.forget(session, person.email, person.id)
        session.execute(
            update(Person)
            .where(Person.id == person.id)
            .values(
                email=f"{person.id}{person_rows.ERASED_DOMAIN}",
                name=word,
                password_hash=None,
                locale=None,
                is_operator=False,
                disabled_at=now,
            )
        )


def scrub(database: Database) -> bool:
    """Write the embedded database anew, so that nothing deleted is left in its file; say whether that could be done.

    PostgreSQL does so by itself (autovacuum), in its own time.
    """
    if not database.is_sqlite:
        return True
    path = database.url.removeprefix("sqlite:///")
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
            connection.execute("VACUUM")
            return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    except sqlite3.OperationalError:
        return False
