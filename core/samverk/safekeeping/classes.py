"""What a table's columns say of its rows: secrets, names and addresses of people, ids of people, messages.

The one place that exports, retention, erasure and the privacy statement ask (security rule 25), so that a new table is
held to the same rules without being named. How long rows are kept is `keeping.py`'s.
"""

from sqlalchemy import Column, String, Table

from samverk.models import metadata


def is_secret(column: Column[str]) -> bool:
    return column.info.get("class") == "secret"


def needs_secret(table: Table) -> bool:
    """Say whether a row is nothing without its secret: a session, a token, a link, a second factor."""
    return any(is_secret(column) and not column.nullable for column in table.columns)


def is_mail(table: Table) -> bool:
    """Say whether rows are messages: they are sent to an address, once."""
    return {"address", "body", "state", "sent_at"} <= set(table.c.keys())


def personal_texts(table: Table) -> tuple[Column[str], ...]:
    """Return the columns that hold the name or the address of a person, or what was written to one."""
    return tuple(
        column for column in table.columns if column.info.get("class") == "personal" and isinstance(column.type, String)
    )


def personal_values(table: Table) -> tuple[Column[str], ...]:
    """Return the columns of JSON in which names stand."""
    return tuple(
        column
        for column in table.columns
        if column.info.get("class") == "personal" and not isinstance(column.type, String)
    )


def person_ids(table: Table) -> tuple[Column[str], ...]:
    """Return the columns that hold the id of a person, whether by a key or, where the row must outlive it, without."""
    return tuple(
        column
        for column in table.columns
        if column.name in ("person_id", "actor_id")
        or any(key.column.table.name == "person" for key in column.foreign_keys)
    )


def every_table() -> tuple[Table, ...]:
    """Return all tables, those that others refer to before them."""
    return tuple(metadata.sorted_tables)


def tables_of(kind: str) -> tuple[Table, ...]:
    """Return the tables of a kind, those that others refer to before them."""
    return tuple(table for table in every_table() if table.info["kind"] == kind)


def mail_texts(table: Table) -> tuple[Column[str], ...]:
    """Return what is emptied of a message when it has been kept long enough, or its receiver is erased."""
    return tuple({column.name: column for column in (*personal_texts(table), table.c.address, table.c.body)}.values())
