"""Servers under measurement: started as a person starts them, their processor time and memory read from the kernel.

Which requests they get is decided in `measure.py`.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
IS_PINNED = len(CORES) > 1


def pin(core: int) -> None:
    """Keep this process, and what it starts, on one of the cores it may use."""
    if IS_PINNED:
        os.sched_setaffinity(0, {CORES[core]})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and the tree of its processes."""

    pid: int
    port: int
    ready_after: float

    def tree(self) -> tuple[int, ...]:
        """Return the processes: the one that was started and all below it."""
        parents: dict[int, int] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        found, grows = {self.pid}, True
        while grows:
            below = {pid for pid, parent in parents.items() if parent in found} - found
            found, grows = found | below, bool(below)
        return tuple(sorted(found))

    def cpu(self, tree: tuple[int, ...]) -> float:
        """Return the seconds of processor time that the processes have used, in the program and in the kernel."""
        ticks = 0
        for pid in tree:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICK

    def memory(self) -> float:
        """Return the proportional memory of the processes in MB: a shared page counts by its share."""
        total = 0
        for pid in self.tree():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total / 1024


def _is_ready(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as probe:
            probe.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return probe.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


UNHURRIED = {f"SAMVERK_{what}_PER_MINUTE": "10000000" for what in ("READS", "WRITES")}
"""Settings under which one person may ask as much as many."""


@contextmanager
def running(
    command: list[str], port: int, *, core: int | None = 0, env: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """Start a server, wait until it is ready, stop it at the end. Raises RuntimeError when it does not come up."""
    # Rates are counted as for everybody, but one measuring client asks as much as a thousand people.
    env = os.environ | {"PYTHONPATH": str(ROOT)} | UNHURRIED | dict(env)
    started = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=ROOT, preexec_fn=(lambda: pin(core)) if core is not None else None)
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.perf_counter() - started > 30:
                raise RuntimeError(f"the server did not come up: {' '.join(command[1:4])}")
            time.sleep(0.005)
        yield Server(process.pid, port, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def samverk(data: Path, *, core: int | None = 0, env: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """Serve a data folder with the command that people use."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "samverk"), "serve", "--port", str(port), "--data", str(data)]
    with running(command, port, core=core, env=env) as server:
        yield server


@contextmanager
def bare() -> Iterator[Server]:
    """Serve the bare application."""
    port = free_port()
    with running([sys.executable, "-m", "bench.bare", str(port)], port) as server:
        yield server


def seconds_of(command: list[str]) -> float:
    """Return how long a command takes. Raises CalledProcessError when it fails."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=30)
    return time.perf_counter() - started
