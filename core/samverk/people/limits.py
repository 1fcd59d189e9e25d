"""Counts tries in the shared database, by account and by address: sign-in, codes, forgotten passwords (rule 34).

What is tried is the caller's business.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable

from sqlalchemy import delete, func, or_, select

from samverk.database import Database, Unit
from samverk.errors import TooManyRequests
from samverk.i18n import _
from samverk.people.model import Attempt
from samverk.web import record

PER_ACCOUNT, PER_ADDRESS = 10, 60
WINDOW = dt.timedelta(minutes=15)


def _hash(account: str) -> str:
    return hashlib.sha256(account.casefold().encode()).hexdigest()


def whose(kind: str, account: str, address: str) -> tuple[tuple[str, int], ...]:
    """Return ((who, limit), …) for an account and a network address; the account is not stored in clear."""
    return (f"{kind}:{_hash(account)}", PER_ACCOUNT), (f"address:{address}", PER_ADDRESS)


def check(session: Unit, tried: Iterable[tuple[str, int]], now: dt.datetime) -> None:
    """Raise TooManyRequests past a limit."""
    for who, limit in tried:
        tries = session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.who == who, Attempt.at > now - WINDOW)
        )
        if tries is not None and tries >= limit:
            raise TooManyRequests(_("Too many tries. Wait a quarter of an hour and try again."), 900)


def count(session: Unit, tried: Iterable[tuple[str, int]], now: dt.datetime) -> None:
    """Count one try, and forget old ones."""
    session.add_all([Attempt(who=who, at=now) for who, _limit in tried])
    session.execute(delete(Attempt).where(Attempt.at < now - WINDOW))
    session.flush()


def forget(session: Unit, *accounts: str) -> None:
    """Delete the tries for accounts, of every kind."""
    session.execute(delete(Attempt).where(or_(*(Attempt.who.endswith(f":{_hash(one)}") for one in accounts))))


def count_afterwards(session: Unit, tried: tuple[tuple[str, int], ...], now: dt.datetime) -> None:
    """Count one try in a unit of its own after this one, which is rolled back because the try failed."""

    kind, address = tried[0][0].partition(":")[0], tried[-1][0].partition(":")[2]
    record.event("sign-in-failed" if kind == "account" else f"{kind}-failed", address=address)

    def work(database: Database) -> None:
        with database.unit(write=True) as own:
            count(own, tried, now)

    session.info.setdefault("afterwards", []).append(work)
