"""Litestar as the door: routes become its handlers, the body is read with a limit, the wrapper runs in a thread.

The only module besides `app` that imports Litestar. What no route takes is answered here: addresses and headers beyond
the limits (rule 33), hosts that are not ours, unknown addresses, methods that an address does not take.
"""

import asyncio
import mimetypes
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import HttpMethod, Litestar, Request
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send
from litestar.utils import normalize_path

from samverk.settings import LOOPBACK, Settings
from samverk.tables import new_id
from samverk.web import address, faults, openapi, record, security
from samverk.web.attempt import body_limit
from samverk.web.call import Route
from samverk.web.incoming import Incoming
from samverk.web.layout import STATIC
from samverk.web.outgoing import Outgoing
from samverk.web.wrapper import Wrapper

LONG = "public, max-age=31536000, immutable"
MAX_ADDRESS, MAX_HEADERS = 4_096, 16_384
BODY_SECONDS, FILE_SECONDS = 10.0, 120.0
"""How long a body may take to come in, and one with files: a slow sender is no reason to hold a place for it."""
PATIENCE, ENOUGH = 1.0, 0.5
"""How many seconds a request may wait for a thread, and how long the first in the line when nobody more is let in.

When more comes than can be done, the others are told at once to come again: they would wait ever longer, and be gone
when their answer came (measured).
"""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAID_ONCE = frozenset(
    (b"host", b"content-length", b"content-type", b"authorization", b"if-match", b"idempotency-key", b"origin",
     b"sec-fetch-site", b"accept-language")
)  # fmt: skip
"""Headers that mean one thing: said twice, two readers of the request could understand it differently."""
Answering = Callable[[Any, Receive], Awaitable[Outgoing]]


class Refused(Exception):
    """A request that reaches no route: its status, and headers of the answer."""

    def __init__(self, status: int, extra: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.extra = status, extra or {}


async def _send(sent: Outgoing, send: Send, *, has_body: bool = True) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    if sent.status != 204:
        headers.append((b"content-length", str(len(sent.body)).encode()))
    await send({"type": "http.response.start", "status": sent.status, "headers": headers})
    await send({"type": "http.response.body", "body": sent.body if has_body else b"", "more_body": False})


async def _body(declared: str, receive: Receive, limit: int, seconds: float) -> bytes:
    """Read the body as far as the limit; what is larger is refused by the gate, not read to its end.

    Raises Refused for one that does not come in time, or not whole.
    """
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        return b" " * (limit + 1)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            while size <= limit:
                message: Any = await receive()
                if message["type"] != "http.request":
                    raise Refused(400)
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if not message.get("more_body"):
                    break
    except TimeoutError as error:
        raise Refused(408) from error
    return b"".join(chunks)


class Door(Litestar):
    """Litestar, whose own request and response are passed by: they cost more than our whole frame (measured).

    Litestar still knows the addresses, starts and stops. Every answer is made here or in the wrapper.
    """

    wrapper: Wrapper
    hosts: frozenset[str]
    known_hosts: set[bytes]

    @staticmethod
    def _get_default_plugins(plugins: list[Any]) -> list[Any]:
        # Ours are the only types: without this Litestar imports Pydantic where it is installed.
        return plugins

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        method = scope["method"]
        try:
            self._check(scope)
            sent = await self._route(scope)(scope, receive)
        except Refused as refused:
            sent = self._refuse(scope, refused)
        await _send(sent, send, has_body=method != "HEAD")

    def _check(self, scope: Any) -> None:
        """Hold address, headers and host against the limits. Raises Refused."""
        if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > MAX_ADDRESS:
            raise Refused(414)
        size, said = 0, set()
        host = None
        for name, value in scope["headers"]:
            size += len(name) + len(value) + 4
            if name in SAID_ONCE:
                if name in said:
                    raise Refused(400)
                said.add(name)
                if name == b"host":
                    host = value
        if size > MAX_HEADERS:
            raise Refused(431)
        if host is None:
            if scope.get("http_version", "1.1") == "1.1":
                raise Refused(400)
        elif host not in self.known_hosts and not self._is_ours(host):
            record.event("wrong-host", address=(scope.get("client") or ("",))[0])
            raise Refused(400)

    def _is_ours(self, host: bytes) -> bool:
        """Say whether a Host names this installation, under its public name or one of this machine."""
        found = _HOST.fullmatch(host.decode("latin-1").lower())
        if found is None or found[1].strip("[]") not in self.hosts:
            return False
        if len(self.known_hosts) < 64:
            self.known_hosts.add(host)
        return True

    def _route(self, scope: Any) -> Answering:
        """Find what answers an address. Raises Refused with 404, or 405 and what the address takes."""
        path, method = normalize_path(scope["path"]), scope["method"]
        found = self._find(path, method)
        if found is not None:
            scope["path"], scope["path_params"] = path, found[1]
            answering: Answering = found[0]["answer"]
            return answering
        taken = [other for other in METHODS if other != method and self._find(path, other) is not None]
        raise Refused(405, {"allow": ", ".join(taken)}) if taken else Refused(404)

    def _find(self, path: str, method: Any) -> tuple[Any, Any] | None:
        if method not in METHODS:
            return None
        try:
            _app, handler, _path, params, _template = self.asgi_router.handle_routing(path=path, method=method)
        except HTTPException:
            return None
        # A region's last resort for pages takes no address of the interface.
        return None if path.startswith("/api/") and not handler.opt["is_api"] else (handler.opt, params)

    def _refuse(self, scope: Any, refused: Refused) -> Outgoing:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"].startswith("/api/"):
            headers["accept"] = "application/problem+json"
        why = faults.Why(self.wrapper.settings, None, headers, security.new_nonce(), new_id())
        record.answered(why.request, None, None, "", refused.status, 0.0)
        return faults.refused(why, refused.status, refused.extra)


_HOST = re.compile(r"([a-z0-9.\-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")


def _hosts(settings: Settings) -> frozenset[str]:
    return LOOPBACK | {(urlsplit(settings.public_url).hostname or "").lower()}


def build(routes: Sequence[Route], wrapper: Wrapper) -> Litestar:
    """Make the application of one process."""
    executor = ThreadPoolExecutor(wrapper.settings.threads, thread_name_prefix="samverk")
    line: deque[float] = deque()
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for route in routes:
        if route.method in by_path[route.path]:
            raise RuntimeError(f"two routes for {route.method} {route.path}")
        by_path[route.path][route.method] = route
    handlers: list[Any] = [
        _handler(path, method, _answering(method, route, wrapper, executor, line), is_api=route.is_api)
        for path, methods in by_path.items()
        for method, route in methods.items()
    ]
    handlers.append(_handler("/static/{name:path}", "GET", _static(wrapper)))
    handlers.append(_handler("/api/v1/openapi.json", "GET", _description(routes, wrapper), is_api=True))
    made = Door(
        route_handlers=handlers,
        openapi_config=None,
        request_max_body_size=None,
        debug=False,
        logging_config=None,
        on_shutdown=[lambda: executor.shutdown(wait=True), wrapper.database.dispose],
    )
    made.wrapper, made.hosts, made.known_hosts = wrapper, _hosts(wrapper.settings), set()
    return made


def _answering(
    method: str, route: Route, wrapper: Wrapper, executor: ThreadPoolExecutor, line: deque[float]
) -> Answering:
    writes, limit, trusted = route.writes, body_limit(route), wrapper.settings.trusted_proxies
    seconds = FILE_SECONDS if route.takes_files else BODY_SECONDS

    async def answer(scope: Any, receive: Receive) -> Outgoing:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"]
        peer = (scope.get("client") or ("",))[0]
        incoming = Incoming(
            method,
            scope["path_params"],
            scope["path"] + (f"?{query.decode('latin-1')}" if query else ""),
            query,
            headers,
            await _body(headers.get("content-length", ""), receive, limit, seconds) if writes else b"",
            address.client(peer, headers.get("x-forwarded-for", ""), trusted),
        )
        came = time.monotonic()
        if _first(line, came) < came - ENOUGH:
            raise Refused(503, {"retry-after": "2"})
        line.append(came)

        def work() -> Outgoing | None:
            # Threads are given in the order of the line.
            line.popleft()
            return wrapper.run(route, incoming) if time.monotonic() - came <= PATIENCE else None

        # Shielded: work that is called off would never leave the line.
        sent = await asyncio.shield(asyncio.get_running_loop().run_in_executor(executor, work))
        if sent is None:
            raise Refused(503, {"retry-after": "2"})
        return sent

    return answer


def _first(line: deque[float], now: float) -> float:
    """Return when the first in the line came; a thread may take it away at any moment."""
    try:
        return line[0]
    except IndexError:
        return now


def _handler(path: str, method: str, answer: Answering, *, is_api: bool = False) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        raise RuntimeError("the door answers before Litestar does")

    litestar_path = re.sub(r"\{(\w+)\}", r"{\1:str}", path)
    told = {"answer": answer, "is_api": is_api}
    return HTTPRouteHandler(litestar_path, http_method=HttpMethod(method), status_code=200, opt=told)(handle)


def _static(wrapper: Wrapper) -> Answering:
    async def static(scope: Any, _receive: Receive) -> Outgoing:
        name = str(scope["path_params"]["name"]).lstrip("/")
        if "\x00" in name or len(name) > 200:
            raise Refused(404)
        path = (STATIC / name).resolve()
        if not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            raise Refused(404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind.endswith("javascript"):
            kind += "; charset=utf-8"
        headers = security.headers(wrapper.settings, "", is_private=False)
        headers["cache-control"] = LONG
        return Outgoing(200, (*headers.items(), ("content-type", kind)), path.read_bytes())

    return static


def _description(routes: Sequence[Route], wrapper: Wrapper) -> Answering:
    content: list[bytes] = []

    async def description(_scope: Any, _receive: Receive) -> Outgoing:
        if not content:
            content.append(msgspec.json.encode(openapi.describe(routes)))
        headers = security.headers(wrapper.settings, "", is_private=False)
        return Outgoing(200, (*headers.items(), ("content-type", "application/json")), content[0])

    return description
