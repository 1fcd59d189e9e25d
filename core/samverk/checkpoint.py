"""Keeps the write-ahead log of the embedded database short.

SQLite begins the log anew only at a moment when nobody reads; where somebody always does, it grows without end
(measured: 99 MB within four minutes of 110 requests a second).
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

log = logging.getLogger("samverk.database")
EVERY, LONGEST, PATIENCE = 100, 16 * 2**20, 0.2
"""After so many units of work that write the log is looked at; from so many bytes on it is cut, waiting so many seconds
for those who read. Who reads for longer is left in peace until a later time."""


class WriteAheadLog:
    """The log beside one database. To be used with the writer's lock held."""

    def __init__(self, url: str) -> None:
        self.path = Path(url.removeprefix("sqlite:///"))
        self._written = 0

    @property
    def size(self) -> int:
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return 0

    def keep_short(self) -> None:
        """Count a unit of work that has been committed, and cut the log when its time has come. Raises nothing."""
        self._written += 1
        if self._written % EVERY or self.size <= LONGEST:
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            # What was committed is committed; the next that write meet whatever is the matter.
            log.warning("the log beside the database could not be cut")
