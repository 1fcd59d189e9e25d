"""An installation under test: real database, real application, a clock that tests set, people with browsers."""

import asyncio
import datetime as dt
import re
import threading
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from samverk import app as application
from samverk import registry as registries
from samverk.arrangements import filling as arrangements
from samverk.database import Database
from samverk.onboarding import service as onboarding
from samverk.outbox.model import Letter
from samverk.people import links
from samverk.people import service as people
from samverk.registry import Registry
from samverk.scope import Scope
from samverk.settings import Settings
from samverk.tenants import service as tenants

PASSWORD = "a long enough password"
ORIGIN = "http://127.0.0.1:8000"


class Browser:
    """One person at the pages: signs in anew when the clock has moved past the session. Without an address: nobody."""

    def __init__(self, installation: "Installation", tenant: str, email: str) -> None:
        self.installation, self.tenant, self.email = installation, tenant, email
        self.client = httpx_client(installation)
        self.signed_in_at: dt.datetime | None = None
        self.text = ""
        self.status = 0
        self.url = ""

    def _sign_in(self) -> None:
        now = self.installation.now
        if not self.email:
            return
        if self.signed_in_at is not None and abs(now - self.signed_in_at) < dt.timedelta(minutes=20):
            return
        self.client.cookies.clear()
        if self.email.startswith("administrator@"):
            # A password alone opens nothing for this role; signing in has tests of its own.
            with self.installation.database.unit(write=True) as session:
                person = people.person_by_email(session, self.email)
                self.client.cookies.set("samverk", people.begin(session, person, now), domain="127.0.0.1")
            self.signed_in_at = now
            return
        answer = self.client.post("/sign-in", data={"email": self.email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.signed_in_at = now

    def get(self, path: str) -> str:
        """Open a page of the tenant; keep its text."""
        self._sign_in()
        return self._keep(self.client.get(f"/{self.tenant}{path}"))

    def _keep(self, answer: httpx.Response) -> str:
        self.text, self.status = answer.text, answer.status_code
        self.url = str(answer.url.raw_path.decode())
        return self.text

    @property
    def token(self) -> str:
        found = re.search(r'name="_csrf" value="([^"]*)"', self.text)
        assert found is not None, "the page has no form"
        return found[1]

    def version(self, action: str = "") -> str:
        """Return the version in the form with this action, the page's first without one."""
        text = self.text[self.text.index(f'action="/{self.tenant}{action}"') :] if action else self.text
        found = re.search(r'name="version" value="(\d+)"', text)
        assert found is not None
        return found[1]

    def post(self, path: str, fields: dict[str, Any] | None = None, *, on: str | None = None) -> str:
        """Post a form, after opening the page it stands on when `on` names one; follow the answer."""
        self._sign_in()
        if on is not None:
            self.get(on)
        data = {"_csrf": self.token, **(fields or {})}
        return self._keep(self.client.post(f"/{self.tenant}{path}", data=data))


class Program:
    """One person's program: a bearer token on the interface."""

    def __init__(self, installation: "Installation", tenant: str, email: str) -> None:
        self.client = httpx_client(installation)
        self.base = f"/api/v1/{tenant}"
        with installation.database.unit(write=True) as session:
            person = people.person_by_email(session, email)
            found = tenants.find(session, tenant)
            token = people.create_token(session, person, found.id, installation.now, 3650)
        self.client.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str) -> httpx.Response:
        return self.client.get(self.base + path)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, self.base + path, json=body, headers=named)


class InProcess(httpx.BaseTransport):
    """Calls the application in this process, on an event loop of its own thread, as a server would."""

    def __init__(self, application: Any) -> None:
        self.asgi = httpx.ASGITransport(application, raise_app_exceptions=True)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def work() -> httpx.Response:
            answer = await self.asgi.handle_async_request(request)
            content = b"".join([chunk async for chunk in answer.stream])  # type: ignore[union-attr]
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)

        request.read()
        return asyncio.run_coroutine_threadsafe(work(), self.loop).result(60)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


def httpx_client(installation: "Installation") -> httpx.Client:
    return httpx.Client(
        transport=installation.transport,
        base_url=ORIGIN,
        follow_redirects=True,
        headers={"origin": ORIGIN, "accept": "text/html"},
    )


class Installation:
    """A running installation with its plugins."""

    def __init__(
        self,
        url: str,
        data: Path,
        now: dt.datetime,
        registry: Registry | None = None,
        threads: int = 4,
        database: Database | None = None,
        most_per_minute: int = 6_000,
    ) -> None:
        self.now = now
        self.registry = registry or registries.discover()
        self.database = database or Database(url, threads=threads)
        self.settings = Settings(
            data, url, "a secret of the tests", ORIGIN, threads=threads,
            reads_per_minute=most_per_minute, writes_per_minute=most_per_minute,
        )  # fmt: skip
        self.litestar = application.create(
            self.settings, registry=self.registry, database=self.database, clock=lambda: self.now
        )
        self.transport = InProcess(self.litestar)

    def close(self) -> None:
        self.transport.stop()
        self.database.dispose()

    def at(self, day: str, hour: int = 9, minute: int = 0) -> None:
        """Set the clock, in UTC."""
        self.now = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute), dt.UTC)

    def add_tenant(self, plugin: str, hosts: dict[str, str] | None = None, slug: str | None = None) -> str:
        """Create a tenant from its starter, with hosts ({arrangement: place}) and one contact a municipality."""
        tenant = onboarding.create_tenant(self.database, self.registry, plugin, self.now, slug=slug, with_starter=True)
        with self.database.unit(write=True) as session:
            scope = onboarding.open_system_scope(session, self.registry, tenant.slug, self.now)
            for key, place in (hosts or {}).items():
                arrangements.set_demonstration_host(scope, key, tenants.party_id(scope, place))
            for role in ("administrator", "secretariat", "member", "auditor"):
                self._person(scope, f"{role}@{tenant.slug}.example", role)
            for party in tenants.parties(scope, members_only=True):
                if party.kind == "municipality":
                    code = party.key.partition("-")[2]
                    self._person(scope, f"contact-{code}@{tenant.slug}.example", "contact", party.id)
        return tenant.slug

    def _person(self, scope: Scope, email: str, role: str, party_id: str | None = None) -> None:
        person = people.add_person(scope.session, email, email.partition("@")[0], self.now, password=PASSWORD)
        people.grant(scope, person, role, party_id=party_id)

    def add_person(self, tenant: str, email: str, role: str, place: str | None = None) -> None:
        with self.scope(tenant) as scope:
            self._person(scope, email, role, tenants.party_id(scope, place) if place else None)

    def link(self, email: str) -> str:
        """Return the link in the newest letter to an address, as it would be delivered."""
        with self.database.unit(write=False) as session:
            letter = session.scalars(
                select(Letter).where(Letter.address == email).order_by(Letter.created_at.desc(), Letter.id.desc())
            ).first()
        assert letter is not None, "no letter was written"
        body = letter.body.replace(links.PLACE, links.issue(self.settings.secret, letter.link_kind, letter.link_id))
        found = re.search(r": (/\S+)", body)
        assert found is not None, "the letter has no link"
        return found[1]

    def browser(self, tenant: str, who: str) -> Browser:
        return Browser(self, tenant, f"{who}@{tenant}.example")

    def public(self, tenant: str) -> Browser:
        """Return a browser that nobody signs in with."""
        return Browser(self, tenant, "")

    def program(self, tenant: str, who: str) -> Program:
        return Program(self, tenant, f"{who}@{tenant}.example")

    def scope(self, tenant: str) -> "_SystemScope":
        """Open the system's scope of a tenant, for looking at rows and preparing them."""
        return _SystemScope(self, tenant)


class _SystemScope:
    def __init__(self, installation: Installation, tenant: str) -> None:
        self.installation, self.tenant = installation, tenant

    def __enter__(self) -> Scope:
        self.unit = self.installation.database.unit(write=True)
        session = self.unit.__enter__()
        session.info["system"] = True
        return onboarding.open_system_scope(session, self.installation.registry, self.tenant, self.installation.now)

    def __exit__(self, *fault: Any) -> None:
        self.unit.__exit__(*fault)
