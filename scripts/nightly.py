# ruff: noqa: E501
"""`python -m scripts.nightly`: prove the figures of security and reliability, and write `docs/reliability.md`.

Runs the tests of each figure at its size for continuous integration, with FULL=1 at its size for the night, all from
one seed. The table is made from what the runs themselves say; a run that made fewer cases than its figure has failed.
"""

import datetime as dt
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: cases for CI and for the night, the tests that make them, and how many times their usual size."""

    id: str
    what: str
    cases: tuple[int, int]
    tests: tuple[str, ...]
    scales: tuple[float, float] = (1, 1)
    workers: int = 0


FIGURES = (
    Figure("P1", "isolation probes, no leak", (25_000, 250_000), ("tests/probes/test_isolation.py",)),
    Figure("P3", "mutants of isolation, all caught", (20, 80), ("tests/probes/test_mutants.py",)),
    Figure("P4", "foreign and missing objects look the same", (1_000, 10_000), ("tests/probes/test_isolation.py",)),
    Figure("P6", "units on a pool of two, no foreign row", (10_000, 100_000), ("tests/house/test_row_security.py",), (1, 10)),
    Figure("A1", "tampering with the log, found at its place", (500, 10_000), ("tests/audit/test_log.py",), (1, 20)),
    Figure("G1", "faults of plugins, each hook", (80, 800), ("tests/plugins/test_fault_matrix.py",), (1, 10), 2),
    Figure("G2", "malformed files of regions, refused", (1_000, 20_000), ("tests/regions/test_hostile_files.py",), (5, 100), 2),
    Figure("F1", "generated requests, every check", (20_000, 300_000), ("tests/web/test_generated_requests.py",), (10, 150)),
    Figure("F2", "naughty strings, every field", (5_000, 50_000), ("tests/web/test_naughty_strings.py",), (10, 100), 2),
    Figure("F2", "malformed requests, alike on both engines", (100, 100), ("tests/web/test_hostile_requests.py",)),
    Figure("L1", "words in the log", (1, 1), ("tests/web/test_rates_and_log.py",)),
    Figure("C1", "changes to one version at once", (2_000, 50_000), ("tests/reliability/test_races.py::test_of_many_changes_to_one_version_exactly_one_is_kept",), (10, 250)),
    Figure("C2", "acknowledged submissions as a set", (5_000, 100_000), ("tests/reliability/test_races.py::test_every_acknowledged_submission_is_there_exactly_once",), (10, 200)),
    Figure("C3", "one key sent four times at once", (1_000, 20_000), ("tests/reliability/test_races.py::test_one_key_sent_four_times_at_once_has_one_effect_and_one_answer",), (10, 200)),
    Figure("C4", "closing against submitting", (500, 10_000), ("tests/reliability/test_races.py::test_nothing_is_accepted_after_a_round_has_closed",), (10, 200)),
    Figure("C6", "numbers without gap", (2_000, 20_000), ("tests/reliability/test_races.py::test_numbers_are_unique_and_without_gap_also_where_work_is_undone",), (10, 100)),
    Figure("K1", "kills of the server", (60, 1_000), ("tests/reliability/test_killed_server.py::test_a_killed_server_loses_and_doubles_nothing",), (7, 130)),
    Figure("K1 acknowledged", "submissions under kills, none lost or doubled", (5_000, 100_000), ("tests/reliability/test_killed_server.py::test_a_killed_server_loses_and_doubles_nothing",), (7, 130)),
    Figure("K3", "commits whose syncs were counted", (40, 40), ("tests/reliability/test_killed_server.py::test_every_commit_has_reached_the_disk_before_its_answer",)),
)  # fmt: skip
"""In the order they are run; those of the same tests and size are run once."""


@dataclass(slots=True)
class Ran:
    """What came of one run of tests: {(figure, what): cases}, whether all passed, and how long it took."""

    cases: dict[tuple[str, str], int] = field(default_factory=dict)
    has_passed: bool = False
    seconds: float = 0.0


def run(tests: tuple[str, ...], scale: float, workers: int, seed: int) -> Ran:
    """Run tests at a size; read what they say they made."""
    with tempfile.TemporaryDirectory(prefix="samverk-nightly-") as folder:
        report = Path(folder) / "report"
        env = os.environ | {
            "SAMVERK_TEST_SCALE": f"{scale:g}",
            "SAMVERK_TEST_SEED": str(seed),
            "SAMVERK_TEST_REPORT": str(report),
        }
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-m", "", *tests]
        done = subprocess.run(command, cwd=ROOT, env=env, check=False)  # noqa: S603
        ran = Ran(has_passed=done.returncode == 0, seconds=time.monotonic() - began)
        for line in report.read_text("utf-8").splitlines() if report.exists() else ():
            said = json.loads(line)
            name = (said["figure"], said["what"])
            ran.cases[name] = ran.cases.get(name, 0) + said["cases"]
    return ran


def commit() -> str:
    """Return the commit that is tested, with a mark when files differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603, S607

    changed = [line for line in git("status", "--porcelain").splitlines() if not line.endswith("docs/reliability.md")]
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")


def document(rows: list[tuple[str, str, int, int, float, str]], seed: int, tier: str, at: str, took: float) -> str:
    """Return the page: one line a figure, from the runs of this command only."""
    lines = [
        "# Reliability: what was proved, and how often",
        "",
        "Written by `make nightly` from the output of its own run; the figures wanted are those of the project's rules on",
        "security and reliability. A row counts what its tests say they made; fewer than the figure is a failure.",
        "",
        f"Commit {at} · {dt.date.today().isoformat()} · {tier} figures · seed {seed}"
        f" (`SAMVERK_TEST_SEED={seed}` repeats the run) · {took / 60:.0f} minutes",
        "",
        "| id | what | figure wanted | made | seconds | result |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    lines += [
        f"| {id_} | {what} | {wanted:,} | {made:,} | {seconds:.0f} | {result} |"
        for id_, what, wanted, made, seconds, result in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run every figure, write the page, say what failed."""
    is_full = os.environ.get("FULL") == "1"
    tier, seed = int(is_full), int(os.environ.get("SAMVERK_TEST_SEED") or secrets.randbelow(10**9))
    only = set(sys.argv[1:])
    at, began = commit(), time.monotonic()
    print(f"commit {at}, seed {seed}, {'nightly' if is_full else 'CI'} figures", flush=True)
    known: dict[tuple[tuple[str, ...], float], Ran] = {}
    rows: list[tuple[str, str, int, int, float, str]] = []
    for figure in FIGURES:
        if only and figure.id not in only:
            continue
        key = (figure.tests, figure.scales[tier])
        is_new = key not in known
        if is_new:
            print(f"\n{figure.id} {figure.what} …", flush=True)
            known[key] = run(figure.tests, figure.scales[tier], figure.workers, seed)
        ran, wanted = known[key], figure.cases[tier]
        made = sum(cases for (id_, _what), cases in ran.cases.items() if id_ == figure.id)
        result = "passed" if ran.has_passed and made >= wanted else "FAILED" if not ran.has_passed else "too few"
        rows.append((figure.id, figure.what, wanted, made, ran.seconds if is_new else 0.0, result))
        print(f"{figure.id}: {made:,} of {wanted:,}, {ran.seconds:.0f} s, {result}", flush=True)
    text = document(rows, seed, "nightly" if is_full else "CI", at, time.monotonic() - began)
    print("\n" + text, flush=True)
    if not only:
        (ROOT / "docs" / "reliability.md").write_text(text, "utf-8")
    return int(any(row[-1] != "passed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
