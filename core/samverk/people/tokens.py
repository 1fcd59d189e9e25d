"""Tokens for programs: made, listed, revoked (rule 42). Who is behind one is looked up in `service.py`."""

import datetime as dt
import secrets

import msgspec
from sqlalchemy import select, update

from samverk.database import Unit
from samverk.people.model import ApiToken
from samverk.people.sessions import digest
from samverk.tables import new_id

LONGEST = 365


class TokenView(msgspec.Struct, frozen=True):
    """A token as its person sees it; the token itself is never seen again."""

    id: str
    name: str
    tenant_id: str
    can_write: bool
    created: dt.datetime
    expires: dt.datetime
    used_on: dt.date | None
    has_ended: bool


def create(
    session: Unit,
    person_id: str,
    tenant_id: str,
    now: dt.datetime,
    days: int = LONGEST,
    *,
    can_write: bool = True,
    name: str = "",
) -> str:
    """Make an API token; return it, the only time it can be seen."""
    id_ = new_id()
    token = f"smv_api_{id_.replace('-', '')}_{secrets.token_urlsafe(32)}"
    session.add(
        ApiToken(
            id=id_,
            person_id=person_id,
            tenant_id=tenant_id,
            secret_hash=digest(token),
            created_at=now,
            expires_at=now + dt.timedelta(days=days),
            can_write=can_write,
            name=name,
        )
    )
    session.flush()
    return token


def of_person(session: Unit, person_id: str, now: dt.datetime, tenant_id: str | None = None) -> tuple[TokenView, ...]:
    """Return the tokens of a person, the newest first; those of one region when it is named."""
    query = select(ApiToken).where(ApiToken.person_id == person_id).order_by(ApiToken.created_at.desc()).limit(200)
    if tenant_id is not None:
        query = query.where(ApiToken.tenant_id == tenant_id)
    return tuple(
        TokenView(
            row.id,
            row.name,
            row.tenant_id,
            row.can_write,
            row.created_at,
            row.expires_at,
            row.last_used_on,
            row.revoked_at is not None or row.expires_at < now,
        )
        for row in session.scalars(query)
    )


def revoke(session: Unit, person_id: str, token_id: str, now: dt.datetime) -> None:
    """Revoke one token of a person; one of somebody else is left alone."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
