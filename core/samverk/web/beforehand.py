"""What a request needs done with no transaction open: a plugin asked, files scanned, papers printed.

A service that lacks it says so by one of `FIRST`; the wrapper gives the work up, has it done here, and does the work
anew. So nobody who writes waits for a plugin, a scanner or a printer of somebody else, and nobody's reading keeps the
database from being tidied up.
"""

import datetime as dt
from typing import Any

from samverk.database import Database
from samverk.errors import DoFirst
from samverk.registry import Answers, AskFirst
from samverk.web import scanning
from samverk.web.incoming import Entry
from samverk.web.scanning import ScanFirst, Verdict

First = AskFirst | ScanFirst | DoFirst
FIRST = (AskFirst, ScanFirst, DoFirst)


class Beforehand:
    """What was done so far for one request."""

    def __init__(self, database: Database, entry: Entry, scanner: str | None) -> None:
        self.database, self.entry, self.scanner = database, entry, scanner
        self.answers = Answers()
        self.scanned: dict[str, Verdict] = {}
        self.made: dict[str, Any] = {}

    @property
    def known(self) -> dict[str, Any]:
        """Return it as the services look it up in `session.info`."""
        return {"plugin_answers": self.answers, "scanned": self.scanned, "made": self.made}

    def do(self, first: First, now: dt.datetime) -> None:
        """Do what was asked for. Raises Busy, what the work itself and the database do."""
        match first:
            case AskFirst():
                self.entry.ask(self.database, first.question, self.answers, now)
            case ScanFirst():
                self.scanned |= scanning.scan(self.scanner or "", first.files)
            case DoFirst():
                first.do(self.made)
