"""A region's changes meet another definition of its plugin: what still applies, what both changed, what is gone.

Pure. The definition the changes were made on is kept with them, so that three models are compared and none is guessed.
"""

from dataclasses import dataclass
from typing import Any

from samverk.configuration import walk
from samverk.configuration.walk import Around, Path
from samverk.regions import overlay, schema_versions

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Meeting:
    """What came of it: the patch that still applies, places that both changed, and those that are no longer there."""

    patch: Data
    conflicts: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()


def meet(patch: Data, made_on: Data, delivered: Data) -> Meeting:
    """Hold a patch that was made on one definition against another. The region's own value wins a conflict."""
    if made_on == delivered:
        return Meeting(patch)
    conflicts: list[Path] = []
    gone: list[Path] = []
    kept = _kept(patch, made_on, delivered, (), conflicts, gone)
    return Meeting(kept, tuple(conflicts), tuple(gone))


def brought_forward(patch: Data, made_on: Data) -> tuple[Data, Data]:
    """Return a patch and the definition it was made on as the present version of the schema has them.

    A patch has no version of its own: it is what lies between the definition and what was wanted, both brought forward.
    """
    base = schema_versions.present("region", made_on)
    if base is made_on:
        return patch, made_on
    wanted: Data = schema_versions.present("region", overlay.merge(made_on, patch))
    between: Data = overlay.patch_between(base, wanted)
    return between, base


def _kept(patch: Data, was: Any, now: Any, path: Path, conflicts: list[Path], gone: list[Path]) -> Data:
    found: Data = {}
    for key, value in patch.items():
        where = (*path, key)
        before, after = walk.value_at(was, (key,)), walk.value_at(now, (key,))
        is_inner = isinstance(value, dict) and isinstance(before, dict) and key not in overlay.ATOMIC
        if before is not None and after is None:
            # What the region took away and the plugin too needs no word; what it changed has no ground any more.
            if value is not None:
                gone.append(where)
        elif is_inner and isinstance(after, dict):
            if inner := _kept(value, before, after, where, conflicts, gone):
                found[key] = inner
        else:
            if before != after and after != value:
                conflicts.append(where)
            if after != value:
                found[key] = value
    return found


@dataclass(frozen=True, slots=True)
class Both:
    """A place that the plugin and the region changed: what stood there, what the plugin says now, what the region."""

    path: Path
    way: str
    before: str
    delivered: str
    own: str


def in_words(path: Path, made_on: Around, delivered: Around, wanted: Around) -> Both:
    """Say a conflict in words."""
    schema = walk.schema_at(path) or {}
    before, after, own = (
        walk.said(schema, walk.value_at(one.data, path), path, one) for one in (made_on, delivered, wanted)
    )
    return Both(path, " › ".join(walk.way(path, wanted)), before, after, own)
