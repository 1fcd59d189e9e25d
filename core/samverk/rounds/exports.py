"""Answers in long form as XLSX and CSV: one row a piece of an answer, with question key, version and round.

How a sheet is written is in `web.sheets`.
"""

from collections.abc import Iterable

from samverk.i18n import _
from samverk.rounds import form_view, pinning, views
from samverk.rounds.model import Form
from samverk.scope import Scope
from samverk.web import sheets


def answers(scope: Scope, round_id: str, kind: str) -> tuple[bytes, str, str]:
    """Return (content, media type, file name) of a round's submitted answers. Raises NotFound for another kind."""
    round_ = views.get_round(scope, round_id)
    head = (
        scope.words.title("round"),
        _("Subject"),
        _("Party"),
        _("Role"),
        _("State"),
        _("Question key"),
        _("Question"),
        _("Part"),
        _("Answer"),
        _("Nothing to report"),
        _("Language"),
        _("Submitted"),
        _("Version of %(the_questionnaire)s", the_questionnaire=scope.words.form("questionnaire", "sg_def")),
    )
    name = f"{scope.tenant.slug}-{round_.year}-{round_.period}-answers"
    return sheets.write(kind, name, head, _rows(scope, round_))


def _rows(scope: Scope, round_: views.RoundView) -> Iterable[tuple[str, ...]]:
    title = scope.text(round_.title)
    for form in views.forms(scope, round_ids=(round_.id,)):
        entity = scope.session.get(Form, (scope.tenant_id, form.id))
        assert entity is not None
        sent = form_view.latest_submission(scope, form.id)
        about = (title, scope.text(form.subject_name), form.party, form.role, form.shown_state)
        if sent is None:
            yield (*about, "", "", "", "", "", "", "", entity.questionnaire_hash)
            continue
        content, language, when, _number = sent
        pinned = pinning.pinned_questionnaire(scope, entity.questionnaire_hash)
        for question in pinned.questions:
            for piece in form_view.said(scope, question, content.get("items", {}).get(question.key)):
                yield (
                    *about,
                    question.key,
                    scope.text(question.text),
                    scope.text(piece.part.text) if piece.part else "",
                    piece.words,
                    "1" if piece.is_nothing else "",
                    language,
                    when.isoformat(),
                    entity.questionnaire_hash,
                )
