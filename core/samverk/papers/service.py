"""Gathers a round, has it compiled, printed and issued with number, edition and hash.

Later changes of answers do not touch an issued document; a new edition gets a new number.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import func, select

from samverk import i18n
from samverk.documents import pdf
from samverk.documents.model import IssuedDocument
from samverk.documents.tree import Document, PrintLabels, content_hash, from_plain, to_plain
from samverk.errors import Conflict, NotFound
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
from samverk.rounds import notices, service, views
from samverk.rounds.model import Form, Reaction, Submission
from samverk.rounds.questionnaire import Pinned, Question, words_of
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants
from samverk.web.layout import state_word
from samverk.web.shapes import Id

KIND = "papers"


class IssuedView(msgspec.Struct, frozen=True):
    """An issued document without its prints."""

    id: Id
    number: int
    edition: int
    kind: str
    about_id: Id
    title: str
    language: str
    content_hash: str
    issued_at: dt.datetime
    issued_by: str


_COLUMNS = (
    IssuedDocument.id,
    IssuedDocument.number,
    IssuedDocument.edition,
    IssuedDocument.kind,
    IssuedDocument.about_id,
    IssuedDocument.title,
    IssuedDocument.language,
    IssuedDocument.content_hash,
    IssuedDocument.issued_at,
    IssuedDocument.issued_by,
)


def compile_round(scope: Scope, round_id: str, *, tell: bool = True) -> str:
    """Compile, print and issue the papers of a round; return the document's id. Raises NotFound, Conflict."""
    round_ = views.get_round(scope, round_id)
    if round_.state == "withdrawn":
        raise Conflict(_("%(the_round)s was withdrawn.", the_round=scope.words.title("round", "sg_def")))
    language = scope.model.locales[0]
    with i18n.using(language):
        document = gather(scope, round_, language)
        edition = _last_edition(scope, round_id) + 1
        number = tenants.next_number(scope, "document")
        digest = content_hash(document)
        labels = _labels(number, edition, digest)
        from samverk.documents import docx  # a large library that only printing needs

        row = IssuedDocument(
            id=new_id(),
            number=number,
            edition=edition,
            kind=KIND,
            about_id=round_id,
            title=document.title.text,
            language=language,
            tree=to_plain(document),
            content_hash=digest,
            issued_at=scope.now,
            issued_by=scope.actor.name,
            pdf=pdf.print_pdf(document, labels, issued_at=scope.now),
            docx=docx.print_docx(document, labels, issued_at=scope.now),
        )
    scope.add(row)
    scope.flush()
    if tell:
        notices.papers_ready(scope, round_id, number)
    return row.id


def _last_edition(scope: Scope, round_id: str) -> int:
    return (
        scope.session.scalar(
            select(func.max(IssuedDocument.edition)).where(
                IssuedDocument.tenant_id == scope.tenant_id,
                IssuedDocument.kind == KIND,
                IssuedDocument.about_id == round_id,
            )
        )
        or 0
    )


def _labels(number: int, edition: int, digest: str) -> PrintLabels:
    return PrintLabels(
        number=_("No. %(number)s", number=number),
        edition=_("edition %(edition)s", edition=edition),
        fingerprint=f"SHA-256 {digest}",
        page=_("Page {page} of {pages}"),
        no_rows=_("No rows"),
    )


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
                pinned = service.pinned_questionnaire(scope, hashes[form.id])
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
        question = service.pinned_questionnaire(scope, hashes[form.id]).question(row.item_key)
        said = ReactionSaid(
            names[row.party_id].name,
            question.number if question else 0,
            row.verdict,
            row.words or "",
            row.language or scope.content_locale(),
        )
        found.setdefault(form.subject_id, []).append(said)
    return found


def list_issued(scope: Scope, *, about_id: str | None = None) -> tuple[IssuedView, ...]:
    """Return issued documents, the newest first."""
    query = select(*_COLUMNS).where(IssuedDocument.tenant_id == scope.tenant_id)
    if about_id is not None:
        query = query.where(IssuedDocument.about_id == about_id)
    if _hides_papers(scope):
        return ()
    rows = scope.session.execute(query.order_by(IssuedDocument.number.desc()))
    return tuple(IssuedView(*tuple(row)) for row in rows)


def get_issued(scope: Scope, document_id: str) -> tuple[IssuedView, Document]:
    """Return an issued document and its tree. Raises NotFound."""
    row = scope.session.execute(
        select(*_COLUMNS, IssuedDocument.tree).where(
            IssuedDocument.tenant_id == scope.tenant_id, IssuedDocument.id == document_id
        )
    ).one_or_none()
    if row is None or _hides_papers(scope):
        raise NotFound()
    plain: Any = tuple(row)
    return IssuedView(*plain[:-1]), from_plain(plain[-1])


def _hides_papers(scope: Scope) -> bool:
    """Papers are about a whole round: an auditor of some subjects reads their answers and points instead."""
    return scope.actor.subjects("papers.read") is not None


def printed(scope: Scope, document_id: str, kind: str) -> bytes:
    """Return the PDF or DOCX as it was printed when issued. Raises NotFound."""
    column = {"pdf": IssuedDocument.pdf, "docx": IssuedDocument.docx}.get(kind)
    if column is None:
        raise NotFound()
    content = scope.session.scalar(
        select(column).where(IssuedDocument.tenant_id == scope.tenant_id, IssuedDocument.id == document_id)
    )
    if content is None:
        raise NotFound()
    return content
