"""The fields of a form for one place of a model, made from its schema and filled from its value.

Pure. How what was sent becomes a value again is `posted.py`'s; how a field looks is the template's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from samverk.configuration import walk
from samverk.configuration.walk import Around, Options, Path, Schema
from samverk.i18n import _, format_number, language_name
from samverk.regions.terms import LOCALES

SHORT = frozenset({"name", "plural", "title", "low", "high", "unit", "group"})
"""Texts that are written on one line; the others get room for sentences."""
ABOUT = ("source", "assumed", "demonstration", "translated", "note")
"""Where an entry comes from: shown last, folded."""
BLANK_ROWS = 1
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` is line, area, number, day, flag, choice, several, ordered, lines or fixed.

    `values` are what is written or chosen in it; `name` is its name in the form, the path inside the place.
    """

    name: str
    kind: str
    label: str
    help: str = ""
    values: tuple[str, ...] = ()
    options: Options = ()
    lang: str = ""
    is_required: bool = False
    limit: int | None = None
    least: int | None = None
    most: int | None = None

    @property
    def is_filled(self) -> bool:
        return bool(self.values)

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together: the languages of a text, the parts of a rule, the rows of a list."""

    name: str
    label: str
    help: str
    parts: tuple["Field | Group", ...]
    is_rows: bool = False
    is_one_of: bool = False
    """Whether few of the parts are filled at a time: the empty ones are shown folded."""

    @property
    def is_filled(self) -> bool:
        return any(part.is_filled for part in self.parts)

    @property
    def is_compact(self) -> bool:
        """True for a row of numbers, each with a word of its own."""
        return all(isinstance(part, Field) and part.kind == "number" for part in self.parts)

    @property
    def filled(self) -> tuple["Field | Group", ...]:
        return tuple(part for part in self.parts if part.is_filled)

    @property
    def empty(self) -> tuple["Field | Group", ...]:
        return tuple(part for part in self.parts if not part.is_filled)


@dataclass(frozen=True, slots=True)
class Asked:
    """One property of a place: its field or group, and how it stands to what the plugin delivered."""

    key: str
    field: Field | Group
    is_changed: bool = False
    delivered: str = ""
    is_about: bool = False


def asked(path: Path, value: Any, around: Around, delivered: Any) -> tuple[Asked, ...]:
    """Return the properties of a place with their fields, in the order of the schema; collections are left out.

    `delivered` is what the plugin says at the same place, None where it says nothing.
    """
    schema = walk.schema_at(path)
    if schema is None:
        return ()
    found = []
    required = set(schema.get("required", ()))
    for key, inner in walk.properties(schema).items():
        if walk.is_collection(inner) or not walk.applies(inner, key, value):
            continue
        now = walk.value_at(value, (key,))
        was = walk.value_at(delivered, (key,))
        made = _made(inner, now, key, (*path, key), around, is_required=key in required)
        is_changed = delivered is not None and now != was
        words = walk.said(inner, was, (*path, key), around) if is_changed else ""
        found.append(Asked(key, made, is_changed, words, key in ABOUT))
    return tuple(found)


def collections(path: Path) -> tuple[tuple[str, Schema], ...]:
    """Return (key, schema) of the collections inside a place."""
    schema = walk.schema_at(path)
    inner = walk.properties(schema) if schema is not None else {}
    return tuple((key, one) for key, one in inner.items() if walk.is_collection(one))


def shown_collections(path: Path, value: Any) -> tuple[str, ...]:
    """Return the collections inside a place that have a meaning for its value."""
    return tuple(key for key, one in collections(path) if walk.applies(one, key, value))


def _made(
    schema: Schema, value: Any, name: str, path: Path, around: Around, *, label: str = "", is_required: bool = False
) -> Field | Group:
    words, help_ = label or walk.label(schema), walk.help_of(schema)
    one = Field(name, "line", words, help_, is_required=is_required)
    kind = schema.get("type")
    if schema.get("readOnly") or "const" in schema:
        return replace(one, kind="fixed", values=(walk.said(schema, value, path, around),))
    if walk.is_text(schema):
        return Group(name, words, help_, tuple(_languages(schema, value, name, around, is_required=is_required)))
    if kind == "boolean":
        return _flag(one, schema, value)
    if kind == "integer":
        shown = () if value is None else (str(value),)
        return replace(one, kind="number", values=shown, least=schema.get("minimum"), most=schema.get("maximum"))
    if kind == "array":
        return _list(schema, value or [], one, path, around)
    if kind == "object":
        is_one_of = bool(schema.get("x-samverk-atomic")) and "required" not in schema and "properties" in schema
        parts = tuple(_inside(schema, value, name, path, around))
        return Group(name, words, help_, parts, is_one_of=is_one_of)
    options = walk.choices(schema, path, around)
    if options or "x-samverk-refers" in schema:
        return replace(one, kind="choice", values=(value,) if value else (), options=with_own(options, value))
    written = (value,) if value else ()
    if schema.get("format") == "date":
        return replace(one, kind="day", values=written)
    return replace(one, values=written, limit=schema.get("maxLength"))


def with_own(options: Options, value: str | None) -> Options:
    """Return the choices with the one that is chosen, also where it points to nothing any more."""
    return options if not value or value in dict(options) else (*options, (value, value))


def _flag(one: Field, schema: Schema, value: Any) -> Field:
    if "default" in schema and schema["default"] is None:
        options = (("", _("not said")), ("true", _("yes")), ("false", _("no")))
        return replace(one, kind="choice", values=() if value is None else (str(value).lower(),), options=options)
    is_set = schema.get("default", False) if value is None else value
    return replace(one, kind="flag", values=("true",) if is_set else ())


def _languages(schema: Schema, value: Any, name: str, around: Around, *, is_required: bool) -> Iterator[Field]:
    last = name.rpartition(".")[2]
    for number, locale in enumerate(walk.languages(value, around)):
        written = walk.value_at(value, (locale,)) or ""
        limit = schema["properties"][locale].get("maxLength")
        is_long = last not in SHORT or len(written) > 80 or "\n" in written
        kind = "area" if is_long else "line"
        yield Field(
            f"{name}.{locale}", kind, language_name(locale), values=(written,) if written else (), lang=locale,
            is_required=is_required and number == 0, limit=limit,
        )  # fmt: skip


def _inside(schema: Schema, value: Any, name: str, path: Path, around: Around) -> Iterator[Field | Group]:
    """Yield the fields of an object: its properties, or the keys it may have."""
    required = set(schema.get("required", ()))
    if "properties" in schema:
        for key, inner in walk.properties(schema).items():
            if schema.get("ref") == "term" and key not in walk.languages(value, around):
                continue
            now = walk.value_at(value, (key,))
            yield _made(inner, now, f"{name}.{key}", (*path, key), around, is_required=key in required)
        return
    inner = walk.entry_schema(schema)
    for key in fixed_keys(schema, value, around):
        now = walk.value_at(value, (key,))
        yield _made(inner, now, f"{name}.{key}", (*path, key), around, label=walk.fixed_key(schema, key))


def fixed_keys(schema: Schema, value: Any, around: Around) -> tuple[str, ...]:
    """Return the keys that a table without a collection's keys shows on a form; languages are the region's."""
    keys = tuple(schema.get("propertyNames", {}).get("enum", ()))
    if set(keys) <= set(LOCALES):
        return walk.languages(value, around)
    return keys


def _list(schema: Schema, value: list[Any], one: Field, path: Path, around: Around) -> Field | Group:
    inner = walk.entry_schema(schema)
    options = item_choices(schema, path, around)
    if schema.get("x-samverk-ordered"):
        return replace(one, kind="ordered", values=tuple(value), options=options)
    if chooses(schema):
        chosen = tuple(str(item) for item in value)
        for item in chosen:
            options = with_own(options, item)
        return replace(one, kind="several", values=chosen, options=options)
    if schema.get("maxItems") == 2:
        ends = (_("From"), _("To"))
        made = tuple(
            _made(inner, walk.value_at(value, (str(n),)), f"{one.name}.{n}", (*path, str(n)), around, label=ends[n])
            for n in (0, 1)
        )
        return Group(one.name, one.label, one.help, tuple(replace(part, help="") for part in made))
    if inner.get("type") == "string":
        return replace(one, kind="lines", values=("\n".join(value),) if value else ())
    rows = tuple(
        _made(inner, walk.value_at(value, (str(n),)), f"{one.name}.{n}", (*path, str(n)), around, label=str(n + 1))
        for n in range(min(len(value) + BLANK_ROWS, MOST_ROWS))
    )
    return Group(one.name, one.label, one.help, rows, is_rows=True)


def chooses(schema: Schema) -> bool:
    """Say whether the items of a list are chosen, not written."""
    inner = walk.entry_schema(schema)
    is_few = inner.get("type") == "integer" and inner.get("maximum", 99) <= 12
    return "enum" in inner or "x-samverk-refers" in schema or "x-samverk-refers" in inner or is_few


def item_choices(schema: Schema, path: Path, around: Around) -> Options:
    """Return what may be chosen in a list: fixed words, entries pointed to, or a few whole numbers."""
    inner = walk.entry_schema(schema)
    found = walk.choices(schema, path, around) or walk.choices(inner, path, around)
    if not found and inner.get("type") == "integer" and inner.get("maximum", 99) <= 12:
        return tuple((str(number), format_number(number)) for number in range(inner["minimum"], inner["maximum"] + 1))
    return found


def named(groups: tuple[Asked, ...]) -> Mapping[str, Field | Group]:
    """Return {name: field or group} of a form, at every depth."""
    found: dict[str, Field | Group] = {}
    waiting: list[Field | Group] = [one.field for one in groups]
    while waiting:
        one = waiting.pop()
        found[one.name] = one
        if isinstance(one, Group):
            waiting += one.parts
    return found
