"""The limit: an application that answers every request with the same 2 KB of JSON, on the server Samverk runs on.

It shares the server's settings with `samverk serve`, so that what differs is the application alone.
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

BODY = b'{"items":[' + b",".join(b'{"id":"%08d","name":"arrangement"}' % n for n in range(54)) + b"]}"
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
) -> None:
    """Answer anything with the same bytes."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    from samverk import serving

    serving.run("bench.bare:app", "127.0.0.1", int(sys.argv[1]), is_factory=False)
