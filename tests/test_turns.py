"""A test that measures time shares the machine with no other, and gets its turn."""

import threading
from pathlib import Path

from tests.turns import turn


def test_whoever_is_alone_waits_for_the_others_and_they_for_it(tmp_path: Path) -> None:
    happened: list[str] = []
    waiting = threading.Event()

    def alone() -> None:
        waiting.set()
        with turn(tmp_path, is_alone=True):
            happened.append("alone")

    def beside() -> None:
        with turn(tmp_path, is_alone=False):
            happened.append("beside")

    with turn(tmp_path, is_alone=False):
        beside()
        first = threading.Thread(target=alone)
        first.start()
        waiting.wait(5)
        first.join(0.3)
        later = threading.Thread(target=beside)
        later.start()
        later.join(0.3)
        happened.append("first has ended")
    first.join(5)
    later.join(5)

    assert happened == ["beside", "first has ended", "alone", "beside"]
