"""A serving process gives back the memory that it has let go of."""

import ctypes
import subprocess
import sys

import pytest

SCRIPT = """
import sys, threading, time
from samverk import memory

def held():
    return int(next(line for line in open("/proc/self/status") if line.startswith("RssAnon")).split()[1]) // 1024

if sys.argv[1] == "kept small":
    memory.keep_small(0.1)
left = []

def work():
    # Something small stays in between, so that nothing can be given back from the end.
    many = [bytes(2_000) for _number in range(100_000)]
    left.extend(many[::500])

thread = threading.Thread(target=work)
thread.start()
thread.join()
time.sleep(0.5)
print(held())
"""


def left_by(script: str, ways: tuple[str, str]) -> dict[str, int]:
    """Return what a script says in a process of its own, each way that it is told."""
    return {
        way: int(
            subprocess.run([sys.executable, "-c", script, way], capture_output=True, check=True, timeout=60).stdout
        )
        for way in ways
    }


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what is free")
def test_what_is_free_is_given_back() -> None:
    left = left_by(SCRIPT, ("as it is", "kept small"))

    assert left["as it is"] > 150
    assert left["kept small"] < 60


GARBAGE = """
import collections, gc, sys
from samverk import memory

standing = [[number] for number in range(400_000)]
if sys.argv[1] == "looked for":
    memory.leave_out_what_stands()
running = collections.deque(maxlen=8)
before, most = len(gc.get_objects()), 0
for number in range(10_000):
    # What a request leaves holds itself; eight run at any time, whom each look carries on to the older.
    request = [[] for _object in range(300)]
    for one in request:
        one.append(request)
    running.append(request)
    if number % 50 == 0:
        most = max(most, len(gc.get_objects()) - before)
print(most)
"""


def test_what_requests_leave_is_looked_for_before_it_is_much() -> None:
    left = left_by(GARBAGE, ("as it is", "looked for"))

    assert left["as it is"] > 100_000
    assert left["looked for"] < 60_000
