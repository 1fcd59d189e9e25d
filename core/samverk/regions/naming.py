"""Keys made of names: small ASCII letters, digits and underscores, as a region's files know their entries by."""

import re
import unicodedata

MAX_KEY = 60
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "đ": "d", "ð": "d", "þ": "th", "ŧ": "t"})
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def key_of(name: str) -> str:
    """Return the key that a name gives, cut where it is long; an empty one where it gives none.

    >>> key_of("Drift og økonomi (2. kvartal)"), key_of("Sør-Trøndelag"), key_of("1. ledd")
    ('drift_og_okonomi_2_kvartal', 'sor_trondelag', '')
    """
    folded = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:MAX_KEY].rstrip("_")
    return key if _KEY.fullmatch(key) else ""


def quoted(value: object) -> str:
    """Say a value that somebody wrote, in quotes, cut where it is long."""
    words = repr(value)
    return words if len(words) <= 100 else f"{words[:100]} …"


def is_key(text: str) -> bool:
    """Say whether a text is a key as the schema wants one."""
    return len(text) <= MAX_KEY and _KEY.fullmatch(text) is not None
