"""What a unit of work changed: which rows of which tables, and a digest of their values before and after.

The audit log keeps it beside who did what. Personal values never enter a digest (security rule 24): it stays when the
person is erased. How rows are held to their tenant is `guard`'s.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.sql import operators

UNNOTED: set[str] = set()
"""Tables whose rows are bookkeeping of the installation itself: the log, answers kept to be sent again."""
PERSONAL: dict[str, set[str]] = {}
"""{table: columns that tell who a person is}."""
_NUMBERED = re.compile(r"_m\d+$")
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Change:
    """One row: `verb` is add, change or remove; `id` is None where a statement changed several."""

    verb: str
    table: str
    id: str | None


class Changes:
    """What was changed so far, in order."""

    def __init__(self) -> None:
        self.rows: list[Change] = []
        self._before, self._after = hashlib.sha256(), hashlib.sha256()
        self._has_before = False

    @property
    def before(self) -> str | None:
        """SHA-256 over the values that entities had before they were changed; None where nothing was changed."""
        return self._before.hexdigest() if self._has_before else None

    @property
    def after(self) -> str:
        """SHA-256 over the values that were written, as JSON with sorted keys, in the order they were written."""
        return self._after.hexdigest()

    def note(self, verb: str, table: str, row_id: str | None, values: Mapping[str, Any]) -> None:
        self.rows.append(Change(verb, table, row_id))
        self._after.update(_encoder.encode([verb, table, row_id, _impersonal(table, values)]))

    def note_before(self, table: str, row_id: str, values: Mapping[str, Any]) -> None:
        self._has_before = True
        self._before.update(_encoder.encode([table, row_id, _impersonal(table, values)]))


def _impersonal(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    left_out = PERSONAL.get(table, set())
    return {str(name): value for name, value in values.items() if _NUMBERED.sub("", name) not in left_out}


def listen(conn: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    """Note what a statement writes. Listens to `before_cursor_execute`."""
    held: Changes | None = conn.info.get("samverk_changes")
    if held is None or context is None or context.compiled is None:
        return
    if not (context.isinsert or context.isupdate or context.isdelete):
        return
    compiled = context.compiled
    known = compiled.__dict__.get("_samverk_change")
    if known is None:
        known = compiled.__dict__["_samverk_change"] = _shape(context)
    verb, table, id_bind = known
    if table in UNNOTED:
        return
    for values in context.compiled_parameters:
        row_id = values.get(id_bind) if id_bind else None
        held.note(verb, table, None if row_id is None else str(row_id), values)


def _shape(context: Any) -> tuple[str, str, str | None]:
    """Return (verb, table, name of the bound id) of a compiled statement."""
    statement = context.compiled.statement
    table = str(statement.table.name)
    if context.isinsert:
        return "add", table, "id" if "id" in context.compiled.bind_names.values() else None
    verb = "change" if context.isupdate else "remove"
    for criterion in statement._where_criteria:
        for clause in getattr(criterion, "clauses", (criterion,)):
            if getattr(clause, "operator", None) is operators.eq and getattr(clause.left, "name", "") == "id":
                return verb, table, context.compiled.bind_names.get(clause.right)
    return verb, table, None
