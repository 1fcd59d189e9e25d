"""The page of reliability: made from its record, and its figures from tests that exist."""

from pathlib import Path

import pytest
from scripts import nightly
from scripts.figures import PROOFS, Figure
from scripts.nightly import FIGURES

ROOT = Path(__file__).parents[2]


def test_every_figure_has_one_place_and_tests_that_exist() -> None:
    assert len({figure.key for figure in FIGURES}) == len(FIGURES)
    for proof in PROOFS:
        for test in proof.tests:
            path, _colons, name = test.partition("::")
            function = name.partition("[")[0]
            assert f"def {function}(" in (ROOT / path).read_text("utf-8") if name else (ROOT / path).exists()


def test_the_page_equals_its_record() -> None:
    assert nightly.PAGE.read_text("utf-8") == nightly.document(nightly.load())


@pytest.mark.parametrize(
    ("has_passed", "cases", "verdict"),
    [(True, 20, (20, "passed")), (True, 19, (19, "too few")), (False, 20, (20, "FAILED"))],
)
def test_fewer_cases_than_wanted_have_shown_nothing(has_passed: bool, cases: int, verdict: tuple[int, str]) -> None:
    said = [
        {"figure": "X1", "what": "probes on SQLite", "cases": cases - 5},
        {"figure": "X1", "what": "more probes on SQLite", "cases": 5},
        {"figure": "X1", "what": "probes on PostgreSQL", "cases": 1_000},
        {"figure": "X2", "what": "probes on SQLite", "cases": 1_000},
    ]

    assert nightly.judged(Figure("X1", "probes", (20, 200), "SQLite"), 0, has_passed, said) == verdict
