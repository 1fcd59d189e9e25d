"""One form as it is read: its answers, what was said before, the host's answers, and what has happened to it.

Lists of rounds and forms are `views.py`'s; writing is `service.py`'s.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import select

from samverk.errors import NotFound
from samverk.meetings import service as meetings
from samverk.points import service as points
from samverk.points.service import PointView
from samverk.rounds import asking, pinning, service, views
from samverk.rounds.answering import words_of
from samverk.rounds.model import Form, FormEvent, Reaction, Submission
from samverk.rounds.questionnaire import Choice, Pinned, Question
from samverk.rounds.views import FormRow, RoundView
from samverk.scope import Scope


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
    found = views.forms(scope, form_id=form_id)
    if not found or not service.may_see(scope, found[0].party_id, found[0].subject_id):
        raise NotFound()
    row = found[0]
    entity = scope.session.get(Form, (scope.tenant_id, form_id))
    assert entity is not None
    round_ = views.get_round(scope, row.round_id)
    if views.is_auditing(scope) and not views.is_sent_in(scope, round_, row):
        raise NotFound()
    pinned = pinning.pinned_questionnaire(scope, entity.questionnaire_hash)
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
    pinned = pinning.pinned_questionnaire(scope, before.questionnaire_hash)
    items = sent[0].get("items", {})
    found = {q.key: said(scope, q, items.get(q.key)) for q in pinned.questions if q.carry}
    return {key: words for key, words in found.items() if words}, sent[1]


def _summary(scope: Scope, round_: RoundView, subject_id: str) -> tuple[str, str] | None:
    """Return (approved summary, language) of the previous round's meeting about the subject."""
    if round_.previous_round_id is None:
        return None
    before = views.get_round(scope, round_.previous_round_id)
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
    if host is None or not views.is_released(scope, round_, host.state):
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
    pinned = pinning.pinned_questionnaire(scope, host.questionnaire_hash)
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
