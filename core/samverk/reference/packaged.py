"""Checksums of the packaged registers, without reading them into values.

A start asks only whether the database holds them already; the registers themselves are `places` and `legal_forms`.
"""

import hashlib
from importlib.resources import files

PLACES = ("municipalities_no.csv", "municipality_changes_no.csv", "municipalities_se.csv")
LEGAL_FORMS = "legal_forms.toml"


def _text(name: str) -> str:
    return files("samverk.reference").joinpath("data", name).read_text(encoding="utf-8")


def checksums() -> dict[str, str]:
    """Return {register: checksum}, the same as the registers themselves give."""
    places = hashlib.sha256()
    for name in PLACES:
        places.update(f"{name}\n{_text(name)}".encode())
    return {
        "places": places.hexdigest(),
        "legal_forms": hashlib.sha256(_text(LEGAL_FORMS).encode()).hexdigest(),
    }
