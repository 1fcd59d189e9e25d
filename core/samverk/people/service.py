"""Sign-in, people and their roles: the only writer of the tables of people. Who a cookie stands for: `credentials.py`.

Source of the figures: security rules 34, 35 and 42.
"""

import datetime as dt

from sqlalchemy import delete, or_, select, update

from samverk.database import Unit
from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.people import limits, passwords, second_factor, sessions, tokens
from samverk.people.model import Belonging, Person, ProviderIdentity, RoleGrant
from samverk.permissions import ROLES
from samverk.scope import Scope
from samverk.tables import new_id

begin = sessions.begin
create_token = tokens.create


def sign_in(
    session: Unit, email: str, password: str, address: str, now: dt.datetime, *, demands_second_factor: bool = True
) -> tuple[str, str | None]:
    """Check e-mail and password and begin a session; return the secret for the cookie, and what it still awaits.

    The answer to a wrong password and to an unknown address is the same, after the same work. Raises Invalid, and
    TooManyRequests past the limits; failed tries are counted in a unit of their own.
    """
    tried = limits.whose("account", email, address)
    limits.check(session, tried, now)
    person = session.execute(
        select(Person.id, Person.password_hash, Person.disabled_at, Person.is_operator).where(
            Person.email == email.casefold()
        )
    ).one_or_none()
    fits = passwords.matches(person.password_hash if person else None, password)
    if person is None or not fits or person.disabled_at is not None:
        limits.count_afterwards(session, tried, now)
        raise Invalid((Problem("/password", _("The e-mail address or the password is wrong."), field="email"),))
    if passwords.is_outdated(person.password_hash):
        _store_password(session, person.id, password)
    awaits = None
    if second_factor.is_enrolled(session, person.id):
        awaits = sessions.CODE
    elif demands_second_factor and (person.is_operator or _administers(session, person.id)):
        awaits = sessions.ENROLMENT
    return begin(session, person.id, now, awaits=awaits), awaits


def _administers(session: Unit, person_id: str) -> bool:
    """Say whether a person is administrator of any region, or will be."""
    query = select(Belonging.id).where(Belonging.person_id == person_id, Belonging.administers.is_(True)).limit(1)
    return session.scalar(query) is not None


def must_have_second_factor(session: Unit, person_id: str) -> bool:
    """Say whether a person's roles demand a second factor."""
    is_operator = session.scalar(select(Person.is_operator).where(Person.id == person_id))
    return bool(is_operator) or _administers(session, person_id)


def _store_password(session: Unit, person_id: str, password: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(password_hash=passwords.hashed(password)))


def set_password(session: Unit, person_id: str, password: str, now: dt.datetime, *, but: str = "") -> None:
    """Give a person a new password, whose rules have been held; ends the sessions, except that of the cookie `but`."""
    _store_password(session, person_id, password)
    sessions.end_all(session, person_id, now, but=but)


def sign_out(session: Unit, cookie: str, now: dt.datetime) -> None:
    sessions.end(session, cookie, now)


def add_person(session: Unit, email: str, name: str, now: dt.datetime, *, password: str | None = None) -> str:
    """Add a person, or find the one with this address; return the id. A given password replaces the old one."""
    found = session.scalar(select(Person).where(Person.email == email.casefold()))
    if found is None:
        found = Person(id=new_id(), email=email.casefold(), name=name, created_at=now)
        session.add(found)
    if password is not None:
        found.password_hash = passwords.hashed(password)
    session.flush()
    return found.id


def set_locale(session: Unit, person_id: str, locale: str) -> None:
    session.execute(update(Person).where(Person.id == person_id).values(locale=locale))


def grant(
    scope: Scope,
    person_id: str,
    role: str,
    *,
    party_id: str | None = None,
    subject_id: str | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    stands_in_for_id: str | None = None,
) -> None:
    """Give a person a role in the tenant; the sessions they have end. Raises Invalid for an unknown role."""
    if role not in ROLES:
        raise Invalid((Problem("/role", _("There is no role %(role)s.", role=role)),))
    scope.add(
        RoleGrant(
            person_id=person_id,
            role=role,
            party_id=party_id,
            subject_id=subject_id,
            valid_from=valid_from,
            valid_to=valid_to,
            stands_in_for_id=stands_in_for_id,
        )
    )
    scope.flush()
    roles_changed(scope, person_id)


def roles_changed(scope: Scope, person_id: str, *, ends_sessions: bool = True) -> None:
    """Note where a person belongs from now on, and end the sessions: called after every change of roles."""
    note_belonging(scope.session, scope.tenant_id, person_id, scope.today)
    if ends_sessions:
        sessions.end_all(scope.session, person_id, scope.now)


def note_belonging(session: Unit, tenant_id: str, person_id: str, today: dt.date) -> None:
    """Work out from the roles of a person, those that had not ended by `today`, whether they belong to a tenant."""
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.valid_from, RoleGrant.valid_to).where(
            RoleGrant.tenant_id == tenant_id,
            RoleGrant.person_id == person_id,
            RoleGrant.suspended_at.is_(None),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
        )
    ).all()
    session.execute(delete(Belonging).where(Belonging.person_id == person_id, Belonging.tenant_id == tenant_id))
    if rows:
        begins, ends = [row.valid_from for row in rows], [row.valid_to for row in rows]
        session.add(
            Belonging(
                id=new_id(),
                person_id=person_id,
                tenant_id=tenant_id,
                begins_on=None if None in begins else min(day for day in begins if day),
                ends_on=None if None in ends else max(day for day in ends if day),
                administers=any(row.role == "administrator" for row in rows),
            )
        )
        session.flush()


def person_by_email(session: Unit, email: str) -> str:
    """Return the id of a person. Raises NotFound."""
    found = session.scalar(select(Person.id).where(Person.email == email.casefold()))
    if found is None:
        raise NotFound()
    return found


def person_of_identity(scope: Scope, issuer: str, subject: str) -> str | None:
    """Return whose identity at a region's sign-in provider this is."""
    return scope.session.scalar(
        select(ProviderIdentity.person_id)
        .join(Person, Person.id == ProviderIdentity.person_id)
        .where(
            ProviderIdentity.tenant_id == scope.tenant_id,
            ProviderIdentity.issuer == issuer,
            ProviderIdentity.subject == subject,
            Person.disabled_at.is_(None),
        )
    )


def contacts(
    scope: Scope, role: str = "contact"
) -> tuple[tuple[str, str, str, str | None, str | None, str | None], ...]:
    """Return who holds a role today: (person id, e-mail, name, locale, party id, subject id)."""
    today = scope.today
    rows = scope.session.execute(
        select(Person.id, Person.email, Person.name, Person.locale, RoleGrant.party_id, RoleGrant.subject_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.tenant_id == scope.tenant_id,
            RoleGrant.role == role,
            RoleGrant.suspended_at.is_(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.valid_from.is_(None), RoleGrant.valid_from <= today),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= today),
        )
        .order_by(Person.email)
    )
    return tuple((a, b, c, d, e, f) for a, b, c, d, e, f in rows)


def replace_contact(
    scope: Scope, party_id: str, subject_id: str | None, old_id: str | None, new_person_id: str
) -> None:
    """Let another person answer for a party from today; the old grant ends yesterday."""
    if old_id is not None:
        scope.session.execute(
            update(RoleGrant)
            .where(
                RoleGrant.tenant_id == scope.tenant_id,
                RoleGrant.person_id == old_id,
                RoleGrant.party_id == party_id,
                RoleGrant.role == "contact",
                RoleGrant.valid_to.is_(None),
            )
            .values(valid_to=scope.today - dt.timedelta(days=1), version=RoleGrant.version + 1)
        )
        roles_changed(scope, old_id)
    grant(scope, new_person_id, "contact", party_id=party_id, subject_id=subject_id, valid_from=scope.today)


def make_operator(session: Unit, person_id: str) -> None:
    """Let a person operate the installation."""
    session.execute(update(Person).where(Person.id == person_id).values(is_operator=True))


def set_disabled(session: Unit, person_id: str, now: dt.datetime, *, is_disabled: bool) -> None:
    """Let a person sign in nowhere, or again; disabling ends sessions and tokens. For the operator only."""
    session.execute(update(Person).where(Person.id == person_id).values(disabled_at=now if is_disabled else None))
    if is_disabled:
        sessions.end_all(session, person_id, now)
        sessions.revoke_tokens(session, person_id, now)
