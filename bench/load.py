"""Sends prepared requests over kept-open connections and counts: with wrk when it is there, else by itself.

The requests are made in `measure.py`; run as a module it is the small client, in a process of its own.
"""

import json
import random
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import ROOT, pin

WRK = shutil.which("wrk")


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: path and the one header that says who asks."""

    path: str
    header: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of some seconds of requests; times in microseconds, failures are everything but 2xx."""

    requests: int
    failed: int
    seconds: float
    p50_us: float
    p99_us: float


def run(port: int, requests: Sequence[Request], *, connections: int, seconds: float, own: bool = False) -> Outcome:
    """Send the requests at random for some seconds from the second core."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(f"{one.path}\t{one.header}\t{one.value}\n" for one in requests)
        file.flush()
        seed = str(random.randrange(1 << 30))
        command = (
            [sys.executable, "-m", "bench.load", str(port), file.name, seed, str(connections), str(seconds)]
            if own or WRK is None or seconds < 1
            else [WRK, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", "bench/wrk.lua"]
        )
        if command[0] == WRK:
            command += [f"http://127.0.0.1:{port}", "--", file.name, seed]
        done = subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60, preexec_fn=lambda: pin(1)
        )
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


class _Connection:
    """One kept-open connection with one request under way at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got, self.wanted, self.started = b"", -1, 0.0

    def send(self, request: bytes) -> None:
        self.got, self.wanted, self.started = b"", -1, time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Take in what has come; True when the answer is whole. Raises OSError when the server hangs up."""
        chunk = self.socket.recv(262144)
        if not chunk:
            raise OSError("the server closed the connection")
        self.got += chunk
        if self.wanted < 0 and (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = self.got[:end].lower()
            at = head.index(b"content-length:")
            self.wanted = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
        return 0 <= self.wanted <= len(self.got)


def _small_client(port: int, lines: Sequence[str], seed: int, connections: int, seconds: float) -> Outcome:
    prepared = []
    for line in lines:
        path, header, value = line.split("\t")
        extra = f"{header}: {value}\r\n" if header else ""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html, application/json\r\n"
        prepared.append(f"{head}{extra}\r\n".encode())
    chance, selector = random.Random(seed), selectors.DefaultSelector()
    times: list[float] = []
    failed = 0
    started = time.perf_counter()
    for _number in range(connections):
        connection = _Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(chance.choice(prepared))
    while time.perf_counter() - started < seconds:
        for key, _events in selector.select(0.1):
            connection = key.data
            if connection.receive():
                times.append(time.perf_counter() - connection.started)
                failed += not connection.got.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2"))
                connection.send(chance.choice(prepared))
    took = time.perf_counter() - started
    times.sort()
    middle, last = times[len(times) // 2], times[int(len(times) * 0.99)]
    return Outcome(len(times), failed, took, middle * 1e6, last * 1e6)


def _main(port: str, file: str, seed: str, connections: str, seconds: str) -> None:
    lines = Path(file).read_text().splitlines()
    found = _small_client(int(port), lines, int(seed), int(connections), float(seconds))
    print(json.dumps({name: getattr(found, name) for name in Outcome.__slots__}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
