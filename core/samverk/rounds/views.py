"""What pages show of rounds and forms: lists, the status grid, what is released to whom.

One form with everything said before is `form_view.py`'s; writing is `service.py`'s.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import select

from samverk.errors import NotFound
from samverk.regions.definition import LocalText
from samverk.rounds.model import Form, Round, RoundEvent
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject


class RoundView(msgspec.Struct, frozen=True):
    id: str
    cycle_key: str
    year: int
    period: int
    state: str
    title: LocalText
    opens_on: dt.date
    answers_due_on: dt.date
    answers_due: dt.datetime
    papers_due_on: dt.date
    papers_due: dt.datetime
    meeting_on: dt.date
    is_moved: bool
    release_rule: str
    meeting_id: str | None
    previous_round_id: str | None
    opened_at: dt.datetime
    opened_by: str
    needs_approval: bool
    version: int


class FormRow(msgspec.Struct, frozen=True):
    """One form in a list or grid."""

    id: str
    round_id: str
    subject_id: str
    subject_key: str
    subject_name: LocalText
    party_id: str
    party: str
    role: str
    state: str
    is_late: bool
    saved_at: dt.datetime | None
    submitted_at: dt.datetime | None
    version: int

    @property
    def shown_state(self) -> str:
        return "late" if self.state == "submitted" and self.is_late else self.state


_ROUND = (
    Round.id,
    Round.cycle_key,
    Round.year,
    Round.period,
    Round.state,
    Round.title,
    Round.opens_on,
    Round.answers_due_on,
    Round.answers_due,
    Round.papers_due_on,
    Round.papers_due,
    Round.meeting_on,
    Round.is_moved,
    Round.release_rule,
    Round.meeting_id,
    Round.previous_round_id,
    Round.opened_at,
    Round.opened_by,
    Round.needs_approval,
    Round.version,
)


def _round(row: Any) -> RoundView:
    return RoundView(*row)


def list_rounds(scope: Scope, *, states: tuple[str, ...] | None = None) -> tuple[RoundView, ...]:
    """Return rounds, the latest first."""
    query = select(*_ROUND).where(Round.tenant_id == scope.tenant_id)
    if states is not None:
        query = query.where(Round.state.in_(states))
    return tuple(_round(row) for row in scope.session.execute(query.order_by(Round.meeting_on.desc(), Round.id)))


def get_round(scope: Scope, round_id: str) -> RoundView:
    """Return one round. Raises NotFound."""
    row = scope.session.execute(
        select(*_ROUND).where(Round.tenant_id == scope.tenant_id, Round.id == round_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return _round(row)


def forms(
    scope: Scope,
    *,
    round_ids: tuple[str, ...] | None = None,
    form_id: str | None = None,
    party_ids: frozenset[str] | None = None,
) -> tuple[FormRow, ...]:
    """Return forms by subject, host first; those taken out are left out."""
    query = (
        select(
            Form.id,
            Form.round_id,
            Form.subject_id,
            Subject.key,
            Subject.name,
            Form.party_id,
            Form.role,
            Form.state,
            Form.is_late,
            Form.saved_at,
            Form.submitted_at,
            Form.version,
        )
        .join(Subject, (Subject.tenant_id == Form.tenant_id) & (Subject.id == Form.subject_id))
        .where(Form.tenant_id == scope.tenant_id, Subject.tenant_id == scope.tenant_id, Form.state != "removed")
    )
    if round_ids is not None:
        query = query.where(Form.round_id.in_(round_ids))
    if form_id is not None:
        query = query.where(Form.id == form_id)
    if party_ids is not None:
        query = query.where(Form.party_id.in_(party_ids))
    names = tenants.party_names(scope)
    order = {party_id: number for number, party_id in enumerate(names)}
    rows = scope.session.execute(query.order_by(Subject.position, Subject.id)).all()
    found = [
        FormRow(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            names[row[5]].name,
            row[6],
            row[7],
            row[8],
            row[9],
            row[10],
            row[11],
        )
        for row in rows
    ]
    place = {subject: number for number, subject in enumerate(dict.fromkeys(form.subject_id for form in found))}
    found.sort(key=lambda form: (place[form.subject_id], form.role != "host", order.get(form.party_id, 0)))
    return tuple(found)


def is_released(scope: Scope, round_: RoundView, host_state: str) -> bool:
    """Say whether partners may see the host's answers: by the round's rule, and only what is submitted."""
    if host_state not in ("submitted", "approved"):
        return False
    return round_.release_rule in ("submit", "at_once") or scope.now > round_.answers_due


def is_auditing(scope: Scope) -> bool:
    """Say whether the actor reads as an auditor only."""
    return bool(scope.actor.grants) and not scope.actor.has("secretariat", "administrator", "contact", "approver")


def is_sent_in(scope: Scope, round_: RoundView, row: FormRow) -> bool:
    """Say whether a form was sent in and its round's deadline has passed: what an auditor may read of it."""
    return row.state == "submitted" and (round_.state == "closed" or scope.now > round_.answers_due)


def granted_forms(scope: Scope) -> tuple[tuple[RoundView, tuple[FormRow, ...]], ...]:
    """Return what was sent in about the subjects that the actor may audit, by round, the latest first."""
    limited = scope.actor.subjects("granted.read")
    rounds = list_rounds(scope, states=("open", "closed"))
    every = forms(scope, round_ids=tuple(one.id for one in rounds))
    found = []
    for one in rounds:
        rows = tuple(
            row
            for row in every
            if row.round_id == one.id and (limited is None or row.subject_id in limited) and is_sent_in(scope, one, row)
        )
        if rows:
            found.append((one, rows))
    return tuple(found)


def round_events(scope: Scope, round_id: str) -> tuple[tuple[dt.datetime, str, str, str | None], ...]:
    """Return (when, who, what, reason) of a round, oldest first."""
    rows = scope.session.execute(
        select(RoundEvent.at, RoundEvent.actor, RoundEvent.kind, RoundEvent.words)
        .where(RoundEvent.tenant_id == scope.tenant_id, RoundEvent.round_id == round_id)
        .order_by(RoundEvent.at, RoundEvent.id)
    )
    return tuple((a, b, c, d) for a, b, c, d in rows)
