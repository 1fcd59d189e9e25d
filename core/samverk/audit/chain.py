"""The record of an entry and its hash: pure, so that anybody can check a log with these few lines.

Source: SHA-256 over canonical JSON (RFC 8785) of the record below, security rule 23. Rows are `service.py`'s.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import rfc8785

FIRST = "0" * 64
"""The hash before the first entry of a tenant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is stored. `actor` is a commitment to a person, `before` and `after` digests of values."""

    tenant_id: str
    seq: int
    at: dt.datetime
    actor: str | None
    action: str
    operation: str
    subject: str | None
    changes: tuple[tuple[str, str, str | None], ...]
    before: str | None
    after: str | None
    previous: str
    hash: str


def record(entry: Entry) -> dict[str, Any]:
    """Return what the hash of an entry is taken over."""
    return {
        "tenant": entry.tenant_id,
        "seq": entry.seq,
        "at": moment(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "operation": entry.operation,
        "subject": entry.subject,
        "changes": [list(change) for change in entry.changes],
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous,
    }


def moment(at: dt.datetime) -> str:
    """Write a moment as the record does.

    >>> moment(dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC))
    '2026-01-02T03:04:05.000678Z'
    """
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def digest(entry: Entry) -> str:
    return hashlib.sha256(rfc8785.dumps(record(entry))).hexdigest()


def commitment(salt: str, person_id: str) -> str:
    """Return what stands for a person in the chain: nobody can tell who it is once the salt is gone (rule 24)."""
    return hmac.new(bytes.fromhex(salt), person_id.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a chain, at which entry."""

    seq: int
    kind: str


def check(entries: Iterable[Entry]) -> tuple[tuple[Fault, ...], Entry | None]:
    """Hold the entries of one tenant, in order, against their hashes; return the faults and the last entry.

    Kinds: `gap` (a number is missing, doubled or out of order), `changed` (the content is not what was hashed),
    `cut` (the entry does not follow the one before it).
    """
    faults: list[Fault] = []
    last: Entry | None = None
    for entry in entries:
        wanted = 1 if last is None else last.seq + 1
        if entry.seq != wanted:
            faults.append(Fault(wanted, "gap"))
        elif entry.previous != (FIRST if last is None else last.hash):
            faults.append(Fault(entry.seq, "cut"))
        if digest(entry) != entry.hash:
            faults.append(Fault(entry.seq, "changed"))
        last = entry
    return tuple(faults), last
