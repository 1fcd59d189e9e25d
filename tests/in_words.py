"""Whether what is told stands in the language that was asked for: no sentence of a catalogue in English."""

import functools
import re
from pathlib import Path

import polib

LOCALES = Path(__file__).parent.parent / "locales"
LANGUAGES = ("nb", "nn", "sv")


@functools.cache
def english(locale: str) -> tuple[re.Pattern[str], ...]:
    """Return what the sentences of a region's faults look like in English, where the language says them otherwise."""
    found = []
    for entry in polib.pofile(str(LOCALES / locale / "LC_MESSAGES" / "samverk.po")):
        rooms = {name.split("/")[2] for name, _line in entry.occurrences if name.startswith("core/samverk/")}
        if rooms & {"regions", "configuration"} and entry.msgstr not in ("", entry.msgid) and " " in entry.msgid:
            parts = re.split(r"%\(\w+\)s", entry.msgid)
            found.append(re.compile(".*".join(map(re.escape, parts)), re.DOTALL))
    return tuple(found)


def is_in(locale: str, words: str) -> bool:
    """Say whether no sentence is left in English."""
    return not any(pattern.fullmatch(words) for pattern in english(locale))
