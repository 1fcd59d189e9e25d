"""Fills a new tenant with its own facts from a starter: sources, parties, sets, subjects other than arrangements.

Arrangements, bodies and documents are filled by their own rooms.
"""

import datetime as dt

import msgspec
from sqlalchemy import update

from samverk.errors import NotFound
from samverk.reference.places import load_places
from samverk.regions.starter import Starter
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants.model import MemberSet, Membership, Party, Source, Subject, Tenant
from samverk.tenants.service import marks


def fill(scope: Scope, starter: Starter) -> None:
    """Write the tenant's own facts: sources, parties, sets, subjects other than arrangements."""
    scope.session.execute(
        update(Tenant)
        .where(Tenant.id == scope.tenant_id)
        .values(
            seen_at=dt.date.fromisoformat(starter.seen_at) if starter.seen_at else None,
            about=msgspec.to_builtins({"about": starter.about, "direction": starter.direction}),
        )
    )
    for key, source in {**scope.model.sources, **starter.sources}.items():
        scope.add(Source(key=key, content=msgspec.to_builtins(source)))
    # A set that the plugin's author assumed makes no member where the source names members of its own.
    certain = [group for group in starter.sets.values() if not group.assumed] or list(starter.sets.values())
    members = {member for group in certain for member in group.members}
    ids: dict[str, str] = {}
    for key, party in starter.parties.items():
        row = Party(
            id=new_id(),
            key=key,
            kind=party.kind,
            place_key=party.place,
            name=party.name,
            roles=list(party.roles),
            is_member=key in members,
            marks=marks(party),
        )
        ids[key] = row.id
        scope.add(row)
    counterparts = {one.place: one for one in starter.counterpart_places}
    mentioned = [*_member_order(starter), *counterparts, *_mentioned_places(starter)]
    for key in dict.fromkeys(mentioned):
        if key in ids:
            continue
        place = load_places().by_key(key)
        if place is None:
            raise NotFound(key)
        roles = ["counterpart"] if key in counterparts else ["participant"] if key in members else []
        note = marks(counterparts[key]) if key in counterparts else {}
        row = Party(
            id=new_id(),
            key=key,
            kind="municipality",
            place_key=key,
            name={scope.model.locales[0]: place.name},
            roles=roles,
            is_member=key in members,
            marks=note,
        )
        ids[key] = row.id
        scope.add(row)
    scope.flush()
    for position, (key, group) in enumerate(starter.sets.items()):
        members_row = MemberSet(
            id=new_id(), key=key, position=group.order or position, name=group.name, marks=marks(group)
        )
        scope.add(members_row)
        scope.flush()
        for member in group.members:
            since = group.member_from.get(member, group.from_)
            scope.add(
                Membership(
                    set_id=members_row.id,
                    party_id=ids[member],
                    valid_from=dt.date.fromisoformat(since) if since else None,
                    valid_to=dt.date.fromisoformat(group.to) if group.to else None,
                )
            )
    scope.add(Subject(kind="region", key="region", name=starter.name, tags=[], content={}, marks={}))
    for kind, subjects in starter.subjects.items():
        for position, (key, subject) in enumerate(subjects.items()):
            content = msgspec.to_builtins(subject)
            scope.add(
                Subject(
                    kind=kind,
                    key=key,
                    position=subject.order or position,
                    name=subject.name,
                    tags=list(subject.tags),
                    content={
                        k: v for k, v in content.items() if k in ("state", "direction", "aims", "members", "step")
                    },
                    marks=marks(subject),
                )
            )
    scope.flush()


def _member_order(starter: Starter) -> list[str]:
    return [member for group in starter.sets.values() for member in group.members]


def _mentioned_places(starter: Starter) -> list[str]:
    found: list[str] = []
    for one in starter.arrangements.values():
        found += [one.host.party] if one.host else []
        found += [*one.participants.parties, *one.participants.known] if one.participants else []
        found += [*one.observers, *(outside.party for outside in one.outside)]
    for document in starter.documents.values():
        found += [adoption.party for adoption in document.adoptions]
    found += [holder.party for holder in starter.holders.values() if holder.party]
    return [key for key in found if key not in starter.parties]
