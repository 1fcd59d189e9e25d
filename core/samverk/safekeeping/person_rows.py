"""Which rows name a person: by id, by name or by address, in every table that has a column for it.

Found by what the metadata says of the columns, so that a new table is looked through as well. What is done with them is
`person_export.py`'s and `erasure.py`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, Table, cast, or_, select

from samverk.database import Unit
from samverk.errors import SettingsError
from samverk.people.model import Person
from samverk.safekeeping import classes

ERASED_DOMAIN = "@erased.invalid"


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the tables know them."""

    id: str
    email: str
    name: str

    @property
    def is_erased(self) -> bool:
        return self.email.endswith(ERASED_DOMAIN)

    @property
    def names(self) -> tuple[str, ...]:
        """Return what names the person in a text; an empty name names nobody."""
        return tuple(dict.fromkeys(one for one in (self.name, self.email) if one))


def find(session: Unit, email: str) -> Known:
    """Return a person by the address. Raises SettingsError."""
    row = session.execute(select(Person.id, Person.email, Person.name).where(Person.email == email.casefold()))
    found = row.one_or_none()
    if found is None:
        raise SettingsError(f"There is no person with the address {email}.")
    return Known(found.id, found.email, found.name)


def everybody(session: Unit) -> tuple[Known, ...]:
    """Return everybody of the installation who is not erased."""
    rows = session.execute(select(Person.id, Person.email, Person.name).order_by(Person.id))
    return tuple(known for one in rows if not (known := Known(one.id, one.email, one.name)).is_erased)


def rows_of(session: Unit, table: Table, person: Known, tenant_id: str | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that name the person, of one tenant where it is a tenant's, by their ids."""
    named = _condition(table, person)
    if named is None:
        return
    query = select(*(column for column in table.columns if not classes.is_secret(column))).where(named)
    if tenant_id is not None:
        query = query.where(table.c.tenant_id == tenant_id)
    for row in session.execute(query.order_by(table.c.id)).mappings().all():
        if points_at(table, row, person) or _names(table, row, person):
            yield dict(row)


def _condition(table: Table, person: Known) -> ColumnElement[bool] | None:
    conditions: list[ColumnElement[bool]] = [column == person.id for column in _ids(table)]
    conditions += [column.in_(person.names) for column in classes.personal_texts(table)]
    # A first look, by the characters as JSON writes them; `_names` then looks at the values themselves.
    written = [msgspec.json.encode(name).decode()[1:-1] for name in person.names]
    conditions += [
        cast(column, String).contains(name, autoescape=True)
        for column in classes.personal_values(table)
        for name in written
    ]
    return or_(*conditions) if conditions else None


def _ids(table: Table) -> tuple[Any, ...]:
    return (table.c.id,) if table.name == "person" else classes.person_ids(table)


def points_at(table: Table, row: Any, person: Known) -> bool:
    """Say whether a row holds the person's id."""
    return any(row[column.name] == person.id for column in _ids(table))


def _names(table: Table, row: Any, person: Known) -> bool:
    texts = [row[column.name] for column in classes.personal_texts(table)]
    values = [row[column.name] for column in classes.personal_values(table)]
    return any(text in person.names for text in texts) or any(
        value != with_names_replaced(value, person, "") for value in values
    )


def with_names_replaced(value: Any, person: Known, word: str) -> Any:
    """Return a value of JSON in which every text that is the person's name or address is the word instead.

    >>> with_names_replaced([{"actor": "Ola", "text": "Ola said"}], Known("1", "o@x", "Ola"), "somebody")
    [{'actor': 'somebody', 'text': 'Ola said'}]
    """
    match value:
        case str():
            return word if value in person.names else value
        case dict():
            return {key: with_names_replaced(inner, person, word) for key, inner in value.items()}
        case list():
            return [with_names_replaced(inner, person, word) for inner in value]
        case _:
            return value
