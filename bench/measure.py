"""What is measured, in which order, and what must hold before and after: equal rows, no failures, no lost answer.

Servers are `servers.py`'s, clients `load.py`'s and `submitting.py`'s, words and goals `report.py`'s.
"""

import compileall
import http.client
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

import samverk
from bench import load, seed, servers
from bench.load import Request
from bench.seed import Files, Prepared
from bench.servers import ROOT, Server

CONNECTIONS = 16
ROWS, PARTICIPANTS = seed.ARRANGEMENTS, seed.ARRANGEMENTS * seed.PARTIES_EACH


class Unequal(AssertionError):
    """What was asked for did not come: other rows, a failure, a lost answer. Nothing measured with it counts."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One kind of request over the rounds of a run: server CPU in µs a request, each round's."""

    name: str
    cpu_us: tuple[float, ...]
    per_second: tuple[float, ...]
    p50_ms: float

    @property
    def median(self) -> float:
        return statistics.median(self.cpu_us)

    @property
    def spread(self) -> float:
        return max(self.cpu_us) / min(self.cpu_us)


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of submitting all prepared forms."""

    forms: int
    clients: int
    per_second: float
    p50_ms: float
    p99_ms: float


def get(port: int, request: Request) -> bytes:
    """Ask once. Raises Unequal for anything but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {request.header: request.value} if request.header else {}
    connection.request("GET", request.path, headers={"Accept": "text/html, application/json"} | headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise Unequal(f"{request.path}: {answer.status}, not 200")
    return content


def rows_of_json(content: bytes) -> tuple[int, int]:
    """Return (arrangements, participants) of the list as JSON."""
    items = msgspec.json.decode(content)["items"]
    return len(items), sum(len(item["participants"]) for item in items)


def rows_of_matrix(content: bytes) -> tuple[int, int]:
    """Return (arrangements, cells with a host or a partner) of the matrix."""
    text = content.decode()
    return len(re.findall(r'<tr><th scope="row">', text)), len(re.findall(r'<td><span class="cell cell--[hp]', text))


def rows_of_list(content: bytes, names: tuple[str, ...]) -> tuple[int, int]:
    """Return (arrangements, parties named) of the list as a page."""
    body = content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    shown = re.sub(r"<[^>]+>", "", body)
    return len(re.findall(r'<th scope="row">', body)), sum(len(re.findall(rf"\b{name}\b", shown)) for name in names)


def check_rows(port: int, slug: str, as_json: Request, pages: tuple[Request, ...]) -> None:
    """Hold JSON, matrix and list against what was seeded. Raises Unequal."""
    content = get(port, as_json)
    items = msgspec.json.decode(content)["items"]
    names = tuple(sorted({one["name"] for item in items for one in item["participants"]}))
    found = [rows_of_json(content), rows_of_matrix(get(port, pages[0])), rows_of_list(get(port, pages[1]), names)]
    if found != [(ROWS, PARTICIPANTS)] * 3:
        raise Unequal(f"{slug}: rows are {found}, not {(ROWS, PARTICIPANTS)} in JSON, matrix and list alike")


def list_requests(tokens: tuple[tuple[str, str], ...]) -> tuple[Request, ...]:
    return tuple(
        Request(f"/api/v1/{slug}/arrangements?limit=50", "Authorization", f"Bearer {token}") for slug, token in tokens
    )


def costs(bare: Server, own: Server, files: Files, rounds: int, seconds: float) -> tuple[Cost, ...]:
    """Measure each kind of request in rotation, bare first. Raises Unequal for rows or failures."""
    slug = files.four_tokens[0][0]
    cookie = ("Cookie", f"samverk={files.cookie}")
    as_json = list_requests(files.four_tokens[:1])[0]
    pages = tuple(Request(f"/{slug}/arrangements{view}", *cookie) for view in ("", "?view=list"))
    form = Request(files.form_path, *cookie)
    for tenant, request in zip(files.four_tokens, list_requests(files.four_tokens), strict=True):
        check_rows(own.port, tenant[0], request, tuple(
            Request(one.path.replace(slug, tenant[0]), one.header, one.value) for one in pages
        ))  # fmt: skip
    if get(own.port, form).count(b"<textarea") < 5:
        raise Unequal("the form page asks fewer than five questions")
    kinds = (
        ("bare", bare, Request("/")),
        ("json", own, as_json),
        ("matrix", own, pages[0]),
        ("list", own, pages[1]),
        ("form", own, form),
    )
    cpu: dict[str, list[float]] = {name: [] for name, _server, _request in kinds}
    rates: dict[str, list[float]] = {name: [] for name in cpu}
    for _name, server, request in kinds:
        load.run(server.port, (request,), connections=CONNECTIONS, seconds=min(1, seconds))
    for _round in range(rounds):
        for name, server, request in kinds:
            tree = server.tree()
            before = server.cpu(tree)
            found = load.run(server.port, (request,), connections=CONNECTIONS, seconds=seconds)
            if found.failed or not found.requests:
                raise Unequal(f"{name}: {found.failed} of {found.requests} requests failed")
            cpu[name].append((server.cpu(tree) - before) / found.requests * 1e6)
            rates[name].append(found.requests / found.seconds)
    single = {
        name: load.run(server.port, (request,), connections=1, seconds=seconds).p50_us / 1000
        for name, server, request in kinds
    }
    check_rows(own.port, slug, as_json, pages)
    return tuple(Cost(name, tuple(cpu[name]), tuple(rates[name]), single[name]) for name in cpu)


def service_times(four: Server, many: Server, files: Files, rounds: int, seconds: float) -> tuple[list[float], ...]:
    """Return the median service time in ms with four and with many tenants, by round: one connection, any tenant."""
    asked = {
        "four": (four, list_requests(files.four_tokens)),
        "many": (many, list_requests(files.many_tokens)),
    }
    for server, requests in asked.values():
        for request in requests[:: max(1, len(requests) // 8)]:
            if rows_of_json(get(server.port, request)) != (ROWS, PARTICIPANTS):
                raise Unequal(f"{request.path} has other rows")
        load.run(server.port, requests, connections=1, seconds=seconds)
    found: dict[str, list[float]] = {"four": [], "many": []}
    for _round in range(rounds):
        for name, (server, requests) in asked.items():
            outcome = load.run(server.port, requests, connections=1, seconds=seconds)
            if outcome.failed or not outcome.requests:
                raise Unequal(f"{name}: {outcome.failed} of {outcome.requests} requests failed")
            found[name].append(outcome.p50_us / 1000)
    return found["four"], found["many"]


def submissions(server: Server, data: Path, prepared: tuple[Prepared, ...]) -> Answers:
    """Submit every prepared form and hold the receipts against the database. Raises Unequal for one that is lost."""
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
        file.write(msgspec.json.encode(prepared))
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.submitting", str(server.port), file.name],
            cwd=ROOT, check=True, capture_output=True, text=True, timeout=120, preexec_fn=lambda: servers.pin(1),
        )  # fmt: skip
    found = json.loads(done.stdout)
    check_answers(data, {one.form_id for one in prepared}, found["receipts"], found["faults"])
    rate = len(found["receipts"]) / found["seconds"]
    return Answers(len(prepared), found["clients"], rate, found["p50_ms"], found["p99_ms"])


def check_answers(data: Path, form_ids: set[str], receipts: dict[str, str], faults: list[str]) -> None:
    """Hold each form to one submission with the hash of its receipt. Raises Unequal."""
    if set(receipts) != form_ids:
        raise Unequal(f"{len(form_ids) - len(receipts)} forms were not accepted: {faults}")
    connection = sqlite3.connect(f"file:{data / 'samverk.sqlite3'}?mode=ro", uri=True)
    rows = connection.execute("SELECT form_id, content_hash FROM submission").fetchall()
    connection.close()
    if len(rows) != len(receipts) or dict(rows) != receipts:
        raise Unequal(f"{len(receipts)} answers were acknowledged, {len(rows)} are stored")


def memory(data: Path, files: Files) -> float:
    """Return the proportional memory in MB of a fresh server after one page of each of four tenants."""
    with servers.samverk(data) as server:
        for slug, _token in files.four_tokens:
            get(server.port, Request(f"/{slug}/arrangements", "Cookie", f"samverk={files.cookie}"))
        return server.memory()


def starts(data: Path, times: int) -> tuple[list[float], list[float]]:
    """Return the seconds of `samverk --help`, and of a server until it is ready; the first of each is not counted.

    Bytecode is compiled before, as an installation does, also where the environment forbids Python to write it.
    """
    for folder in (Path(samverk.__file__).parent, *(ROOT / "plugins").glob("*/samverk_*")):
        compileall.compile_dir(folder, quiet=1)
    command = str(Path(sys.executable).parent / "samverk")
    helps = [servers.seconds_of([command, "--help"]) for _time in range(times + 1)]
    ready = []
    for _time in range(times + 1):
        with servers.samverk(data, core=None) as server:
            ready.append(server.ready_after)
    return helps[1:], ready[1:]
