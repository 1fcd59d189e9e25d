"""Litestar as the door: routes become its handlers, the body is read with a limit, the wrapper runs in a thread.

The only module besides `app` that imports Litestar.
"""

import asyncio
import mimetypes
import re
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from samverk.web import faults, security
from samverk.web.body import MAX_BODY, BadBody
from samverk.web.call import Route
from samverk.web.layout import STATIC
from samverk.web.outgoing import Outgoing
from samverk.web.wrapper import Incoming, Wrapper

LONG = "public, max-age=31536000, immutable"


def _response(sent: Outgoing) -> ASGIResponse:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers]
    media_type = next((value for name, value in sent.headers if name == "content-type"), "text/plain")
    # Litestar adds the charset to text types by itself.
    media_type = media_type.removesuffix("; charset=utf-8") if media_type.startswith("text/") else media_type
    kept = [(name, value) for name, value in headers if name != b"content-type"]
    return ASGIResponse(body=sent.body, encoded_headers=kept, media_type=media_type, status_code=sent.status)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """Read the body as far as the limit; what is larger is refused by the gate, not read to its end."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        return b" " * (MAX_BODY + 1)
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BODY:
            break
    return b"".join(chunks)


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
    return Litestar(
        route_handlers=handlers,
        openapi_config=None,
        exception_handlers={Exception: _fault_handler(wrapper)},
        request_max_body_size=None,
        debug=False,
        logging_config=None,
        on_shutdown=[lambda: executor.shutdown(wait=True), wrapper.database.dispose],
    )


def _handler(path: str, method: str, route: Route, wrapper: Wrapper, executor: ThreadPoolExecutor) -> HTTPRouteHandler:
    writes = route.writes

    async def handle(request: Request[Any, Any, Any]) -> ASGIResponse:
        scope = request.scope
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"]
        url = scope["path"] + (f"?{query.decode('latin-1')}" if query else "")
        client = scope.get("client")
        incoming = Incoming(
            method,
            scope["path_params"],
            url,
            query,
            headers,
            await _body(request) if writes else b"",
            client[0] if client else "",
        )
        sent = await asyncio.get_running_loop().run_in_executor(executor, wrapper.run, route, incoming)
        return _response(sent)

    handle.__name__ = f"{route.name}_{method.lower()}"
    litestar_path = re.sub(r"\{(\w+)\}", r"{\1:str}", path)
    return HTTPRouteHandler(litestar_path, http_method=HttpMethod(method), status_code=200)(handle)


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
