"""Invitations: a role that waits for whoever owns an address, and the link by which it is taken, once.

Opening the link changes nothing. A person who can sign in already takes the role and signs in as before.
"""

import datetime as dt
import re

import msgspec
from sqlalchemy import select, update

from samverk.accounts import service as accounts
from samverk.errors import Conflict, Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.membership import absence, roles, words
from samverk.membership.model import Invitation
from samverk.outbox import letters
from samverk.people import links
from samverk.people import service as people
from samverk.people.model import Person, ProviderIdentity
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants

VALID = dt.timedelta(days=14)
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]\\]{1,64}@[a-z0-9.-]{1,190}\.[a-z]{2,24}")


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation that waits."""

    id: str
    email: str
    role: str
    party: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    created_at: dt.datetime
    expires_at: dt.datetime
    is_over: bool
    is_known: bool = False


def email_problems(email: str) -> tuple[Problem, ...]:
    if not _EMAIL.fullmatch(email.casefold()):
        return (Problem("/email", _("Write an e-mail address, such as name@council.example."), field="email"),)
    return ()


def invite(
    scope: Scope,
    key: str,
    email: str,
    role: str,
    party_key: str,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
) -> None:
    """Invite an address to a role. Raises Invalid with every fault; `key` is the secret of the installation."""
    if faults := problems(scope, email, role, party_key, valid_from, valid_to):
        raise Invalid(faults)
    send(scope, key, email, role, roles.party_of(scope, role, party_key), valid_from, valid_to)


def problems(
    scope: Scope, email: str, role: str, party_key: str, valid_from: dt.date | None, valid_to: dt.date | None
) -> tuple[Problem, ...]:
    """Return what is wrong with an invitation."""
    return email_problems(email) + roles.problems(scope, role, party_key, valid_from, valid_to)


def send(
    scope: Scope,
    key: str,
    email: str,
    role: str,
    party_id: str | None,
    valid_from: dt.date | None,
    valid_to: dt.date | None,
    stands_in_for_id: str | None = None,
) -> None:
    """Store an invitation and queue its letter; an older one to the same role ends."""
    email, id_ = email.casefold(), new_id()
    scope.session.execute(
        update(Invitation)
        .where(
            Invitation.tenant_id == scope.tenant_id,
            Invitation.email == email,
            Invitation.role == role,
            Invitation.party_id == party_id if party_id is not None else Invitation.party_id.is_(None),
            Invitation.ended_at.is_(None),
        )
        .values(ended_at=scope.now)
    )
    scope.add(
        Invitation(
            id=id_,
            email=email,
            role=role,
            party_id=party_id,
            valid_from=valid_from,
            valid_to=valid_to,
            stands_in_for_id=stands_in_for_id,
            secret_hash=links.digest(links.issue(key, "invite", id_)),
            created_at=scope.now,
            expires_at=scope.now + VALID,
        )
    )
    party = tenants.party_names(scope)[party_id].name if party_id is not None else ""
    title, body = words.invitation_letter(scope, role, party)
    letters.queue(scope.session, email, scope.locale, title, body, kind="invite", link_id=id_, now=scope.now)


def waiting(scope: Scope) -> tuple[InvitationView, ...]:
    """Return the invitations that nobody has taken yet, the newest first."""
    rows = scope.session.scalars(
        select(Invitation)
        .where(Invitation.tenant_id == scope.tenant_id, Invitation.ended_at.is_(None))
        .order_by(Invitation.created_at.desc())
        .limit(200)
    )
    return tuple(_view(scope, row) for row in rows)


def paths(scope: Scope, key: str, email: str) -> tuple[str, ...]:
    """Return the paths that the letters of an address's waiting invitations lead to, the newest first.

    For the operator only: whoever has a link can take the role in the address's name.
    """
    return tuple(
        f"/{scope.tenant.slug}/invitation/{links.issue(key, 'invite', one.id)}?lang={scope.locale}"
        for one in waiting(scope)
        if one.email == email.casefold() and not one.is_over
    )


def _view(scope: Scope, row: Invitation, *, is_known: bool = False) -> InvitationView:
    parties = tenants.party_names(scope)
    return InvitationView(
        row.id,
        row.email,
        row.role,
        parties[row.party_id].name if row.party_id in parties else "",
        row.valid_from,
        row.valid_to,
        row.created_at,
        row.expires_at,
        row.expires_at < scope.now,
        is_known,
    )


def _waiting(scope: Scope, invitation_id: str) -> Invitation:
    row = None
    if tenants.is_id(invitation_id):
        row = scope.session.scalar(
            select(Invitation)
            .where(Invitation.tenant_id == scope.tenant_id, Invitation.id == invitation_id)
            .with_for_update()
        )
    if row is None or row.ended_at is not None:
        raise NotFound()
    return row


def withdraw(scope: Scope, invitation_id: str) -> None:
    """Withdraw an invitation. Raises NotFound."""
    _waiting(scope, invitation_id).ended_at = scope.now
    scope.flush()


def send_again(scope: Scope, key: str, invitation_id: str) -> None:
    """Send an invitation with a new link; the older link ends. Raises NotFound."""
    row = _waiting(scope, invitation_id)
    send(scope, key, row.email, row.role, row.party_id, row.valid_from, row.valid_to, row.stands_in_for_id)


def _by_link(scope: Scope, link: str) -> Invitation:
    id_ = links.id_in("invite", link)
    row = _waiting(scope, id_ or "")
    if not links.fits(link, row.secret_hash) or row.expires_at < scope.now:
        raise NotFound()
    if row.valid_to is not None and row.valid_to < scope.today:
        raise NotFound()
    return row


def by_link(scope: Scope, link: str) -> InvitationView:
    """Return the invitation behind a link that can be used. Raises NotFound for any other."""
    row = _by_link(scope, link)
    return _view(scope, row, is_known=_signs_in(scope, row.email))


def _signs_in(scope: Scope, email: str) -> bool:
    """Say whether the address is of somebody who can sign in already. Raises NotFound for who is disabled."""
    person = scope.session.execute(
        select(Person.id, Person.password_hash, Person.disabled_at).where(Person.email == email)
    ).one_or_none()
    if person is None:
        return False
    if person.disabled_at is not None:
        raise NotFound()
    identity = select(ProviderIdentity.id).where(
        ProviderIdentity.tenant_id == scope.tenant_id, ProviderIdentity.person_id == person.id
    )
    return person.password_hash is not None or scope.session.scalar(identity.limit(1)) is not None


def accept(scope: Scope, link: str, name: str, password: str, again: str) -> None:
    """Take the role: a new person with name and password, a known one without. Raises NotFound, Invalid."""
    row = _by_link(scope, link)
    if _signs_in(scope, row.email):
        _take(scope, row, people.person_by_email(scope.session, row.email))
        return
    faults = accounts.name_problems(name)
    try:
        accounts.check_password(password, again, row.email, name, scope.text(scope.tenant.name), scope.tenant.slug)
    except Invalid as error:
        faults += error.problems
    if faults:
        raise Invalid(faults)
    _take(scope, row, _new_person(scope, row.email, name, password))


def accept_with_identity(scope: Scope, link: str, name: str, issuer: str, subject: str) -> str:
    """Take the role and bind who one is at the region's provider; return the person's id.

    Raises NotFound, Invalid, and Conflict when the identity is somebody else's.
    """
    row = _by_link(scope, link)
    if _signs_in(scope, row.email):
        person_id = people.person_by_email(scope.session, row.email)
    elif faults := accounts.name_problems(name):
        raise Invalid(faults)
    else:
        person_id = _new_person(scope, row.email, name, None)
    bound = scope.session.scalar(
        select(ProviderIdentity.person_id).where(
            ProviderIdentity.tenant_id == scope.tenant_id,
            ProviderIdentity.issuer == issuer,
            ProviderIdentity.subject == subject,
        )
    )
    if bound is None:
        scope.add(ProviderIdentity(person_id=person_id, issuer=issuer, subject=subject, created_at=scope.now))
    elif bound != person_id:
        raise Conflict(_("This sign-in belongs to another person here. Sign in there as yourself and try again."))
    _take(scope, row, person_id)
    return person_id


def _new_person(scope: Scope, email: str, name: str, password: str | None) -> str:
    person_id = people.add_person(scope.session, email, name, scope.now, password=password)
    scope.session.execute(update(Person).where(Person.id == person_id).values(name=name))
    return person_id


def _take(scope: Scope, row: Invitation, person_id: str) -> None:
    row.ended_at = row.accepted_at = scope.now
    scope.flush()
    if row.stands_in_for_id is None:
        people.grant(
            scope, person_id, row.role, party_id=row.party_id, valid_from=row.valid_from, valid_to=row.valid_to
        )
        return
    assert row.party_id is not None and row.valid_from is not None and row.valid_to is not None
    absence.stand_in(scope, row.stands_in_for_id, person_id, row.party_id, row.valid_from, row.valid_to)
