"""`python -m scripts.nightly`: prove the figures of security and reliability, and write `docs/reliability.md`.

Runs the tests of each figure at its size for continuous integration, with FULL=1 at its size for the night, all from
one seed, two proofs side by side. What came of a proof is written down as soon as it has ended, with the commit it
was run on, so that a night can be shared among several: `--rest` runs what has not been shown yet. Without arguments
everything is run; ids (`K1 F1`) choose.
"""

import argparse
import datetime as dt
import json
import os
import queue
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.figures import PROOFS, TIERS, Figure, Proof

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
LANES = 2
FIGURES = sorted((figure for proof in PROOFS for figure in proof.figures), key=lambda one: one.id)
Shown = dict[str, Any]
"""What was shown of a figure: figure, tier, wanted, made, result, seconds, commit, seed, day."""


def run(proof: Proof, tier: int, seed: int) -> tuple[bool, list[dict[str, Any]], float, str]:
    """Run the tests of a proof. Returns whether all passed, what they say they made, the seconds, and their output."""
    with tempfile.TemporaryDirectory(prefix="samverk-nightly-") as folder:
        report = Path(folder) / "report"
        env = os.environ | {
            "SAMVERK_TEST_SCALE": f"{proof.scales[tier]:g}",
            "SAMVERK_TEST_SEED": str(seed),
            "SAMVERK_TEST_REPORT": str(report),
        }
        began = time.monotonic()
        # -m "" lets the slow tests run too; one process for each proof, since proofs run beside each other.
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "", *proof.tests]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        seconds = time.monotonic() - began
        said = [json.loads(line) for line in report.read_text("utf-8").splitlines()] if report.exists() else []
    return done.returncode == 0, said, seconds, done.stdout + done.stderr


def commit() -> str:
    """Return the commit that is tested, with a mark when files differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603, S607

    own = (RECORD.name, PAGE.name)
    changed = [line for line in git("status", "--porcelain").splitlines() if not line.endswith(own)]
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")


def judged(figure: Figure, tier: int, has_passed: bool, said: Iterable[dict[str, Any]]) -> tuple[int, str]:
    """Return how many cases were made of a figure, and the verdict."""
    made = sum(one["cases"] for one in said if one["figure"] == figure.id and figure.named in one["what"])
    if not has_passed:
        return made, "FAILED"
    return made, "passed" if made >= figure.cases[tier] else "too few"


def load() -> dict[tuple[str, str], Shown]:
    """Return what was shown before, by figure and tier."""
    rows = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else []
    return {(row["figure"], row["tier"]): row for row in rows}


def save(record: dict[tuple[str, str], Shown]) -> None:
    """Write the record and the page, in the order of the figures; a figure that is no more goes."""
    rows = [record[figure.key, tier] for tier in TIERS for figure in FIGURES if (figure.key, tier) in record]
    RECORD.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(document(record), "utf-8")


def document(record: dict[tuple[str, str], Shown]) -> str:
    """Return the page: a table for each size, a line for each figure, also for what was not run."""
    lines = [
        "# Reliability: what was proved, and how often",
        "",
        "Written by `make nightly` from what its runs themselves say; the figures wanted are those of the project's",
        "rules on security and reliability. A run that makes fewer cases than its figure has not shown it. Each line",
        "names the commit it was run on, and the seed that makes the same run again (`SAMVERK_TEST_SEED`).",
    ]
    for tier, name in enumerate(TIERS):
        lines += [
            "",
            "## At the size of continuous integration" if name == "CI" else "## At the size of the night (`FULL=1`)",
            "",
            "| id | what | wanted | made | result | seconds | commit | seed | day |",
            "| --- | --- | ---: | ---: | --- | ---: | --- | ---: | --- |",
        ]
        for figure in FIGURES:
            head = f"| {figure.id} | {figure.what} | {figure.cases[tier]:,} |"
            row = record.get((figure.key, name))
            if row is None:
                lines.append(f"{head} | not run | | | | |")
            else:
                lines.append(
                    f"{head} {row['made']:,} | {row['result']} | {row['seconds']:,} | {row['commit']} | {row['seed']}"
                    f" | {row['day']} |"
                )
    return "\n".join(lines) + "\n"


class Night:
    """One call of the command: the proofs that are to be run, and the record they are written to."""

    def __init__(self, tier: int, seed: int) -> None:
        self.tier, self.seed, self.commit = tier, seed, commit()
        self.has_failed = False
        self._lock = threading.Lock()

    def show(self, proof: Proof) -> None:
        """Run a proof and write down what it showed."""
        name = ", ".join(sorted({figure.id for figure in proof.figures}))
        print(f"{name} begins", flush=True)
        has_passed, said, seconds, output = run(proof, self.tier, self.seed)
        with self._lock:
            record = load()
            for figure in proof.figures:
                made, result = judged(figure, self.tier, has_passed, said)
                self.has_failed |= result != "passed"
                record[figure.key, TIERS[self.tier]] = {
                    "figure": figure.key, "tier": TIERS[self.tier], "wanted": figure.cases[self.tier], "made": made,
                    "result": result, "seconds": round(seconds), "commit": self.commit, "seed": self.seed,
                    "day": dt.date.today().isoformat(),
                }  # fmt: skip
                wanted = figure.cases[self.tier]
                print(f"{figure.id} {figure.what}: {made:,} of {wanted:,}, {seconds:.0f} s, {result}", flush=True)
            save(record)
            if not has_passed:
                print(output[-6000:], flush=True)

    def side_by_side(self, proofs: Iterable[Proof], at_once: int) -> None:
        """Run proofs in their order, a few at once."""
        waiting: queue.SimpleQueue[Proof] = queue.SimpleQueue()
        for proof in proofs:
            waiting.put(proof)

        def lane() -> None:
            while True:
                try:
                    proof = waiting.get_nowait()
                except queue.Empty:
                    return
                self.show(proof)

        lanes = [threading.Thread(target=lane) for _number in range(max(1, at_once))]
        for one in lanes:
            one.start()
        for one in lanes:
            one.join()


def chosen(ids: set[str], *, is_rest: bool, tier: int) -> list[Proof]:
    """Return the proofs that show one of the ids; of the rest only those not shown yet at this size."""
    record = load()

    def is_shown(figure: Figure) -> bool:
        return record.get((figure.key, TIERS[tier]), {}).get("result") == "passed"

    return [
        proof
        for proof in PROOFS
        if (not ids or ids & {figure.id for figure in proof.figures})
        and not (is_rest and all(map(is_shown, proof.figures)))
    ]


def main() -> int:
    """Run the proofs, write the page as they end, and say by the code whether every one has passed."""
    known = sorted({figure.id for figure in FIGURES})
    parser = argparse.ArgumentParser(prog="nightly", description="Prove the figures of security and reliability.")
    parser.add_argument("ids", nargs="*", metavar="ID", help=f"only these figures: {' '.join(known)}")
    parser.add_argument("--rest", action="store_true", help="only what has not been shown yet at this size")
    parser.add_argument("--lanes", type=int, default=LANES, help=f"how many proofs at once, {LANES} without it")
    parser.add_argument("--page", action="store_true", help="run nothing, write the page anew")
    given = parser.parse_args()
    if unknown := set(given.ids) - set(known):
        parser.error(f"no such figure: {' '.join(sorted(unknown))}")
    if given.page:
        save(load())
        return 0
    tier = int(os.environ.get("FULL") == "1")
    night = Night(tier, int(os.environ.get("SAMVERK_TEST_SEED") or secrets.randbelow(10**9)))
    proofs = chosen(set(given.ids), is_rest=given.rest, tier=tier)
    print(f"commit {night.commit}, seed {night.seed}, {TIERS[tier]} figures, {len(proofs)} proofs", flush=True)
    began = time.monotonic()
    night.side_by_side((proof for proof in proofs if not proof.is_alone), given.lanes)
    for proof in proofs:
        if proof.is_alone:
            night.show(proof)
    print(f"{(time.monotonic() - began) / 60:.0f} minutes; {PAGE.relative_to(ROOT)} is written", flush=True)
    return int(night.has_failed)


if __name__ == "__main__":
    sys.exit(main())
