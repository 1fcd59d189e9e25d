"""Where in a TOML file a key stands: faults are found in what the file means, people look for a line.

The file is known to be readable; what is found is the deepest part of the path that has a line of its own.
"""

import re
from collections import Counter

_TABLE = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: str) -> int | None:
    """Return the line, from 1, of `path` (`bodies.council.kind`, `sets.0.members`) in the text of a TOML file.

    Of a key inside an inline table it is the line where that begins; None when nothing of the path is there.
    """
    wanted = tuple(step for step in path.split(".") if step)
    best: tuple[int, int | None] = (0, None)
    table: tuple[str, ...] = ()
    arrays: Counter[tuple[str, ...]] = Counter()
    quotes = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quotes:
            quotes = "" if quotes in line else quotes
            continue
        here: tuple[str, ...] = ()
        if found := _TABLE.match(line):
            table = _parts(found[2])
            if found[1] == "[[":
                arrays[table] += 1
                table = (*table, str(arrays[table] - 1))
            here = table
        elif found := _KEY.match(line):
            here = (*table, *_parts(found[1]))
            quotes = next((mark for mark in ('"""', "'''") if line.count(mark) == 1), "")
        if here and wanted[: len(here)] == here and len(here) > best[0]:
            best = (len(here), number)
    return best[1]


def _parts(written: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(written))
