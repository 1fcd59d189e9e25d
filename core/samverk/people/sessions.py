"""Sessions: begun at sign-in, rotated, listed and ended (rule 35). Half ones wait for the second factor.

Who is behind a cookie is looked up in `service.py`, on every request.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

import msgspec
from sqlalchemy import delete, select, update

from samverk.database import Unit
from samverk.people.model import ApiToken, Person, SignIn
from samverk.tables import new_id

IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)
KEPT = dt.timedelta(days=90)
HALF = dt.timedelta(minutes=10)
CODE, ENROLMENT = "code", "enrolment"


@dataclass(frozen=True, slots=True)
class HalfSession:
    """A session that is nobody's yet: the password fitted, the second factor is missing."""

    id: str
    person_id: str
    email: str
    csrf: str
    awaits: str


class SessionView(msgspec.Struct, frozen=True):
    """A session as its person sees it."""

    id: str
    begun: dt.datetime
    seen: dt.datetime
    is_this: bool


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def begin(
    session: Unit,
    person_id: str,
    now: dt.datetime,
    *,
    awaits: str | None = None,
    tenant_id: str | None = None,
    secret: str = "",
) -> str:
    """Begin a session for a person; return the secret for the cookie (256 bits, stored as SHA-256).

    What ended long ago is forgotten. With `tenant_id` it reaches that region only;
    `secret` is one of `new_secret` that the cookie holds already.
    """
    secret = secret or new_secret()
    session.execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.created_at < now - KEPT))
    session.add(
        SignIn(
            id=new_id(),
            person_id=person_id,
            secret_hash=digest(secret),
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            awaits=awaits,
            tenant_id=tenant_id,
        )
    )
    session.flush()
    return secret


def half(session: Unit, cookie: str, now: dt.datetime) -> HalfSession | None:
    """Return the half session behind a cookie; it lives for ten minutes."""
    row = session.execute(
        select(SignIn.id, SignIn.person_id, Person.email, SignIn.csrf, SignIn.awaits)
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.secret_hash == digest(cookie),
            SignIn.awaits.is_not(None),
            SignIn.ended_at.is_(None),
            SignIn.created_at > now - HALF,
            Person.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else HalfSession(row.id, row.person_id, row.email, row.csrf, row.awaits or CODE)


def rotate(session: Unit, cookie: str, now: dt.datetime) -> str:
    """Give a session a new secret and form token, and nothing more to wait for; return the secret."""
    secret = new_secret()
    session.execute(
        update(SignIn)
        .where(SignIn.secret_hash == digest(cookie), SignIn.ended_at.is_(None))
        .values(secret_hash=digest(secret), csrf=secrets.token_urlsafe(24), seen_at=now, awaits=None)
    )
    return secret


def end(session: Unit, cookie: str, now: dt.datetime) -> None:
    session.execute(update(SignIn).where(SignIn.secret_hash == digest(cookie)).values(ended_at=now))


def end_one(session: Unit, person_id: str, session_id: str, now: dt.datetime) -> None:
    """End one session of a person; one of somebody else is left alone."""
    session.execute(
        update(SignIn)
        .where(SignIn.id == session_id, SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(session: Unit, person_id: str, now: dt.datetime, *, but: str = "") -> None:
    """End the sessions of a person, except the one with the cookie `but`."""
    session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.secret_hash != digest(but))
        .values(ended_at=now)
    )


def revoke_tokens(session: Unit, person_id: str, now: dt.datetime, *, tenant_id: str | None = None) -> None:
    """Revoke a person's tokens, those of one region when it is named."""
    query = update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    if tenant_id is not None:
        query = query.where(ApiToken.tenant_id == tenant_id)
    session.execute(query.values(revoked_at=now))


def living(session: Unit, person_id: str, cookie: str, now: dt.datetime) -> tuple[SessionView, ...]:
    """Return the sessions of a person that still live, the newest first."""
    rows = session.execute(
        select(SignIn.id, SignIn.created_at, SignIn.seen_at, SignIn.secret_hash == digest(cookie))
        .where(
            SignIn.person_id == person_id,
            SignIn.ended_at.is_(None),
            SignIn.awaits.is_(None),
            SignIn.seen_at > now - IDLE,
            SignIn.created_at > now - ABSOLUTE,
        )
        .order_by(SignIn.created_at.desc())
    )
    return tuple(SessionView(*row) for row in rows)
