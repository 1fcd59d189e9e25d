"""The values between a request and a handler: what came in, what goes out, what a route is.

How they become a Litestar request and response is in `wrapper.py`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from samverk.database import Unit
from samverk.errors import NotFound, Problem, VersionMissing
from samverk.i18n import _
from samverk.scope import Actor, Scope
from samverk.settings import Settings
from samverk.web.form import Form
from samverk.web.shapes import Asked
from samverk.web.uploads import Upload

ETAG = re.compile(r'"([0-9]{1,9})"')
"""What `If-Match` must be: the strong tag that the answer before carried."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who is behind a request: a person by session or token, or nobody.

    `tenant_id` is set where it reaches one region only; `session_id` and `token_id` where their use is to be noted.
    """

    actor: Actor
    via: Literal["session", "token", "none"] = "none"
    csrf: str = ""
    session_id: str | None = None
    tenant_id: str | None = None
    token_id: str | None = None
    can_write: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a handler sees it."""

    route: "Route"
    settings: Settings
    session: Unit
    credential: Credential
    locale: str
    now: dt.datetime
    path: Mapping[str, str]
    query: Form
    form: Form
    json: Any
    headers: Mapping[str, str]
    address: str
    url: str
    scope_or_none: Scope | None = None
    files: tuple[Upload, ...] = ()
    asked: Any = None

    @property
    def scope(self) -> Scope:
        if self.scope_or_none is None:
            raise NotFound()
        return self.scope_or_none

    @property
    def actor(self) -> Actor:
        return self.credential.actor

    @property
    def is_partial(self) -> bool:
        """True when htmx asks for a piece of a page."""
        return self.headers.get("hx-request") == "true"

    def settings_crumbs(self) -> tuple[tuple[str, str], ...]:
        """Return the way to a page of the region's settings."""
        return ((f"/{self.scope.tenant.slug}/settings", _("Settings")),)

    def version(self) -> int:
        """Return the version a change was made on: `If-Match` of a program, the hidden field of a page.

        Raises VersionMissing when there is none.
        """
        if self.route.is_api:
            tag = ETAG.fullmatch(self.headers.get("if-match", ""))
            raw = tag[1] if tag else ""
        else:
            raw = self.form.get("version")
        if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
            raise VersionMissing()
        return int(raw)

    @property
    def step(self) -> str:
        """Return the last word of the route's address, for handlers that several steps share."""
        return self.route.path.rpartition("/")[2]

    def day(self, name: str = "as_of") -> dt.date | None:
        """Return a date from the query; None when absent or not a date."""
        try:
            return dt.date.fromisoformat(self.query.get(name))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """A page: template and its context. `title` is for the tab and the heading of the layout.

    What `is_secret` is kept by no cache, also where nobody is signed in.
    """

    template: str
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    crumbs: tuple[tuple[str, str], ...] = ()
    status: int = 200
    problems: tuple[Problem, ...] = ()
    cookie: "Cookie | None" = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer to a post: go there, and say what was done."""

    to: str
    notice: str = ""
    cookie: "Cookie | None" = None
    clears_site_data: bool = False


@dataclass(frozen=True, slots=True)
class Cookie:
    """The session cookie, or another one by its name; an empty value takes it away."""

    value: str
    max_age: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Json:
    """An answer of the interface."""

    value: Any
    status: int = 200
    version: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to download or show."""

    content: bytes
    media_type: str
    name: str
    is_inline: bool = False
    is_untrusted: bool = False
    """Whether somebody sent it in: it is given out to be saved, and no browser may run anything of it."""

    @property
    def disposition(self) -> str:
        """Return the header value with an ASCII name and the UTF-8 one. Source: RFC 6266."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in self.name)
        kind = "inline" if self.is_inline else "attachment"
        return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(self.name)}"


Answer = Page | Redirect | Json | File
Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One address: method, path with {names}, the action it needs, and the function behind it.

    Of an operation of the interface: `body` and `query` are the structs it takes, `answer` the one it gives with
    `status`; `faults` are the statuses that its own rules may answer, beside those that all operations can.
    """

    method: str
    path: str
    action: str
    handler: Handler
    is_api: bool
    name: str
    body: Any = None
    answer: Any = None
    summary: str = ""
    is_idempotent: bool = False
    is_versioned: bool = False
    writes: bool = False
    takes_files: bool = False
    query: type[Asked] = Asked
    status: int = 200
    faults: tuple[int, ...] = ()
    is_tagged: bool = False
    has_location: bool = False

    @property
    def has_tenant(self) -> bool:
        return "{tenant}" in self.path


class Routes:
    """The routes of one slice, in the order they were declared."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def page(self, method: str, path: str, *, action: str, takes_files: bool = False) -> Callable[[Handler], Handler]:
        """Declare a page or a post from one. `path` holds {tenant} where it belongs to a region."""

        def keep(handler: Handler) -> Handler:
            writes = method not in ("GET", "HEAD")
            name = handler.__name__
            self.routes.append(
                Route(method, path, action, handler, False, name, writes=writes, takes_files=takes_files)
            )
            return handler

        return keep

    def steps(self, path: str, actions: Mapping[str, str]) -> Callable[[Handler], Handler]:
        """Declare the posts of a page, {last word of the address: action}; `call.step` tells which it is."""

        def keep(handler: Handler) -> Handler:
            for step, action in actions.items():
                name = f"{handler.__name__}_{step.replace('-', '_')}"
                self.routes.append(Route("POST", f"{path}/{step}", action, handler, False, name, writes=True))
            return handler

        return keep

    def api(
        self,
        method: str,
        path: str,
        *,
        action: str,
        answer: Any,
        status: int = 200,
        body: Any = None,
        query: type[Asked] = Asked,
        faults: tuple[int, ...] = (),
        is_idempotent: bool = False,
        is_versioned: bool = False,
        is_tagged: bool = False,
        has_location: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare an operation of the interface; its id is the function's name, its summary the docstring."""

        def keep(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().splitlines()[0] if handler.__doc__ else handler.__name__
            writes = method not in ("GET", "HEAD")
            self.routes.append(
                Route(
                    method,
                    f"/api/v1{path}",
                    action,
                    handler,
                    True,
                    handler.__name__.removeprefix("api_"),
                    body,
                    answer,
                    summary,
                    is_idempotent,
                    is_versioned,
                    writes,
                    query=query,
                    status=status,
                    faults=faults,
                    is_tagged=is_tagged,
                    has_location=has_location,
                )
            )
            return handler

        return keep


def missing(name: str) -> Problem:
    """Return the problem of a required field that is empty."""
    return Problem(f"/{name}", _("Fill in this field."), field=name)
