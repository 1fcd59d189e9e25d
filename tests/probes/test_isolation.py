"""P1, P2 and P4 of the security figures: no probe of any route shows or changes what is not the person's to see."""

import random
import re
import shutil
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from samverk import app as application
from samverk.app import all_routes
from samverk.models import metadata
from samverk.permissions import ACTIONS
from samverk.web.openapi import describe
from tests import scale
from tests.postgres_server import PostgresServer, migrate
from tests.probes import cells, fields, variants, verdicts, world
from tests.probes.cells import Cell
from tests.probes.reading import name_of
from tests.probes.running import probe, run
from tests.probes.world import World

pytestmark = pytest.mark.slow
ROUTES = all_routes()
SEED = scale.seed()


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> World:
    folder = tmp_path_factory.mktemp("probes")
    shutil.copy(sqlite_template, folder / "samverk.sqlite3")
    return world.make(f"sqlite:///{folder / 'samverk.sqlite3'}", folder)


@pytest.fixture(scope="session")
def postgres_world(postgres: PostgresServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    template = postgres.template("samverk_template", migrate)
    return world.make(postgres.create_database(f"probes_{worker_id}", template), tmp_path_factory.mktemp("probes"))


def figure() -> int:
    """Return how many probes this run makes on SQLite: the first ones, or what the longer runs are wanted to make."""
    return 12_000 if scale.count(10) == 10 else scale.count(12_500)


def test_no_cell_leaks_on_sqlite(sqlite_world: World) -> None:
    ran = run(sqlite_world, chosen(sqlite_world))
    print(f"seed {SEED}, {ran}")

    assert ran.faults == 0, "\n".join(ran.wrong) + f"\n{ran.faults} in all"
    scale.made("P1", "probes on SQLite", ran.made, figure(), SEED)
    assert min(ran.statuses[status] for status in (200, 303, 403, 404)) > 100


def chosen(made: World) -> Iterator[Cell]:
    if figure() == 12_000:
        return cells.cells(made, ROUTES)
    return variants.chosen(made, ROUTES, figure(), SEED)


@pytest.mark.postgres
def test_no_cell_leaks_on_postgresql(postgres_world: World) -> None:
    """A tenth of the probes, and every one at the size for the night."""
    every, wanted = chosen(postgres_world), figure()
    if figure() < 250_000:
        some = tuple(every)
        wanted = len(some) // 10
        every = iter(random.Random(SEED).sample(some, wanted))
    ran = run(postgres_world, every)
    print(f"seed {SEED}, {ran}")

    assert ran.faults == 0, "\n".join(ran.wrong) + f"\n{ran.faults} in all"
    scale.made("P1", "probes on PostgreSQL", ran.made, wanted, SEED)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same request for a foreign object and for one that is not there."""

    foreign: Cell
    missing: Cell


def pairs(made: World, wanted: int) -> Iterator[Pair]:
    """Yield a pair for each route with an id, person and credential; then for every object of the other tenant."""
    of: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for cell in cells.cells(made, ROUTES):
        if cell.ownership in ("other tenant", "missing") and any(cells.is_uuid(value) for _name, value in cell.path):
            key = (f"{cell.route.method} {cell.route.path}", cell.who.name, cell.credential)
            of.setdefault(key, {})[cell.ownership] = cell
    for both in of.values():
        yield Pair(both["other tenant"], both["missing"])
    more = (
        cell
        for cell in variants.things(made, ROUTES, variants.everybody(made))
        if cell.ownership == "other tenant" and verdicts.may(cell)
    )
    number = len(of)
    known = {pair["other tenant"].request for pair in of.values()}
    for cell in more:
        if number >= wanted:
            return
        if cell.request not in known:
            number += 1
            yield Pair(cell, _missing(made, cell, number))


def _missing(made: World, cell: Cell, number: int) -> Cell:
    """Return the cell with an id of nobody in the place of each foreign one, another for each number."""
    nobody = f"01900000-0000-7000-9000-{number:012x}"
    path = tuple((name, nobody if value in made.foreign else value) for name, value in cell.path)
    return replace(cell, ownership="missing", path=path)


def timed(made: World, cell: Cell) -> tuple[float, object]:
    began = time.process_time()
    sent = probe(made, cell)
    seconds = time.process_time() - began
    return seconds, verdicts.comparable(sent, tuple(value for _name, value in cell.path))


def test_foreign_and_missing_look_the_same_at_every_route_with_an_id(sqlite_world: World) -> None:
    """P4: status, headers and body, after removing nonces and the ids that were asked for; and how long it takes."""
    wanted = max(1_000, scale.count(500))
    number, differing, with_ids = 0, [], {name_of(route) for route in ROUTES if _ids_of(route)}
    times: dict[str, list[float]] = {"foreign": [], "missing": []}
    for pair in pairs(sqlite_world, wanted):
        asked = {"foreign": pair.foreign, "missing": pair.missing}
        # Neither is always the first, whose way through the program is colder.
        order = ("foreign", "missing") if number % 2 else ("missing", "foreign")
        answers = {}
        for which in order:
            seconds, answers[which] = timed(sqlite_world, asked[which])
            times[which].append(seconds)
        number += 1
        with_ids.discard(name_of(pair.foreign.route))
        if answers["foreign"] != answers["missing"]:
            differing.append(f"{pair.foreign} / {pair.missing}")
    foreign, missing = (statistics.median(times[which]) * 1e6 for which in ("foreign", "missing"))
    difference = abs(foreign - missing) / min(foreign, missing)
    print(f"processor time: foreign {foreign:.0f} µs, missing {missing:.0f} µs, they differ by {difference:.1%}")

    assert differing == []
    scale.made("P4", "pairs of a foreign and a missing object", number, wanted)
    assert with_ids == set()
    if number >= 10_000:
        assert difference <= 0.1


def handled(made: World) -> dict[str, set[str]]:
    """Return {address: methods} of what the door opens, in whatever way it was declared."""
    found: dict[str, set[str]] = {}
    for route in made.installation.litestar.routes:
        if path_methods := getattr(route, "methods", None):
            path = re.sub(r"\{(\w+):str\}", r"{\1}", route.path)
            found.setdefault(path, set()).update(path_methods - {"OPTIONS"})
    return found


def _ids_of(route: object) -> list[str]:
    return [name for name in cells.parameters(route) if name.endswith("_id")]  # type: ignore[arg-type]


def test_every_route_has_probes_a_permission_and_an_operation(sqlite_world: World) -> None:
    """P2."""
    probed = Counter(f"{cell.route.method} {cell.route.path}" for cell in cells.cells(sqlite_world, ROUTES))
    declared = {f"{route.method} {route.path}" for route in ROUTES}
    addresses = {f"{route.method} {route.path.rstrip('/') or '/'}" for route in ROUTES}
    described = {
        f"{method.upper()} {path}" for path, methods in describe(ROUTES)["paths"].items() for method in methods
    }
    opened = {
        f"{method} {path}"
        for path, methods in handled(sqlite_world).items()
        for method in methods
        if not path.startswith("/static/") and path != "/api/v1/openapi.json"  # files of the program, nobody's rows
    }

    assert opened == addresses
    assert declared - probed.keys() == set()
    assert {route.action for route in ROUTES} - ACTIONS.keys() == set()
    assert {f"{route.method} {route.path}" for route in ROUTES if route.is_api} == described
    assert min(probed.values()) >= len(sqlite_world.people)
    scale.made("P2", "routes with probes, a permission and an operation", len(probed), len(addresses))


def test_every_column_of_a_tenant_is_marked_or_a_word_of_the_program(sqlite_world: World) -> None:
    """A new text column holds canaries by itself; one that is named as structural must exist."""
    names = {
        column.name for table in metadata.tables.values() if table.info["kind"] == "tenant" for column in table.columns
    }
    assert world.STRUCTURAL - names == set()


def test_every_field_of_a_form_is_known_to_the_probes() -> None:
    used: set[str] = set()
    for path in Path(application.__file__).parent.rglob("*.py"):
        if path.name.endswith("routes.py") or path.name == "api.py":
            found = re.findall(r"(?:form|query|fields)\.(?:get|all)\(\s*\"([a-z_]+)\"", path.read_text("utf-8"))
            used |= set(found)

    assert used - fields.FIELD_KINDS.keys() - fields.FIELD_WORDS.keys() == set()
