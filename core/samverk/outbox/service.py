"""Queues messages in the caller's transaction: each occasion once a person, nothing leaves before the commit.

Delivery is `delivery.py`; the words come from the slice that sends.
"""

import datetime as dt

import msgspec
from sqlalchemy import and_, case, or_, select

from samverk.database import Unit, insert_or_update
from samverk.outbox.model import MailDue, Message
from samverk.people.model import Person
from samverk.scope import Scope
from samverk.tables import new_id


class MessageView(msgspec.Struct, frozen=True):
    id: str
    person: str
    kind: str
    title: str
    body: str
    locale: str
    state: str
    created_at: dt.datetime
    sent_at: dt.datetime | None
    attempts: int
    fault: str | None


def queue(
    scope: Scope,
    person_id: str,
    address: str,
    locale: str,
    kind: str,
    occasion: str,
    title: str,
    body: str,
    *,
    about_id: str | None = None,
    calendar: str | None = None,
    not_before: dt.datetime | None = None,
) -> bool:
    """Queue a message unless this occasion has been told to the person before; return whether it was queued."""
    known = scope.session.scalar(
        select(Message.id).where(
            Message.tenant_id == scope.tenant_id, Message.person_id == person_id, Message.occasion == occasion
        )
    )
    if known is not None:
        return False
    scope.add(
        Message(
            id=new_id(),
            person_id=person_id,
            occasion=occasion,
            kind=kind,
            address=address,
            locale=locale,
            title=" ".join(title.split())[:200],
            body=body,
            calendar=calendar,
            about_id=about_id,
            created_at=scope.now,
            not_before=not_before or scope.now,
        )
    )
    scope.flush()
    fall_due(scope.session, scope.tenant_id, not_before or scope.now)
    return True


def fall_due(session: Unit, tenant_id: str, moment: dt.datetime) -> None:
    """Let the worker look after the tenant's messages at that moment, or earlier when it already would."""
    sooner = case((MailDue.due_at < moment, MailDue.due_at), else_=moment)
    insert_or_update(session, MailDue, {"id": tenant_id, "due_at": moment}, {"due_at": sooner})


def list_messages(
    scope: Scope, *, about_id: str | None = None, before: str | None = None, limit: int = 200
) -> tuple[tuple[MessageView, ...], str | None]:
    """Return messages, the newest first: who got what, when; and the id to ask on from, None at the end.

    A `before` that is no message of the region's is as none.
    """
    query = (
        select(
            Message.id,
            Person.name,
            Message.kind,
            Message.title,
            Message.body,
            Message.locale,
            Message.state,
            Message.created_at,
            Message.sent_at,
            Message.attempts,
            Message.fault,
        )
        .join(Person, Person.id == Message.person_id)
        .where(Message.tenant_id == scope.tenant_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(limit + 1)
    )
    if about_id is not None:
        query = query.where(Message.about_id == about_id)
    own = select(Message.created_at).where(Message.tenant_id == scope.tenant_id, Message.id == before)
    if before is not None and (at := scope.session.scalar(own)) is not None:
        query = query.where(or_(Message.created_at < at, and_(Message.created_at == at, Message.id < before)))
    found = tuple(MessageView(*tuple(row)) for row in scope.session.execute(query))
    return found[:limit], found[limit - 1].id if len(found) > limit else None
