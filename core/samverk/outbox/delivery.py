"""Delivers queued messages to an SMTP server: claimed in one transaction, sent, marked in the next.

A message whose worker died between the two is sent again with the same Message-ID after a while, never lost; the
window in which a receiver could see it twice is the time between the server's answer and our commit.
"""

import datetime as dt
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, func, or_, select, update

from samverk.database import Database, Unit
from samverk.outbox import service
from samverk.outbox.model import Letter, MailDue, Message
from samverk.people import links
from samverk.settings import Settings

Row = TypeVar("Row", Message, Letter)
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 8
BACK_OFF = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message of a region, or a letter of the installation (`tenant_id` None), whose link is (kind, id)."""

    tenant_id: str | None
    id: str
    address: str
    locale: str
    title: str
    body: str
    calendar: str | None
    attempts: int
    link: tuple[str, str] | None = None


def claim(database: Database, now: dt.datetime, most: int = 20) -> tuple[Claimed, ...]:
    """Take messages that are due, also those whose worker died; each is taken by one worker only."""
    with database.platform("find mail that is due", write=True) as session:
        # Letters go first: a person waits before the screen for them.
        found = [
            Claimed(
                None,
                row.id,
                row.address or "",
                row.locale,
                row.title,
                row.body,
                None,
                row.attempts,
                (row.link_kind, row.link_id),
            )
            for row in _take(session, Letter, (), now, most)
        ]
        waiting = session.scalars(
            select(MailDue.id).where(MailDue.due_at <= now).order_by(MailDue.due_at, MailDue.id).limit(most)
        ).all()
    for tenant_id in waiting:
        if len(found) < most:
            with database.tenant(tenant_id, write=True) as session:
                found += _claim_of(session, tenant_id, now, most - len(found))
    return tuple(found)


def _claim_of(session: Unit, tenant_id: str, now: dt.datetime, most: int) -> list[Claimed]:
    """Take a tenant's due messages and note when the next are; another worker at the same tenant takes none."""
    due = session.scalar(select(MailDue).where(MailDue.id == tenant_id).with_for_update(skip_locked=True))
    if due is None:
        return []
    found = [
        Claimed(row.tenant_id, row.id, row.address, row.locale, row.title, row.body, row.calendar, row.attempts)
        for row in _take(session, Message, (Message.tenant_id == tenant_id,), now, most)
    ]
    session.flush()
    due.due_at = _next_due(session, tenant_id)
    return found


def _next_due(session: Unit, tenant_id: str) -> dt.datetime | None:
    own = Message.tenant_id == tenant_id
    queued = session.scalar(select(func.min(Message.not_before)).where(own, Message.state == "queued"))
    sending = session.scalar(select(func.min(Message.claimed_at)).where(own, Message.state == "sending"))
    moments = [queued, sending + LEASE if sending is not None else None]
    return min((moment for moment in moments if moment is not None), default=None)


def _take(
    session: Unit, kind: type[Row], own: tuple[ColumnElement[bool], ...], now: dt.datetime, most: int
) -> list[Row]:
    """Take the rows of one kind that are due, the oldest first, also those whose worker died."""
    query = (
        select(kind)
        .where(
            *own,
            or_(
                (kind.state == "queued") & (kind.not_before <= now),
                (kind.state == "sending") & (kind.claimed_at < now - LEASE),
            ),
        )
        .order_by(kind.not_before, kind.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(query))
    for row in rows:
        row.state, row.claimed_at = "sending", now
        row.attempts += 1
    return rows


def mark(database: Database, claimed: Claimed, now: dt.datetime, fault: str | None) -> None:
    """Mark a message as sent, or put it back with a pause; after the last attempt it has failed."""
    if fault is None:
        values: dict[str, object] = {"state": "sent", "sent_at": now, "fault": None}
    elif claimed.attempts >= MOST_ATTEMPTS:
        values = {"state": "failed", "fault": fault}
    else:
        values = {"state": "queued", "fault": fault, "not_before": now + BACK_OFF * 2 ** (claimed.attempts - 1)}
    if claimed.tenant_id is None:
        with database.unit(write=True) as session:
            session.execute(update(Letter).where(Letter.id == claimed.id).values(**values))
        return
    with database.tenant(claimed.tenant_id, write=True) as session:
        session.execute(
            update(Message).where(Message.tenant_id == claimed.tenant_id, Message.id == claimed.id).values(**values)
        )
        if isinstance(again := values.get("not_before"), dt.datetime):
            service.fall_due(session, claimed.tenant_id, again)


def compose(claimed: Claimed, settings: Settings) -> EmailMessage:
    """Return the message; CR and LF never reach a header, the Message-ID is the row's own."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = claimed.address
    message["Subject"] = " ".join(claimed.title.split())
    message["Message-ID"] = f"<{claimed.id}@samverk>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = claimed.locale
    body = claimed.body.replace(": /", f": {settings.public_url}/")
    if claimed.link is not None:
        body = body.replace(links.PLACE, links.issue(settings.secret, *claimed.link))
    message.set_content(body + "\n")
    if claimed.calendar:
        message.add_attachment(claimed.calendar.encode(), maintype="text", subtype="calendar", filename="meeting.ics")
    return message


class Mailer:
    """One connection to the SMTP server of the settings: smtp://, smtp+starttls:// or smtps://."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        parts = urlsplit(settings.smtp_url or "")
        self.scheme, self.host, self.port = parts.scheme, parts.hostname or "localhost", parts.port or 25
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, messages: tuple[Claimed, ...], done: Callable[[Claimed, str | None], None]) -> None:
        """Send messages over one connection; `done` is called after each with a fault or None."""
        try:
            with self._connect() as server:
                for claimed in messages:
                    try:
                        server.send_message(compose(claimed, self.settings))
                    except (smtplib.SMTPException, OSError, ValueError) as error:
                        done(claimed, _words(error))
                    else:
                        done(claimed, None)
        except (smtplib.SMTPException, OSError) as error:
            for claimed in messages:
                done(claimed, _words(error))

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=20, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=20)
            if self.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)
        return server


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def deliver_once(database: Database, settings: Settings, clock: Callable[[], dt.datetime]) -> int:
    """Deliver what is due; return how many messages were tried."""
    claimed = claim(database, clock())
    if claimed:
        done: set[str] = set()

        def finish(one: Claimed, fault: str | None) -> None:
            if one.id not in done:
                done.add(one.id)
                mark(database, one, clock(), fault)

        Mailer(settings).send(claimed, finish)
    return len(claimed)
