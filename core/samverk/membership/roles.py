"""Who holds which role in a region, dated; giving, changing and ending roles, and disabling a person here.

Invitations are `invitations.py`'s, standing in for a contact is `absence.py`'s.
"""

import datetime as dt
from collections.abc import Iterable

import msgspec
from sqlalchemy import func, or_, select, update

from samverk.database import Unit
from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _, sort_key
from samverk.people import service as people
from samverk.people import sessions
from samverk.people.model import Person, RoleGrant, SecondFactor, SignIn
from samverk.permissions import ANSWERING, ROLES
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Tenant

GRANTABLE = tuple(role for role in ROLES if role != "operator")
"""The operator is of the installation: no region gives that role."""


class RoleView(msgspec.Struct, frozen=True):
    """A role of a person, as the administrator sees it."""

    id: str
    role: str
    party: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    state: str
    version: int
    stands_in_for: str


class Member(msgspec.Struct, frozen=True):
    """A person with the roles held in this region, now or earlier."""

    id: str
    name: str
    email: str
    roles: tuple[RoleView, ...]
    signed_in_on: dt.date | None
    has_second_factor: bool

    @property
    def is_disabled(self) -> bool:
        return any(role.state == "suspended" for role in self.roles)

    @property
    def living(self) -> tuple[RoleView, ...]:
        return tuple(role for role in self.roles if role.state in ("active", "coming"))


def members(scope: Scope, person_id: str | None = None) -> tuple[Member, ...]:
    """Return the people of the region by name, or the one asked for."""
    query = (
        select(RoleGrant, Person.name, Person.email)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.tenant_id == scope.tenant_id)
        .order_by(RoleGrant.role, RoleGrant.id)
    )
    if person_id is not None:
        query = query.where(RoleGrant.person_id == person_id)
    parties = tenants.party_names(scope)
    grants: dict[str, list[RoleGrant]] = {}
    who: dict[str, tuple[str, str]] = {}
    for grant, name, email in scope.session.execute(query):
        grants.setdefault(grant.person_id, []).append(grant)
        who[grant.person_id] = (name, email)
    names = {id_: name for id_, (name, _email) in who.items()}
    seen, enrolled = _seen(scope.session, who), _enrolled(scope.session, who)
    found = []
    for id_, (name, email) in who.items():
        roles = tuple(
            RoleView(
                one.id,
                one.role,
                parties[one.party_id].name if one.party_id in parties else "",
                one.valid_from,
                one.valid_to,
                _state(one, scope.today),
                one.version,
                names.get(one.stands_in_for_id or "", ""),
            )
            for one in grants[id_]
        )
        found.append(Member(id_, name, email, roles, seen.get(id_), id_ in enrolled))
    return tuple(sorted(found, key=lambda member: sort_key(member.name, scope.locale)))


def member(scope: Scope, person_id: str) -> Member:
    """Return one person of the region. Raises NotFound, also for people of other regions."""
    found = members(scope, person_id) if tenants.is_id(person_id) else ()
    if not found:
        raise NotFound()
    return found[0]


def _state(grant: RoleGrant, today: dt.date) -> str:
    if grant.valid_to is not None and grant.valid_to < today:
        return "ended"
    if grant.suspended_at is not None:
        return "suspended"
    return "coming" if grant.valid_from is not None and grant.valid_from > today else "active"


def _seen(session: Unit, ids: Iterable[str]) -> dict[str, dt.date]:
    rows = session.execute(
        select(SignIn.person_id, func.max(SignIn.created_at))
        .where(SignIn.person_id.in_(ids))
        .group_by(SignIn.person_id)
    )
    return {id_: moment.date() for id_, moment in rows}


def _enrolled(session: Unit, ids: Iterable[str]) -> frozenset[str]:
    query = select(SecondFactor.person_id).where(
        SecondFactor.person_id.in_(ids), SecondFactor.confirmed_at.is_not(None)
    )
    return frozenset(session.scalars(query))


def problems(
    scope: Scope, role: str, party_key: str, valid_from: dt.date | None, valid_to: dt.date | None
) -> tuple[Problem, ...]:
    """Return what is wrong with a role that is to be given."""
    faults = date_problems(scope, valid_from, valid_to)
    if role not in GRANTABLE:
        faults += (Problem("/role", _("Choose one of the roles."), field="role"),)
    if role in ANSWERING and party_of(scope, role, party_key) is None:
        message = _("Choose whom the person answers for: this role needs it.")
        faults += (Problem("/party", message, field="party"),)
    return faults


def party_of(scope: Scope, role: str, party_key: str) -> str | None:
    """Return the id of the party that a role is held for, None where the role is for the whole region."""
    known = {party.key: party.id for party in tenants.parties(scope, members_only=True)}
    return known.get(party_key) if role in ANSWERING else None


def date_problems(scope: Scope, valid_from: dt.date | None, valid_to: dt.date | None) -> tuple[Problem, ...]:
    """Return what is wrong with the days of a role; both belong to it."""
    if valid_to is not None and valid_to < (valid_from or scope.today):
        return (Problem("/to", _("The last day lies before the first."), field="to"),)
    return ()


def give(
    scope: Scope, person_id: str, role: str, party_key: str, valid_from: dt.date | None, valid_to: dt.date | None
) -> None:
    """Give a person of the region another role. Raises NotFound, Invalid."""
    member(scope, person_id)
    if faults := problems(scope, role, party_key, valid_from, valid_to):
        raise Invalid(faults)
    party_id = party_of(scope, role, party_key)
    people.grant(scope, person_id, role, party_id=party_id, valid_from=valid_from, valid_to=valid_to)


def change(
    scope: Scope, person_id: str, grant_id: str, version: int, valid_from: dt.date | None, valid_to: dt.date | None
) -> None:
    """Change the days of a role; the person's sessions end. Raises NotFound, Invalid, Stale, Conflict."""
    row = _locked(scope, person_id, grant_id, version)
    if faults := date_problems(scope, valid_from, valid_to):
        raise Invalid(faults)
    row.valid_from, row.valid_to = valid_from, valid_to
    _changed(scope, row)


def end(scope: Scope, person_id: str, grant_id: str, version: int) -> None:
    """End a role at once: yesterday was its last day. Raises NotFound, Stale, Conflict."""
    row = _locked(scope, person_id, grant_id, version)
    row.valid_to = scope.today - dt.timedelta(days=1)
    _changed(scope, row)


def _locked(scope: Scope, person_id: str, grant_id: str, version: int) -> RoleGrant:
    _lock_region(scope)
    row = None
    if tenants.is_id(person_id) and tenants.is_id(grant_id):
        row = scope.session.scalar(
            select(RoleGrant).where(
                RoleGrant.tenant_id == scope.tenant_id, RoleGrant.id == grant_id, RoleGrant.person_id == person_id
            )
        )
    if row is None:
        raise NotFound()
    if row.version != version:
        raise Stale(_("Somebody else changed this role meanwhile. Look at it again."))
    return row


def _lock_region(scope: Scope) -> None:
    """Let one change of roles wait for the other: two administrators cannot remove each other at the same moment."""
    scope.session.execute(select(Tenant.id).where(Tenant.id == scope.tenant_id).with_for_update())


def _changed(scope: Scope, row: RoleGrant) -> None:
    row.version += 1
    scope.flush()
    if row.role == "administrator":
        _keep_an_administrator(scope)
    people.roles_changed(scope, row.person_id)


def _keep_an_administrator(scope: Scope) -> None:
    """Raises Conflict when nobody would administer the region, now and without an end."""
    left = scope.session.scalar(
        select(RoleGrant.id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.tenant_id == scope.tenant_id,
            RoleGrant.role == "administrator",
            RoleGrant.suspended_at.is_(None),
            RoleGrant.valid_to.is_(None),
            or_(RoleGrant.valid_from.is_(None), RoleGrant.valid_from <= scope.today),
            Person.disabled_at.is_(None),
        )
        .limit(1)
    )
    if left is None:
        raise Conflict(_("Nobody would administer the region. Make somebody else administrator first."))


def disable(scope: Scope, person_id: str) -> None:
    """Switch off every role a person has here; sessions and this region's tokens end at once. Raises NotFound."""
    _lock_region(scope)
    member(scope, person_id)
    _suspend(scope, person_id, scope.now)
    _keep_an_administrator(scope)
    people.roles_changed(scope, person_id)
    sessions.revoke_tokens(scope.session, person_id, scope.now, tenant_id=scope.tenant_id)


def enable(scope: Scope, person_id: str) -> None:
    """Switch the roles of a person on again; those whose last day has passed stay ended. Raises NotFound."""
    member(scope, person_id)
    _suspend(scope, person_id, None)
    people.roles_changed(scope, person_id, ends_sessions=False)


def _suspend(scope: Scope, person_id: str, at: dt.datetime | None) -> None:
    scope.session.execute(
        update(RoleGrant)
        .where(RoleGrant.tenant_id == scope.tenant_id, RoleGrant.person_id == person_id)
        .values(suspended_at=at, version=RoleGrant.version + 1)
    )
