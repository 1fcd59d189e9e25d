"""Which fields of a body and words of a query each route really reads: found by asking, and from the structs.

A page's handler is watched while it answers those who may; what it looks for is what a probe can change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

import msgspec

from samverk.web import attempt
from samverk.web.call import Call, Route
from samverk.web.form import Form
from tests.probes import verdicts
from tests.probes.cells import Cell, credentials_of, incoming, kinds_of, object_id, words
from tests.probes.fields import QUERY_WORDS
from tests.probes.world import World

ASKING = ("secretariat of alpha", "administrator of alpha", "contact of alpha", "approver of alpha", "member of alpha")
LEFT_OUT = frozenset({"_csrf", "version"})
"""Fields that every probe sets by itself."""


@dataclass(slots=True)
class Read:
    """The names that a route looks for, in the order in which it did, and addresses of objects that it changes.

    `paths` holds one for each of those who ask and may: most objects are in a state in which a step is not possible.
    """

    fields: dict[str, None] = field(default_factory=dict)
    query: dict[str, None] = field(default_factory=dict)
    paths: dict[tuple[tuple[str, str], ...], None] = field(default_factory=dict)


class _Watched(dict[str, tuple[str, ...]]):
    """Posted fields that note what is looked for."""

    def __init__(self, given: Any, names: dict[str, None]) -> None:
        super().__init__(given)
        self.names = names

    def get(self, name: str, default: Any = None) -> Any:
        self.names.setdefault(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.names.setdefault(str(name))
        return super().__contains__(name)


def reads(world: World, routes: tuple[Route, ...]) -> dict[str, Read]:
    """Return {method and path: what the route reads}."""
    found: dict[str, Read] = {}
    for route in routes:
        read = found[name_of(route)] = Read()
        if route.writes and kinds_of(route):
            read.paths |= dict.fromkeys(path for cell in _asked(world, route) if (path := _open_path(world, cell)))
        if route.is_api:
            read.query |= dict.fromkeys(msgspec.structs.fields(route.query)[n].name for n in _numbers(route.query))
            if route.body is not None:
                read.fields |= dict.fromkeys(msgspec.structs.fields(route.body)[n].name for n in _numbers(route.body))
            continue
        for cell in _asked(world, route):
            _watch(world, cell, read)
            given = tuple((name, QUERY_WORDS[name][0]) for name in read.query if name in QUERY_WORDS)
            if given and not route.writes:
                _watch(world, replace(cell, query=given), read)
        for name in LEFT_OUT:
            read.fields.pop(name, None)
    return found


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def _numbers(kind: Any) -> range:
    return range(len(msgspec.structs.fields(kind)))


def _asked(world: World, route: Route) -> Iterator[Cell]:
    tenant = "alpha" if route.has_tenant else ""
    path = (*((name, object_id(world, kind, "own")) for name, kind in kinds_of(route).items()), *words(route))
    for name in ASKING:
        who = world.people[name]
        for credential in credentials_of(who):
            cell = Cell(route, who, credential, "own", tenant, path, version=version_of(world, path))
            if verdicts.may(cell):
                yield cell


def _open_path(world: World, cell: Cell) -> tuple[tuple[str, str], ...] | None:
    """Return an address of an own object at which the request of a cell does what it asks for, None without any."""
    name, kind = next(iter(kinds_of(cell.route).items()))
    for thing in reversed(world.things["alpha"].get(kind, ())):  # the newest first: the old are closed
        path = tuple((one, thing.id if one == name else value) for one, value in cell.path)
        tried = replace(cell, path=path, version=version_of(world, path))
        if world.frame.run(cell.route, incoming(world, tried)).status < 400:
            return path
    return None


def _watch(world: World, cell: Cell, read: Read) -> None:
    def watched(*given: Any, **more: Any) -> Call:
        call = Call(*given, **more)
        query, form = _Watched(call.query.fields, read.query), _Watched(call.form.fields, read.fields)
        return replace(call, query=Form(query), form=Form(form))

    with mock.patch.object(attempt, "Call", watched):
        world.frame.run(cell.route, incoming(world, cell))


def version_of(world: World, path: tuple[tuple[str, str], ...]) -> int:
    """Return the version of the innermost object of an address, 1 where it has none."""
    return next((world.versions[value] for _name, value in reversed(path) if value in world.versions), 1)
