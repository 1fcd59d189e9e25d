"""Prints a document as PDF (PDF/UA-1 and PDF/A-2a) in a process of its own.

Knows how that process is started and ended; how a page looks is said in `templates/document.typ`.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import msgspec

from samverk.documents.tree import Document, DocumentError, PrintLabels, to_plain

SECONDS = 90


def print_pdf(document: Document, labels: PrintLabels, *, issued_at: datetime) -> bytes:
    """Return the PDF; the same arguments give the same bytes.

    `issued_at` stands in the file's own data (PDF/A demands a date) and on no page. Raises DocumentError when the
    printing fails or takes too long.
    """
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
        done = subprocess.run(
            [sys.executable, "-P", "-m", "samverk.documents.pdf_child"],
            input=json.dumps(data).encode(),
            capture_output=True,
            env=environment,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired as fault:
        raise DocumentError(
            f"The PDF of {document.title.text!r} was not ready after {SECONDS} seconds; print a part of it."
        ) from fault
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[0] if said else f"the process ended with {done.returncode}"
        raise DocumentError(f"The PDF of {document.title.text!r} could not be made: {reason}")
    return done.stdout


def _date_and_time(moment: datetime) -> dict[str, int]:
    utc = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(utc, name) for name in names}
