"""Counts requests of the last minute by person in a region, and by network address; past a limit they wait (rule 34).

Counted in the memory of each process, not in the shared database: a counter there would make every request a write,
and what it holds back is a program gone wild, not a guess at a secret. Guesses (sign-in, codes) are counted in the
database by `people.limits`. With several processes the limits are so many times higher.
"""

import threading
from dataclasses import dataclass, field

from samverk.errors import TooManyRequests
from samverk.i18n import _
from samverk.settings import Settings

WINDOW = 60
MOST_COUNTERS = 50_000
ADDRESS_SHARE = 5
"""How many times as much as one person all behind one address may ask: a town hall has one."""


@dataclass(slots=True)
class Rates:
    """The counters of one process."""

    reads: int
    writes: int
    _minute: int = 0
    _counts: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of_address(self, address: str, seconds: float, *, writes: bool) -> None:
        """Count a request of an address. Raises TooManyRequests."""
        self._count(("", address, writes), (self.writes if writes else self.reads) * ADDRESS_SHARE, seconds)

    def of_person(self, tenant: str, person: str, seconds: float, *, writes: bool) -> None:
        """Count a request of a person in a region. Raises TooManyRequests."""
        self._count((tenant, person, writes), self.writes if writes else self.reads, seconds)

    def _count(self, who: tuple[str, str, bool], limit: int, seconds: float) -> None:
        minute = int(seconds // WINDOW)
        with self._lock:
            if minute != self._minute or len(self._counts) >= MOST_COUNTERS:
                self._minute, self._counts = minute, {}
            count = self._counts[who] = self._counts.get(who, 0) + 1
        if count > limit:
            wait = WINDOW - int(seconds % WINDOW)
            raise TooManyRequests(_("Too many requests. Wait a minute and go on."), wait)


def of(settings: Settings) -> Rates:
    return Rates(settings.reads_per_minute, settings.writes_per_minute)
