"""The scanner hook: a command of the operator's that looks at each file before it is kept (rule 44).

It runs with no transaction open: the work is given up, the files are scanned, and the work is done anew.
"""

import logging
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from samverk.turns import Turns

log = logging.getLogger("samverk.security")
SECONDS = 60
Verdict = Literal["clean", "refused", "unknown"]
_turns = Turns(2, 1, 20.0)


class ScanFirst(Exception):
    """Files must be scanned before the work can go on: {SHA-256: bytes}."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(f"{len(files)} files")
        self.files = files


def scan(command: str, files: Mapping[str, bytes]) -> dict[str, Verdict]:
    """Return {SHA-256: verdict}. Exit 0 of the command is clean, 1 refused, anything else leaves it unknown.

    Raises Busy while others have theirs scanned.
    """
    with _turns.one():
        return {digest: _scan_one(command, content) for digest, content in files.items()}


def _scan_one(command: str, content: bytes) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="samverk-scan-") as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        path.chmod(0o444)
        os.chmod(folder, 0o755)  # noqa: S103, PTH101 - the scanner may run as another user; nobody else knows the name
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                [*shlex.split(command), str(path)], timeout=SECONDS, check=False, capture_output=True
            )
        except (OSError, subprocess.TimeoutExpired):
            log.exception("the scanner could not be run")
            return "unknown"
    if done.returncode > 1:
        log.error("the scanner ended with %s", done.returncode)
    return {0: "clean", 1: "refused"}.get(done.returncode, "unknown")  # type: ignore[return-value]
