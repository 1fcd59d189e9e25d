"""People whose names and addresses are marked, and stand in every column that can hold one."""

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Table, UniqueConstraint, select, update

from samverk.audit import service as audit
from samverk.people import limits, sessions, tokens
from samverk.people import service as people
from samverk.people.model import Person
from samverk.safekeeping import classes, rows
from samverk.scope import Actor, Scope
from tests.installation import Installation
from tests.safekeeping.conftest import NOW
from tests.safekeeping.five_regions import add_row

CANARY = re.compile(rb"cnry-[a-z]+-\d+x(?:@canary\.example)?")


def name_of(slug: str, number: int) -> str:
    return f"cnry-{slug}-{number:02}x"


def email_of(slug: str, number: int) -> str:
    return f"cnry-{slug}-{number:02}x@canary.example"


def add_people(installation: Installation, slug: str, count: int) -> dict[str, set[str]]:
    """Add people to a region, each standing in every column of it; return {e-mail: "table id" of their rows}."""
    chance, planted = random.Random(slug), {}
    for number in range(count):
        with installation.scope(slug) as scope:
            person = people.add_person(scope.session, email_of(slug, number), name_of(slug, number), NOW, password=None)
            scope.session.execute(update(Person).where(Person.id == person).values(password_hash="x"))
            planted[email_of(slug, number)] = plant(scope, person, name_of(slug, number), chance)
            sessions.begin(scope.session, person, NOW)
            tokens.create(scope.session, person, scope.tenant_id, NOW)
        with installation.database.unit(write=True) as session:
            limits.count(session, limits.whose("account", email_of(slug, number), "192.0.2.1"), NOW)
    return planted


def plant(scope: Scope, person: str, name: str, chance: random.Random) -> set[str]:
    """Write rows that name the person: by id, by name, and by name inside JSON."""
    people.grant(scope, person, "member")
    audit.append(replace(scope, actor=Actor(person, name)), "rounds.open", "canary", None)
    made, found = {}, set()
    for table in classes.tables_of("tenant"):
        own = table.c.tenant_id == scope.tenant_id
        known = scope.session.execute(select(table.c.id).where(own).limit(1)).scalar()
        if known is not None:
            made[table.name] = known
            if has_one_row(table):
                continue
        texts, values = classes.personal_texts(table), classes.personal_values(table)
        names_by_id = classes.person_ids(table) and table.name not in ("audit_actor", "role_grant", "idempotency_key")
        if table.info.get("only_added") or not (texts or values or names_by_id):
            continue
        given: dict[str, Any] = {column.name: name for column in texts}
        given |= {column.name: [{"actor": name, "at": "x", "inner": [name]}] for column in values}
        given |= {"state": "queued"} if classes.is_mail(table) else {}
        given |= {"removed_at": NOW} if table.name == "attachment" else {}  # its bytes lie nowhere
        found.add(f"{table.name} {add_row(scope, table, made, person, chance, **given)}")
    return found


def has_one_row(table: Table) -> bool:
    """Say whether a region has at most one row of the table."""
    return any(one.columns.keys() == ["tenant_id"] for one in table.constraints if isinstance(one, UniqueConstraint))


def in_files(folder: Path) -> set[bytes]:
    """Return every canary in the files of a data folder, byte by byte: in what is left of deleted rows too."""
    return {
        found
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".samverk"
        for found in CANARY.findall(path.read_bytes())
    }


def in_rows(installation: Installation, slug: str) -> set[bytes]:
    """Return every canary in the rows of a region and of the installation, as an engine gives them."""
    found: set[bytes] = set()
    with installation.scope(slug) as scope:
        for table in classes.every_table():
            query = select(table)
            if table.info["kind"] == "tenant":
                query = query.where(table.c.tenant_id == scope.tenant_id)
            for row in scope.session.execute(query).mappings():
                for value in row.values():
                    found.update(CANARY.findall(repr(rows.outward(value)).encode()))
    return found
