"""How much the generated tests do, and from which seed: `make test` does the figure, longer runs a multiple of it.

SAMVERK_TEST_SCALE multiplies every figure (5 makes 1,000 of 200); SAMVERK_TEST_SEED repeats a run.
"""

import os
import secrets


def count(figure: int) -> int:
    """Return how many cases this run makes of a test whose figure is given; never fewer."""
    return max(figure, round(figure * float(os.environ.get("SAMVERK_TEST_SCALE", "1"))))


def seed() -> int:
    """Return the seed of this run; a test prints it, so that a failure can be repeated."""
    return int(os.environ.get("SAMVERK_TEST_SEED") or secrets.randbelow(10**9))
