"""Litestar as the door: routes become its handlers, the body is read with a limit, the wrapper runs in a thread.

The only module besides `app` that imports Litestar.
"""

import asyncio
import mimetypes
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send
from litestar.utils import normalize_path

from samverk.web import faults, security
from samverk.web.body import BadBody
from samverk.web.call import Route
from samverk.web.layout import STATIC
from samverk.web.outgoing import Outgoing
from samverk.web.wrapper import Incoming, Wrapper, body_limit

LONG = "public, max-age=31536000, immutable"
Answering = Callable[[Any, Receive], Awaitable[Outgoing]]
_HOST = re.compile(rb"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
"""Hosts that need no closer look; any other is Litestar's to judge."""


def _response(sent: Outgoing) -> ASGIResponse:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    media_type = next((value for name, value in sent.headers if name == "content-type"), "text/plain")
    # Litestar adds the charset to text types by itself.
    media_type = media_type.removesuffix("; charset=utf-8") if media_type.startswith("text/") else media_type
    kept = [(name, value) for name, value in headers if name != b"content-type"]
    return ASGIResponse(body=sent.body, encoded_headers=kept, media_type=media_type, status_code=sent.status)


async def _send(sent: Outgoing, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    if sent.status != 204:
        headers.append((b"content-length", str(len(sent.body)).encode()))
    await send({"type": "http.response.start", "status": sent.status, "headers": headers})
    await send({"type": "http.response.body", "body": sent.body, "more_body": False})


async def _body(declared: str, receive: Receive, limit: int) -> bytes:
    """Read the body as far as the limit; what is larger is refused by the gate, not read to its end."""
    if declared.isdigit() and int(declared) > limit:
        return b" " * (limit + 1)
    chunks, size = [], 0
    while size <= limit:
        message: Any = await receive()
        if message["type"] != "http.request":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if not message.get("more_body"):
            break
    return b"".join(chunks)


class Door(Litestar):
    """Litestar, whose own request and response are passed by where it has found one of our routes.

    They cost more than our whole frame (measured). Litestar still knows the addresses, starts and stops, and answers
    what fits none of them.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[Any]) -> list[Any]:
        # Ours are the only types: without this Litestar imports Pydantic where it is installed.
        return plugins

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and _has_plain_host(scope["headers"]):
            try:
                _app, handler, path, params, _template = self.asgi_router.handle_routing(
                    path=normalize_path(scope["path"]), method=scope["method"]
                )
            except HTTPException:
                pass
            else:
                answer: Answering | None = handler.opt.get("answer")
                if answer is not None:
                    scope["path"], scope["path_params"] = path, params
                    await _send(await answer(scope, receive), send)
                    return
        await super().__call__(scope, receive, send)


def _has_plain_host(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    host = next((value for name, value in headers if name == b"host"), None)
    return host is None or _HOST.fullmatch(host) is not None


def build(routes: Sequence[Route], wrapper: Wrapper) -> Litestar:
    """Make the application of one process."""
    executor = ThreadPoolExecutor(wrapper.settings.threads, thread_name_prefix="samverk")
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for route in routes:
        if route.method in by_path[route.path]:
            raise RuntimeError(f"two routes for {route.method} {route.path}")
        by_path[route.path][route.method] = route
    handlers: list[Any] = [
        _handler(path, method, route, wrapper, executor)
        for path, methods in by_path.items()
        for method, route in methods.items()
    ]
    handlers.append(_static_handler(wrapper))
    return Door(
        route_handlers=handlers,
        openapi_config=None,
        exception_handlers={Exception: _fault_handler(wrapper)},
        request_max_body_size=None,
        debug=False,
        logging_config=None,
        on_shutdown=[lambda: executor.shutdown(wait=True), wrapper.database.dispose],
    )


def _handler(path: str, method: str, route: Route, wrapper: Wrapper, executor: ThreadPoolExecutor) -> HTTPRouteHandler:
    writes, limit = route.writes, body_limit(route)

    async def answer(scope: Any, receive: Receive) -> Outgoing:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"]
        client = scope.get("client")
        incoming = Incoming(
            method,
            scope["path_params"],
            scope["path"] + (f"?{query.decode('latin-1')}" if query else ""),
            query,
            headers,
            await _body(headers.get("content-length", ""), receive, limit) if writes else b"",
            client[0] if client else "",
        )
        return await asyncio.get_running_loop().run_in_executor(executor, wrapper.run, route, incoming)

    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        return _response(await answer(request.scope, request.receive))

    handle.__name__ = f"{route.name}_{method.lower()}"
    litestar_path = re.sub(r"\{(\w+)\}", r"{\1:str}", path)
    return HTTPRouteHandler(litestar_path, http_method=HttpMethod(method), status_code=200, opt={"answer": answer})(
        handle
    )


def _static_handler(wrapper: Wrapper) -> HTTPRouteHandler:
    @HTTPRouteHandler("/static/{name:path}", http_method=HttpMethod.GET)
    async def static(request: Request[Any, Any, Any]) -> ASGIResponse:
        name = str(request.scope["path_params"]["name"]).lstrip("/")
        path = (STATIC / name).resolve()
        if not path.is_relative_to(STATIC.resolve()) or not path.is_file():
            return _response(_fault(wrapper, 404, dict(request.headers)))
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind.endswith("javascript"):
            kind += "; charset=utf-8"
        headers = security.headers(wrapper.settings, "", is_private=False)
        headers["cache-control"] = LONG
        return _response(Outgoing(200, (*headers.items(), ("content-type", kind)), path.read_bytes()))

    return static


def _fault(wrapper: Wrapper, status: int, headers: dict[str, str]) -> Outgoing:
    nonce = security.new_nonce()
    kind = faults.KINDS.get(status, "not-found")
    return faults.make(wrapper.settings, None, headers, nonce, status, kind, "", (), None, {})


def _fault_handler(wrapper: Wrapper) -> Any:
    def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.url.path.startswith("/api/"):
            headers["accept"] = "application/problem+json"
        if isinstance(error, BadBody):
            status = error.status
        else:
            status = error.status_code if isinstance(error, HTTPException) else 500
        sent = _fault(wrapper, status if status in faults.TITLES else 400, headers)
        named = dict(sent.headers)
        media_type = named.pop("content-type")
        return Response(sent.body, status_code=sent.status, headers=named, media_type=media_type)

    return handle
