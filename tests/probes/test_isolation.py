"""P1, P2 and P4 of the security figures: no probe of any route shows or changes what is not the person's to see."""

import logging
import os
import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from samverk import app as application
from samverk.app import all_routes
from samverk.models import metadata
from samverk.permissions import ACTIONS
from samverk.web.openapi import describe
from samverk.web.outgoing import Outgoing
from tests import scale
from tests.postgres_server import PostgresServer, migrate
from tests.probes import cells, world
from tests.probes.cells import Cell
from tests.probes.world import World

pytestmark = pytest.mark.slow
ROUTES = all_routes()
SEED = int(os.environ.get("SAMVERK_TEST_SEED", random.randrange(2**32)))


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> World:
    folder = tmp_path_factory.mktemp("probes")
    shutil.copy(sqlite_template, folder / "samverk.sqlite3")
    return world.make(f"sqlite:///{folder / 'samverk.sqlite3'}", folder)


@pytest.fixture(scope="session")
def postgres_world(postgres: PostgresServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    template = postgres.template("samverk_template", migrate)
    return world.make(postgres.create_database(f"probes_{worker_id}", template), tmp_path_factory.mktemp("probes"))


def probe(made: World, cell: Cell) -> Outgoing:
    return made.frame.run(cell.route, cells.incoming(made, cell))


def verdict(made: World, cell: Cell, sent: Outgoing) -> str | None:
    """Return what is wrong with an answer, None when nothing is."""
    leaked = cells.leaks(made, cell, cells.canaries(sent))
    if leaked:
        return f"{sent.status} shows {sorted(leaked)[:3]}"
    if sent.status >= 500:
        return f"{sent.status}"
    allowed = cells.may(cell)
    if not allowed:
        signs_in = sent.status == 303 and dict(sent.headers).get("location", "").startswith("/sign-in")
        if sent.status not in (401, 403) and not signs_in and not _hides(cell, sent):
            return f"{sent.status} although the role may not"
        return None
    if sent.status == 401 or (sent.status == 403 and not _owned_elsewhere(cell)):
        return f"{sent.status} although the role may"
    is_others = cell.ownership == "other municipality" and "form_id" in dict(cell.path)
    if is_others and not cell.who.roles & {"secretariat", "administrator"} and sent.status != 404:
        return f"{sent.status} at another municipality's form"
    has_ids = any(cells.is_uuid(value) for _name, value in cell.path)
    if has_ids and cell.ownership in ("other tenant", "missing") and sent.status not in (404, 422):
        return f"{sent.status}, not 404"
    if cell.foreign_fields and sent.status < 400 and cell.route.name in FOREIGN_MATTERS:
        return f"{sent.status} with ids of another tenant"
    return None


FOREIGN_MATTERS = {"change_round_add", "change_meeting_point", "record_point", "compile_papers"}
"""Steps whose fields name another object: one of another tenant must be refused there."""


def _hides(cell: Cell, sent: Outgoing) -> bool:
    return sent.status == 404


def _owned_elsewhere(cell: Cell) -> bool:
    """A role that may, of an object that is another's: 403 is as good as 404 inside the own tenant (rule 8)."""
    return cell.who.roles <= {"contact", "approver", "auditor", "member"} or not cells.is_inside(cell, cell.tenant)


def run(made: World, chosen: list[Cell], caplog: pytest.LogCaptureFixture) -> tuple[list[str], Counter[int]]:
    wrong, statuses = [], Counter[int]()
    with caplog.at_level(logging.DEBUG):
        for cell in chosen:
            sent = probe(made, cell)
            statuses[sent.status] += 1
            if fault := verdict(made, cell, sent):
                wrong.append(f"{cell}: {fault}")
    logged = set(cells.CANARY.findall(caplog.text))
    if logged:
        wrong.append(f"the log holds {sorted(logged)[:5]}")
    return wrong, statuses


def test_no_cell_leaks_on_sqlite(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    every = list(cells.cells(sqlite_world, ROUTES))
    wrong, statuses = run(sqlite_world, every, caplog)
    print(f"{len(every)} probes, {dict(sorted(statuses.items()))}")

    assert wrong == [], "\n".join(wrong[:40]) + f"\n{len(wrong)} in all"
    scale.made("P1", "probes on SQLite", len(every), 5_001)
    assert min(statuses[200], statuses[303], statuses[403], statuses[404]) > 100


@pytest.mark.postgres
def test_a_tenth_of_the_cells_leaks_nothing_on_postgresql(
    postgres_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    print(f"seed {SEED}")
    every = list(cells.cells(postgres_world, ROUTES))
    chosen = random.Random(SEED).sample(every, len(every) // 10)
    wrong, statuses = run(postgres_world, chosen, caplog)
    print(f"{len(chosen)} probes, {dict(sorted(statuses.items()))}")

    assert wrong == [], "\n".join(wrong[:40]) + f"\n{len(wrong)} in all"
    scale.made("P1", "probes on PostgreSQL", len(chosen), len(every) // 10, SEED)


def test_foreign_and_missing_look_the_same_at_every_route_with_an_id(sqlite_world: World) -> None:
    """P4: status, headers and body, after removing nonces and the ids that were asked for."""
    pairs, differing = 0, []
    of: dict[tuple[str, str, str], dict[str, Cell]] = {}
    for cell in cells.cells(sqlite_world, ROUTES):
        if cell.ownership in ("other tenant", "missing") and any(cells.is_uuid(value) for _name, value in cell.path):
            key = (f"{cell.route.method} {cell.route.path}", cell.who.name, cell.credential)
            of.setdefault(key, {})[cell.ownership] = cell
    for key, both in of.items():
        foreign, missing = (
            cells.comparable(probe(sqlite_world, cell), tuple(value for _name, value in cell.path))
            for cell in (both["other tenant"], both["missing"])
        )
        pairs += 1
        if foreign != missing:
            differing.append((key, foreign[0], missing[0]))

    assert differing == []
    scale.made("P4", "pairs of a foreign and a missing object", pairs, 1_000)
    with_ids = {f"{route.method} {route.path}" for route in ROUTES if _ids_of(route)}
    assert with_ids - {key[0] for key in of} == set()


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

    assert used - cells.FIELD_KINDS.keys() - cells.FIELD_WORDS.keys() == set()
