"""A region with its starter facts in a real SQLite database, and pages of it through the real wrapper.

What is tested stands in the rooms' own folders. Every test's changes are rolled back.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from samverk import models, registry, settings
from samverk.arrangements.routes import routes as arrangement_routes
from samverk.audit.anchors import Anchors
from samverk.audit.journal import Journal
from samverk.bodies.routes import routes as body_routes
from samverk.database import Database
from samverk.foundations.routes import routes as foundation_routes
from samverk.guard import RAW_OPTION
from samverk.home.routes import routes as home_routes
from samverk.onboarding import service as onboarding
from samverk.reference import service as reference
from samverk.registry import Registry
from samverk.scope import Scope
from samverk.tenants.entry import Entry
from samverk.web import rates
from samverk.web.incoming import Incoming
from samverk.web.outgoing import Outgoing
from samverk.web.wrapper import Wrapper
from samverk.wheel.routes import routes as wheel_routes

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
SLUG = "nord-gudbrandsdal"
READERS = (arrangement_routes, body_routes, foundation_routes, wheel_routes, home_routes)


@dataclass(frozen=True, slots=True)
class Region:
    """The installation of the tests and its one region."""

    database: Database
    registry: Registry
    wrapper: Wrapper

    def get(self, address: str) -> Outgoing:
        """Ask for a page or an answer of the interface, as the public."""
        path, _mark, query = address.partition("?")
        for routes in READERS:
            for route in routes.routes:
                given = _match(route.path, path)
                if route.method == "GET" and given is not None:
                    headers = {"accept": "text/html"}
                    incoming = Incoming("GET", given, address, query.encode(), headers, b"", "127.0.0.1")
                    return self.wrapper.run(route, incoming)
        raise AssertionError(f"no route for {path}")

    def page(self, address: str) -> str:
        """Return the page's HTML; the answer must be 200."""
        sent = self.get(address)
        assert sent.status == 200, sent.body.decode()[:2000]
        return sent.body.decode()


def _match(pattern: str, path: str) -> dict[str, str] | None:
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    found = {}
    for one, part in zip(wanted, given, strict=True):
        if one.startswith("{"):
            found[one[1:-1]] = part
        elif one != part:
            return None
    return found


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """Make the database once for a worker."""
    folder = tmp_path_factory.mktemp("region")
    read = settings.read(folder, port=8000, demonstration=True)
    database = Database(read.database_url)
    with database.engine.connect().execution_options(**{RAW_OPTION: True}) as connection:
        models.metadata.create_all(connection)
        connection.commit()
    with database.unit(write=True) as session:
        reference.refresh(session)
    known = registry.discover()
    onboarding.create_tenant(database, known, "insam_nordgudbrandsdal", NOW, with_starter=True, is_demonstration=True)
    journal = Journal(Anchors(folder / "audit-heads"))
    yield Region(
        database,
        known,
        Wrapper(read, database, Entry(known), journal, lambda: NOW, rates.of(read)),
    )
    database.dispose()


@pytest.fixture
def scope(region: Region) -> Iterator[Scope]:
    """Open the region's scope for one test; nothing it writes is kept."""
    with region.database.unit(write=True) as session:
        yield onboarding.open_system_scope(session, region.registry, SLUG, NOW)
        session.rollback()
