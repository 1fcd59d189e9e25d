"""Prints a document as PDF (PDF/UA-1 and PDF/A-2a) and as DOCX, each in a process of its own.

Knows how these processes are started and ended, and that no unit of work waits for them: see `PrintFirst`. How a page
looks is said in `templates/document.typ` and in `docx.py`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from samverk.documents.tree import Document, DocumentError, PrintLabels, to_plain
from samverk.errors import Busy, DoFirst
from samverk.turns import Turns

BEGINNINGS = {"pdf": b"%PDF-", "docx": b"PK"}
"""What a whole print of each kind begins with."""
SECONDS = 90
TRIES = 3
_turns = Turns(2, 1, 5.0)


@dataclass(frozen=True, slots=True)
class Prints:
    """A document as it is given out, and the document that was printed."""

    document: Document
    pdf: bytes
    docx: bytes


Known = MutableMapping[str, Prints]


class PrintFirst(DoFirst):
    """A document must be printed before the work can go on."""

    def __init__(self, key: str, document: Document, labels: PrintLabels, issued_at: datetime) -> None:
        super().__init__(key)
        self.key, self.document, self.labels, self.issued_at = key, document, labels, issued_at

    def do(self, known: Known) -> None:
        """Print the document. Raises Busy, DocumentError.

        A document that is to be another one at each of a few tries is given up too: others issue theirs meanwhile.
        """
        if len(known) >= TRIES:
            raise Busy
        with _turns.one():
            known[self.key] = print_both(self.document, self.labels, issued_at=self.issued_at)


def printed(
    known: Known | None, name: str, make: Callable[[], tuple[Document, PrintLabels]], *, issued_at: datetime
) -> Prints:
    """Return the prints of the document that goes by a name: in a request those that are known, else made at once.

    What is known is not made again: the document says how things stood at `issued_at`, also when they have changed
    while it was printed. Raises PrintFirst in a request that does not know it yet.
    """
    key = f"{name} {issued_at.isoformat()}"
    if known is not None and key in known:
        return known[key]
    document, labels = make()
    if known is not None:
        raise PrintFirst(key, document, labels, issued_at)
    return print_both(document, labels, issued_at=issued_at)


def print_both(document: Document, labels: PrintLabels, *, issued_at: datetime) -> Prints:
    """Return both prints, made side by side. Raises DocumentError."""
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(_print, kind, document, labels, issued_at) for kind in BEGINNINGS]
        return Prints(document, *(one.result() for one in made))


def print_pdf(document: Document, labels: PrintLabels, *, issued_at: datetime) -> bytes:
    """Return the PDF; the same arguments give the same bytes.

    `issued_at` stands in the file's own data (PDF/A demands a date) and on no page. Raises DocumentError when the
    printing fails or takes too long.
    """
    return _print("pdf", document, labels, issued_at)


def _print(kind: str, document: Document, labels: PrintLabels, issued_at: datetime) -> bytes:
    data = {
        "document": to_plain(document),
        "labels": msgspec.to_builtins(labels),
        "issued": _date_and_time(issued_at),
        "timestamp": int(issued_at.timestamp()),
    }
    # The child has no use for the installation's secrets; threads would each reserve memory, and it has a limit.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    environment |= {"RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module, without a shell
            [sys.executable, "-P", "-m", "samverk.documents.child", kind],
            input=json.dumps(data).encode(),
            capture_output=True,
            env=environment,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as fault:
        raise DocumentError(
            f"The {kind.upper()} of {document.title.text!r} was not ready after {SECONDS} seconds; print a part of it."
        ) from fault
    if done.returncode or not done.stdout.startswith(BEGINNINGS[kind]):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[0] if said else f"the process ended with {done.returncode}"
        raise DocumentError(f"The {kind.upper()} of {document.title.text!r} could not be made: {reason}")
    return done.stdout


def _date_and_time(moment: datetime) -> dict[str, int]:
    utc = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(utc, name) for name in names}
