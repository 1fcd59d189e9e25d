"""P3: faults of isolation are built in one by one, and the probes must find each.

A mutant leaves out one tenant filter of the SQL that is really sent (with the guard switched off, which would stop it),
or one rule of who may see what.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import event

from samverk import guard
from samverk.people import service as people
from samverk.permissions import ACTIONS, Action
from samverk.rounds import service as rounds
from samverk.scope import Actor, Scope
from samverk.tenants import entry
from samverk.tenants import service as tenants
from tests import scale
from tests.probes import cells
from tests.probes.cells import Cell
from tests.probes.running import probe
from tests.probes.test_isolation import ROUTES, sqlite_world
from tests.probes.verdicts import verdict
from tests.probes.world import World

pytestmark = pytest.mark.slow
__all__ = ["sqlite_world"]
FILTERED = (
    "adoption", "audit_entry", "body", "form", "governing_document", "issued_document",
    "meeting", "message", "point", "proposal", "register", "round", "source", "subject", "timeline_event",
)  # fmt: skip
"""Tables whose filter is left out, in every statement that reads them. Rows that are only ever asked for by the id of
an object that was found before (events, comments, agenda items, seats) are left out: no page shows them without it.
"""


def chosen(world: World, names: tuple[str, ...], methods: tuple[str, ...] = ("GET",)) -> list[Cell]:
    return [
        cell
        for cell in cells.cells(world, ROUTES)
        if cell.who.name in names and cell.route.method in methods and not cell.foreign_fields
        and cell.credential == ("token" if cell.route.is_api else (cell.who.cookie and "session") or "none")
    ]  # fmt: skip


def first_fault(world: World, some: list[Cell]) -> str | None:
    for cell in some:
        if fault := verdict(world, cell, probe(world, cell)):
            return f"{cell}: {fault}"
    return None


@contextmanager
def unguarded(world: World) -> Iterator[None]:
    engine = world.installation.database.engine
    event.remove(engine, "before_cursor_execute", guard.check)
    try:
        yield
    finally:
        event.listen(engine, "before_cursor_execute", guard.check)


@contextmanager
def without_filter(world: World, table: str) -> Iterator[None]:
    """Let every statement that reads a table forget the tenant."""
    wanted = re.compile(rf"\b(?:FROM|JOIN) {table}\b")

    def rewrite(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> Any:
        if wanted.search(statement):
            statement = re.sub(r"\b(\w+)\.tenant_id = \?", r"(1 OR \1.tenant_id = ?)", statement)
        return statement, parameters

    engine = world.installation.database.engine
    with unguarded(world):
        event.listen(engine, "before_cursor_execute", rewrite, retval=True)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", rewrite)


@pytest.mark.parametrize("table", FILTERED)
def test_a_statement_that_forgets_the_tenant_is_found(sqlite_world: World, table: str) -> None:
    some = chosen(sqlite_world, ("administrator of alpha", "nobody"))
    with without_filter(sqlite_world, table):
        assert first_fault(sqlite_world, some) is not None


def test_the_guard_stops_such_a_statement(sqlite_world: World) -> None:
    """With the guard on, a filter that is left out of the compiled statement is an error and never a row."""
    from samverk.rounds.model import Round

    with (
        pytest.raises(guard.GuardError),
        sqlite_world.installation.database.tenant(_tenant(sqlite_world, "alpha"), write=False) as session,
    ):
        session.query(Round.id).all()


def _tenant(world: World, slug: str) -> str:
    with world.installation.database.unit(write=False) as session:
        return tenants.find(session, slug).id


def opened_to(*roles: str) -> Callable[[Action], Action]:
    return lambda action: replace(action, reach={**action.reach, **dict.fromkeys(roles, "all")})


def action(name: str, change: Callable[[Action], Action]) -> Any:
    return mock.patch.dict(ACTIONS, {name: change(ACTIONS[name])})


def any_token(_self: Any, session: Any, slug: str, credential: Any, locale: str, now: Any) -> Any:
    return OPEN_SCOPE(_self, session, slug, replace(credential, tenant_id=None), locale, now)


def roles_everywhere(session: Any, tenant_id: str, person_id: str, today: Any) -> Any:
    from samverk.scope import Grant

    return (*GRANTS_OF(session, tenant_id, person_id, today), Grant("secretariat"))


OPEN_SCOPE, GRANTS_OF = entry.Entry.open_scope, people.grants_of
_UNKEYED: dict[str, Any] = {}


def pinned_of_anybody(scope: Scope, content_hash: str) -> Any:
    if content_hash not in _UNKEYED:
        _UNKEYED[content_hash] = PINNED(scope, content_hash)
    return _UNKEYED[content_hash]


PINNED = rounds.pinned_questionnaire
_LAST: dict[str, Any] = {}


def last_tenant(session: Any, slug: str) -> Any:
    return _LAST.setdefault("tenant", FIND(session, slug))


FIND = tenants.find
MUTANTS: dict[str, Callable[[], Any]] = {
    "every role may everything": lambda: mock.patch.object(Actor, "may", lambda _self, _action: True),
    "no route asks for an action": lambda: mock.patch.object(Scope, "require", lambda _self, _action: None),
    "every form may be seen": lambda: mock.patch.object(rounds, "may_see", lambda *_given: True),
    "every form may be answered": lambda: mock.patch.object(rounds, "may_answer", lambda *_given: True),
    "tokens reach every tenant": lambda: mock.patch.object(entry.Entry, "open_scope", any_token),
    "a role in every tenant": lambda: mock.patch.object(people, "grants_of", roles_everywhere),
    "a cache without tenant": lambda: mock.patch.object(rounds, "pinned_questionnaire", pinned_of_anybody),
    "a tenant kept in the module": lambda: mock.patch.object(tenants, "find", last_tenant),
    "contacts read the outbox": lambda: action("outbox.read", opened_to("contact")),
    "contacts read exports": lambda: action("exports.read", opened_to("contact")),
    "contacts read rounds": lambda: action("rounds.read", opened_to("contact")),
    "contacts read the log": lambda: action("audit.read", opened_to("contact")),
    "points are public": lambda: action("points.read", lambda one: replace(one, is_public=True, needs_person=False)),
    "papers are public": lambda: action("papers.read", lambda one: replace(one, is_public=True, needs_person=False)),
    "forms are public": lambda: action("forms.read", lambda one: replace(one, is_public=True, needs_person=False)),
    "proposals are public": lambda: action(
        "decisions.read", lambda one: replace(one, is_public=True, needs_person=False)
    ),
}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_rule_that_is_left_out_is_found(sqlite_world: World, name: str) -> None:
    who = (
        "contact of alpha", "secretariat of beta", "nobody", "operator of alpha", "member of alpha",
        "secretariat of both",
    )  # fmt: skip
    some = chosen(sqlite_world, who, ("GET", "POST"))
    with MUTANTS[name]():
        assert first_fault(sqlite_world, some) is not None


def test_without_a_mutant_the_same_probes_find_nothing(sqlite_world: World) -> None:
    who = ("administrator of alpha", "contact of alpha", "secretariat of beta", "nobody", "operator of alpha")

    assert first_fault(sqlite_world, chosen(sqlite_world, who, ("GET", "POST"))) is None
    scale.made("P3", "mutants", len(FILTERED) + len(MUTANTS), 20)
