"""Faults of isolation that can be built in: filters left out or of another tenant, rules that are not held.

Each is a context in which the fault is there; the probes that must find it are in `test_mutants.py`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import event

from samverk import guard
from samverk.exemptions import service as exemptions
from samverk.meetings import routes as meeting_routes
from samverk.papers import service as papers
from samverk.people import credentials
from samverk.permissions import ACTIONS, Action
from samverk.rounds import pinning, views
from samverk.rounds import service as rounds
from samverk.scope import Actor, Grant, Scope
from samverk.tenants import entry
from samverk.tenants import service as tenants
from samverk.web.attempt import Attempt
from tests.postgres_server import owners
from tests.probes.world import World

FILTERED = (
    "adoption", "audit_entry", "body", "form", "governing_document", "issued_document",
    "meeting", "message", "point", "proposal", "register", "round", "source", "subject", "timeline_event",
)  # fmt: skip
"""Tables whose filter is left out, in every statement that reads them. Rows that are only ever asked for by the id of
an object that was found before (events, comments, agenda items, seats) are left out: no page shows them without it.
"""
FURTHER = ("role_grant", "exemption", "invitation")
"""Tables that are asked for by an id of the address alone, in longer runs."""


@contextmanager
def unguarded(world: World) -> Iterator[None]:
    engine = world.database.engine
    event.remove(engine, "before_cursor_execute", guard.check)
    try:
        yield
    finally:
        event.listen(engine, "before_cursor_execute", guard.check)


@contextmanager
def rewritten(world: World, change: Callable[[str, Any], tuple[str, Any]]) -> Iterator[None]:
    """Let every statement be changed just before it is sent, with the guard off."""

    def rewrite(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> Any:
        return change(statement, parameters)

    engine = world.database.engine
    with unguarded(world):
        event.listen(engine, "before_cursor_execute", rewrite, retval=True)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", rewrite)


_FILTER = re.compile(r"\b(\w+)\.tenant_id = (\?|%\(\w+\)s(?:::UUID)?)")


@contextmanager
def without_filter(world: World, table: str) -> Iterator[None]:
    """Let every statement that reads a table forget the tenant."""
    wanted = re.compile(rf"\b(?:FROM|JOIN) {table}\b")

    def change(statement: str, parameters: Any) -> tuple[str, Any]:
        if wanted.search(statement):
            statement = _FILTER.sub(r"(1 = 1 OR \1.tenant_id = \2)", statement)
        return statement, parameters

    with rewritten(world, change):
        yield


@contextmanager
def of_the_other_tenant(world: World, table: str) -> Iterator[None]:
    """Let every statement that reads a table ask for the rows of the other tenant."""
    wanted = re.compile(rf"\b(?:FROM|JOIN) {table}\b")
    own, other = (tenant_id(world, slug) for slug in ("alpha", "beta"))

    def change(statement: str, parameters: Any) -> tuple[str, Any]:
        if wanted.search(statement) and statement.lstrip().startswith("SELECT"):
            parameters = tuple(other if value == own else value for value in parameters)
        return statement, parameters

    with rewritten(world, change):
        yield


def tenant_id(world: World, slug: str) -> str:
    with world.installation.database.unit(write=False) as session:
        return tenants.find(session, slug).id


@contextmanager
def without_policies(world: World, table: str) -> Iterator[None]:
    """Let PostgreSQL hold the rows of a table for nobody, and the statements forget the tenant."""
    with _changed_by_owner(world, table, "DISABLE", "ENABLE"), without_filter(world, table):
        yield


@contextmanager
def as_owner(world: World, owned: World, table: str) -> Iterator[None]:
    """Let the owner of the tables serve, whom policies hold only where they are forced, without the filter."""
    with _changed_by_owner(world, table, "NO FORCE", "FORCE"), without_filter(owned, table):
        yield


@contextmanager
def _changed_by_owner(world: World, table: str, change: str, back: str) -> Iterator[None]:
    url = owners(world.installation.settings.database_url).replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'ALTER TABLE "{table}" {change} ROW LEVEL SECURITY'.encode())
        try:
            yield
        finally:
            connection.execute(f'ALTER TABLE "{table}" {back} ROW LEVEL SECURITY'.encode())


def opened_to(*roles: str) -> Callable[[Action], Action]:
    return lambda action: replace(action, reach={**action.reach, **dict.fromkeys(roles, "all")})


def public(action: Action) -> Action:
    return replace(action, is_public=True, needs_person=False)


def action(name: str, change: Callable[[Action], Action]) -> Any:
    return mock.patch.dict(ACTIONS, {name: change(ACTIONS[name])})


def any_token(_self: Any, session: Any, slug: str, credential: Any, locale: str, now: Any) -> Any:
    return OPEN_SCOPE(_self, session, slug, replace(credential, tenant_id=None), locale, now)


def roles_everywhere(session: Any, tenant_id: str, person_id: str, today: Any) -> Any:
    return (*GRANTS_OF(session, tenant_id, person_id, today), Grant("secretariat"))


OPEN_SCOPE, GRANTS_OF = entry.Entry.open_scope, credentials.grants_of
_UNKEYED: dict[str, Any] = {}


def pinned_of_anybody(scope: Scope, content_hash: str) -> Any:
    if content_hash not in _UNKEYED:
        _UNKEYED[content_hash] = PINNED(scope, content_hash)
    return _UNKEYED[content_hash]


PINNED = pinning.pinned_questionnaire
_LAST: dict[str, Any] = {}


def last_tenant(session: Any, slug: str) -> Any:
    return _LAST.setdefault("tenant", FIND(session, slug))


FIND = tenants.find
RULES_LEFT_OUT: dict[str, Callable[[], Any]] = {
    "every role may everything": lambda: mock.patch.object(Actor, "may", lambda _self, _action: True),
    "no route asks for an action": lambda: mock.patch.object(Scope, "require", lambda _self, _action: None),
    "every form may be seen": lambda: mock.patch.object(rounds, "may_see", lambda *_given: True),
    "every form may be answered": lambda: mock.patch.object(rounds, "may_answer", lambda *_given: True),
    "tokens reach every tenant": lambda: mock.patch.object(entry.Entry, "open_scope", any_token),
    "a role in every tenant": lambda: mock.patch.object(credentials, "grants_of", roles_everywhere),
    "a cache without tenant": lambda: mock.patch.object(pinning, "pinned_questionnaire", pinned_of_anybody),
    "a tenant kept in the module": lambda: mock.patch.object(tenants, "find", last_tenant),
    "contacts read the outbox": lambda: action("outbox.read", opened_to("contact")),
    "contacts read exports": lambda: action("exports.read", opened_to("contact")),
    "contacts read rounds": lambda: action("rounds.read", opened_to("contact")),
    "contacts read the log": lambda: action("audit.read", opened_to("contact")),
    "points are public": lambda: action("points.read", public),
    "papers are public": lambda: action("papers.read", public),
    "forms are public": lambda: action("forms.read", public),
    "proposals are public": lambda: action("decisions.read", public),
}


def _opened(names: tuple[str, ...], role: str) -> dict[str, Callable[[], Any]]:
    return {f"{role}s may {name}": lambda name=name: action(name, opened_to(role)) for name in names}  # type: ignore[misc]


def _public(names: tuple[str, ...]) -> dict[str, Callable[[], Any]]:
    return {f"the public may {name}": lambda name=name: action(name, public) for name in names}  # type: ignore[misc]


def _no_end(row: Any, *, is_token: bool, now: Any) -> Any:
    """Take what has ended for living: asked as of the day it was made."""
    if row is None:
        return CREDENTIAL(row, is_token=is_token, now=now)
    return CREDENTIAL(row, is_token=is_token, now=min(now, row[2]))  # a token's last day, or when a session began


CREDENTIAL = credentials.credential
MORE_RULES: dict[str, Callable[[], Any]] = {
    **_opened(("exports.read", "outbox.read", "audit.read", "settings.read", "exemptions.mark"), "member"),
    **_opened(("rounds.read", "papers.compile", "meetings.run", "people.manage", "rounds.open"), "member"),
    **_opened(("people.manage", "plugin.switch", "arrangements.change", "rounds.change"), "contact"),
    **_opened(("meetings.run", "papers.compile", "decisions.record", "exemptions.mark"), "contact"),
    **_public(("settings.read", "rounds.read", "tasks.read", "exports.read", "audit.read", "outbox.read")),
    **_public(("people.manage", "exemptions.mark", "granted.read", "contacts.delegate", "plugin.switch")),
    "sessions and tokens never grow old": lambda: mock.patch.object(credentials, "credential", _no_end),
    "auditors read what is not sent in": lambda: mock.patch.object(views, "is_sent_in", lambda *_given: True),
    "an auditor's subjects are not held": lambda: mock.patch.object(Actor, "subjects", lambda *_given: None),
    "reach is not held": lambda: mock.patch.object(Actor, "reaches", lambda *_given: True),
    "what is exempt is public": lambda: mock.patch.object(exemptions, "parts", lambda *_given: {}),
    "items of an agenda are never left out": lambda: mock.patch.object(
        meeting_routes, "public_agenda", lambda items, _exempt: items
    ),
    "files of a meeting are for all": lambda: mock.patch.object(meeting_routes, "_sees_files", lambda _scope: True),
    "papers are for every auditor": lambda: mock.patch.object(papers, "_hides_papers", lambda _scope: False),
    "a reading token may write": lambda: mock.patch.object(Attempt, "_authorise", _authorise_without_writing),
}


def _authorise_without_writing(self: Any, scope: Any, credential: Any) -> None:
    AUTHORISE(self, scope, replace(credential, can_write=True))


AUTHORISE = Attempt._authorise
