"""Q1 of the security figures: under the usual work of a region the server stays as large and as fast as it began.

What is done there is `usage.py`'s. A short run shows that the work goes right; growth takes minutes to be seen.
"""

import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from bench import servers
from sqlalchemy import func, select
from tests import faulty_plugins, scale
from tests.faulty_plugins import CALL_FAULTS
from tests.reliability import streams, usage
from tests.reliability.usage import PASSWORD, Done, Schedule, Somebody
from tests.web import served
from tests.web.served import TENANT, Region

from samverk import registry
from samverk.breaker import service as breaker
from samverk.database import Database
from samverk.onboarding import service as onboarding
from samverk.people import service as people
from samverk.people.model import SignIn
from samverk.registry import Registry
from samverk.scope import Scope

pytestmark = pytest.mark.slow
SECONDS, RATE, PEOPLE = 9, 50, 8
FAULTS = ("raise", "hang")
"""Two regions more, whose plugins do this; their office switches them on again and again."""
TELLING = 180
"""From so many seconds on a run says something about growth."""
PARTS, WARM = 6, 300
"""What comes last is held against the part in which the server had been warm for so many seconds, or half the time."""
GROWTH, SLOWER, WAL = 1.03, 1.2, 64 * 2**20
FLOOR = 0.05
"""Below so many seconds a p99 of a machine of two cores says nothing."""
At = TypeVar("At", "Done", "Sample")


@dataclass(frozen=True, slots=True)
class Sample:
    """The serving processes at one moment: their own memory in kB, open files, threads; bytes of the log of changes."""

    at: float
    memory: int
    files: int
    threads: int
    wal: int


class Watch(threading.Thread):
    """Looks at the server every second; the processes of plugins come and go, and are not looked at."""

    def __init__(self, server: servers.Server, database: Path, began: float) -> None:
        super().__init__(daemon=True)
        self.wal, self.began, self.over = database.with_name(database.name + "-wal"), began, False
        self.serving = [
            Path(f"/proc/{pid}") for pid in server.tree() if b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        self.samples: list[Sample] = []

    def run(self) -> None:
        while not self.over:
            memory = files = threads = 0
            for process in self.serving:
                status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
                memory += int(status["RssAnon"].split()[0])
                threads += int(status["Threads"])
                files += sum(1 for _file in (process / "fd").iterdir())
            wal = self.wal.stat().st_size if self.wal.exists() else 0
            self.samples.append(Sample(time.monotonic() - self.began, memory, files, threads, wal))
            time.sleep(1)


def add_people(scope: Scope, names: list[str]) -> None:
    for name in names:
        email = f"{name}@{scope.tenant.slug}.example"
        person = people.add_person(scope.session, email, name, scope.now, password=PASSWORD)
        people.grant(scope, person, "secretariat")


@contextmanager
def installed(folder: Path) -> Iterator[tuple[Region, Registry]]:
    """Make the region and the two that have faulty plugins, which can be found until the end."""
    region = served.prepare(folder / "data")
    for fault in FAULTS:
        faulty_plugins.write(folder, fault, faulty_plugins.every_hook(CALL_FAULTS[fault][0]))
    sys.path.insert(0, str(folder))
    try:
        found, database = registry.discover(), Database(f"sqlite:///{region.folder / 'samverk.sqlite3'}")
        for fault in FAULTS:
            onboarding.create_tenant(database, found, fault, served.now(), slug=fault, with_starter=True)
        names = {TENANT: [f"worker-{one}" for one in range(PEOPLE)], **{fault: ["office"] for fault in FAULTS}}
        for slug, who in names.items():
            with served.system_scope(database, slug, served.now()) as scope:
                add_people(scope, who)
        database.dispose()
        yield region, found
        found.close()
    finally:
        sys.path.remove(str(folder))


def switch_on(database: Database, found: Registry) -> None:
    """Switch the plugins on again that their faults have switched off."""
    for fault in FAULTS:
        with database.unit(write=True) as session:
            session.info["system"] = True
            scope = onboarding.open_system_scope(session, found, fault, served.now())
            now = breaker.get_switch(scope)
            if now.is_off:
                breaker.switch(scope, off=False, reason="til neste feil", version=now.version)


def parts(values: list[At], seconds: float) -> list[list[At]]:
    """Return what belongs to each part of the time."""
    return [[one for one in values if number <= one.at * PARTS / seconds < number + 1] for number in range(PARTS)]


def p99(done: list[Done]) -> float:
    times = sorted(one.seconds for one in done)
    return times[int(len(times) * 0.99)] if times else 0.0


@pytest.mark.alone
def test_the_usual_work_leaves_the_server_as_large_and_as_fast_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(SECONDS), scale.seed()
    with installed(tmp_path) as (region, found):
        path = region.folder / "samverk.sqlite3"
        database = Database(f"sqlite:///{path}")
        forms = streams.bodies(database, region)
        strange = {fault: f"office@{fault}.example" for fault in FAULTS}
        with servers.samverk(region.folder, core=None, env={"PYTHONPATH": str(tmp_path)}) as server:
            schedule = Schedule(RATE)
            workers = [
                Somebody(number, server.port, region, {form: forms[form] for form in list(forms)[number::PEOPLE]},
                         strange, schedule, seed + number)
                for number in range(PEOPLE)
            ]  # fmt: skip
            for one in workers:
                one.sign_in()
            schedule.begin(wanted)
            watch = Watch(server, path, schedule.began)
            for thread in (watch, *workers):
                thread.start()
            while time.monotonic() < schedule.over:
                switch_on(database, found)
                time.sleep(4)
            for one in workers:
                one.join(60)
            watch.over = True
            watch.join(5)
        done = sorted((one for worker in workers for one in worker.done), key=lambda one: one.at)
        counted = [one for one in done if one.kind != "fault"]
        with served.system_scope(database, FAULTS[0], served.now()) as scope:
            living = scope.session.scalar(select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None)))
            faults = breaker.get_switch(scope)
        database.dispose()

    assert [words for one in workers for words in one.wrong] == []
    assert not any(one.is_alive() for one in workers)
    samples, kinds = watch.samples, Counter(one.kind for one in done)
    looked = parts(samples, wanted)
    memory, files, threads = (
        [statistics.median(getattr(one, what) for one in part) for part in looked]
        for what in ("memory", "files", "threads")
    )
    times = [p99(part) for part in parts(counted, wanted)]
    first = int(min(WARM, wanted / 2) * PARTS / wanted)
    with capsys.disabled():
        print(f"\n{len(done)} requests in {wanted} s {dict(kinds)}; p99 by parts in ms"
              f" {[round(one * 1000) for one in times]}, memory in MB {[round(one / 1024, 1) for one in memory]},"
              f" open files {files}, threads {threads}, WAL at most {max(one.wal for one in samples) / 2**20:.1f} MB,"
              f" {living} sessions")  # fmt: skip

    assert len(done) >= 0.95 * RATE * wanted, "the work was not done in its time"
    assert min(kinds[kind] for kind in usage.SHARES) > 0
    assert faults.version > 0, "no plugin was switched off: no fault was met"
    assert max(one.wal for one in samples) <= WAL
    assert living == PEOPLE * (1 + len(FAULTS))
    if wanted >= TELLING:
        # All at once, so that one that does not hold hides no other.
        most = {
            "memory": (memory, GROWTH * memory[first]),
            "p99": (times, max(SLOWER * times[first], FLOOR)),
            "files": (files, max(files[: first + 1])),
            "threads": (threads, max(threads[: first + 1])),
        }
        assert {what: (values, bound) for what, (values, bound) in most.items() if values[-1] > bound} == {}
    with capsys.disabled():
        scale.made("Q1", "seconds of the usual work", wanted, wanted, seed)
