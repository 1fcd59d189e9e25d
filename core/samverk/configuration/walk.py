"""Walks the schema of a region beside the values it describes: what a place may hold, its label, its value in words.

Pure. Forms are made in `fields.py`, read back in `posted.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samverk.errors import RegionFault
from samverk.i18n import _, pgettext
from samverk.regions.checks import REGION
from samverk.regions.definition import in_locale
from samverk.regions.loader import schema as packaged
from samverk.regions.terms import LOCALES

Schema = Mapping[str, Any]
Path = tuple[str, ...]
Options = tuple[tuple[str, str], ...]
CONTEXT = "settings"
NAMES = ("name", "title", "text")
LONGEST = 120
"""How much of a name stands in the way to a place."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a place: the whole model as data, its languages, the reader's, and what the region has.

    `outside` gives the choices that are no part of a model: {"parties": ((key, name), …)}, also sets, tags, periods.
    """

    data: Mapping[str, Any]
    locale: str
    outside: Mapping[str, Options] = field(default_factory=dict)

    @property
    def locales(self) -> tuple[str, ...]:
        return tuple(one for one in self.data.get("locales") or () if isinstance(one, str))

    def text(self, text: Mapping[str, str]) -> str:
        """Return a text per language in the reader's, else in the region's leading one."""
        # What is looked at may be no model yet, and hold anything.
        return str(in_locale(dict(text), self.locale, *self.locales)[0])


def resolved(schema: Schema) -> Schema:
    """Return a schema with its `$ref` followed, as `ref`; what stands beside the reference wins."""
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    return {**packaged("region")["$defs"][name], **schema, "ref": name}


def root() -> Schema:
    return packaged("region")


def changed_for_good(data: Mapping[str, Any], delivered: Mapping[str, Any]) -> tuple[RegionFault, ...]:
    """Return a fault for each property that is the plugin's alone (`readOnly`) and says something else."""
    fixed = (key for key, schema in root()["properties"].items() if schema.get("readOnly"))
    return tuple(
        RegionFault(REGION, key, _("this must be %(value)s", value=repr(delivered[key])), rule="readOnly")
        for key in fixed
        if data.get(key) != delivered[key]
    )


def is_collection(schema: Schema) -> bool:
    """Say whether a schema is a table of entries by keys that people choose; each entry has a page of its own."""
    return bool(schema.get("propertyNames", {}).get("$ref") == "#/$defs/key")


def applies(schema: Schema, key: str, owner: Any) -> bool:
    """Say whether a property has a meaning in its owner: it is there, or its rule looks for what stands beside it."""
    rule = schema.get("x-samverk-only-when", {})
    return value_at(owner, (key,)) is not None or all(value_at(owner, (name,)) in rule[name] for name in rule)


def is_text(schema: Schema) -> bool:
    return schema.get("ref") == "text"


def entry_schema(schema: Schema) -> Schema:
    """Return the schema of an entry of a collection, of a table with fixed keys, or of a list."""
    return resolved(schema["items"] if "items" in schema else schema["additionalProperties"])


def properties(schema: Schema) -> dict[str, Schema]:
    return {name: resolved(one) for name, one in schema.get("properties", {}).items()}


def step(schema: Schema, key: str) -> Schema | None:
    """Return the schema one step further in; None where there is no such step."""
    if key in schema.get("properties", {}):
        return resolved(schema["properties"][key])
    if isinstance(schema.get("additionalProperties"), dict) or "items" in schema:
        return entry_schema(schema)
    return None


def schema_at(path: Path) -> Schema | None:
    """Return the schema of a place in a model; None where a model has no such place."""
    found: Schema | None = root()
    for key in path:
        if found is None:
            return None
        found = step(found, key)
    return found


def value_at(data: Any, path: Path) -> Any:
    """Return the value at a place; None where there is none."""
    for key in path:
        if isinstance(data, list):
            data = data[int(key)] if key.isdigit() and int(key) < len(data) else None
        elif isinstance(data, dict):
            data = data.get(key)
        else:
            return None
    return data


def with_value(data: Any, path: Path, value: Any) -> Any:
    """Return the data with another value at a place; None takes it away. What stands around it is not changed."""
    if not path:
        return value
    whole = dict(data or {})
    inner = with_value(whole.get(path[0]), path[1:], value)
    if inner is None:
        whole.pop(path[0], None)
    else:
        whole[path[0]] = inner
    return whole


def label(schema: Schema) -> str:
    return pgettext(CONTEXT, schema["title"]) if "title" in schema else ""


def help_of(schema: Schema) -> str:
    """Return what the schema explains of a place, nothing where that says no more than the label."""
    words = _(schema["description"]) if schema.get("description") else ""
    return "" if words.rstrip(".").casefold() == label(schema).casefold() else words


def words_of(schema: Schema, value: str) -> str:
    """Return a fixed value as its word; one that has none stands as it is written."""
    words = schema.get("x-samverk-words", {})
    return pgettext(CONTEXT, words[value]) if value in words else value


def entry_name(entry: Any, key: str, around: Around) -> str:
    """Return what an entry of a collection is called, its key where it has no name of its own."""
    if isinstance(entry, dict):
        for name in NAMES:
            text = entry.get(name)
            words = around.text(text) if isinstance(text, dict) and text else text
            if isinstance(words, str) and words.strip():
                return words
        for locale in (around.locale, *around.locales):
            forms = entry.get(locale)
            if isinstance(forms, dict) and str(forms.get("sg") or "").strip():
                return str(forms["sg"])
    return key


def in_order(entries: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return (key, entry) by `order` where entries have one, else as they stand."""
    return sorted(entries.items(), key=lambda pair: pair[1].get("order", 0) if isinstance(pair[1], dict) else 0)


def choices(schema: Schema, path: Path, around: Around) -> Options:
    """Return (value, words) of what may be chosen at a place: fixed words, and entries that its schema points to."""
    if "enum" in schema:
        return tuple((value, words_of(schema, value)) for value in schema["enum"])
    fixed = tuple((value, pgettext(CONTEXT, words)) for value, words in schema.get("x-samverk-words", {}).items())
    refers = schema.get("x-samverk-refers", "")
    if refers.startswith("tenant:"):
        return fixed + tuple(around.outside.get(refers.partition(":")[2], ()))
    if not refers:
        return fixed
    is_last, kinds = schema.get("x-samverk-value") == "last", schema.get("x-samverk-of-kind")
    return fixed + tuple(
        (keys[-1] if is_last else ".".join(keys), " – ".join(names))
        for keys, names, entry in _pointed(around.data, refers.split("."), path, around)
        if kinds is None or value_at(entry, ("kind",)) in kinds
    )


def _pointed(
    value: Any, steps: list[str], path: Path, around: Around, keys: Path = (), names: Path = ()
) -> Iterator[tuple[Path, Path, Any]]:
    if not steps:
        for key, entry in in_order(value or {}):
            yield (*keys, key), (*names, entry_name(entry, key, around)), entry
        return
    if not isinstance(value, dict):
        return
    if steps[0] == "*":
        for key, entry in in_order(value):
            yield from _pointed(
                entry, steps[1:], path[1:], around, (*keys, key), (*names, entry_name(entry, key, around))
            )
    else:
        key = (path[0] if path else "") if steps[0] == "@" else steps[0]
        yield from _pointed(value.get(key), steps[1:], path[1:], around, keys, names)


def said(schema: Schema, value: Any, path: Path, around: Around) -> str:
    """Return a value in words, as a page shows what stood there before and what stands there now."""
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str | int):
        known = dict(choices(schema, path, around))
        return known.get(str(value), str(value))
    if isinstance(value, list):
        inner = entry_schema(schema)
        if "x-samverk-refers" in schema:
            inner = {**inner, **{key: schema[key] for key in ("x-samverk-refers", "x-samverk-value") if key in schema}}
        if schema.get("maxItems") == 2:
            return " – ".join(said(inner, one, path, around) for one in value)
        return ", ".join(said(inner, one, path, around) for one in value)
    if is_text(schema):
        return around.text(value)
    parts = []
    for key, inner_value in value.items():
        inner_schema = step(schema, key)
        if inner_schema is None:
            continue
        name = label(inner_schema) if key in schema.get("properties", {}) else fixed_key(schema, key)
        parts.append(f"{name}: {said(inner_schema, inner_value, (*path, key), around)}")
    return "; ".join(parts)


def fixed_key(schema: Schema, key: str) -> str:
    """Return the word for a key of a table whose keys are given: a month, a language, the number of a period."""
    return words_of(schema.get("propertyNames", {}), key)


def way(path: Path, around: Around) -> tuple[str, ...]:
    """Return the path to a place in words: labels of the schema, names of the entries."""
    found: list[str] = []
    schema: Schema | None = root()
    value: Any = around.data
    for key in path:
        if schema is None:
            break
        inner = value_at(value, (key,))
        if key in schema.get("properties", {}):
            found.append(label(resolved(schema["properties"][key])))
        elif is_collection(schema):
            found.append(entry_name(inner, key, around))
        elif "items" in schema:
            found.append(str(int(key) + 1) if key.isdigit() else key)
        else:
            found.append(fixed_key(schema, key))
        schema, value = step(schema, key), inner
    return tuple(word if len(word) <= LONGEST else f"{word[:LONGEST]} …" for word in found)


def languages(value: Any, around: Around) -> tuple[str, ...]:
    """Return the languages a text is written in on a form: the region's, and those it already has."""
    known = value if isinstance(value, dict) else {}
    return (*around.locales, *(one for one in LOCALES if one in known and one not in around.locales))
