"""Puts the house together: settings, plugins, database, routes. Nothing is decided here but what belongs to what.

The command line is `cli`.
"""

import datetime as dt
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from samverk import registry as registries
from samverk.database import Database
from samverk.permissions import ACTIONS
from samverk.registry import Registry
from samverk.settings import Settings, handed_over
from samverk.tenants.entry import Entry
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
    "accounts",
    "membership",
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

    wrapper = Wrapper(
        settings,
        database or Database(settings.database_url, threads=settings.threads),
        Entry(registry or registries.discover()),
        clock,
    )
    return door.build(all_routes(), wrapper)


def from_environment() -> "Litestar":
    """Make the application of a serving process; the command line hands the settings over in the environment."""
    import gc

    made = create(handed_over())
    # What stands now stands until the end: it need not be looked through for garbage again and again (measured).
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return made
