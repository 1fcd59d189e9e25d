"""P3: faults of isolation are built in one by one, and the probes must find each.

A mutant leaves out one tenant filter of the SQL that is really sent (with the guard switched off, which would stop it),
lets it be another tenant's, takes away what PostgreSQL holds by itself, or leaves out one rule of who may see what.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from samverk import app as application
from samverk import guard
from samverk.rounds.model import Round
from tests import scale
from tests.postgres_server import owners
from tests.probes import cells, mutants, variants, verdicts
from tests.probes.cells import Cell
from tests.probes.mutants import FILTERED, FURTHER, MORE_RULES, RULES_LEFT_OUT
from tests.probes.running import probe
from tests.probes.test_isolation import ROUTES, postgres_world, sqlite_world
from tests.probes.world import ProbingDatabase, World

pytestmark = pytest.mark.slow
__all__ = ["postgres_world", "sqlite_world"]
IS_LONG = scale.count(10) > 10
longer = pytest.mark.skipif(not IS_LONG, reason="made in longer runs: SAMVERK_TEST_SCALE above 1")
UNHELD = ("point", "round", "message", "issued_document", "audit_entry", "meeting")
OWNED = ("point", "message", "issued_document")
"""Tables that are read alone; forms and proposals are joined to subjects, whose policy hides them still."""
TABLES_OF_IDS = {"role_grant": "people", "exemption": "exemptions", "invitation": "invitations"}
"""A word of the addresses where rows of a further table are asked for."""


def chosen(world: World, names: tuple[str, ...], methods: tuple[str, ...] = ("GET",)) -> list[Cell]:
    return [
        cell
        for cell in cells.cells(world, ROUTES)
        if cell.who.name in names and cell.route.method in methods and not cell.foreign_fields
        and cell.credential == ("token" if cell.route.is_api else (cell.who.cookie and "session") or "none")
    ]  # fmt: skip


def fault_of(world: World, cell: Cell) -> str | None:
    return verdicts.verdict(world, cell, probe(world, cell))


def find(world: World, some: Iterable[Cell], mutant: AbstractContextManager[object]) -> None:
    """Assert that a probe finds the mutant, and finds nothing once the mutant is gone."""
    with mutant:
        found = next((cell for cell in some if fault_of(world, cell)), None)
    assert found is not None
    assert fault_of(world, found) is None


@pytest.mark.parametrize("table", FILTERED)
def test_a_statement_that_forgets_the_tenant_is_found(sqlite_world: World, table: str) -> None:
    some = chosen(sqlite_world, ("administrator of alpha", "nobody"))
    find(sqlite_world, some, mutants.without_filter(sqlite_world, table))


@longer
@pytest.mark.parametrize("table", FURTHER)
def test_a_statement_about_one_id_that_forgets_the_tenant_is_found(sqlite_world: World, table: str) -> None:
    some = [cell for cell in made(sqlite_world, "administrator of alpha") if TABLES_OF_IDS[table] in cell.route.path]
    find(sqlite_world, some, mutants.without_filter(sqlite_world, table))


def made(world: World, *names: str) -> list[Cell]:
    """Return the probes of some people, in the version that stands, so that a change goes as far as it can."""
    some = chosen(world, names, ("GET", "POST", "PUT"))
    return [replace(cell, version=world.versions.get(cell.path[-1][1], 1) if cell.path else 1) for cell in some]


@longer
@pytest.mark.parametrize("table", FILTERED)
def test_a_statement_that_asks_for_the_other_tenant_is_found(sqlite_world: World, table: str) -> None:
    some = chosen(sqlite_world, ("administrator of alpha", "nobody"))
    find(sqlite_world, some, mutants.of_the_other_tenant(sqlite_world, table))


def test_the_guard_stops_such_a_statement(sqlite_world: World) -> None:
    """With the guard on, a filter that is left out of the compiled statement is an error and never a row."""
    alpha = mutants.tenant_id(sqlite_world, "alpha")
    with (
        pytest.raises(guard.GuardError),
        sqlite_world.installation.database.tenant(alpha, write=False) as session,
    ):
        session.query(Round.id).all()


@pytest.mark.parametrize("name", sorted(RULES_LEFT_OUT))
def test_a_rule_that_is_left_out_is_found(sqlite_world: World, name: str) -> None:
    who = (
        "contact of alpha", "secretariat of beta", "nobody", "operator of alpha", "member of alpha",
        "secretariat of both",
    )  # fmt: skip
    some = chosen(sqlite_world, who, ("GET", "POST"))
    find(sqlite_world, some, RULES_LEFT_OUT[name]())


@longer
@pytest.mark.parametrize("name", sorted(MORE_RULES))
def test_one_more_rule_that_is_left_out_is_found(sqlite_world: World, name: str) -> None:
    some = of_rule(sqlite_world, name)
    find(sqlite_world, some, MORE_RULES[name]())


def of_rule(world: World, name: str) -> Iterable[Cell]:
    """Return the probes that a rule is about: those of its action, else those of whom it holds back."""
    opened = name.partition(" may ")[2]
    if opened in verdicts.RULES:
        some = made(world, "contact of alpha", "member of alpha", "nobody")
        return [cell for cell in some if cell.route.action == opened]
    who = tuple(
        one
        for one in variants.everybody(world)
        if one.has_ended or one.only_reads or one.name in ("auditor of alpha", "limited auditor of alpha", "nobody")
        or (one.tenant == "alpha" and one.roles & {"contact", "member"})
    )  # fmt: skip
    first = (replace(cell, version=1) for cell in cells.cells(world, ROUTES, who) if cell.tenant == "alpha")
    return (*first, *variants.things(world, ROUTES, tuple(one for one in who if one.roles)))


@longer
@pytest.mark.postgres
@pytest.mark.parametrize("table", UNHELD)
def test_without_policy_and_filter_the_rows_are_found(postgres_world: World, table: str) -> None:
    some = chosen(postgres_world, ("administrator of alpha", "nobody"))
    find(postgres_world, some, mutants.without_policies(postgres_world, table))


@longer
@pytest.mark.postgres
@pytest.mark.parametrize("table", OWNED)
def test_what_is_not_forced_on_the_owner_is_found(postgres_world: World, table: str) -> None:
    url = owners(postgres_world.installation.settings.database_url)
    database = ProbingDatabase(url, threads=2)
    database.rolls_back = True
    try:
        owned = served_by(postgres_world, database)
        some = chosen(owned, ("administrator of alpha",))
        find(owned, some, mutants.as_owner(postgres_world, owned, table))
    finally:
        database.dispose()


def served_by(world: World, database: ProbingDatabase) -> World:
    """Return the world with another connection to its database."""
    installation = world.installation
    frame = application.frame(
        installation.settings,
        registry=installation.registry,
        database=database,
        clock=lambda: installation.now,
    )
    return replace(world, frame=frame, database=database)


@longer
@pytest.mark.postgres
def test_with_its_policies_postgresql_holds_a_statement_that_forgets_the_tenant(postgres_world: World) -> None:
    """The other way round: one net is enough."""
    some = chosen(postgres_world, ("administrator of alpha",))
    with mutants.without_filter(postgres_world, "point"):
        faults = [fault_of(postgres_world, cell) for cell in some if "/points" in cell.route.path]
    assert set(faults) == {None}


def test_without_a_mutant_the_same_probes_find_nothing(sqlite_world: World) -> None:
    who = ("administrator of alpha", "contact of alpha", "secretariat of beta", "nobody", "operator of alpha")

    assert {fault_of(sqlite_world, cell) for cell in chosen(sqlite_world, who, ("GET", "POST"))} == {None}
    number, wanted = len(FILTERED) + len(RULES_LEFT_OUT) + 1, 20
    if IS_LONG:
        number += len(FURTHER) + len(FILTERED) + len(MORE_RULES) + len(UNHELD) + len(OWNED)
        wanted = 80
    scale.made("P3", "mutants", number, wanted)
