"""Who a cookie or a token stands for, until when, and which roles that person holds in a region.

Asked on every request; beginning and ending sessions are `service.py`'s and `sessions.py`'s. Source of the figures:
security rules 34, 35 and 42.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Date, bindparam, or_, select, update

from samverk.database import Database, Unit
from samverk.guard import Prepared
from samverk.people.model import ApiToken, Person, RoleGrant, SignIn
from samverk.people.sessions import ABSOLUTE, IDLE, digest
from samverk.scope import PUBLIC, Actor, Grant
from samverk.tables import IdType
from samverk.web.call import Credential

TOUCH = dt.timedelta(minutes=5)


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
        SignIn.tenant_id.label("session_tenant_id"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(
        SignIn.secret_hash == bindparam("hash"),
        SignIn.ended_at.is_(None),
        SignIn.awaits.is_(None),
        Person.disabled_at.is_(None),
    )
)


BY_TOKEN = (
    select(
        ApiToken.id,
        ApiToken.tenant_id,
        ApiToken.expires_at,
        ApiToken.can_write,
        ApiToken.last_used_on,
        Person.id.label("person_id"),
        Person.name,
        Person.locale,
    )
    .join(Person, Person.id == ApiToken.person_id)
    .where(ApiToken.secret_hash == bindparam("hash"), ApiToken.revoked_at.is_(None), Person.disabled_at.is_(None))
)


_DAY = bindparam("on", type_=Date)


_GRANTS = Prepared(
    select(RoleGrant.role, RoleGrant.party_id, RoleGrant.subject_id).where(
        RoleGrant.tenant_id == bindparam("tenant", type_=IdType),
        RoleGrant.person_id == bindparam("person", type_=IdType),
        RoleGrant.suspended_at.is_(None),
        or_(RoleGrant.valid_from.is_(None), RoleGrant.valid_from <= _DAY),
        or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= _DAY),
    )
)


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
    """Return who a row of BY_TOKEN or BY_COOKIE stands for; what has ended is nobody.

    A token, and a session that a region's own provider vouched for, reach one region and never the installation.
    """
    if row is None:
        return Credential(PUBLIC)
    if is_token:
        token_id, tenant_id, expires_at, can_write, used_on, person_id, name, locale = row[:8]
        if now > expires_at:
            return Credential(PUBLIC)
        unused = token_id if used_on != now.date() else None
        actor = Actor(person_id, name, (), False, locale)
        return Credential(actor, "token", tenant_id=tenant_id, token_id=unused, can_write=can_write)
    session_id, csrf, created_at, seen_at, person_id, name, is_operator, locale, tenant_id = row[:9]
    if now - seen_at > IDLE or now - created_at > ABSOLUTE:
        return Credential(PUBLIC)
    stale = session_id if now - seen_at > TOUCH else None
    actor = Actor(person_id, name, (), is_operator and tenant_id is None, locale)
    return Credential(actor, "session", csrf, stale, tenant_id)


def touch(database: Database, credential: Credential, now: dt.datetime) -> None:
    """Note that a session is alive, at most every five minutes, or a token in use, once a day; in an own unit."""
    with database.unit(write=True) as session:
        if credential.session_id is not None:
            session.execute(update(SignIn).where(SignIn.id == credential.session_id).values(seen_at=now))
        if credential.token_id is not None:
            used = update(ApiToken).where(ApiToken.id == credential.token_id)
            session.execute(used.values(last_used_on=now.date()))


def grants_of(session: Unit, tenant_id: str, person_id: str, today: dt.date) -> tuple[Grant, ...]:
    """Return the roles a person holds in a tenant on a day."""
    given = {"tenant": tenant_id, "person": person_id, "on": today}
    return tuple([Grant(*row) for row in _GRANTS.rows(session.connection(), given)])
