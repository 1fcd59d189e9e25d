"""Municipalities and the other parties of the region, as the register of places knows them on a day.

The register itself is `reference`'s; a county that no source names stays unknown here too.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.errors import NotFound
from samverk.i18n import sort_key
from samverk.reference.places import KNOWN_FROM, Place, PlacePeriod, load_places
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Party
from samverk.tenants.service import PartyView
from samverk.tenants.sets import SetView, sets


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """Another place, with its page where the region has one."""

    key: str
    name: str
    ended_on: dt.date | None
    is_here: bool


@dataclass(frozen=True, slots=True)
class Municipality:
    """A party that is a municipality, with the code, name and county of the day (None before and after its life)."""

    party: PartyView
    place: Place
    period: PlacePeriod | None
    sets: tuple[SetView, ...]
    marks: dict[str, Any]

    @property
    def known_from(self) -> dt.date:
        return KNOWN_FROM[self.place.country]


def list_municipalities(scope: Scope, on: dt.date) -> tuple[Municipality, ...]:
    """Return the municipalities of the region on the day, members first."""
    marks = _marks(scope)
    named_sets = sets(scope, on)
    found = []
    for party in tenants.parties(scope, on):
        place = load_places().by_key(party.place_key) if party.place_key else None
        if place is None:
            continue
        inside = tuple(one for one in named_sets if party.id in one.party_ids and one.name)
        found.append(Municipality(party, place, place.at(on), inside, marks[party.id]))
    return tuple(found)


def other_parties(scope: Scope, on: dt.date) -> tuple[tuple[PartyView, dict[str, Any]], ...]:
    """Return (party, marks) for those that are no municipality: counties, companies, councils."""
    marks = _marks(scope)
    return tuple((party, marks[party.id]) for party in tenants.parties(scope, on) if party.place_key is None)


def get_municipality(scope: Scope, key: str, on: dt.date) -> Municipality:
    """Return the municipality with today's key. Raises NotFound also for a place that is no party here."""
    found = next((one for one in list_municipalities(scope, on) if one.place.key == key), None)
    if found is None:
        raise NotFound()
    return found


def current_key(key: str) -> str | None:
    """Return the key that an address with an old code leads to; None when it is right as it is or means nothing."""
    place = load_places().redirect(key)
    return place.key if place is not None and place.key != key else None


def links(scope: Scope, keys: tuple[str, ...]) -> tuple[PlaceLink, ...]:
    """Return the places by name, and whether each has a page in this region."""
    here = {party.place_key for party in tenants.parties(scope)}
    places = [place for key in keys if (place := load_places().by_key(key)) is not None]
    found = [PlaceLink(place.key, place.name, place.ended_on, place.key in here) for place in places]
    return tuple(sorted(found, key=lambda link: sort_key(link.name, scope.locale)))


def _marks(scope: Scope) -> dict[str, dict[str, Any]]:
    rows = scope.session.execute(select(Party.id, Party.marks).where(Party.tenant_id == scope.tenant_id))
    return dict(rows.all())
