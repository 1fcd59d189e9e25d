"""Further probes for longer runs: one field at a time, queries, headers, every object, everybody else.

None is the same request as another; the order is always the same, and what a run has no room for is left out by
its seed. What must come of a probe is in `verdicts.py`.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from samverk.web.call import Route
from tests.probes import verdicts
from tests.probes.cells import MISSING, Cell, cells, credentials_of, kinds_of, object_id, words
from tests.probes.fields import FURTHER_KINDS, QUERY_WORDS
from tests.probes.people import TENANTS, Who
from tests.probes.reading import Read, name_of, reads, version_of
from tests.probes.world import World

FOREIGN = ("other tenant", "missing")
SOME = 3
"""How many objects of the own tenant are tried in one field, and of the other."""


def chosen(world: World, routes: tuple[Route, ...], wanted: int, seed: int) -> Iterator[Cell]:
    """Yield `wanted` different probes, those of most worth first.

    The first ones; foreign ids in one field of the body; then everything else that those who may can try; last every
    object as those who may not. Of what there is no room for, the seed chooses.
    """
    known, chance = reads(world, routes), random.Random(seed)
    tiers: tuple[Callable[[], Iterator[Cell]], ...] = (
        lambda: cells(world, routes),
        lambda: (cell for cell in _fields(world, routes, known) if cell.whose in FOREIGN),
        lambda: chain(
            (cell for cell in _fields(world, routes, known) if cell.whose not in FOREIGN),
            _queries(world, routes, known),
            cells(world, routes, tuple(world.further.values())),
            (cell for cell in things(world, routes, everybody(world)) if verdicts.may(cell)),
        ),
        lambda: things(world, routes, everybody(world)),
    )
    seen: set[int] = set()
    for tier in tiers:
        left = sum(1 for _cell in _distinct(tier(), set(seen)))
        for cell in _distinct(tier(), seen):
            if chance.random() * left < wanted:
                wanted -= 1
                yield cell
                if wanted == 0:
                    return
            left -= 1


def _distinct(some: Iterable[Cell], seen: set[int]) -> Iterator[Cell]:
    """Leave out a request that was made before; only its hash is kept."""
    for cell in some:
        key = hash(cell.request)
        if key not in seen:
            seen.add(key)
            yield cell


def everybody(world: World) -> tuple[Who, ...]:
    return (*world.people.values(), *world.further.values())


def _own_path(world: World, route: Route) -> tuple[tuple[str, str], ...]:
    ids = ((name, object_id(world, kind, "own")) for name, kind in kinds_of(route).items())
    return (*ids, *words(route))


def _may(world: World, routes: Iterable[Route]) -> Iterator[Cell]:
    """Yield the plain request of each route as everybody who may: what stands in it matters to them only."""
    for route in routes:
        path = _own_path(world, route)
        for who in everybody(world):
            for credential in credentials_of(who):
                tenant = who.tenant if route.has_tenant and not kinds_of(route) else "alpha" if route.has_tenant else ""
                cell = Cell(route, who, credential, "own", tenant, path, version=version_of(world, path))
                if verdicts.may(cell):
                    yield cell


def _fields(world: World, routes: tuple[Route, ...], known: dict[str, Read]) -> Iterator[Cell]:
    """Yield probes with one field of the body changed, for each that the route reads."""
    for plain in _may(world, (route for route in routes if route.writes and not route.takes_files)):
        read = known[name_of(plain.route)]
        yield plain
        for path in read.paths or (plain.path,):
            cell = replace(plain, path=path, version=version_of(world, path))
            yield cell
            for name in read.fields:
                for whose, value in _values(world, name, cell):
                    yield replace(cell, changed=(name, value), whose=whose)
            if "form_id" in dict(path):
                for whose, value in _values(world, "points", cell):
                    yield replace(cell, changed=(f"p.{value}.status", "done"), whose=whose)


def _values(world: World, name: str, cell: Cell) -> Iterator[tuple[str, str]]:
    """Yield (whose, value) for a field or a word of a query: ids of the own tenant, of the other, of nobody; words."""
    kind, own = FURTHER_KINDS.get(name), cell.tenant or cell.who.tenant
    if kind is not None:
        for tenant in TENANTS:
            whose = "own" if tenant == own or (tenant in cell.who.also and not cell.tenant) else "other tenant"
            for thing in world.things[tenant].get(kind, ())[:SOME]:
                yield whose, thing.id
        yield "missing", MISSING
    if name.startswith("a."):
        yield "words", "eit nytt svar"
    for word in QUERY_WORDS.get(name.rpartition(".")[2] if name.startswith("r.") else name, ()):
        yield "words", word


def _queries(world: World, routes: tuple[Route, ...], known: dict[str, Read]) -> Iterator[Cell]:
    """Yield reads with one word of the query given, for each that the route looks for, and as htmx asks."""
    for cell in _may(world, (route for route in routes if not route.writes)):
        names = dict.fromkeys((*known[name_of(cell.route)].query, "lang"))
        for name in names:
            for whose, value in _values(world, name, cell):
                yield replace(cell, query=((name, value),), whose=whose)
        if not cell.route.is_api:
            yield replace(cell, headers=(("hx-request", "true"),))


def things(world: World, routes: tuple[Route, ...], people: tuple[Who, ...]) -> Iterator[Cell]:
    """Yield every object of both tenants at each address, at the own region and at its own."""
    for route in routes:
        kinds = kinds_of(route)
        own = _own_path(world, route)
        for who in people:
            for credential in credentials_of(who):
                for name, kind in kinds.items():
                    for ownership, tenant, object_ in _each(world, kind):
                        path = tuple((one, object_ if one == name else value) for one, value in own)
                        yield Cell(
                            route, who, credential, ownership, tenant, path, version=world.versions.get(object_, 1)
                        )


def _each(world: World, kind: str) -> Iterator[tuple[str, str, str]]:
    for thing in world.things["alpha"].get(kind, ()):
        yield "own", "alpha", thing.id
    for thing in world.things["beta"].get(kind, ()):
        yield "other tenant", "alpha", thing.id
        yield "at its address", "beta", thing.id
