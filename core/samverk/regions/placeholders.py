"""Placeholders in the texts of questions and entries: which exist, and how they are filled.

Substitution is by an allow-list of names: no template engine and no `str.format` ever sees these texts.
"""

import difflib
import re
from collections.abc import Mapping

NAMES = (
    "period",
    "quarter",
    "year",
    "previous_year",
    "next_year",
    "budget_year",
    "previous_meeting",
    "previous_meeting.definite",
    "previous_meeting.compound",
    "meeting",
    "meeting.definite",
)
_FIELD = re.compile(r"\{([^{}]*)\}")


def unknown(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return the unknown placeholders of a text, each with the nearest known name.

    >>> unknown("Budsjettet for {budget_yaer}")
    (('budget_yaer', 'budget_year'),)
    """
    found = []
    for name in _FIELD.findall(text):
        if name not in NAMES:
            nearest = difflib.get_close_matches(name, NAMES, 1, 0.5)
            found.append((name, nearest[0] if nearest else None))
    return tuple(found)


def fill(text: str, given: Mapping[str, str]) -> str:
    """Put the given values in; a name that is not given stays as it is written.

    >>> fill("Hovudtrekk frå drifta i {period}", {"period": "2. tertial"})
    'Hovudtrekk frå drifta i 2. tertial'
    """
    return _FIELD.sub(lambda match: given.get(match[1], match[0]), text)
