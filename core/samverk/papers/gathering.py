"""Gathers what a round says into a document tree: answers that were sent in, reactions, points that remain.

Issuing the tree with number and edition is `service.py`'s.
"""

from typing import Any

from sqlalchemy import select

from samverk.documents.tree import Document
from samverk.exemptions import service as exemptions
from samverk.i18n import _, format_date
from samverk.papers.compile import (
    Answer,
    OpenPoint,
    Piece,
    ReactionSaid,
    SubjectPart,
    Words,
    compile_papers,
)
from samverk.points import service as points
from samverk.regions.definition import in_locale
from samverk.rounds import pinning, views
from samverk.rounds.answering import words_of
from samverk.rounds.model import Form, Reaction, Submission
from samverk.rounds.questionnaire import Pinned, Question
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.web.layout import state_word


def gather(scope: Scope, round_: views.RoundView, language: str) -> Document:
    """Return the papers of a round as a document tree, in a language of the interface."""
    forms = views.forms(scope, round_ids=(round_.id,))
    order = dict.fromkeys(form.subject_id for form in forms)
    living = points.list_points(scope, states=points.LIVING)
    rows = scope.session.execute(
        select(Form.id, Form.questionnaire_hash).where(Form.tenant_id == scope.tenant_id, Form.round_id == round_.id)
    )
    hashes = {form_id: digest for form_id, digest in rows}  # noqa: C416 - a row is no pair to the type checker
    sent = _submissions(scope, tuple(hashes))
    reactions = _reactions(scope, round_, forms, hashes)
    numbers = {point.id: point for point in points.list_points(scope)}
    parts = []
    for subject_id in order:
        own = [form for form in forms if form.subject_id == subject_id]
        name, name_lang = in_locale(own[0].subject_name, language, *scope.model.locales)
        answers: list[Answer] = []
        for form in own:
            if form.state == "submitted" and form.id in sent:
                pinned = pinning.pinned_questionnaire(scope, hashes[form.id])
                answers += _answers(scope, form, pinned, sent[form.id], language, numbers)
        parts.append(
            SubjectPart(
                name,
                name_lang,
                tuple(answers),
                tuple((form.party, form.role) for form in own if form.state != "submitted"),
                tuple(reactions.get(subject_id, ())),
                tuple(
                    OpenPoint(point.number, point.text, point.language, point.owner, point.state)
                    for point in living
                    if any(one.id == subject_id for one in point.subjects)
                ),
                tuple(form.party for form in own if form.state == "submitted" and form.is_late),
            )
        )
    vocabulary = scope.vocabulary(language)
    title, _language = in_locale(round_.title, language, *scope.model.locales)
    meta = (
        (vocabulary.title("meeting"), format_date(round_.meeting_on)),
        (_("Answers by"), format_date(round_.answers_due_on)),
        (_("Council"), in_locale(scope.tenant.name, language, *scope.model.locales)[0]),
    )
    return compile_papers(
        title,
        vocabulary.title("papers", "pl"),
        meta,
        tuple(parts),
        _words(scope, language),
        is_demonstration=scope.tenant.is_demonstration,
    )


def _words(scope: Scope, language: str) -> Words:
    vocabulary = scope.vocabulary(language)
    return Words(
        language,
        vocabulary.form("host"),
        vocabulary.form("partner"),
        vocabulary.form("participant"),
        _("Not answered"),
        _("Nothing to report"),
        _("Disagreement"),
        _("%(Points)s that remain", Points=vocabulary.title("point", "pl")),
        _("Agreement with the answers of %(the_host)s", the_host=vocabulary.form("host", "sg_def")),
        _("It is not known who is %(host)s.", host=vocabulary.form("host")),
        _("Contents"),
        _("Submitted late"),
        _("Demonstration"),
        _("The answers below are invented for the demonstration."),
        {key: state_word(key) for key in ("agree", "partly", "disagree")},
        {key: state_word(key) for key in points.STATUSES},
        {key: state_word(key) for key in ("open", "answered", "accepted", "reopened", "dropped")},
    )


def _submissions(scope: Scope, form_ids: tuple[str, ...]) -> dict[str, tuple[dict[str, Any], str]]:
    rows = scope.session.execute(
        select(Submission.form_id, Submission.answers, Submission.language)
        .where(
            Submission.tenant_id == scope.tenant_id,
            Submission.form_id.in_(form_ids),
            Submission.withdrawn_at.is_(None),
        )
        .order_by(Submission.number)
    )
    return {form_id: (answers, language) for form_id, answers, language in rows}


def _answers(
    scope: Scope,
    form: views.FormRow,
    pinned: Pinned,
    sent: tuple[dict[str, Any], str],
    language: str,
    numbers: dict[str, points.PointView],
) -> list[Answer]:
    content, written_in = sent
    given = content.get("points", {})
    answered = tuple(
        (numbers[key].number, numbers[key].text, numbers[key].language, one["status"], one.get("words", ""))
        for key, one in given.items()
        if key in numbers
    )
    found = []
    exempt = exemptions.parts(scope, "answer", (form.id,)).get(form.id, {})
    has_question = any(question.kind == "points" for question in pinned.questions)
    for at, question in enumerate(pinned.questions):
        takes_points = question.kind == "points" or (not has_question and at == 0)
        pieces = _pieces(scope, question, content.get("items", {}).get(question.key), language)
        if question.kind == "points" and not answered and not pieces:
            continue
        text, text_lang = in_locale(question.text, language, *scope.model.locales)
        found.append(
            Answer(
                form.id,
                _party(form, exempt.get(question.key)),
                form.role,
                text,
                text_lang,
                question.number,
                question.key,
                question.pairs_with,
                written_in,
                pieces,
                answered if takes_points else (),
            )
        )
    return found


def _party(form: views.FormRow, marking: exemptions.ExemptionView | None) -> str:
    """Return whose answer it is, with the section that exempts it from public access."""
    if marking is None:
        return form.party
    return _("%(party)s (exempt: %(statute)s)", party=form.party, statute=marking.statute)


def _pieces(scope: Scope, question: Question, answer: dict[str, Any] | None, language: str) -> tuple[Piece, ...]:
    return tuple(
        Piece(in_locale(part.text, language, *scope.model.locales)[0] if part else None, text, is_nothing)
        for part, text, is_nothing in words_of(question, answer, language)
    )


def _reactions(
    scope: Scope, round_: views.RoundView, forms: tuple[views.FormRow, ...], hashes: dict[str, str]
) -> dict[str, list[ReactionSaid]]:
    hosts = {form.id: form for form in forms if form.role == "host"}
    if not hosts:
        return {}
    names = tenants.party_names(scope)
    found: dict[str, list[ReactionSaid]] = {}
    for row in scope.session.execute(
        select(
            Reaction.host_form_id,
            Reaction.item_key,
            Reaction.party_id,
            Reaction.verdict,
            Reaction.words,
            Reaction.language,
        )
        .where(Reaction.tenant_id == scope.tenant_id, Reaction.host_form_id.in_(tuple(hosts)))
        .order_by(Reaction.at, Reaction.id)
    ):
        form = hosts[row.host_form_id]
        question = pinning.pinned_questionnaire(scope, hashes[form.id]).question(row.item_key)
        said = ReactionSaid(
            names[row.party_id].name,
            question.number if question else 0,
            row.verdict,
            row.words or "",
            row.language or scope.content_locale(),
        )
        found.setdefault(form.subject_id, []).append(said)
    return found
