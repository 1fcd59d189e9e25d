"""The benchmark runs, and what it asserts can fail: other rows, a failed request, a lost answer, a missed goal."""

import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from bench import measure, report, seed, servers
from bench.__main__ import run
from bench.measure import Answers, Cost, Unequal
from bench.report import Run

from samverk.migrations import ready, runner
from samverk.reference import packaged
from samverk.reference.legal_forms import load_legal_forms
from samverk.reference.places import load_places


def found(bare: tuple[float, ...], factor: float) -> Run:
    """Return a run in which every request costs so many times the bare one."""
    kinds = ("json", "matrix", "list", "form")
    costs = (Cost("bare", bare, bare, 0.1), *(Cost(kind, (bare[0] * factor,), (1.0,), 1.0) for kind in kinds))
    return Run(costs, [2.0], [2.0], 4000, Answers(2400, 8, 200.0, 5.0, 9.0), [0.2], [1.5], 90.0, 5, 2.0, 240.0)


def test_goals_are_met_or_missed_by_name() -> None:
    fast, slow = found((40.0, 41.0), 70.0), found((40.0, 41.0), 90.0)

    assert [goal.is_met for goal in report.goals(fast)] == [True] * 8
    assert [goal.what for goal in report.goals(slow) if not goal.is_met] == [
        "list of arrangements, JSON, of the bare limit"
    ]
    assert "Every goal was met" in report.document(fast, dt.date(2026, 11, 22))
    assert "**Missed:** list of arrangements, JSON" in report.document(slow, dt.date(2026, 11, 22))


def test_an_uneven_machine_gives_no_verdict() -> None:
    uneven = found((40.0, 61.0), 70.0)

    assert not report.is_steady(uneven)
    assert "**No verdict**" in report.document(uneven, dt.date(2026, 11, 22))


def test_a_lost_or_doubled_answer_is_seen(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "samverk.sqlite3")
    connection.execute("CREATE TABLE submission (form_id TEXT, content_hash TEXT)")
    connection.execute("INSERT INTO submission VALUES ('a', '1')")
    connection.commit()

    measure.check_answers(tmp_path, {"a"}, {"a": "1"}, [])
    for receipts, forms in (({"a": "1", "b": "2"}, {"a", "b"}), ({"a": "2"}, {"a"}), ({}, {"a"})):
        with pytest.raises(Unequal):
            measure.check_answers(tmp_path, forms, receipts, [])
    connection.execute("INSERT INTO submission VALUES ('a', '1')")
    connection.commit()
    connection.close()
    with pytest.raises(Unequal):
        measure.check_answers(tmp_path, {"a"}, {"a": "1"}, [])


def test_a_database_is_ready_only_when_newest_and_whole(tmp_path: Path) -> None:
    url = seed.url(tmp_path)
    before = ready.is_ready(url)
    runner.migrate(url)

    assert (before, ready.is_ready(url)) == (False, True)
    assert packaged.checksums() == {"places": load_places().checksum, "legal_forms": load_legal_forms().checksum}
    connection = sqlite3.connect(tmp_path / "samverk.sqlite3")
    connection.execute("UPDATE register_version SET checksum = 'older' WHERE name = 'places'")
    connection.commit()
    assert not ready.is_ready(url)
    connection.execute("DROP TABLE register_version")
    connection.close()
    assert not ready.is_ready(url)


@pytest.mark.slow
def test_a_small_run_measures_everything(tmp_path: Path) -> None:
    small = run(tmp_path, tenants=8, forms=16, rounds=1, seconds=0.2)

    assert [cost.name for cost in small.costs] == ["bare", "json", "matrix", "list", "form"]
    assert (small.answers.forms, small.answers.clients) == (16, 8)
    assert len(report.goals(small)) == 8
    assert min(small.memory_mb, small.ready_s[0], small.help_s[0], small.four_ms[0], small.many_ms[0]) > 0


@pytest.mark.slow
def test_other_rows_end_the_run(tmp_path: Path) -> None:
    files, _prepared = seed.make(tmp_path, 4, 8, dt.datetime.now(dt.UTC))
    connection = sqlite3.connect(files.four / "samverk.sqlite3")
    connection.execute("DELETE FROM arrangement_party WHERE rowid = (SELECT max(rowid) FROM arrangement_party)")
    connection.commit()
    connection.close()

    with servers.bare() as bare, servers.samverk(files.four) as own, pytest.raises(Unequal, match="299"):
        measure.costs(bare, own, files, 1, 0.2)
