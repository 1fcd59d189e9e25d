"""What differs between two models, in words: what an administrator reads before a change is made active.

Pure. Paths lead to where each thing can be changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from samverk.configuration import walk
from samverk.configuration.walk import Around, Path, Schema
from samverk.i18n import _, language_name
from samverk.regions.terms import LOCALES

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `way` is its place in words, outermost first; `before` and `after` what stood and stands there.

    `sentence` says it whole where there is one for it; `lang` is the language of a text that differs.
    """

    kind: Kind
    path: Path
    way: tuple[str, ...]
    before: str = ""
    after: str = ""
    sentence: str = ""
    lang: str = ""


def changes(before: Mapping[str, Any], after: Mapping[str, Any], old: Around, new: Around) -> tuple[Change, ...]:
    """Return what differs, in the order of the schema. `old` and `new` stand around the models before and after."""
    return tuple(_inside(walk.root(), before, after, (), old, new))


def _inside(schema: Schema, before: Any, after: Any, path: Path, old: Around, new: Around) -> Iterator[Change]:
    before, after = before or {}, after or {}
    for key, inner in walk.properties(schema).items():
        if before.get(key) != after.get(key):
            yield from _one(inner, before.get(key), after.get(key), (*path, key), old, new)


def _one(schema: Schema, before: Any, after: Any, path: Path, old: Around, new: Around) -> Iterator[Change]:
    if walk.is_collection(schema):
        before, after = before or {}, after or {}
        entry = walk.entry_schema(schema)
        for key in (*before, *(key for key in after if key not in before)):
            where = (*path, key)
            if key not in after:
                yield Change("removed", where, walk.way(where, old), sentence=_question("removed", where, old))
            elif key not in before:
                yield Change("added", where, walk.way(where, new), sentence=_question("added", where, new))
            elif before[key] != after[key]:
                yield from _inside(entry, before[key], after[key], where, old, new)
    elif walk.is_text(schema):
        yield from _text(before or {}, after or {}, path, new)
    elif "properties" in schema and not schema.get("x-samverk-atomic") and before and after:
        yield from _inside(schema, before, after, path, old, new)
    else:
        was, now = walk.said(schema, before, path, old), walk.said(schema, after, path, new)
        yield Change("changed", path, walk.way(path, new), was, now)


def _text(before: dict[str, str], after: dict[str, str], path: Path, new: Around) -> Iterator[Change]:
    for locale in LOCALES:
        if before.get(locale) != after.get(locale):
            way = (*walk.way(path, new), language_name(locale))
            was, now = before.get(locale) or _("nothing"), after.get(locale) or _("nothing")
            yield Change("changed", path, way, was, now, lang=locale)


def _question(kind: Kind, path: Path, around: Around) -> str:
    """Say of a question what its form gains or loses; of anything else nothing."""
    if len(path) != 4 or (path[0], path[2]) != ("questionnaires", "items"):
        return ""
    item = walk.value_at(around.data, path)
    given = {
        "form": walk.entry_name(walk.value_at(around.data, path[:2]), path[1], around),
        "number": item["order"],
        "text": around.text(item["text"]),
    }
    if kind == "removed":
        return _("“%(form)s” loses question %(number)s when it is sent out next: %(text)s", **given)
    return _("“%(form)s” gains question %(number)s when it is sent out next: %(text)s", **given)
