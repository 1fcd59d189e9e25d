"""Changes to an open round: deadline, subjects and parties, contact, withdrawal, closing; each with its reason.

Those concerned are told. What was submitted before stays as it is.
"""

import datetime as dt

from sqlalchemy import select

from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.people import service as people
from samverk.rounds import notices
from samverk.rounds.model import Form, FormEvent, Round, RoundEvent
from samverk.scope import Scope
from samverk.tables import new_id


def _open_round(scope: Scope, round_id: str, version: int | None, reason: str | None) -> Round:
    row = scope.session.scalar(
        select(Round).where(Round.tenant_id == scope.tenant_id, Round.id == round_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if version is not None and row.version != version:
        raise Stale(
            _(
                "Somebody else changed %(the_round)s meanwhile. Look at what stands there now.",
                the_round=scope.words.form("round", "sg_def"),
            )
        )
    if row.state != "open":
        raise Conflict(_("%(the_round)s is closed.", the_round=scope.words.title("round", "sg_def")))
    if reason is not None and not reason.strip():
        raise Invalid((Problem("/reason", _("Give the reason."), field="reason"),))
    return row


def _keep(scope: Scope, row: Round, kind: str, reason: str | None, **content: object) -> str:
    event = RoundEvent(
        id=new_id(), round_id=row.id, at=scope.now, actor=scope.actor.name, kind=kind, words=reason, content=content
    )
    scope.add(event)
    row.version += 1
    scope.flush()
    return event.id


def extend_deadline(scope: Scope, round_id: str, day: dt.date, reason: str, *, version: int | None = None) -> None:
    """Give everybody a later deadline. Raises Invalid for an earlier one, or one after the papers are due."""
    row = _open_round(scope, round_id, version, reason)
    if day <= row.answers_due_on or day < scope.today:
        message = _(
            "%(The_deadline)s can only be moved to a later day.", The_deadline=scope.words.title("deadline", "sg_def")
        )
        raise Invalid((Problem("/day", message, field="day"),))
    if day > row.papers_due_on:
        message = _(
            "%(The_deadline)s must not lie after the day that %(the_papers)s are due.",
            The_deadline=scope.words.title("deadline", "sg_def"),
            the_papers=scope.words.form("papers", "pl_def"),
        )
        raise Invalid((Problem("/day", message, field="day"),))
    old = row.answers_due_on
    row.answers_due_on, row.answers_due = day, scope.end_of(day)
    change = _keep(scope, row, "deadline_extended", reason, old=old.isoformat(), new=day.isoformat())
    notices.round_changed(scope, round_id, change, reason)


def add_form(
    scope: Scope, round_id: str, subject_id: str, party_id: str, role: str, reason: str, *, version: int | None = None
) -> str:
    """Take in a party for a subject; a form taken out before comes back with its words. Returns the form's id."""
    row = _open_round(scope, round_id, version, reason)
    if role not in row.questionnaires:
        message = _("%(the_round)s has no form for this role.", the_round=scope.words.title("round", "sg_def"))
        raise Invalid((Problem("/role", message, field="role"),))
    known = scope.session.scalar(
        select(Form).where(
            Form.tenant_id == scope.tenant_id,
            Form.round_id == round_id,
            Form.subject_id == subject_id,
            Form.party_id == party_id,
            Form.role == role,
        )
    )
    if known is not None and known.state != "removed":
        raise Conflict(_("The form is part of %(the_round)s already.", the_round=scope.words.form("round", "sg_def")))
    if known is None:
        known = Form(
            id=new_id(),
            round_id=round_id,
            subject_id=subject_id,
            party_id=party_id,
            role=role,
            questionnaire_hash=row.questionnaires[role],
            answers={},
        )
        scope.add(known)
    else:
        known.state = "draft" if known.answers.get("items") else "not_opened"
        known.version += 1
    scope.flush()
    change = _keep(scope, row, "form_added", reason, form=known.id)
    notices.round_changed(scope, round_id, change, reason, frozenset({known.id}))
    return known.id


def remove_forms(
    scope: Scope,
    round_id: str,
    reason: str,
    *,
    subject_id: str | None = None,
    form_id: str | None = None,
    version: int | None = None,
) -> int:
    """Take out a subject or one form; what was written is kept and comes back when it is taken in again."""
    row = _open_round(scope, round_id, version, reason)
    query = select(Form).where(Form.tenant_id == scope.tenant_id, Form.round_id == round_id, Form.state != "removed")
    if form_id is not None:
        query = query.where(Form.id == form_id)
    elif subject_id is not None:
        query = query.where(Form.subject_id == subject_id)
    else:
        raise NotFound()
    taken = scope.session.scalars(query).all()
    if not taken:
        raise NotFound()
    ids = frozenset(form.id for form in taken)
    event_id = _keep(scope, row, "forms_removed", reason, forms=sorted(ids))
    notices.round_changed(scope, round_id, event_id, reason, ids)
    for form in taken:
        form.state = "removed"
        form.version += 1
        scope.add(FormEvent(form_id=form.id, at=scope.now, actor=scope.actor.name, kind="removed", words=reason))
    scope.flush()
    return len(taken)


def replace_contact(
    scope: Scope, round_id: str, party_id: str, old_person_id: str | None, email: str, reason: str
) -> None:
    """Let another person of the installation answer for a party from today."""
    row = _open_round(scope, round_id, None, reason)
    try:
        person = people.person_by_email(scope.session, email)
    except NotFound as error:
        message = _("There is no person with this address. Add the person first.")
        raise Invalid((Problem("/email", message, field="email"),)) from error
    people.replace_contact(scope, party_id, None, old_person_id, person)
    change = _keep(scope, row, "contact_replaced", reason, party=party_id)
    own = scope.session.scalars(
        select(Form.id).where(Form.tenant_id == scope.tenant_id, Form.round_id == round_id, Form.party_id == party_id)
    ).all()
    notices.round_changed(scope, round_id, change, reason, frozenset(own))


def withdraw(scope: Scope, round_id: str, reason: str, *, version: int | None = None) -> None:
    """Withdraw the round: nobody needs to answer; everything written stays readable for the secretariat."""
    row = _open_round(scope, round_id, version, reason)
    notices.round_withdrawn(scope, round_id, reason)
    row.state, row.closed_at = "withdrawn", scope.now
    _keep(scope, row, "withdrawn", reason)


def close(scope: Scope, round_id: str, *, version: int | None = None) -> None:
    """Close the round: from now on nothing can be submitted."""
    row = _open_round(scope, round_id, version, None)
    row.state, row.closed_at = "closed", scope.now
    _keep(scope, row, "closed", None)
