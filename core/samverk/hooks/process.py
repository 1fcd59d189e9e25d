"""Plugins' processes as the product holds them: begun at a first call, one for each tenant, ended when late.

A process serves one tenant only, so that nothing a plugin remembers of one can reach another, and a plugin that
hangs for one makes no other wait. What runs inside is `child.py`.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pluggy

from samverk.errors import Busy
from samverk.hooks import running, values
from samverk.hooks.child import HEAD, START_SECONDS
from samverk.hooks.values import READY, FaultKind, Heard, Hello, HookFault
from samverk.turns import Turns

SECONDS = 2.0
AT_ONCE, WAITING, USUAL = 2, 2, 0.5
"""How many calls of one tenant run at a time. While one has lasted longer than usual, so many more wait for their turn:
the others would take every thread of the server to wait for a plugin that hangs."""
MAX_IDLE = 4
CALLS_EACH = 500
ANSWER_BYTES = values.MAX_BYTES + 10_000
_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


class Ended(Exception):
    """The process did not answer as it must. `kind` is the fault's."""

    def __init__(self, kind: FaultKind, words: str) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Code:
    """Where a plugin's code is: its key, the module, and the object in it when it is not the module itself."""

    key: str
    module: str
    attribute: str = ""


class Child:
    """One process of a plugin; for one caller at a time."""

    def __init__(self, code: Code, seconds: float = START_SECONDS) -> None:
        """Begin the process. Raises Ended when it is not ready in time."""
        self.calls = 0
        # Its own session: a Ctrl-C meant for the server ends it by the closed pipe, and a kill takes its children too.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "samverk.hooks.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _VARIABLES if name in os.environ} | {"MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        hello = Hello(code.key, code.module, code.attribute, [entry for entry in sys.path if entry])
        try:
            raw = self.exchange(msgspec.msgpack.encode(hello), seconds)
            self.ready = READY.decode(raw)
        except (Ended, msgspec.DecodeError) as error:
            self.kill()
            raise Ended("not_started", str(error)) from error
        if self.ready.fault:
            self.kill()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def exchange(self, raw: bytes, seconds: float) -> bytes:
        """Send bytes and return those that answer. Raises Ended when late, too large, or when the process ended."""
        until = time.monotonic() + seconds
        data = memoryview(HEAD.pack(len(raw)) + raw)
        try:
            while data:
                self._wait(self._in, select.POLLOUT, until)
                with contextlib.suppress(BlockingIOError):
                    data = data[os.write(self._in, data) :]
            size = HEAD.unpack(self._exactly(HEAD.size, until))[0]
            if size > ANSWER_BYTES:
                raise Ended("too_large", f"{size} bytes announced")
            return self._exactly(size, until)
        except BrokenPipeError as error:
            raise Ended("ended", "the process ended") from error

    def _exactly(self, size: int, until: float) -> bytes:
        found = bytearray()
        while len(found) < size:
            self._wait(self._out, select.POLLIN, until)
            with contextlib.suppress(BlockingIOError):
                part = os.read(self._out, size - len(found))
                if not part:
                    raise Ended("ended", "the process ended")
                found += part
        return bytes(found)

    @staticmethod
    def _wait(number: int, event: int, until: float) -> None:
        poll = select.poll()
        poll.register(number, event)
        if not poll.poll(max(0, (until - time.monotonic()) * 1000)):
            raise Ended("late", "no answer in time")

    def kill(self) -> None:
        """End the process and whatever it began; wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Crew:
    """The processes of one plugin: idle ones by tenant, at most a few at once for each."""

    def __init__(self, code: Code, hooks: frozenset[str], seconds: float = SECONDS) -> None:
        self.code, self.hooks, self.seconds = code, hooks, seconds
        self._lock = threading.Lock()
        self._idle: list[tuple[str, Child]] = []
        self._turns: dict[str, Turns] = {}

    def hear(self, tenant: str, hook: str, given: Mapping[str, Any]) -> Heard:
        """Call a hook for a tenant and return what it gave; never raises for a fault of the plugin."""
        raw = values.question(hook, given, self.seconds)
        with self._lock:
            turns = self._turns.setdefault(tenant, Turns(AT_ONCE, WAITING, self.seconds, usual=USUAL))
        try:
            with turns.one():
                return self._ask(tenant, hook, raw)
        except Busy:
            # Other calls of this tenant hang; they are counted, this one never reached the plugin.
            return Heard((), HookFault(hook, "late", "other calls of the tenant hang"), is_counted=False)

    def _ask(self, tenant: str, hook: str, raw: bytes) -> Heard:
        child = None
        try:
            child = self._take(tenant) or Child(self.code, START_SECONDS / 2)
            if child.ready.fault:
                return Heard((), HookFault(hook, "not_started", child.ready.fault[:300]))
            answer = child.exchange(raw, self.seconds)
        except Ended as error:
            if child is not None:
                child.kill()
            return Heard((), HookFault(hook, error.kind, str(error)))
        self._give_back(tenant, child)
        return values.read(hook, answer)

    def _take(self, tenant: str) -> Child | None:
        """Return an idle process of the tenant; one that ended while idle is no fault of a call, and left behind."""
        while True:
            with self._lock:
                found = next((pair for pair in self._idle if pair[0] == tenant), None)
                if found is None:
                    return None
                self._idle.remove(found)
            if found[1].is_alive:
                return found[1]
            found[1].kill()

    def _give_back(self, tenant: str, child: Child) -> None:
        child.calls += 1
        old: list[Child] = [child] if child.calls >= CALLS_EACH else []
        with self._lock:
            if not old:
                self._idle.append((tenant, child))
            while len(self._idle) > MAX_IDLE:
                old.append(self._idle.pop(0)[1])
        for one in old:
            one.kill()

    def close(self) -> None:
        """End the idle processes; the next call begins new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _tenant, child in idle:
            child.kill()


class Inside:
    """A plugin made of an object of this process, for tests and for a plugin's author: same checks, no deadline."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.manager = manager
        self.hooks = running.names(manager)

    def hear(self, _tenant: str, hook: str, given: Mapping[str, Any]) -> Heard:
        return values.read(hook, running.run(self.manager, values.question(hook, given, 0)))

    def close(self) -> None:
        """Nothing is kept."""


class Silent:
    """A plugin that has no hook but its region: nothing is ever begun."""

    hooks: frozenset[str] = frozenset({"samverk_region"})

    def hear(self, _tenant: str, _hook: str, _given: Mapping[str, Any]) -> Heard:
        return Heard()

    def close(self) -> None:
        """Nothing is kept."""


Voice = Crew | Inside | Silent
