"""Whose turn it is among the workers of a run: a test that measures time runs alone, all others side by side.

A time means nothing while another worker's browser or database takes the same processors.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path, *, is_alone: bool) -> Iterator[None]:
    """Wait until the test may run, and hold its place. The workers share the folder.

    Who waits to be alone lets nobody past it, so that it gets its turn however many others there are.
    """
    with (folder / "gate").open("w") as gate, (folder / "floor").open("w") as floor:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(floor, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            # Said, not left to closing: a process that the test has forked holds the same open file.
            fcntl.flock(floor, fcntl.LOCK_UN)
