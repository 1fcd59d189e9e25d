"""Named sets of members as they were on a day.

Who is in one set is asked of `service.set_members`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tenants.model import MemberSet, Membership
from samverk.tenants.service import parties, set_members


@dataclass(frozen=True, slots=True)
class SetView:
    """A named set and its members on a day."""

    key: str
    name: LocalText | None
    party_ids: tuple[str, ...]
    marks: dict[str, Any]


def sets(scope: Scope, on: dt.date) -> tuple[SetView, ...]:
    """Return the named sets of the region in order, with their members on the day."""
    rows = scope.session.execute(
        select(MemberSet.key, MemberSet.name, MemberSet.marks)
        .where(MemberSet.tenant_id == scope.tenant_id)
        .order_by(MemberSet.position, MemberSet.key)
    )
    place = {party.id: number for number, party in enumerate(parties(scope, on))}
    return tuple(
        SetView(row.key, row.name, tuple(sorted(set_members(scope, row.key, on), key=place.__getitem__)), row.marks)
        for row in rows.all()
    )


def member_marks(scope: Scope, on: dt.date) -> dict[str, str | None]:
    """Return {party id: mark} of those who are in any set; a mark only where every such set bears one."""
    found: dict[str, str | None] = {}
    for one in sets(scope, on):
        mark = one.marks.get("mark")
        for party_id in one.party_ids:
            found[party_id] = found.get(party_id, mark) and mark
    return found


def set_sizes(scope: Scope, on: dt.date) -> dict[str, int]:
    """Return {set id: number of members on the day}."""
    rows = scope.session.execute(
        select(Membership.set_id, Membership.valid_from, Membership.valid_to).where(
            Membership.tenant_id == scope.tenant_id
        )
    )
    found: dict[str, int] = {}
    for set_id, since, until in rows:
        if (since is None or since <= on) and (until is None or until >= on):
            found[set_id] = found.get(set_id, 0) + 1
    return found
