"""The goals, what a run found beside them, and both as a table in the terminal and in `docs/performance.md`.

Nothing is measured here.
"""

import datetime as dt
import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from bench import load, servers
from bench.measure import PARTICIPANTS, ROWS, Answers, Cost

SPREAD_LIMIT = 1.5
NAMES = {
    "bare": "bare application, 2 KB of JSON",
    "json": "list of arrangements, JSON",
    "matrix": "list of arrangements, page (matrix)",
    "list": "list of arrangements, page (list)",
    "form": "form of the host with draft and three points",
}
AT_MOST = {"json": 80.0, "matrix": 200.0, "list": 200.0}
"""How many times the bare application's processor time a request may cost."""


@dataclass(frozen=True, slots=True)
class Run:
    """All figures of one run."""

    costs: tuple[Cost, ...]
    four_ms: list[float]
    many_ms: list[float]
    tenants: int
    answers: Answers
    help_s: list[float]
    ready_s: list[float]
    memory_mb: float
    rounds: int
    seconds: float
    took: float


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal and whether the run met it."""

    what: str
    goal: str
    found: str
    is_met: bool


def goals(run: Run) -> tuple[Goal, ...]:
    """Return the goals with what was found."""
    bare = run.costs[0].median
    found = [
        Goal(
            f"{NAMES[cost.name]}, of the bare limit",
            f"1/{AT_MOST[cost.name]:.0f} or better",
            f"1/{cost.median / bare:.0f}",
            cost.median / bare <= AT_MOST[cost.name],
        )
        for cost in run.costs
        if cost.name in AT_MOST
    ]
    ratio = statistics.median(run.many_ms) / statistics.median(run.four_ms)
    ready, shown = statistics.median(run.ready_s), statistics.median(run.help_s)
    return (
        *found,
        Goal(f"4 against {run.tenants:,} tenants, median service time", "1.15 or less", f"{ratio:.2f}", ratio <= 1.15),
        Goal(
            "submitted answers a second, none lost",
            "150 or more",
            f"{run.answers.per_second:.0f}",
            run.answers.per_second >= 150,
        ),
        Goal("`samverk --help`", "under 0.4 s", f"{shown:.2f} s", shown < 0.4),
        Goal("server ready", "under 2 s", f"{ready:.2f} s", ready < 2),
        Goal(
            "proportional memory after a page of each of four tenants",
            "under 220 MB",
            f"{run.memory_mb:.0f} MB",
            run.memory_mb < 220,
        ),
    )


def is_steady(run: Run) -> bool:
    """Say whether the bare application was measured evenly enough for a verdict."""
    return run.costs[0].spread <= SPREAD_LIMIT


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    lines = [heads, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def goal_table(run: Run) -> str:
    rows = [(one.what, one.goal, one.found, "yes" if one.is_met else "**no**") for one in goals(run)]
    return _table(("goal", "wanted", "this run", "met"), rows)


def cost_table(run: Run) -> str:
    bare = run.costs[0].median
    rows = [
        (
            NAMES[cost.name],
            f"{cost.median:.0f}",
            f"{min(cost.cpu_us):.0f}–{max(cost.cpu_us):.0f}",
            f"1/{cost.median / bare:.0f}" if cost.name != "bare" else "1",
            f"{statistics.median(cost.per_second):.0f}",
            f"{cost.p50_ms:.2f}",
        )
        for cost in run.costs
    ]
    return _table(("request", "server CPU µs", "lowest–highest", "of the limit", "a second", "alone, ms"), rows)


def machine() -> str:
    """Describe the machine in words that name no host and no path."""
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    packages = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("granian", "litestar", "sqlalchemy", "msgspec")
    )
    return (
        f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}"
    )


def document(run: Run, today: dt.date) -> str:
    """Return `docs/performance.md`."""
    missed = [one.what for one in goals(run) if not one.is_met]
    if not is_steady(run):
        verdict = (
            f"**No verdict**: the bare application's cost varied {run.costs[0].spread:.2f} times within the run "
            f"(at most {SPREAD_LIMIT} is allowed), so the machine was too busy for the ratios to be trusted."
        )
    elif missed:
        verdict = "**Missed:** " + "; ".join(missed) + "."
    else:
        verdict = "Every goal was met in this run."
    client = "wrk" if load.WRK else "the small client in `bench/load.py`"
    pinned = "Server on one core, client on another." if servers.IS_PINNED else "Server and client were not pinned."
    return f"""# Speed, memory and start

`make bench` writes this page; the figures are those of one run on {today.isoformat()}. Compare ratios, never
microseconds of different machines or runs.

{verdict}

## Goals

{goal_table(run)}

## What a request costs

{cost_table(run)}

Server CPU is the processor time of all the server's processes, in the program and in the kernel, divided by the
requests that were answered; median over {run.rounds} rounds of {run.seconds:g} s for each kind, in rotation, beginning
with the bare application. `of the limit` compares with the bare application of the same run. `a second` is at
16 connections on one core; `alone` is the median time of one connection that waits for each answer.

| service time with one connection, any tenant | median ms | lowest–highest of the rounds |
| --- | --- | --- |
| 4 tenants | {statistics.median(run.four_ms):.2f} | {min(run.four_ms):.2f}–{max(run.four_ms):.2f} |
| {run.tenants:,} tenants | {statistics.median(run.many_ms):.2f} | {min(run.many_ms):.2f}–{max(run.many_ms):.2f} |

| submitting answers | |
| --- | --- |
| forms, each submitted once by {run.answers.clients} clients with tokens | {run.answers.forms:,} |
| acknowledged answers lost or doubled | 0 |
| median, 99th percentile of one submission | {run.answers.p50_ms:.1f} ms, {run.answers.p99_ms:.1f} ms |

| start | median s | lowest–highest |
| --- | --- | --- |
| `samverk --help` | {statistics.median(run.help_s):.2f} | {min(run.help_s):.2f}–{max(run.help_s):.2f} |
| `samverk serve` until `/readyz` answers | {statistics.median(run.ready_s):.2f} | \
{min(run.ready_s):.2f}–{max(run.ready_s):.2f} |

## How it was measured

- {machine()}. {pinned} Client: {client}. The whole run took {run.took / 60:.1f} minutes.
- The bare application (`bench/bare.py`) runs on the same server with the same settings and answers the same 2 KB.
- Every region has {ROWS} arrangements with {PARTICIPANTS} participants; so has each of the {run.tenants:,}, which are
  copies of the first four (one for each installed plugin) with their own ids. Names are municipalities of the
  register; nothing else in the data is real.
- Before anything is timed the rows are counted in the JSON, in the matrix and in the list; any answer but 2xx ends
  the run. The list is asked for with a token, the pages with a session of a contact. Tokens have been used that
  day: the first use of a day is written down and costs a write.
- After submitting, the database must hold exactly one submission for each form, with the hash of its receipt. The
  database writes to disk before it answers (`synchronous=FULL`); how much that costs depends on the disk.
- Nothing is cached between requests but compiled templates, compiled statements, and values that never change.
- Start is measured warm, with compiled bytecode, on all cores. Memory is the sum over the server's processes of their
  proportional share (PSS), after one page of each of four tenants.
- When the bare application varies more than {SPREAD_LIMIT} times within a run, the benchmark refuses a verdict.
- Not measured: PostgreSQL, a database larger than memory, a slow disk, several serving processes.
"""
