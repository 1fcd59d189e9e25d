"""The process of one plugin: calls come on one pipe, answers leave on another, and nothing else does.

It holds no secret, no database and no request. Its limits are set before the plugin's module is imported; what the
module prints goes nowhere. The other end is `process.py`.
"""

import importlib
import os
import resource
import signal
import struct
import sys
from typing import Any

import msgspec

from samverk.hooks import running
from samverk.hooks.values import Hello, Question, Ready

MEMORY_BYTES = 512 * 1024 * 1024
START_SECONDS = 10.0
HEAD = struct.Struct(">I")


def main() -> None:
    """Serve the parent's calls until its end of the pipe closes."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    _until(START_SECONDS)
    manager, ready = _begin(msgspec.msgpack.decode(_take(incoming), type=Hello))
    _give(outgoing, msgspec.msgpack.encode(ready))
    while manager is not None:
        _until(0)
        raw = _take(incoming)
        _until(msgspec.msgpack.decode(raw, type=Question).seconds)
        _give(outgoing, running.run(manager, raw))


def _begin(hello: Hello) -> tuple[Any, Ready]:
    sys.path[:] = hello.path
    try:
        module: Any = importlib.import_module(hello.module)
        for name in filter(None, hello.attribute.split(".")):
            module = getattr(module, name)
        manager, region = running.take_in(hello.key, module)
        folder = os.fspath(region.folder)  # type: ignore[call-overload]
    except ValueError as error:
        return None, Ready(fault=str(error)[:1000])
    except BaseException as error:  # an import may fail in any way
        return None, Ready(fault=f"{type(error).__name__}: {error}"[:1000])
    return manager, Ready(sorted(running.names(manager)), folder)


def _until(seconds: float) -> None:
    """End this process by itself some time after a deadline that the parent did not live to keep; 0 takes it off."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds * 1.5 + 1 if seconds else 0)
    if seconds:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime + seconds) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _take(number: int) -> bytes:
    size = HEAD.unpack(_exactly(number, HEAD.size))[0]
    return _exactly(number, size)


def _exactly(number: int, size: int) -> bytes:
    parts, left = [], size
    while left:
        part = os.read(number, min(left, 1 << 20))
        if not part:
            os._exit(0)  # the parent is gone
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _give(number: int, raw: bytes) -> None:
    data = memoryview(HEAD.pack(len(raw)) + raw)
    while data:
        data = data[os.write(number, data) :]


if __name__ == "__main__":
    main()
