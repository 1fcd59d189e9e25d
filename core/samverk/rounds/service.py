"""Forms and their answers: draft, submit, take back, return, approve. The only writer of forms and submissions.

Opening is `opening.py`, changes to an open round `changes.py`, what a page shows `views.py`.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
import rfc8785
from sqlalchemy import BindParameter, bindparam, func, insert, select, update

from samverk.breaker import service as breaker
from samverk.decisions import service as decisions
from samverk.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.permissions import ACTIONS
from samverk.points import service as points
from samverk.regions.terms import LOCALES
from samverk.rounds import asking, heard, notices, pinning, reading
from samverk.rounds.heard import RoundState
from samverk.rounds.model import Form, FormEvent, Round, Submission
from samverk.rounds.questionnaire import Pinned
from samverk.scope import Scope
from samverk.tables import new_id

EDITABLE = ACTIONS["forms.answer"].states
SENT_IN = ACTIONS["forms.take_back"].states

# Built once: a whole quarter's answers come in on a few days, and building a statement takes longer than running it.
_TENANT: BindParameter[str] = bindparam("tenant")
_FORM = select(Form).where(Form.tenant_id == _TENANT, Form.id == bindparam("form")).with_for_update()
_ROUND = (
    select(Round.id, Round.state, Round.answers_due, Round.needs_approval, Round.cycle_key, Round.year, Round.period)
    .where(Round.tenant_id == _TENANT, Round.id == bindparam("round"))
    .with_for_update(read=True)
)
_LAST_NUMBER = select(func.max(Submission.number)).where(
    Submission.tenant_id == _TENANT, Submission.form_id == bindparam("form")
)
_ADD_SUBMISSION, _ADD_EVENT = insert(Submission), insert(FormEvent)


class Receipt(msgspec.Struct, frozen=True):
    """What the one who submits gets: time and SHA-256 over the canonical JSON of what was sent in."""

    form_id: str
    number: int
    submitted_at: str
    content_hash: str
    is_late: bool
    state: str


def _locked(
    scope: Scope, form_id: str, version: int | None, may: Callable[[Scope, str, str], bool]
) -> tuple[Form, RoundState]:
    """Lock a form that the actor may reach and hold its round open.

    Raises NotFound, before anything of another's form is told; then Conflict for a round that is not open, Stale.
    """
    form: Form | None = scope.session.scalar(_FORM, {"tenant": scope.tenant_id, "form": form_id})
    if form is None or form.state == "removed" or not may(scope, form.party_id, form.subject_id):
        raise NotFound()
    given = {"tenant": scope.tenant_id, "round": form.round_id}
    row = scope.session.connection().execute(_ROUND, given).one_or_none()
    if row is None:
        raise NotFound()
    round_ = RoundState(*row)
    if round_.state != "open":
        message = _(
            "%(the_round)s is closed. Ask %(the_secretariat)s.",
            the_round=scope.words.title("round", "sg_def"),
            the_secretariat=scope.words.form("secretariat", "sg_def"),
        )
        raise Conflict(message)
    if version is not None and form.version != version:
        raise Stale(
            _("%(who)s wrote in this form meanwhile. Both texts are below.", who=form.saved_by or _("Somebody else")),
            current=form.answers,
        )
    return form, round_


def may_see(scope: Scope, party_id: str, subject_id: str) -> bool:
    """Say whether the actor may see a form of a party: the office, the party's own people, an auditor of the subject.

    Auditors see what was sent in and released only; that is held where a form is read.
    """
    return scope.session.info.get("system") is True or scope.actor.reaches("forms.read", party_id, subject_id)


def may_answer(scope: Scope, party_id: str, subject_id: str) -> bool:
    return scope.session.info.get("system") is True or scope.actor.reaches("forms.answer", party_id, subject_id)


def may_approve(scope: Scope, party_id: str, subject_id: str) -> bool:
    return scope.actor.reaches("forms.approve", party_id, subject_id)


def _keep(scope: Scope, form_id: str, kind: str, words: str | None = None) -> None:
    scope.add(FormEvent(form_id=form_id, at=scope.now, actor=scope.actor.name, kind=kind, words=words))


def save(
    scope: Scope,
    form_id: str,
    items: dict[str, Any],
    point_answers: dict[str, Any],
    language: str,
    *,
    version: int,
) -> int:
    """Keep a draft, whole or half; return the new version.

    Words are kept even when they would not pass at submission; only what the form does not ask for is refused.
    Raises NotFound, Conflict (submitted, closed), Stale, Invalid.
    """
    form, _round = _locked(scope, form_id, version, may_answer)
    if form.state not in EDITABLE:
        raise Conflict(_("The form has been submitted. Take it back to change it."))
    pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
    foreign = tuple(key for key in items if pinned.question(key) is None)
    if foreign:
        raise Invalid(tuple(Problem(f"/answers/{key[:60]}", _("The form does not ask for this.")) for key in foreign))
    was = form.state
    _store(scope, form, items, point_answers, language)
    if was == "not_opened":
        form.state = "draft"
        _keep(scope, form.id, "opened")
    scope.flush()
    return form.version


def _store(scope: Scope, form: Form, items: dict[str, Any], point_answers: dict[str, Any], language: str) -> None:
    if language not in LOCALES:
        raise Invalid((Problem("/language", _("Choose the language you write in."), field="language"),))
    form.answers = {"items": items, "points": point_answers}
    form.language = language
    form.saved_at, form.saved_by = scope.now, scope.actor.name
    form.version += 1


def submit(
    scope: Scope,
    form_id: str,
    items: dict[str, Any],
    point_answers: dict[str, Any],
    language: str,
    *,
    version: int,
) -> Receipt:
    """Submit a form; the deadline is decided here, by the server's clock, with the row locked.

    Raises Invalid with every fault (nothing is stored then; the words come back), NotFound, Conflict, Stale.
    """
    form, round_ = _locked(scope, form_id, version, may_answer)
    if form.state not in EDITABLE:
        raise Conflict(_("The form has been submitted already."))
    pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
    asked = asking.asked_points(scope, form) if points.owes(scope, form.party_id) else ()
    numbers = {point.id: point.number for point in asked}
    shape = reading.shape_problems(pinned, form.questionnaire_hash, items)
    problems = (
        *shape,
        *reading.final_problems(pinned, reading.readable(items, shape), scope.words),
        *reading.point_problems(point_answers, numbers, scope.words, final=True),
    )
    if not problems:
        problems = heard.problems(scope, round_, form, items, language)
    if problems:
        raise Invalid(problems)
    _store(scope, form, items, point_answers, language)
    return _accept_submission(scope, form, round_, pinned, asked)


def _accept_submission(
    scope: Scope, form: Form, round_: RoundState, pinned: Pinned, asked: tuple[points.PointView, ...]
) -> Receipt:
    language = form.language or scope.content_locale()
    known = {"tenant": scope.tenant_id, "form": form.id}
    number = (scope.session.connection().execute(_LAST_NUMBER, known).scalar() or 0) + 1
    is_late = scope.now > round_.answers_due
    moment = scope.now.isoformat(timespec="seconds").replace("+00:00", "Z")
    record: dict[str, Any] = {
        "form": form.id,
        "questionnaire": form.questionnaire_hash,
        "number": number,
        "answers": form.answers,
        "language": language,
        "submitted_at": moment,
    }
    digest = hashlib.sha256(rfc8785.dumps(record)).hexdigest()
    # Two rows that are only ever added: written as columns, without the bookkeeping of entities.
    connection, new = scope.session.connection(), {"tenant_id": scope.tenant_id, "form_id": form.id}
    connection.execute(
        _ADD_SUBMISSION,
        new
        | {
            "id": new_id(),
            "number": number,
            "answers": form.answers,
            "language": language,
            "content_hash": digest,
            "submitted_at": scope.now,
            "submitted_by": scope.actor.name,
            "is_late": is_late,
        },
    )
    connection.execute(
        _ADD_EVENT, new | {"id": new_id(), "at": scope.now, "actor": scope.actor.name, "kind": "submitted"}
    )
    form.state = "awaiting_approval" if round_.needs_approval else "submitted"
    form.submitted_at, form.is_late, form.receipt, form.return_reason = scope.now, is_late, digest, None
    for point in asked:
        given = form.answers["points"][point.id]
        points.answer(
            scope,
            point.id,
            given["status"],
            given["words"],
            reason=given.get("reason"),
            language=language,
            form_id=form.id,
        )
    _propose(scope, form, pinned, language)
    scope.flush()
    if scope.plugin.has("samverk_response_submitted"):
        breaker.tell(scope, "samverk_response_submitted", form=heard.answered(scope, round_, form))
    return Receipt(form.id, number, moment, digest, is_late, form.state)


def _propose(scope: Scope, form: Form, pinned: Pinned, language: str) -> None:
    """Turn a yes to a question of principle into a proposal (koml. § 20-4: every council decides itself)."""
    for question in pinned.questions:
        answer = form.answers["items"].get(question.key)
        if question.kind == "proposal" and question.principle and answer and answer.get("has") == "yes":
            decisions.propose(
                scope, form.id, question.key, form.subject_id, form.party_id, answer.get("text", ""), language
            )


def take_back(scope: Scope, form_id: str, *, version: int | None = None) -> None:
    """Take a submitted form back to change it, until the deadline; afterwards only the secretariat returns it."""
    form, round_ = _locked(scope, form_id, version, may_answer)
    if form.state not in SENT_IN:
        raise Conflict(_("Only a submitted form can be taken back."))
    if scope.now > round_.answers_due:
        message = _(
            "%(The_deadline)s has passed. Ask %(the_secretariat)s to return the form.",
            The_deadline=scope.words.title("deadline", "sg_def"),
            the_secretariat=scope.words.form("secretariat", "sg_def"),
        )
        raise Conflict(message)
    _undo(scope, form, "draft", "taken_back", None)


def return_form(scope: Scope, form_id: str, reason: str, *, version: int | None = None) -> None:
    """Return a submitted form with a reason: the secretariat at any time, an approver while it waits."""
    form, round_ = _locked(scope, form_id, version, may_see)
    is_office = scope.session.info.get("system") is True or scope.actor.has("secretariat", "administrator")
    is_waiting = form.state == "awaiting_approval" and may_approve(scope, form.party_id, form.subject_id)
    if not is_office and not is_waiting:
        raise NotAllowed()
    if form.state not in SENT_IN:
        raise Conflict(_("Only a submitted form can be returned."))
    if not reason.strip():
        raise Invalid((Problem("/reason", _("Give the reason why the form is returned."), field="reason"),))
    _undo(scope, form, "returned", "returned", reason.strip())
    notices.form_returned(scope, form.id, round_.id)


def _undo(scope: Scope, form: Form, state: str, kind: str, reason: str | None) -> None:
    form.state, form.return_reason, form.receipt = state, reason, None
    form.submitted_at, form.is_late = None, False
    form.version += 1
    scope.session.execute(
        update(Submission)
        .where(
            Submission.tenant_id == scope.tenant_id, Submission.form_id == form.id, Submission.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=scope.now)
    )
    _keep(scope, form.id, kind, reason)
    scope.flush()
    points.take_back_answers(scope, form.id)
    decisions.take_back(scope, form.id)


def approve(scope: Scope, form_id: str, *, version: int | None = None) -> None:
    """Approve a form that waits for it, so that it counts as submitted."""
    form, _round = _locked(scope, form_id, version, may_approve)
    if form.state != "awaiting_approval":
        raise Conflict(_("The form does not wait for approval."))
    form.state = "submitted"
    form.version += 1
    _keep(scope, form.id, "approved")
    scope.flush()
