"""A request as bytes, put to the application below any client that would correct it.

What is asked is the tests'.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.installation import Installation


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def comparable(self) -> tuple[int, str, str]:
        """Return status, type and body without what differs by itself: the request's id and nonces."""
        text = self.body.decode("utf-8", "replace").replace(self.headers.get("request-id", "-" * 36), "")
        text = re.sub(r'nonce="[^"]*"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', "", text)
        return self.status, self.headers.get("content-type", ""), text


def ask(
    installation: Installation,
    method: str,
    target: bytes,
    headers: Sequence[tuple[bytes, bytes]] = (),
    chunks: Sequence[bytes] = (b"",),
    *,
    host: bytes = b"127.0.0.1:8000",
) -> Said:
    """Put one request to the application; `target` is the path and query as they stand in the request line."""
    raw_path, _mark, query = target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(b"host", host), *headers],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_000),
        "root_path": "",
    }
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number + 1 < len(chunks)}
        for number, chunk in enumerate(chunks)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def work() -> None:
        await installation.litestar(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run_coroutine_threadsafe(work(), installation.transport.loop).result(60)
    headers_of = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Said(sent[0]["status"], headers_of, b"".join(one.get("body", b"") for one in sent[1:]))
