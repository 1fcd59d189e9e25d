"""Puts the house together: settings, plugins, database, routes. Nothing is decided here but what belongs to what.

The command line is `cli`.
"""

import datetime as dt
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from samverk import memory
from samverk import registry as registries
from samverk.audit.anchors import Anchors
from samverk.audit.journal import Journal
from samverk.database import Database
from samverk.documents.tree import Document
from samverk.permissions import ACTIONS
from samverk.reference.legal_forms import LegalForm
from samverk.regions.definition import Definition
from samverk.registry import Registry
from samverk.rounds.questionnaire import Pinned
from samverk.settings import Settings, handed_over
from samverk.tenants.entry import Entry
from samverk.web import rates, record
from samverk.web.call import Route
from samverk.web.wrapper import Wrapper

if TYPE_CHECKING:
    from litestar import Litestar

SLICES = (
    "people",
    "home",
    "arrangements",
    "bodies",
    "foundations",
    "rounds",
    "meetings",
    "points",
    "papers",
    "tasks",
    "tenants",
    "decisions",
    "wheel",
    "outbox",
    "audit",
    "exemptions",
    "breaker",
    "accounts",
    "membership",
    "safekeeping",
    "configuration",
)


def all_routes() -> tuple[Route, ...]:
    """Return every route of every slice. Raises RuntimeError when one names an action that the table lacks."""
    found: list[Route] = []
    for name in SLICES:
        try:
            module = importlib.import_module(f"samverk.{name}.routes")
        except ModuleNotFoundError as error:
            if error.name != f"samverk.{name}.routes":
                raise
            continue
        found += module.routes.routes
    for route in found:
        if route.action not in ACTIONS:
            raise RuntimeError(f"{route.method} {route.path} names no action of the table: {route.action!r}")
    return tuple(found)


SETTLED = (Definition, Pinned, Document, LegalForm)
"""The types that requests read stored or sent values into, beside the bodies of the routes."""


def settle(routes: tuple[Route, ...]) -> None:
    """Let msgspec look at every type now, in one thread: two that do it for the first time at once end the process.

    Ran with msgspec 0.22.0: a segmentation fault in one of six starts of four threads, none when it was done before.
    """
    given = {kind for route in routes if route.is_api for kind in (route.body, route.query) if kind is not None}
    for kind in (*SETTLED, *given):
        msgspec.json.Decoder(kind)
    for kind in given:
        for field in msgspec.structs.fields(kind):
            msgspec.json.Decoder(field.type)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create(
    settings: Settings,
    *,
    registry: Registry | None = None,
    database: Database | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
) -> "Litestar":
    """Make the application; tests give their own registry, database and clock."""
    from samverk.web import door  # Litestar takes half a second to import; the command line does without

    routes = all_routes()
    settle(routes)
    return door.build(routes, frame(settings, registry=registry, database=database, clock=clock))


def frame(
    settings: Settings,
    *,
    registry: Registry | None = None,
    database: Database | None = None,
    clock: Callable[[], dt.datetime] = utc_now,
) -> Wrapper:
    """Make the frame of every request, without the door before it."""
    return Wrapper(
        settings,
        database or Database(settings.database_url, threads=settings.threads),
        Entry(registry or registries.discover(settings.hook_seconds, is_safe_mode=settings.safe_mode)),
        Journal(Anchors(settings.data / "audit-heads")),
        clock,
        rates.of(settings),
    )


def from_environment() -> "Litestar":
    """Make the application of a serving process; the command line hands the settings over in the environment."""
    memory.keep_small()
    settings = handed_over()
    if settings.log == "json":
        record.to_json()
    if not settings.is_sqlite:
        from samverk.migrations import runner  # of no use to the embedded database

        runner.hold_safe(settings.database_url)
    database = Database(settings.database_url, threads=settings.threads)
    database.open()
    made = create(settings, database=database)
    memory.leave_out_what_stands()
    return made
