"""Makes probes one after the other and scans everything that is logged meanwhile; keeps only what is wrong.

Which probes and what must come of them is said elsewhere: `cells.py`, `variants.py`, `verdicts.py`.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from samverk.web import record
from samverk.web.outgoing import Outgoing
from tests.probes import cells, verdicts
from tests.probes.cells import Cell
from tests.probes.world import World

BATCH = 500
MOST_TOLD = 40


class Listener(logging.Handler):
    """Takes the place of every other handler: keeps the marks found in what is logged, and no line longer than a batch.

    A line is read with the fields that go beside it, and with the trace of a fault.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.found: set[str] = set()
        self.heard = 0

    def emit(self, line: logging.LogRecord) -> None:
        beside = [str(value) for name in record.FIELDS if (value := getattr(line, name, None)) is not None]
        self.lines.append(" ".join((self.format(line), *beside)))
        if len(self.lines) >= BATCH:
            self.scan()

    def scan(self) -> None:
        self.heard += len(self.lines)
        self.found |= verdicts.canaries_in("\n".join(self.lines))
        self.lines.clear()


@contextmanager
def listening() -> Iterator[Listener]:
    """Hear everything from DEBUG up; nothing of it reaches the test report, which would keep it all."""
    root, listener = logging.getLogger(), Listener()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [listener]
    root.setLevel(logging.DEBUG)
    try:
        yield listener
    finally:
        listener.scan()
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass(slots=True)
class Ran:
    """What came of a run: how many probes, which statuses, the first faults of all, the time of the processor."""

    made: int = 0
    wrong: list[str] = field(default_factory=list)
    faults: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    allowed: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, fault: str) -> None:
        self.faults += 1
        if len(self.wrong) < MOST_TOLD:
            self.wrong.append(fault)

    def __str__(self) -> str:
        may = sum(self.allowed.values())
        well = sum(number for status, number in self.allowed.items() if status < 400)
        return (
            f"{self.made} probes, {dict(sorted(self.statuses.items()))}; {may} by those who may, {well} of them went"
            f" well; {self.seconds / max(self.made, 1) * 1000:.2f} s of processor time a thousand"
        )


def probe(made: World, cell: Cell) -> Outgoing:
    return made.frame.run(cell.route, cells.incoming(made, cell))


def run(made: World, some: Iterable[Cell]) -> Ran:
    """Make probes and hold each answer against the rules."""
    ran, began = Ran(), time.process_time()
    with listening() as listener:
        for cell in some:
            sent = probe(made, cell)
            ran.made += 1
            ran.statuses[sent.status] += 1
            if verdicts.may(cell) and cell.ownership == "own":
                ran.allowed[sent.status] += 1
            if fault := verdicts.verdict(made, cell, sent):
                ran.add(f"{cell}: {fault}")
    if listener.found:
        ran.add(f"the log holds {sorted(listener.found)[:5]}")
    if listener.heard < ran.made:
        ran.add(f"only {listener.heard} lines were logged of {ran.made} requests")
    ran.seconds = time.process_time() - began
    return ran
