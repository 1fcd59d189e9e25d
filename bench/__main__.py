"""`python -m bench`: seed, check, measure, compare with the goals, write `docs/performance.md`.

Exit 0 when every goal is met, 1 when one is missed, 2 when rows or answers were wrong, 3 when no verdict is possible.
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from bench import measure, report, seed, servers
from bench.measure import Unequal
from bench.report import Run
from bench.servers import ROOT


def say(text: str) -> None:
    print(text, flush=True)


def run(folder: Path, *, tenants: int, forms: int, rounds: int, seconds: float) -> Run:
    """Measure everything once in an empty folder. Raises Unequal."""
    began = time.perf_counter()
    say(f"Making 4 and {tenants:,} tenants and {forms:,} forms …")
    files, prepared = seed.make(folder, tenants, forms, dt.datetime.now(dt.UTC))
    say(f"  made in {time.perf_counter() - began:.0f} s. Start and memory …")
    help_s, ready_s = measure.starts(files.four, 3 if rounds > 1 else 1)
    memory_mb = measure.memory(files.four, files)
    with servers.bare() as bare, servers.samverk(files.four) as four:
        say("Rows are equal? Then requests in rotation …")
        costs = measure.costs(bare, four, files, rounds, seconds)
        with servers.samverk(files.many) as many:
            say(f"4 against {tenants:,} tenants …")
            four_ms, many_ms = measure.service_times(four, many, files, rounds, seconds)
    say("Submitting …")
    with servers.samverk(files.answers) as server:
        answers = measure.submissions(server, files.answers, prepared)
    took = time.perf_counter() - began
    return Run(costs, four_ms, many_ms, tenants, answers, help_s, ready_s, memory_mb, rounds, seconds, took)


def main() -> int:
    """Read the options, run, say and write what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tenants", type=int, default=4000)
    parser.add_argument("--forms", type=int, default=2400, help="prepared forms, a multiple of 8")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    given = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="samverk-bench-") as folder:
            found = run(
                Path(folder), tenants=given.tenants, forms=given.forms, rounds=given.rounds, seconds=given.seconds
            )
    except Unequal as error:
        say(f"Nothing measured counts: {error}")
        return 2
    say(f"\n{report.cost_table(found)}\n\n{report.goal_table(found)}\n")
    given.out.write_text(report.document(found, dt.date.today()), "utf-8")
    if not report.is_steady(found):
        say(f"No verdict: the bare application varied {found.costs[0].spread:.2f} times.")
        return 3
    missed = [one.what for one in report.goals(found) if not one.is_met]
    say("Missed: " + "; ".join(missed) if missed else f"Every goal is met. The figures stand in {given.out.name}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
