"""The heads of the logs, kept outside the database: one line a day and tenant, in files that are only added to.

Whoever changes the database and its head too is found out by what stands here (threat T14); copy the folder elsewhere.
"""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from samverk.audit.chain import Fault

_LINE = re.compile(r"(\d{4}-\d\d-\d\d) (\d+) ([0-9a-f]{64})\n?")


@dataclass(frozen=True, slots=True)
class Anchors:
    """The folder of the heads."""

    folder: Path

    def keep(self, tenant_id: str, day: dt.date, seq: int, digest: str) -> None:
        """Add the hash of a day's first entry, which stands for all before it; the same twice does no harm."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._file(tenant_id).open("a", encoding="ascii") as file:
            file.write(f"{day.isoformat()} {seq} {digest}\n")

    def check(self, tenant_id: str, hashes: dict[int, str]) -> tuple[Fault, ...]:
        """Return the heads that the log no longer holds: `anchor` at the number that was kept."""
        path = self._file(tenant_id)
        if not path.is_file():
            return ()
        kept = [_LINE.fullmatch(line) for line in path.read_text("ascii").splitlines(keepends=True)]
        return tuple(
            Fault(int(found[2]), "anchor") for found in kept if found and hashes.get(int(found[2])) != found[3]
        )

    def _file(self, tenant_id: str) -> Path:
        return self.folder / f"{tenant_id}.log"
