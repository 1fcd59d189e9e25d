"""The register of places: every municipality of Norway and Sweden, found by key, by code on a day, by an old address.

What a place is stands in `place`, how its history is read from the rows in `place_history`; nothing here is stored.
"""

import csv
import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from samverk.reference.place import Place, PlacePeriod
from samverk.reference.place_history import norwegian_places, swedish_places

__all__ = ["KNOWN_FROM", "Place", "PlacePeriod", "PlaceRegister", "load_places"]

DATA_FILES = ("municipalities_no.csv", "municipality_changes_no.csv", "municipalities_se.csv")

# From when the register can be trusted on a date: the changes of Norway begin in 2002, and the Swedish list is
# that of 2023 without any changes. Earlier days are answered with the first that is known.
KNOWN_FROM: Mapping[str, date] = {"NO": date(2002, 1, 1), "SE": date(2023, 1, 1)}


@dataclass(frozen=True, slots=True)
class PlaceRegister:
    """All places, living and ended, ordered by key; `checksum` changes with any change in the data files."""

    places: tuple[Place, ...]
    checksum: str
    _by_key: Mapping[str, Place]
    _by_code: Mapping[tuple[str, str], tuple[Place, ...]]

    @classmethod
    def of(cls, places: tuple[Place, ...], checksum: str) -> "PlaceRegister":
        """Index the places; ValueError when two have the same key."""
        by_key = {place.key: place for place in places}
        if len(by_key) != len(places):
            raise ValueError("Two places have the same key")
        by_code: dict[tuple[str, str], tuple[Place, ...]] = {}
        for place in places:
            for code in {period.code for period in place.periods}:
                holders = by_code.get((place.country, code), ())
                by_code[place.country, code] = (*holders, place)
        return cls(tuple(sorted(places, key=lambda place: place.key)), checksum, by_key, by_code)

    def by_key(self, key: str) -> Place | None:
        """Return the place with exactly this key; an address that may be old goes through `redirect`."""
        return self._by_key.get(key)

    def find(self, country: str, code: str, on: date) -> Place | None:
        """Return the place that had the code on the day.

        >>> load_places().find("NO", "0512", date(2019, 6, 1)).name, load_places().find("NO", "0512", date(2020, 1, 1))
        ('Lesja', None)
        """
        for place in self._by_code.get((country.upper(), code), ()):
            if any(period.code == code and period.covers(on) for period in place.periods):
                return place
        return None

    def alive_on(self, on: date, country: str | None = None) -> tuple[Place, ...]:
        """Return the places of the day, of one country or of both."""
        return tuple(place for place in self.places if country in (None, place.country) and place.at(on) is not None)

    def redirect(self, key_or_old_code: str) -> Place | None:
        """Return the place that an address means: a key, a country with an old code, or a bare code.

        None when nothing or more than one place answers to it; a bare code may be in use in both countries.
        An ended place is answered with itself: `successors_on` leads on.

        >>> load_places().redirect("no-0512").key, load_places().redirect("0512")
        ('no-3432', None)
        """
        text = key_or_old_code.strip().lower()
        if (place := self._by_key.get(text)) is not None:
            return place
        country, dash, code = text.rpartition("-")
        countries = (country.upper(),) if dash else tuple(KNOWN_FROM)
        meant = {place.key: place for each in countries for place in self._by_code.get((each, code), ())}
        return next(iter(meant.values())) if len(meant) == 1 else None

    def successors_on(self, place: Place, on: date) -> tuple[Place, ...]:
        """Return what the place is on the day, through any number of mergers and splits; ordered by key.

        That is the place itself while it lives, and nothing before it began.

        >>> register = load_places()
        >>> [place.name for place in register.successors_on(register.by_key("no-1018"), date(2024, 1, 1))]
        ['Kristiansand']
        """
        if place.ended_on is None or on <= place.ended_on:
            return (place,) if place.at(on) is not None else ()
        found = {heir.key: heir for key in place.successors for heir in self.successors_on(self._by_key[key], on)}
        return tuple(found[key] for key in sorted(found))

    def nearest(self, text: str, country: str | None = None) -> tuple[str, ...]:
        """Return up to three places that may have been meant, as "key (name)", nearest first; for error messages.

        When the text is the very key, code or name of some places, now or earlier, it is just those.

        >>> load_places().nearest("Skjåkk")
        ('no-3433 (Skjåk)',)
        """
        wanted = text.strip().casefold()
        labels: dict[str, list[str]] = {}
        for place in self.places:
            if country is None or place.country == country.upper():
                label = f"{place.key} ({place.name})"
                words = {place.key, *(period.name.casefold() for period in place.periods)}
                words |= {f"{place.country.lower()}-{period.code}" for period in place.periods}
                for word in words:
                    labels.setdefault(word, []).append(label)
        if wanted in labels:
            return tuple(labels[wanted])
        near = difflib.get_close_matches(wanted, sorted(labels), n=3, cutoff=0.75)
        return tuple(dict.fromkeys(label for word in near for label in labels[word]))[:3]


@cache
def load_places() -> PlaceRegister:
    """Read the register that is shipped with the package; the same object each time."""
    folder = files("samverk.reference").joinpath("data")
    texts = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in DATA_FILES}
    digest = hashlib.sha256()
    for name in DATA_FILES:
        digest.update(f"{name}\n{texts[name]}".encode())
    no, changes, se = (list(csv.DictReader(texts[name].splitlines())) for name in DATA_FILES)
    return PlaceRegister.of(norwegian_places(no, changes) + swedish_places(se), digest.hexdigest())
