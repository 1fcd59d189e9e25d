"""Turns at what is slow and somebody else's: a printer, a provider, a plugin. Threads are left for everything else.

Each who waits here keeps one of the server's threads; in a long line nobody would be answered, of any region.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from samverk.errors import Busy


class Turns:
    """So many at a time; some wait for so many seconds, and whoever else comes is sent away.

    Within `usual` seconds of work any number may wait: only when it has lasted longer the line is kept short.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float, *, usual: float = 0.0) -> None:
        self.at_once, self.waiting, self.seconds, self.usual = at_once, waiting, seconds, usual
        self._began: list[float] = []
        self._in_line = 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a turn and hold it. Raises Busy."""
        began = self._enter()
        try:
            yield
        finally:
            with self._changed:
                self._began.remove(began)
                self._changed.notify()

    def _enter(self) -> float:
        until = time.monotonic() + self.seconds
        with self._changed:
            while len(self._began) >= self.at_once:
                now = time.monotonic()
                too_long = min(self._began) + self.usual
                if now >= until or (now >= too_long and self._in_line >= self.waiting):
                    raise Busy
                self._in_line += 1
                self._changed.wait((until if now >= too_long else min(until, too_long)) - now)
                self._in_line -= 1
            began = time.monotonic()
            self._began.append(began)
            return began
