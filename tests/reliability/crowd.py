"""A crowd at a server: so many requests a second over many connections, whether the server keeps up or not.

What is asked, and what is to be thought of the answers, is the tests'.
"""

import random
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its status, seconds from the request to its end, and its head in small letters."""

    status: int
    seconds: float
    head: bytes
    body: bytes


@dataclass(slots=True)
class Outcome:
    """What came of a crowd. `dropped` counts the requests that got no answer."""

    sent: int = 0
    dropped: int = 0
    answers: list[Answered] = field(default_factory=list)

    def seconds_of(self, share: float, *statuses: int) -> float:
        """Return within how many seconds this share of the answers of some statuses came."""
        times = sorted(one.seconds for one in self.answers if one.status in statuses)
        return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


class _Visitor:
    """One kept-open connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.began = b"", 0.0

    def send(self, request: bytes) -> None:
        self.got, self.began = b"", time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> Answered | None:
        """Take in what has come; return the answer when it is whole. Raises OSError when the server hangs up."""
        chunk = self.socket.recv(262144)
        if not chunk:
            raise OSError("the server closed the connection")
        self.got += chunk
        head, blank, body = self.got.partition(b"\r\n\r\n")
        small = head.lower()
        if not blank or len(body) < int(small.partition(b"content-length:")[2].split(b"\r\n", 1)[0]):
            return None
        return Answered(int(head[9:12]), time.perf_counter() - self.began, small, body)


def come(
    port: int, make: Callable[[random.Random], bytes], chance: random.Random, *, visitors: int, seconds: float,
    rate: float | None = None,
) -> Outcome:  # fmt: skip
    """Let visitors send requests for some seconds, `rate` a second in all or each the next at once, and wait for all.

    A request whose time has come waits for a visitor who is free: then the crowd is smaller than was asked for. They
    come in turn: the server hangs up on one who asks nothing for half a minute, and nobody's request is lost by that.
    """
    selector, outcome = selectors.DefaultSelector(), Outcome()
    free = deque(_Visitor(port) for _number in range(visitors))
    for one in free:
        selector.register(one.socket, selectors.EVENT_READ, one)
    began, busy = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds or busy:
        due = len(free) if rate is None else min(len(free), int(now * rate) - outcome.sent)
        for _number in range(due if now < seconds else 0):
            visitor = free.popleft()
            visitor.send(make(chance))
            outcome.sent, busy = outcome.sent + 1, busy + 1
        for key, _events in selector.select(0.002):
            visitor = key.data
            try:
                answered = visitor.answer()
            except OSError:
                outcome.dropped, busy = outcome.dropped + 1, busy - 1
                selector.unregister(visitor.socket)
                continue
            if answered is not None:
                outcome.answers.append(answered)
                free.append(visitor)
                busy -= 1
        if now > seconds + 30:
            outcome.dropped += busy
            break
    selector.close()
    for one in free:
        one.socket.close()
    return outcome


def request(method: str, path: str, port: int, token: str, body: bytes = b"", more: Sequence[str] = ()) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {token}", *more]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
