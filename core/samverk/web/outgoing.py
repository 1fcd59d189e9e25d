"""An answer as bytes, between the wrapper and the door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An answer, ready to be sent; `headers` may hold a name twice (Set-Cookie)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
