"""Turns at what is slow and somebody else's: a printer, a provider. Some threads are always left for everything else.

Each who waits here keeps one of the server's threads; in a long line nobody would be answered, of any region.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from samverk.errors import Busy


class Turns:
    """So many at a time, a few who wait for so many seconds; whoever comes then is sent away at once."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self.at_once, self.seconds = at_once, seconds
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn and hold it. Raises Busy."""
        with _held(self._places, 0), _held(self._turns, self.seconds):
            yield


@contextmanager
def _held(places: threading.BoundedSemaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise Busy
    try:
        yield
    finally:
        places.release()
