"""The journal of erasures: a file of the data folder that only grows, so that an older backup forgets again.

A line is a day and the SHA-256 of a person's id; nobody can tell from it who that was.
What is erased is `erasure.py`'s.
"""

import datetime as dt
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

_LINE = re.compile(r"(\d{4}-\d\d-\d\d) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one data folder."""

    NAME: ClassVar[str] = "erasures.log"
    folder: Path

    @staticmethod
    def mark(person_id: str) -> str:
        """Return what stands for a person: ids hold 74 bits of chance, so that no id can be guessed from it."""
        return hashlib.sha256(person_id.encode()).hexdigest()

    def keep(self, person_id: str, day: dt.date) -> None:
        """Add a person before anything of them is erased; the same twice does no harm."""
        self._add((f"{day.isoformat()} {self.mark(person_id)}",))

    def marks(self) -> frozenset[str]:
        """Return what stands for everybody who was ever erased."""
        return frozenset(line.split()[1] for line in _lines(self.folder / self.NAME))

    def take_over(self, *others: Path) -> None:
        """Add what other journals know and this one does not."""
        known = set(_lines(self.folder / self.NAME))
        more = [line for path in others for line in _lines(path) if line not in known]
        if more:
            self._add(tuple(dict.fromkeys(more)))

    def _add(self, lines: tuple[str, ...]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / self.NAME
        is_cut = path.is_file() and path.read_bytes()[-1:] not in (b"\n", b"")
        with path.open("a", encoding="ascii") as file:
            file.write(("\n" if is_cut else "") + "".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())


def _lines(path: Path) -> list[str]:
    """Return the lines of a journal that are whole; a last one that was cut off by a crash is none."""
    if not path.is_file():
        return []
    return [line for line in path.read_text("ascii", "replace").splitlines() if _LINE.fullmatch(line)]
