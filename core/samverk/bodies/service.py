"""Bodies and who holds their seats: filling, and finding a body.

How a body was composed on a day and who is missing is `composition.py`; meetings are `meetings`'s.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select

from samverk.bodies.model import Body, SeatHolder
from samverk.errors import NotFound
from samverk.regions.definition import LocalText
from samverk.regions.starter import Starter
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None


def fill(scope: Scope, starter: Starter | None) -> None:
    """Write a row for every body of the model, and the holders that the starter knows."""
    ids = {}
    for key in scope.model.bodies:
        row = Body(id=new_id(), key=key)
        ids[key] = row.id
        scope.add(row)
    scope.flush()
    for holder in (starter.holders if starter else {}).values():
        scope.add(
            SeatHolder(
                body_id=ids[holder.body],
                seat_key=holder.seat,
                party_id=tenants.party_id(scope, holder.party) if holder.party else None,
                office=holder.office,
                valid_from=_day(holder.from_),
                valid_to=_day(holder.to),
                marks=tenants.marks(holder),
            )
        )
    scope.flush()


def add_holder(
    scope: Scope,
    body_key: str,
    seat_key: str,
    party_id: str | None,
    office: LocalText | None,
    *,
    is_demonstration: bool,
) -> None:
    """Put a holder, by office, into a seat."""
    scope.add(
        SeatHolder(
            body_id=body_id(scope, body_key),
            seat_key=seat_key,
            party_id=party_id,
            office=office,
            marks={"mark": "demonstration"} if is_demonstration else {},
        )
    )
    scope.flush()


def body_id(scope: Scope, key: str) -> str:
    """Return the id of a body by its key. Raises NotFound."""
    found = scope.session.scalar(select(Body.id).where(Body.tenant_id == scope.tenant_id, Body.key == key))
    if found is None:
        raise NotFound()
    return found


def body_keys(scope: Scope) -> dict[str, str]:
    """Return {body id: key}."""
    rows = scope.session.execute(select(Body.id, Body.key).where(Body.tenant_id == scope.tenant_id))
    return dict(rows.all())


def held_keys(scope: Scope) -> frozenset[str]:
    """Return the keys of the bodies in which somebody holds or held a seat."""
    rows = scope.session.scalars(
        select(Body.key)
        .join(SeatHolder, (SeatHolder.tenant_id == Body.tenant_id) & (SeatHolder.body_id == Body.id))
        .where(Body.tenant_id == scope.tenant_id, SeatHolder.tenant_id == scope.tenant_id)
        .distinct()
    )
    return frozenset(rows)


def keep_up(scope: Scope, keys: Iterable[str]) -> None:
    """Give every body of a model its row; a body that has one keeps it, also when the model has it no more."""
    known = set(body_keys(scope).values())
    for key in keys:
        if key not in known:
            scope.add(Body(id=new_id(), key=key))
    scope.flush()


def find_key(scope: Scope, id_or_key: str) -> str:
    """Return the key of the body that an address means: an id or a key. Raises NotFound."""
    column = Body.id if tenants.is_id(id_or_key) else Body.key
    found = scope.session.scalar(select(Body.key).where(Body.tenant_id == scope.tenant_id, column == id_or_key))
    if found is None or found not in scope.model.bodies:
        raise NotFound()
    return found
