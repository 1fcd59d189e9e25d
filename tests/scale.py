"""How much the generated tests do, and from which seed: `make test` does the figure, longer runs a multiple of it.

SAMVERK_TEST_SCALE multiplies every figure (5 makes 1,000 of 200); SAMVERK_TEST_SEED repeats a run.
"""

import json
import os
import secrets
from pathlib import Path


def count(figure: int) -> int:
    """Return how many cases this run makes of a test whose figure is given; never fewer."""
    return max(figure, round(figure * float(os.environ.get("SAMVERK_TEST_SCALE", "1"))))


def seed() -> int:
    """Return the seed of this run; a test prints it, so that a failure can be repeated."""
    return int(os.environ.get("SAMVERK_TEST_SEED") or secrets.randbelow(10**9))


def made(figure: str, what: str, cases: int, wanted: int, seed: int | None = None) -> None:
    """Tell how many cases a test made, on the terminal and in the file that the nightly run reads.

    A run that made fewer than were wanted is no proof: the test fails.
    """
    line = {"figure": figure, "what": what, "cases": cases, "wanted": wanted, "seed": seed}
    print(f"\n{figure} {what}: {cases} of {wanted}" + (f", seed {seed}" if seed is not None else ""))
    report = os.environ.get("SAMVERK_TEST_REPORT")
    if report:
        with Path(report).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    assert cases >= wanted, f"{figure} made {cases} cases of {wanted}"
