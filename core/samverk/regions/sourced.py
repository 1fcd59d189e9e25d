"""Whether every fact of a starter says where it comes from: a source, or the mark that it is assumed or invented.

A region is loaded without; the conformance kit asks for it, since a fact that nobody can look up is none.
"""

from collections.abc import Iterator

from samverk.errors import RegionFault
from samverk.i18n import _
from samverk.regions.definition import Marked
from samverk.regions.starter import Starter

KINDS = ("parties", "sets", "subjects", "arrangements", "timeline", "documents", "registers", "holders")


def faults(starter: Starter) -> tuple[RegionFault, ...]:
    """Return a fault for each entry without source or mark."""
    message = _("this says neither where it comes from nor that it is assumed or invented")
    return tuple(
        RegionFault("starter.toml", path, message, "source", "sourced")
        for path, entry in _entries(starter)
        if not (entry.source or entry.assumed or entry.demonstration)
    )


def _entries(starter: Starter) -> Iterator[tuple[str, Marked]]:
    for kind in KINDS:
        for key, found in getattr(starter, kind).items():
            if isinstance(found, dict):
                yield from ((f"{kind}.{key}.{inner}", entry) for inner, entry in found.items())
            else:
                yield f"{kind}.{key}", found
