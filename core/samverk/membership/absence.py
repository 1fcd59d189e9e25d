"""Standing in: a contact lets another person answer for the own municipality between two dates, by its roles.

It ends by itself with its last day, or earlier when the contact says so; both are told. A stand-in passes nothing on.
"""

import datetime as dt

import msgspec
from sqlalchemy import or_, select, update

from samverk import i18n
from samverk.errors import Conflict, NotFound, Problem
from samverk.i18n import _
from samverk.membership import words
from samverk.outbox import service as outbox
from samverk.people import service as people
from samverk.people.model import Person, RoleGrant
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.service import PartyView

LONGEST = dt.timedelta(days=366)


class StandIn(msgspec.Struct, frozen=True):
    """Somebody who stands in for a contact, now or later."""

    person_id: str
    name: str
    party_id: str
    party: str
    first: dt.date
    last: dt.date


def own_parties(scope: Scope) -> tuple[PartyView, ...]:
    """Return the municipalities for which one is contact oneself, not as a stand-in."""
    ids = {grant.party_id for grant in _own(scope, scope.actor.person_id or "")}
    return tuple(party for party in tenants.parties(scope, members_only=True) if party.id in ids)


def _own(scope: Scope, person_id: str, party_id: str | None = None) -> list[RoleGrant]:
    query = select(RoleGrant).where(
        RoleGrant.tenant_id == scope.tenant_id,
        RoleGrant.person_id == person_id,
        RoleGrant.role == "contact",
        RoleGrant.stands_in_for_id.is_(None),
        RoleGrant.suspended_at.is_(None),
        or_(RoleGrant.valid_from.is_(None), RoleGrant.valid_from <= scope.today),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= scope.today),
    )
    if party_id is not None:
        query = query.where(RoleGrant.party_id == party_id)
    return list(scope.session.scalars(query))


def colleagues(scope: Scope) -> tuple[tuple[str, str, str], ...]:
    """Return (person id, name, e-mail) of others who hold a role for one of one's own municipalities."""
    ids = [party.id for party in own_parties(scope)]
    rows = scope.session.execute(
        select(Person.id, Person.name, Person.email)
        .distinct()
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.tenant_id == scope.tenant_id,
            RoleGrant.party_id.in_(ids),
            RoleGrant.person_id != scope.actor.person_id,
            RoleGrant.suspended_at.is_(None),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= scope.today),
            Person.disabled_at.is_(None),
        )
    )
    return tuple(sorted(((a, b, c) for a, b, c in rows), key=lambda one: i18n.sort_key(one[1], scope.locale)))


def problems(scope: Scope, party_id: str, first: dt.date | None, last: dt.date | None) -> tuple[Problem, ...]:
    """Return what is wrong with municipality and days."""
    faults: list[Problem] = []
    if party_id not in {party.id for party in own_parties(scope)}:
        message = _("Choose among your own %(municipalities)s.", municipalities=scope.words.form("municipality", "pl"))
        faults.append(Problem("/party", message, field="party"))
    if first is None or first < scope.today:
        faults.append(Problem("/from", _("Write the first day; it is today or later."), field="from"))
    if last is None or (first is not None and last < first):
        faults.append(Problem("/to", _("Write the last day; it is not before the first."), field="to"))
    elif first is not None and last - first > LONGEST:
        faults.append(Problem("/to", _("Standing in lasts a year at most."), field="to"))
    return tuple(faults)


def stand_in(scope: Scope, contact_id: str, person_id: str, party_id: str, first: dt.date, last: dt.date) -> None:
    """Let a person stand in for a contact with the roles the contact has, and tell both. Raises Conflict."""
    own = _own(scope, contact_id, party_id)
    if not own:
        raise Conflict(_("Whoever asked you to stand in is no longer contact."))
    if person_id == contact_id:
        raise Conflict(_("You cannot stand in for yourself."))
    for grant in own:
        people.grant(
            scope,
            person_id,
            "contact",
            party_id=party_id,
            subject_id=grant.subject_id,
            valid_from=first,
            valid_to=last,
            stands_in_for_id=contact_id,
        )
    _tell(scope, "stand_in", contact_id, person_id, party_id, first, last)


def stand_ins(scope: Scope) -> tuple[StandIn, ...]:
    """Return who stands in for oneself, now and later."""
    parties = tenants.party_names(scope)
    rows = scope.session.execute(
        select(Person.id, Person.name, RoleGrant.party_id, RoleGrant.valid_from, RoleGrant.valid_to)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.tenant_id == scope.tenant_id,
            RoleGrant.stands_in_for_id == scope.actor.person_id,
            RoleGrant.valid_to >= scope.today,
        )
        .order_by(RoleGrant.valid_from, RoleGrant.id)
    ).all()
    found = [StandIn(a, b, c, parties[c].name, d, e) for a, b, c, d, e in rows if c and d and e]
    return tuple(dict.fromkeys(found))


def end(scope: Scope, person_id: str, party_id: str) -> None:
    """End the standing in of a person for oneself at once, and tell both. Raises NotFound."""
    mine = [one for one in stand_ins(scope) if (one.person_id, one.party_id) == (person_id, party_id)]
    if not mine:
        raise NotFound()
    assert scope.actor.person_id is not None
    yesterday = scope.today - dt.timedelta(days=1)
    scope.session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.tenant_id == scope.tenant_id,
            RoleGrant.person_id == person_id,
            RoleGrant.party_id == party_id,
            RoleGrant.stands_in_for_id == scope.actor.person_id,
            RoleGrant.valid_to >= scope.today,
        )
        .values(valid_to=yesterday, version=RoleGrant.version + 1)
    )
    people.roles_changed(scope, person_id)
    _tell(scope, "stand_in_ended", scope.actor.person_id, person_id, party_id, mine[0].first, yesterday)


def _tell(
    scope: Scope, kind: str, contact_id: str, person_id: str, party_id: str, first: dt.date, last: dt.date
) -> None:
    rows = scope.session.execute(
        select(Person.id, Person.name, Person.email, Person.locale).where(Person.id.in_([contact_id, person_id]))
    ).all()
    names = {row.id: row.name for row in rows}
    party = tenants.party_names(scope)[party_id].name
    for row in rows:
        locale = row.locale or scope.tenant.locale
        title, body = words.stand_in_message(kind, names[contact_id], names[person_id], party, first, last, locale)
        occasion = f"{kind}:{contact_id}:{person_id}:{party_id}:{scope.now.isoformat()}"
        outbox.queue(scope, row.id, row.email, locale, kind, occasion, title, body)
