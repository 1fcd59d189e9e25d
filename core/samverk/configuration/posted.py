"""What was sent from the form of a place, as the value its schema describes; what cannot be read is a problem.

Pure. Whether the value then is a good one, the schema and the checks of meaning say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from samverk.configuration import fields, walk
from samverk.configuration.walk import Around, Path, Schema
from samverk.errors import Problem
from samverk.i18n import _
from samverk.regions.terms import LOCALES


class Sent(Protocol):
    """The fields that were sent, by name."""

    def get(self, name: str, default: str = "") -> str: ...

    def all(self, name: str) -> tuple[str, ...]: ...

    def __contains__(self, name: object) -> bool: ...


@dataclass(slots=True)
class Reading:
    """The reading of one form: the fields sent, what stands around the place, the problems found so far."""

    sent: Sent
    around: Around
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, before: Any) -> dict[str, Any]:
        """Return the value of a place as sent; its collections, and fields that were not sent, stay as before."""
        schema = walk.schema_at(path) or {}
        found = dict(before or {})
        for key, inner in walk.properties(schema).items():
            if walk.is_collection(inner) or inner.get("readOnly") or "const" in inner:
                continue
            value = self.value(inner, key, (*path, key), found.get(key))
            if value is None:
                found.pop(key, None)
            else:
                found[key] = value
        return found

    def value(self, schema: Schema, name: str, path: Path, before: Any) -> Any:
        """Return what was sent for a schema under a name; None for nothing."""
        kind = schema.get("type")
        if walk.is_text(schema):
            return self._keyed(LOCALES, name, before, lambda key, inner: self._text(f"{name}.{key}", inner))
        if kind == "boolean":
            return self._flag(schema, name, before)
        if kind == "integer":
            return self._number(name, before)
        if kind == "array":
            return self._list(schema, name, path, before)
        if kind == "object":
            keys = tuple(schema.get("properties", ())) or tuple(schema.get("propertyNames", {}).get("enum", ()))

            def inner_value(key: str, inner: Any) -> Any:
                inner_schema = walk.step(schema, key) or {}
                return self.value(inner_schema, f"{name}.{key}", (*path, key), inner)

            return self._keyed(keys, name, before, inner_value)
        return self._text(name, before)

    def _keyed(self, keys: tuple[str, ...], name: str, before: Any, inner_value: Callable[[str, Any], Any]) -> Any:
        known = before if isinstance(before, dict) else {}
        found = {key: inner_value(key, known.get(key)) for key in (*keys, *(k for k in known if k not in keys))}
        return {key: value for key, value in found.items() if value is not None} or None

    def _text(self, name: str, before: Any) -> Any:
        if name not in self.sent:
            return before
        return self.sent.get(name).replace("\r\n", "\n") or None

    def _flag(self, schema: Schema, name: str, before: Any) -> Any:
        if "default" in schema and schema["default"] is None:
            return {"true": True, "false": False}.get(self.sent.get(name)) if name in self.sent else before
        if f"{name}.shown" not in self.sent:
            return before
        is_set = self.sent.get(name) == "true"
        return None if is_set == schema.get("default", False) else is_set

    def _number(self, name: str, before: Any) -> Any:
        if name not in self.sent:
            return before
        written = self.sent.get(name)
        if not written:
            return None
        digits = written.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 9:
            return int(written)
        self.problems.append(Problem(f"/{name}", _("Write a whole number."), field=name))
        return before

    def _list(self, schema: Schema, name: str, path: Path, before: Any) -> Any:
        inner = walk.entry_schema(schema)
        if fields.chooses(schema):
            if f"{name}.shown" not in self.sent:
                return before
            chosen = tuple(dict.fromkeys(one for one in self.sent.all(name) if one))
            if inner.get("type") == "integer":
                return [int(one) for one in chosen if one.isascii() and one.isdigit() and len(one) < 5] or None
            return list(chosen) or None
        if schema.get("maxItems") == 2:
            ends = [self._text(f"{name}.{n}", walk.value_at(before, (str(n),))) for n in (0, 1)]
            return None if ends == [None, None] else [one or "" for one in ends]
        if inner.get("type") == "string":
            if name not in self.sent:
                return before
            return [line for one in self.sent.get(name).splitlines() if (line := one.strip())] or None
        if f"{name}.shown" not in self.sent:
            return before
        rows = (
            self.value(inner, f"{name}.{n}", (*path, str(n)), walk.value_at(before, (str(n),)))
            for n in range(fields.MOST_ROWS)
        )
        return [row for row in rows if row is not None] or None
