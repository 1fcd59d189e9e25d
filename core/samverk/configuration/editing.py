"""Steps of an administrator on the draft: change a place; add, copy, move, remove entries; take back the plugin's.

Each works out the whole wanted model and hands it to `service.write`, which holds it against the schema.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from samverk.configuration import fields, region, service, walk
from samverk.configuration.fields import Asked
from samverk.configuration.posted import Reading, Sent
from samverk.configuration.service import Data, State
from samverk.configuration.walk import Around, Path
from samverk.errors import BadRegion, Conflict, Invalid, NotFound, Problem, RegionFault
from samverk.i18n import _
from samverk.regions.naming import is_key, key_of
from samverk.scope import Scope

MOST_ENTRIES = 500
STEPS = {"up": -1, "down": 1}


def around_of(scope: Scope, stands: State, path: Path) -> Around:
    """Return what stands around a place of the wanted model."""
    found = Around(stands.wanted, scope.locale, region.outside(scope))
    return Around(found.data, found.locale, {**found.outside, "periods": region.periods(found, path)})


def form_of(scope: Scope, stands: State, path: Path, value: Any) -> tuple[Asked, ...]:
    """Return the fields of a place, filled from a value, and how they stand to the plugin's."""
    delivered = walk.value_at(stands.delivered, path)
    return fields.asked(path, value, around_of(scope, stands, path), delivered)


def change_place(scope: Scope, path: Path, sent: Sent, *, version: int) -> None:
    """Write what was sent from the form of a place.

    Raises NotFound, Stale, Invalid with all faults and what was sent.
    """
    stands = service.state(scope)
    before = walk.value_at(stands.wanted, path)
    if before is None:
        raise NotFound()
    reading = Reading(sent, around_of(scope, stands, path))
    value = reading.place(path, before)
    wanted = walk.with_value(stands.wanted, path, value)
    if value.get("order") != before.get("order") and _is_dense(path[:-1]):
        wanted = _placed(wanted, path, value.get("order") or 1)
    _write(scope, wanted, path, value, reading.problems, version)


def add_entry(scope: Scope, path: Path, key: str, sent: Sent, *, version: int) -> Path:
    """Add an entry to a collection and return its place; without a key it is made of the entry's name.

    Raises NotFound, Stale, Invalid.
    """
    stands = service.state(scope)
    schema = walk.schema_at(path)
    if schema is None or not walk.is_collection(schema) or not _has_owner(stands.wanted, path):
        raise NotFound()
    entries = walk.value_at(stands.wanted, path) or {}
    reading = Reading(sent, around_of(scope, stands, (*path, key or "new")))
    value = reading.place((*path, key or "new"), {})
    for inner, _schema in fields.collections((*path, "new")):
        value.setdefault(inner, {})
    key = key or key_of(walk.entry_name(value, "", reading.around))
    if not is_key(key):
        message = _("Give a key of small letters, digits and underscores that begins with a letter.")
        reading.problems.append(Problem("/key", message, field="key"))
    elif key in entries:
        message = _("There is an entry with the key %(key)s already.", key=key)
        reading.problems.append(Problem("/key", message, field="key"))
    if len(entries) >= MOST_ENTRIES:
        reading.problems.append(
            Problem("", _("There are %(limit)s entries already; no more fit here.", limit=MOST_ENTRIES))
        )
    place = (*path, key if is_key(key) else "new")
    value = {name: inner for name, inner in value.items() if inner != {} or name in _required(place)}
    wanted = walk.with_value(stands.wanted, place, value)
    if _is_dense(path):
        value.setdefault("order", len(entries) + 1)
        wanted = _placed(walk.with_value(stands.wanted, place, value), place, value["order"])
    _write(scope, wanted, place, value, reading.problems, version)
    return place


def remove_entry(scope: Scope, path: Path, *, version: int) -> None:
    """Take an entry out of its collection. Raises NotFound, Stale."""
    stands = _entry(scope, path)
    wanted = walk.with_value(stands.wanted, path, None)
    if _is_dense(path[:-1]):
        wanted = _renumbered(wanted, path[:-1], [key for key, _one in _ordered(wanted, path[:-1])])
    _write(scope, _kept_whole(wanted, path[:-1]), path, None, [], version)


def copy_entry(scope: Scope, path: Path, *, version: int) -> Path:
    """Put a copy of an entry after it, under the next free key; return its place. Raises NotFound, Stale, Conflict."""
    stands = _entry(scope, path)
    entries = walk.value_at(stands.wanted, path[:-1])
    key = next((key for n in range(2, 100) if (key := f"{path[-1][:56]}_{n}") not in entries), None)
    if key is None or len(entries) >= MOST_ENTRIES:
        raise Conflict(_("There are too many copies of this entry."))
    place, value = (*path[:-1], key), walk.value_at(stands.wanted, path)
    wanted = walk.with_value(stands.wanted, place, value)
    if "order" in value:
        keys = [one for one, _entry_ in _ordered(stands.wanted, path[:-1])]
        keys.insert(keys.index(path[-1]) + 1, key)
        wanted = _renumbered(wanted, path[:-1], keys)
    _write(scope, wanted, place, value, [], version)
    return place


def move_entry(scope: Scope, path: Path, direction: str, *, version: int) -> None:
    """Move an entry one place up or down; the first and the last stay. Raises NotFound, Stale."""
    stands = _entry(scope, path)
    keys = [key for key, _one in _ordered(stands.wanted, path[:-1])]
    at = keys.index(path[-1])
    to = min(max(at + STEPS[direction], 0), len(keys) - 1)
    keys.insert(to, keys.pop(at))
    _write(scope, _renumbered(stands.wanted, path[:-1], keys), path, None, [], version)


def take_back(scope: Scope, path: Path, *, version: int) -> None:
    """Set a place or a property to what the plugin delivered; what the plugin has not goes. Raises NotFound, Stale."""
    stands = service.state(scope)
    if walk.schema_at(path) is None or not path:
        raise NotFound()
    wanted = walk.with_value(stands.wanted, path, walk.value_at(stands.delivered, path))
    owner = path[:-1]
    if _is_dense(owner):
        wanted = _renumbered(wanted, owner, [key for key, _one in _ordered(wanted, owner)])
    _write(scope, _kept_whole(wanted, owner), path, None, [], version)


def _entry(scope: Scope, path: Path) -> State:
    stands = service.state(scope)
    schema = walk.schema_at(path[:-1]) if path else None
    if schema is None or not walk.is_collection(schema) or walk.value_at(stands.wanted, path) is None:
        raise NotFound()
    return stands


def _has_owner(data: Data, path: Path) -> bool:
    return len(path) == 1 or walk.value_at(data, path[:-1]) is not None


def _required(path: Path) -> frozenset[str]:
    schema = walk.schema_at(path)
    return frozenset(schema.get("required", ())) if schema else frozenset()


def _kept_whole(data: Data, path: Path) -> Data:
    """Put an empty collection back where its owner must have one."""
    if len(path) > 1 and path[-1] in _required(path[:-1]) and walk.value_at(data, path) is None:
        return dict(walk.with_value(data, path, {}))
    return data


def _is_dense(path: Path) -> bool:
    """Say whether the entries of a collection are numbered from 1 without gaps, as questions are."""
    schema = walk.schema_at((*path, "any")) if path else None
    inner = walk.properties(schema).get("order") if schema else None
    return inner is not None and inner.get("minimum") == 1


def _ordered(data: Data, path: Path) -> list[tuple[str, Any]]:
    return walk.in_order(walk.value_at(data, path) or {})


def _renumbered(data: Data, path: Path, keys: Iterable[str]) -> Data:
    """Number the entries of a collection from 1 in the order of the keys."""
    for number, key in enumerate(keys, 1):
        data = walk.with_value(data, (*path, key, "order"), number)
    return data


def _placed(data: Data, path: Path, number: int) -> Data:
    """Let an entry have a number and shift the others."""
    keys = [key for key, _one in _ordered(data, path[:-1]) if key != path[-1]]
    keys.insert(max(number, 1) - 1, path[-1])
    return _renumbered(data, path[:-1], keys)


def _write(scope: Scope, wanted: Data, place: Path, value: Any, problems: list[Problem], version: int) -> None:
    faults: tuple[RegionFault, ...] = ()
    if not problems:
        try:
            service.write(scope, wanted, version=version)
        except BadRegion as error:
            faults = error.faults
    found = [*problems, *(problem for fault in faults for problem in _problems(fault, place, wanted))]
    if found:
        raise Invalid(tuple(found), kept=value)


def _problems(fault: RegionFault, place: Path, wanted: Data) -> Iterable[Problem]:
    """Return the problems of a fault of shape: one for each field that is missing, else one at its field."""
    path = tuple(step for step in fault.path.split(".") if step)
    inside = path[len(place) :] if path[: len(place)] == place else ()
    if fault.rule == "required":
        schema, there = walk.schema_at(path), walk.value_at(wanted, path)
        for name in (schema or {}).get("required", ()):
            if not isinstance(there, Mapping) or name not in there:
                field = ".".join((*inside, name))
                yield Problem(f"/{field.replace('.', '/')}", _("Fill in this field."), field=field)
        return
    field = ".".join(inside)
    yield Problem(f"/{'/'.join(path)}", _sentence(fault.message), fault.hint, field or None)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
