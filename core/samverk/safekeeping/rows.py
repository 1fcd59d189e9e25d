"""Rows as lines of JSON and back, for any table of the metadata; which tables and columns a region's file holds.

Values are written in one way on both engines, so that the same rows give the same bytes.
The file is `region_file.py`'s.
"""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, String, Table

from samverk.safekeeping import classes
from samverk.tables import Moment

NOT_EXPORTED = {
    "idempotency_key": "answers to requests that a program may send again within seven days; it sends them elsewhere",
    "mail_due": "worked out from the messages",
    "belonging": "worked out from the roles",
}
"""Tables that a region's file leaves out, with the reason; those that are left out by class are `left_out`'s."""
COLUMNS_NOT_EXPORTED = {("person", "is_operator"): "a right over the installation, and none of the region's"}
WAITING = ("queued", "sending")
KEPT_BACK = "kept_back"
"""What a message that waits becomes in the file: the installation it comes from sends it, no other one does."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DEPTH = 64
_encoder = msgspec.json.Encoder(order="deterministic")


def left_out(table: Table) -> str | None:
    """Return why a table is not in a region's file, None for one that is. A test holds every table against this."""
    if table.name in NOT_EXPORTED:
        return NOT_EXPORTED[table.name]
    if table.info["kind"] == "reference":
        return "a register that comes with the program"
    if classes.needs_secret(table):
        return "rows that are nothing without their secret, and secrets are never exported"
    if table.info["kind"] == "installation" and table.info["reach"].kind == "unbound":
        return "of the installation, and out of the reach of any region"
    return None


def exported() -> tuple[Table, ...]:
    """Return the tables of a region's file, those that others refer to before them."""
    return tuple(table for table in classes.every_table() if left_out(table) is None)


def columns(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns of a table that a region's file holds."""
    return tuple(
        column
        for column in table.columns
        if not classes.is_secret(column) and (table.name, column.name) not in COLUMNS_NOT_EXPORTED
    )


def line(table: Table, row: Mapping[str, Any]) -> bytes:
    """Return a row as a line of JSON, its keys sorted."""
    values = {column.name: outward(row[column.name]) for column in columns(table)}
    if classes.is_mail(table) and values["state"] in WAITING:
        values |= {"state": KEPT_BACK, "claimed_at": None}
    return _encoder.encode(values) + b"\n"


def outward(value: Any) -> Any:
    """Return a stored value as JSON holds it: moments in UTC with Z, bytes as base64."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value


class BadRow(ValueError):
    """A line that is no row of its table; the words end a sentence that begins with member and line."""


def row(table: Table, raw: bytes, *, is_older: bool = False) -> dict[str, Any]:
    """Return the values of a line, as the columns take them. Raises BadRow.

    A file of an older revision may lack columns that can do without a value.
    """
    try:
        given = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRow("is not JSON") from error
    if not isinstance(given, dict):
        raise BadRow("is not an object")
    known = {column.name: column for column in columns(table)}
    if unknown := sorted(given.keys() - known.keys()):
        raise BadRow(f"has the column {unknown[0][:80]!r}, which the table does not have")
    missing = [name for name in known if name not in given and not (is_older and _does_without(known[name]))]
    if missing:
        raise BadRow(f"lacks the column {missing[0]!r}")
    return {name: _inward(known[name], value) for name, value in given.items()}


def _does_without(column: Column[Any]) -> bool:
    return bool(column.nullable) or column.default is not None


def _inward(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise BadRow(f"has no value in {column.name!r}, which needs one")
        return None
    try:
        found = _value(column, value)
    except (ValueError, binascii.Error) as error:
        if isinstance(error, BadRow):
            raise
        raise BadRow(f"has a value in {column.name!r} that is none of its kind") from error
    return found


def _value(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if isinstance(kind, JSON):
        return _checked(column, value, 0)
    if isinstance(kind, Boolean):
        fits = isinstance(value, bool)
    elif isinstance(kind, Integer):
        most = 2**63 if type(kind).__name__ == "BigInteger" else 2**31
        fits = isinstance(value, int) and not isinstance(value, bool) and -most <= value < most
    else:
        fits = isinstance(value, str)
    if not fits:
        raise BadRow(f"has a value in {column.name!r} that is none of its kind")
    if isinstance(kind, Moment):
        return dt.datetime.fromisoformat(_matched(_MOMENT, value, column))
    if isinstance(kind, Date):
        return dt.date.fromisoformat(_matched(_DAY, value, column))
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, String):
        return _matched(_ID, value, column) if kind.length == 36 else _checked(column, value, 0)
    return value


def _matched(pattern: re.Pattern[str], value: str, column: Column[Any]) -> str:
    if not pattern.fullmatch(value):
        raise BadRow(f"has a value in {column.name!r} that is none of its kind")
    return value


def _checked(column: Column[Any], value: Any, depth: int) -> Any:
    """Return a text or a JSON value that both engines can store."""
    if depth > _DEPTH:
        raise BadRow(f"has a value in {column.name!r} that is nested too deeply")
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= one <= "\udfff" for one in value)):
        raise BadRow(f"has a character in {column.name!r} that cannot be stored")
    if isinstance(value, dict):
        for key, inner in value.items():
            _checked(column, key, depth + 1)
            _checked(column, inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _checked(column, inner, depth + 1)
    return value
