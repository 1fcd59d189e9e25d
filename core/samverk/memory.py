"""Keeps a serving process as small as what it holds: what it has let go of is found, and given back.

The C library would keep it for later (measured with large papers: 350 of 440 MB were free, and stayed with the
process); the interpreter would not look for it (measured: 5 MB more after 60,000 requests).
"""

import ctypes
import gc
import os
import threading
import time

MINUTE = 60.0
POOLS = 2
LOOKS = (5_000, 10, 5)
"""After so many new objects the newest are looked through; after so many such looks the older; after so many of these
all. A request that runs meanwhile carries its objects on to the older: they wait for the longer look."""
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


def leave_out_what_stands() -> None:
    """Look for garbage among what requests leave, often, and never again in what has been made until now.

    To be called when the application stands. The interpreter looks through everything only when a quarter has come to
    what was there at the last time; hence the second look, which finds next to nothing there.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(*LOOKS)
