"""Use cases of one's own account: forgotten and changed passwords, name, the regions one has a role in.

Sessions, tokens and second factors themselves are kept by `people`.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select, update

from samverk import i18n
from samverk.accounts.words import reset_letter
from samverk.database import Unit
from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.outbox import letters
from samverk.people import limits, links, password_rules, passwords
from samverk.people import service as people
from samverk.people.model import Belonging, PasswordReset, Person
from samverk.regions.definition import in_locale
from samverk.tables import new_id
from samverk.tenants.model import Tenant

RESET = dt.timedelta(hours=1)
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """One's own account, as its page shows it."""

    id: str
    email: str
    name: str
    locale: str | None
    has_password: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A region one has a role in."""

    id: str
    slug: str
    name: str
    zone: str


def account(session: Unit, person_id: str) -> Account:
    """Return an account. Raises NotFound."""
    row = session.execute(
        select(Person.email, Person.name, Person.locale, Person.password_hash).where(Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return Account(person_id, row.email, row.name, row.locale, row.password_hash is not None)


def regions(session: Unit, person_id: str, today: dt.date, locale: str) -> tuple[Region, ...]:
    """Return the regions a person has a role in today, by name."""
    rows = session.execute(
        select(Tenant.id, Tenant.slug, Tenant.name, Tenant.zone, Tenant.locale)
        .join(Belonging, Belonging.tenant_id == Tenant.id)
        .where(
            Belonging.person_id == person_id,
            or_(Belonging.begins_on.is_(None), Belonging.begins_on <= today),
            or_(Belonging.ends_on.is_(None), Belonging.ends_on >= today),
        )
    ).all()
    found = {row.id: Region(row.id, row.slug, in_locale(row.name, locale, row.locale)[0], row.zone) for row in rows}
    return tuple(sorted(found.values(), key=lambda region: i18n.sort_key(region.name, locale)))


def ask_for_reset(session: Unit, key: str, email: str, address: str, locale: str, now: dt.datetime) -> None:
    """Send a link for a new password to a known address; the same work is done for an unknown one (T7).

    Raises TooManyRequests. An older link of the person ends.
    """
    tried = limits.whose("forgotten", email, address)
    limits.check(session, tried, now)
    limits.count(session, tried, now)
    person = session.execute(
        select(Person.id, Person.email, Person.locale).where(
            Person.email == email.casefold(), Person.disabled_at.is_(None)
        )
    ).one_or_none()
    whose = PasswordReset.person_id == person.id if person else PasswordReset.person_id.is_(None)
    session.execute(update(PasswordReset).where(whose, PasswordReset.ended_at.is_(None)).values(ended_at=now))
    id_ = new_id()
    session.add(_reset_row(key, id_, person.id if person else None, now))
    language = (person.locale if person else None) or locale
    title, body = reset_letter(language)
    letters.queue(session, person.email if person else None, language, title, body, kind="reset", link_id=id_, now=now)


def _reset_row(key: str, id_: str, person_id: str | None, now: dt.datetime) -> PasswordReset:
    return PasswordReset(
        id=id_,
        person_id=person_id,
        secret_hash=links.digest(links.issue(key, "reset", id_)),
        created_at=now,
        expires_at=now + RESET,
    )


def make_reset_link(session: Unit, key: str, email: str, now: dt.datetime) -> str:
    """Return a link for a new password, for the operator to hand over where there is no mail. Raises NotFound."""
    id_, person_id = new_id(), people.person_by_email(session, email)
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.add(_reset_row(key, id_, person_id, now))
    session.flush()
    return f"/sign-in/reset/{links.issue(key, 'reset', id_)}"


def reset_of(session: Unit, link: str, now: dt.datetime) -> tuple[str, Account]:
    """Return (id of the reset, account) for a link that can be used. Raises NotFound for any other."""
    id_ = links.id_in("reset", link)
    row = None if id_ is None else session.get(PasswordReset, id_, with_for_update=True)
    if row is None or not links.fits(link, row.secret_hash):
        raise NotFound()
    if row.person_id is None or row.ended_at is not None or row.expires_at < now:
        raise NotFound()
    return row.id, account(session, row.person_id)


def reset_password(session: Unit, link: str, password: str, again: str, now: dt.datetime) -> None:
    """Set a new password by a link, once; every session ends. Raises NotFound, Invalid."""
    id_, found = reset_of(session, link, now)
    check_new_password(session, found, password, again, now)
    session.execute(update(PasswordReset).where(PasswordReset.id == id_).values(ended_at=now))
    people.set_password(session, found.id, password, now)


def check_new_password(session: Unit, found: Account, password: str, again: str, now: dt.datetime) -> None:
    """Raises Invalid for a password that cannot be taken."""
    names = [name for region in regions(session, found.id, now.date(), "nb") for name in (region.name, region.slug)]
    check_password(password, again, found.email, found.name, *names)


def check_password(password: str, again: str, *known: str) -> None:
    """Raises Invalid for a password that cannot be taken; `known` are texts that everybody here knows."""
    found = password_rules.problems(password, password_rules.context_words(*known))
    if password != again:
        found += (Problem("/again", _("The two passwords are not the same."), field="again"),)
    if found:
        raise Invalid(found)


def check_old_password(
    session: Unit, person_id: str, email: str, password: str, address: str, now: dt.datetime
) -> None:
    """Raises Invalid unless the password is the person's, TooManyRequests past the limits."""
    tried = limits.whose("account", email, address)
    limits.check(session, tried, now)
    stored = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    if not passwords.matches(stored, password[:256]):
        limits.count_afterwards(session, tried, now)
        raise Invalid((Problem("/old", _("This is not your password."), field="old"),))


def change_profile(session: Unit, person_id: str, name: str, locale: str) -> None:
    """Change the name that colleagues see, and the language. Raises Invalid with every fault."""
    faults = name_problems(name)
    if locale not in i18n.locales():
        faults += (Problem("/locale", _("Choose one of the languages."), field="locale"),)
    if faults:
        raise Invalid(faults)
    session.execute(update(Person).where(Person.id == person_id).values(name=name, locale=locale))


def name_problems(name: str) -> tuple[Problem, ...]:
    """Return what is wrong with a name."""
    if not name or len(name) > LONGEST_NAME or "\n" in name:
        message = _("Write a name of at most %(number)s characters.", number=LONGEST_NAME)
        return (Problem("/name", message, field="name"),)
    return ()
