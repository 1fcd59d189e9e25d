"""Keeps the tables of the shared registers equal to the packaged data; reads go to the pure registers.

Runs at `samverk migrate` and at the start of a server, in a unit of its own.
"""

import msgspec
from sqlalchemy import select

from samverk.database import Unit
from samverk.reference.legal_forms import load_legal_forms
from samverk.reference.model import LegalFormRow, PlaceRow, RegisterVersion
from samverk.reference.places import load_places
from samverk.regions.loader import PlaceNames


def refresh(session: Unit) -> bool:
    """Write places and legal forms where the packaged data has changed; return whether anything was written."""
    versions = {row.name: row for row in session.scalars(select(RegisterVersion))}
    changed = False
    for name, checksum, write in (
        ("places", load_places().checksum, _write_places),
        ("legal_forms", load_legal_forms().checksum, _write_legal_forms),
    ):
        known = versions.get(name)
        if known is not None and known.checksum == checksum:
            continue
        write(session)
        if known is None:
            session.add(RegisterVersion(name=name, checksum=checksum))
        else:
            known.checksum = checksum
        changed = True
    session.flush()
    return changed


def _write_places(session: Unit) -> None:
    known = {row.key: row for row in session.scalars(select(PlaceRow))}
    for place in load_places().places:
        row = known.get(place.key) or PlaceRow(key=place.key)
        row.country, row.name, row.code = place.country, place.name, place.code
        row.valid_from, row.valid_to = place.began_on, place.ended_on
        row.content = msgspec.to_builtins(place)
        session.add(row)


def _write_legal_forms(session: Unit) -> None:
    known = {row.key: row for row in session.scalars(select(LegalFormRow))}
    for form in load_legal_forms().forms:
        row = known.get(form.key) or LegalFormRow(key=form.key)
        row.country, row.valid_from, row.valid_to = form.country, form.valid_from, form.valid_to
        row.content = msgspec.to_builtins(form)
        session.add(row)


def place_names() -> PlaceNames:
    """Return what the loader of region files must know of places."""
    register = load_places()
    return PlaceNames(lambda key: register.by_key(key) is not None, register.nearest)
