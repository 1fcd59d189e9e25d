"""Five regions to be written to files: those of the demonstration, and one that holds a row of every table."""

import datetime as dt
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Date, Integer, LargeBinary, Table, insert, select

from samverk.attachments import service as attachments
from samverk.attachments.store import Store
from samverk.audit import service as audit
from samverk.demonstration import setup
from samverk.people.model import Person
from samverk.registry import Registry
from samverk.safekeeping import classes, region_file, rows
from samverk.scope import Actor, Scope
from samverk.settings import Settings
from samverk.tables import Moment, new_id
from samverk.web.uploads import Upload
from tests.installation import Installation
from tests.safekeeping.conftest import NOW, add_entries

FIFTH = "the-fifth"


def make(folder: Path, registry: Registry) -> Path:
    """Make the five regions; return the database."""
    url = f"sqlite:///{folder / 'samverk.sqlite3'}"
    settings = Settings(folder, url, "secret", "http://127.0.0.1:8000", demonstration=True)
    setup.prepare(settings, folder, password="a long enough password", reset=False, say=lambda _words: None, now=NOW)
    installation = Installation(url, folder, NOW, registry)
    installation.add_tenant("insam_nordgudbrandsdal", slug=FIFTH)
    add_entries(installation, FIFTH, 3)
    with installation.scope(FIFTH) as scope:
        fill(scope, Store(folder / "files"), f"secretariat@{FIFTH}.example")
    installation.close()
    return folder / "samverk.sqlite3"


def fill(scope: Scope, store: Store, email: str) -> None:
    """Let every exported table of a region hold a row at least, with hard values in the texts."""
    chance = random.Random(1)
    person = scope.session.scalars(select(Person.id).where(Person.email == email)).one()
    audit.append(replace(scope, actor=Actor(person, "secretariat")), "rounds.open", "by hand", None)
    upload = Upload("vedlegg æøå.txt", b"a file of the fifth region")
    attachments.add(scope, store, "meeting", new_id(), (upload,))
    made: dict[str, str] = {}
    for table in rows.exported():
        if table.info["kind"] == "tenant":
            own = table.c.tenant_id == scope.tenant_id
            known = scope.session.execute(select(table.c.id).where(own).limit(1)).scalar()
            made[table.name] = known or add_row(scope, table, made, person, chance)


def add_row(scope: Scope, table: Table, made: dict[str, str], person: str, chance: random.Random, **given: Any) -> str:
    """Insert one row of any table, its keys those of rows that are there."""
    values: dict[str, Any] = {"tenant_id": scope.tenant_id, "id": new_id(), **given}
    pointed = {key.parent.name: key.column.table.name for key in table.foreign_keys if key.column.name != "tenant_id"}
    people = {column.name for column in classes.person_ids(table)}
    for column in table.columns:
        target = pointed.get(column.name)
        if column.name in given:
            continue
        if target in made:
            values[column.name] = made[target]
        elif column.name in people:
            values[column.name] = person
        elif column.name not in values and target is None and not (column.nullable and chance.random() < 0.3):
            values[column.name] = hard_value(column, chance)
    scope.session.connection().execute(insert(table), [values])
    return str(values["id"])


def hard_value(column: Any, chance: random.Random) -> Any:
    """Return a value of a column's kind that is easily changed on the way."""
    match column.type:
        case JSON():
            return {"zæø": [1.5, True, None, {"b": '\u2028"\\', "a": -0.25}], "a": 2**53}
        case LargeBinary():
            return chance.randbytes(5_000)
        case Boolean():
            return True
        case Integer():
            return chance.randrange(2**31)
        case Moment():
            return NOW + dt.timedelta(microseconds=1)
        case Date():
            return NOW.date()
        case _ if column.name.endswith("_id") or column.type.length == 36:
            return new_id()
        case _:
            return f"ørsmå «ord» 🜁\t\n'\" {chance.random()}"


def lines(file: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table as they stand in a region's file."""
    with zipfile.ZipFile(file) as zipped:
        return [msgspec.json.decode(line) for line in zipped.read(region_file.member(table)).splitlines()]
