"""What pages show of rounds and forms: lists, the status grid, one form with everything said before.

Reads only; writing is `service.py`.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import select

from samverk.errors import NotFound
from samverk.meetings import service as meetings
from samverk.points import service as points
from samverk.points.service import PointView
from samverk.regions.definition import LocalText
from samverk.rounds import asking, service
from samverk.rounds.model import Form, FormEvent, Reaction, Round, RoundEvent, Submission
from samverk.rounds.questionnaire import Choice, Pinned, Question, words_of
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


class Said(msgspec.Struct, frozen=True):
    """One piece of an answer: the part it stands under, the words, or that there is nothing to report."""

    part: Choice | None
    words: str
    is_nothing: bool


class HostAnswer(msgspec.Struct, frozen=True):
    """One of the host's answers, as a partner sees it, with the partner's own reaction."""

    form_id: str
    question: Question
    language: str
    said: tuple[Said, ...]
    points: tuple[tuple[PointView, dict[str, Any]], ...]
    verdict: str | None
    words: str | None


class FormView(msgspec.Struct, frozen=True):
    """One form with everything that was said before."""

    row: FormRow
    round: RoundView
    pinned: Pinned
    answers: dict[str, Any]
    point_answers: dict[str, Any]
    language: str | None
    saved_by: str | None
    receipt: str | None
    return_reason: str | None
    is_demonstration: bool
    asked: tuple[points.PointView, ...]
    other_points: tuple[points.PointView, ...]
    previous: dict[str, tuple[Said, ...]]
    previous_language: str | None
    summary: tuple[str, str] | None
    host_answers: tuple[HostAnswer, ...]
    host_is_released: bool
    may_react: bool
    may_answer: bool
    events: tuple[tuple[dt.datetime, str, str, str | None], ...]

    @property
    def is_editable(self) -> bool:
        return self.may_answer and self.round.state == "open" and self.row.state in service.EDITABLE


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


def latest_submission(scope: Scope, form_id: str) -> tuple[dict[str, Any], str, dt.datetime, int] | None:
    """Return (answers, language, when, number) of the submission that stands."""
    row = scope.session.execute(
        select(Submission.answers, Submission.language, Submission.submitted_at, Submission.number)
        .where(
            Submission.tenant_id == scope.tenant_id, Submission.form_id == form_id, Submission.withdrawn_at.is_(None)
        )
        .order_by(Submission.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def get_form(scope: Scope, form_id: str) -> FormView:
    """Return one form with what was said before. Raises NotFound for those who may not know of it."""
    found = forms(scope, form_id=form_id)
    if not found or not service.may_see(scope, found[0].party_id, found[0].subject_id):
        raise NotFound()
    row = found[0]
    entity = scope.session.get(Form, (scope.tenant_id, form_id))
    assert entity is not None
    round_ = get_round(scope, row.round_id)
    if is_auditing(scope) and not is_sent_in(scope, round_, row):
        raise NotFound()
    pinned = service.pinned_questionnaire(scope, entity.questionnaire_hash)
    previous, previous_language = _previous(scope, round_, row)
    host_answers, released = _host_answers(scope, round_, row)
    answering = service.may_answer(scope, row.party_id, row.subject_id)
    asked = asking.asked_points(scope, entity)
    about = points.list_points(scope, states=points.LIVING, subject_id=row.subject_id)
    return FormView(
        row,
        round_,
        pinned,
        entity.answers.get("items", {}),
        entity.answers.get("points", {}),
        entity.language,
        entity.saved_by,
        entity.receipt,
        entity.return_reason,
        entity.is_demonstration,
        asked,
        tuple(point for point in about if point.id not in {one.id for one in asked}),
        previous,
        previous_language,
        _summary(scope, round_, row.subject_id),
        host_answers,
        released,
        answering and released and round_.state == "open" and scope.now <= round_.papers_due,
        answering,
        events(scope, form_id),
    )


def events(scope: Scope, form_id: str) -> tuple[tuple[dt.datetime, str, str, str | None], ...]:
    """Return (when, who, what, words) of a form, oldest first."""
    rows = scope.session.execute(
        select(FormEvent.at, FormEvent.actor, FormEvent.kind, FormEvent.words)
        .where(FormEvent.tenant_id == scope.tenant_id, FormEvent.form_id == form_id)
        .order_by(FormEvent.at, FormEvent.id)
    )
    return tuple((a, b, c, d) for a, b, c, d in rows)


def round_events(scope: Scope, round_id: str) -> tuple[tuple[dt.datetime, str, str, str | None], ...]:
    """Return (when, who, what, reason) of a round, oldest first."""
    rows = scope.session.execute(
        select(RoundEvent.at, RoundEvent.actor, RoundEvent.kind, RoundEvent.words)
        .where(RoundEvent.tenant_id == scope.tenant_id, RoundEvent.round_id == round_id)
        .order_by(RoundEvent.at, RoundEvent.id)
    )
    return tuple((a, b, c, d) for a, b, c, d in rows)


def said(scope: Scope, question: Question, answer: dict[str, Any] | None) -> tuple[Said, ...]:
    """Return what was answered, piece by piece, numbers and columns in the reader's language."""
    return tuple(Said(part, words, nothing) for part, words, nothing in words_of(question, answer, scope.locale))


def _previous(scope: Scope, round_: RoundView, row: FormRow) -> tuple[dict[str, tuple[Said, ...]], str | None]:
    """Return {item: what was said} by the same party about the same subject in the round before."""
    if round_.previous_round_id is None:
        return {}, None
    before = scope.session.execute(
        select(Form.id, Form.questionnaire_hash).where(
            Form.tenant_id == scope.tenant_id,
            Form.round_id == round_.previous_round_id,
            Form.subject_id == row.subject_id,
            Form.party_id == row.party_id,
            Form.role == row.role,
        )
    ).one_or_none()
    sent = latest_submission(scope, before.id) if before else None
    if before is None or sent is None:
        return {}, None
    pinned = service.pinned_questionnaire(scope, before.questionnaire_hash)
    items = sent[0].get("items", {})
    found = {q.key: said(scope, q, items.get(q.key)) for q in pinned.questions if q.carry}
    return {key: words for key, words in found.items() if words}, sent[1]


def _summary(scope: Scope, round_: RoundView, subject_id: str) -> tuple[str, str] | None:
    """Return (approved summary, language) of the previous round's meeting about the subject."""
    if round_.previous_round_id is None:
        return None
    before = get_round(scope, round_.previous_round_id)
    if before.meeting_id is None:
        return None
    return meetings.approved_summaries(scope, before.meeting_id).get(subject_id)


def _host_answers(scope: Scope, round_: RoundView, row: FormRow) -> tuple[tuple[HostAnswer, ...], bool]:
    """Return the host's answers that the partner may see, and whether they are released."""
    if row.role != "partner":
        return (), False
    host = scope.session.execute(
        select(Form.id, Form.state, Form.questionnaire_hash).where(
            Form.tenant_id == scope.tenant_id,
            Form.round_id == row.round_id,
            Form.subject_id == row.subject_id,
            Form.role == "host",
            Form.state != "removed",
        )
    ).first()
    if host is None or not is_released(scope, round_, host.state):
        return (), False
    sent = latest_submission(scope, host.id)
    if sent is None:
        return (), False
    answers, language, _when, _number = sent
    own = {
        item: (verdict, words)
        for item, verdict, words in scope.session.execute(
            select(Reaction.item_key, Reaction.verdict, Reaction.words).where(
                Reaction.tenant_id == scope.tenant_id,
                Reaction.host_form_id == host.id,
                Reaction.party_id == row.party_id,
            )
        )
    }
    pinned = service.pinned_questionnaire(scope, host.questionnaire_hash)
    given = answers.get("points", {})
    answered = {point.id: point for point in points.list_points(scope, ids=tuple(given))} if given else {}
    found = []
    for question in pinned.questions:
        shown = tuple((answered[key], given[key]) for key in given if key in answered and question.kind == "points")
        verdict, words = own.get(question.key, (None, None))
        words_said = said(scope, question, answers.get("items", {}).get(question.key))
        if question.kind == "points" and not shown and not words_said:
            continue
        found.append(HostAnswer(host.id, question, language, words_said, shown, verdict, words))
    return tuple(found), True
