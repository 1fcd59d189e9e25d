"""Sign-in, sessions, tokens and roles: the only writer of the tables of people.

Source of the figures: security rules 34, 35 and 42.
"""

import datetime as dt
import hashlib
import secrets
from typing import Any

from sqlalchemy import Date, bindparam, delete, func, or_, select, update

from samverk.database import Database, IdType, Unit, new_id
from samverk.errors import Invalid, NotFound, Problem, TooManyRequests
from samverk.guard import Prepared
from samverk.i18n import _
from samverk.people import passwords
from samverk.people.model import ApiToken, Attempt, Person, RoleGrant, SignIn
from samverk.permissions import ROLES
from samverk.scope import PUBLIC, Actor, Grant, Scope
from samverk.web.call import Credential

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
TOUCH = dt.timedelta(minutes=5)
TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS = 10, 60
WINDOW = dt.timedelta(minutes=15)


# Built once: one of them runs on every request, and building one takes longer than running it (measured).
# `tenants.entry` asks for the tenant in the same statement.
BY_COOKIE = (
    select(
        SignIn.id,
        SignIn.csrf,
        SignIn.created_at,
        SignIn.seen_at,
        Person.id.label("person_id"),
        Person.name,
        Person.is_operator,
        Person.locale,
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.secret_hash == bindparam("hash"), SignIn.ended_at.is_(None), Person.disabled_at.is_(None))
)
BY_TOKEN = (
    select(ApiToken.tenant_id, ApiToken.expires_at, Person.id, Person.name, Person.is_operator, Person.locale)
    .join(Person, Person.id == ApiToken.person_id)
    .where(ApiToken.secret_hash == bindparam("hash"), ApiToken.revoked_at.is_(None), Person.disabled_at.is_(None))
)
_DAY = bindparam("on", type_=Date)
_GRANTS = Prepared(
    select(RoleGrant.role, RoleGrant.party_id, RoleGrant.subject_id).where(
        RoleGrant.tenant_id == bindparam("tenant", type_=IdType),
        RoleGrant.person_id == bindparam("person", type_=IdType),
        or_(RoleGrant.valid_from.is_(None), RoleGrant.valid_from <= _DAY),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= _DAY),
    )
)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def identify(session: Unit, cookie: str, bearer: str, now: dt.datetime) -> Credential:
    """Find who is behind a cookie or a bearer token; an unknown or ended one is nobody."""
    if not bearer and not cookie:
        return Credential(PUBLIC)
    row = session.connection().execute(BY_TOKEN if bearer else BY_COOKIE, {"hash": secret_hash(cookie, bearer)})
    return credential(row.one_or_none(), is_token=bool(bearer), now=now)


def secret_hash(cookie: str, bearer: str) -> str:
    """Return the hash under which a session or token is stored; a token wins."""
    return digest(bearer.removeprefix("Bearer ").strip() if bearer else cookie)


def credential(row: Any, *, is_token: bool, now: dt.datetime) -> Credential:
    """Return who a row of BY_TOKEN or BY_COOKIE stands for; what has ended is nobody."""
    if row is None:
        return Credential(PUBLIC)
    if is_token:
        tenant_id, expires_at, person_id, name, is_operator, locale = row[:6]
        if now > expires_at:
            return Credential(PUBLIC)
        return Credential(Actor(person_id, name, (), is_operator, locale), "token", tenant_id=tenant_id)
    session_id, csrf, created_at, seen_at, person_id, name, is_operator, locale = row[:8]
    if now - seen_at > IDLE or now - created_at > ABSOLUTE:
        return Credential(PUBLIC)
    stale = session_id if now - seen_at > TOUCH else None
    return Credential(Actor(person_id, name, (), is_operator, locale), "session", csrf, stale)


def touch(database: Database, session_id: str, now: dt.datetime) -> None:
    """Note that a session is alive; called at most every five minutes, in a unit of its own."""
    with database.unit(write=True) as session:
        session.execute(update(SignIn).where(SignIn.id == session_id).values(seen_at=now))


def grants_of(session: Unit, tenant_id: str, person_id: str, today: dt.date) -> tuple[Grant, ...]:
    """Return the roles a person holds in a tenant on a day."""
    given = {"tenant": tenant_id, "person": person_id, "on": today}
    return tuple([Grant(*row) for row in _GRANTS.rows(session.connection(), given)])


def sign_in(session: Unit, email: str, password: str, address: str, now: dt.datetime) -> str:
    """Check e-mail and password and begin a session; return the secret for the cookie.

    The answer to a wrong password and to an unknown address is the same, after the same work. Raises Invalid,
    and TooManyRequests past the limits; failed tries must be counted by `count_failure` in a unit that commits.
    """
    account, place = f"account:{digest(email.casefold())}", f"address:{address}"
    for who, limit in ((account, TRIES_PER_ACCOUNT), (place, TRIES_PER_ADDRESS)):
        tries = session.scalar(
            select(func.count()).select_from(Attempt).where(Attempt.who == who, Attempt.at > now - WINDOW)
        )
        if tries is not None and tries >= limit:
            raise TooManyRequests(_("Too many tries. Wait a quarter of an hour and try again."), 900)
    person = session.execute(
        select(Person.id, Person.password_hash, Person.disabled_at).where(Person.email == email.casefold())
    ).one_or_none()
    fits = passwords.matches(person.password_hash if person else None, password)
    if person is None or not fits or person.disabled_at is not None:
        raise Invalid((Problem("/password", _("The e-mail address or the password is wrong."), field="email"),))
    return begin(session, person.id, now)


def begin(session: Unit, person_id: str, now: dt.datetime) -> str:
    """Begin a session for a person; return the secret for the cookie (256 bits, stored as SHA-256)."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            id=new_id(),
            person_id=person_id,
            secret_hash=digest(secret),
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
        )
    )
    session.flush()
    return secret


def count_failure(database: Database, email: str, address: str, now: dt.datetime) -> None:
    """Count a failed sign-in for the rate limit, and forget old ones."""
    with database.unit(write=True) as session:
        session.add(Attempt(who=f"account:{digest(email.casefold())}", at=now))
        session.add(Attempt(who=f"address:{address}", at=now))
        session.execute(delete(Attempt).where(Attempt.at < now - WINDOW))


def sign_out(session: Unit, cookie: str, now: dt.datetime) -> None:
    session.execute(update(SignIn).where(SignIn.secret_hash == digest(cookie)).values(ended_at=now))


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
) -> None:
    """Give a person a role in the tenant. Raises Invalid for a role that does not exist."""
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
        )
    )
    scope.flush()


def create_token(session: Unit, person_id: str, tenant_id: str, now: dt.datetime, days: int = 365) -> str:
    """Make an API token; return it, the only time it can be seen."""
    token = f"smv_api_{new_id().replace('-', '')}_{secrets.token_urlsafe(32)}"
    session.add(
        ApiToken(
            person_id=person_id,
            tenant_id=tenant_id,
            secret_hash=digest(token),
            created_at=now,
            expires_at=now + dt.timedelta(days=days),
        )
    )
    session.flush()
    return token


def person_by_email(session: Unit, email: str) -> str:
    """Return the id of a person. Raises NotFound."""
    found = session.scalar(select(Person.id).where(Person.email == email.casefold()))
    if found is None:
        raise NotFound()
    return found


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
            .values(valid_to=scope.today - dt.timedelta(days=1))
        )
    grant(scope, new_person_id, "contact", party_id=party_id, subject_id=subject_id, valid_from=scope.today)


def make_operator(session: Unit, person_id: str) -> None:
    """Let a person operate the installation."""
    session.execute(update(Person).where(Person.id == person_id).values(is_operator=True))
