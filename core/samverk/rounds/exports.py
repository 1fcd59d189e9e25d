"""Answers in long form as XLSX and CSV: one row a piece of an answer, with question key, version and round.

Text cells are text: a leading = + - @ TAB or CR gets an apostrophe (security rule 46).
"""

import csv
import io
from collections.abc import Iterable

from samverk.errors import NotFound
from samverk.i18n import _
from samverk.rounds import service, views
from samverk.rounds.model import Form
from samverk.scope import Scope

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def safe(value: object) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula.

    >>> safe("=1+1"), safe("12")
    ("'=1+1", '12')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def answers(scope: Scope, round_id: str, kind: str) -> tuple[bytes, str, str]:
    """Return (content, media type, file name) of a round's submitted answers. Raises NotFound for another kind."""
    round_ = views.get_round(scope, round_id)
    head = (
        _("Round"),
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
        _("Version of the questionnaire"),
    )
    name = f"{scope.tenant.slug}-{round_.year}-{round_.period}-answers"
    return write(kind, name, head, _rows(scope, round_))


def _rows(scope: Scope, round_: views.RoundView) -> Iterable[tuple[str, ...]]:
    title = scope.text(round_.title)
    for form in views.forms(scope, round_ids=(round_.id,)):
        entity = scope.session.get(Form, (scope.tenant_id, form.id))
        assert entity is not None
        sent = views.latest_submission(scope, form.id)
        about = (title, scope.text(form.subject_name), form.party, form.role, form.shown_state)
        if sent is None:
            yield (*about, "", "", "", "", "", "", "", entity.questionnaire_hash)
            continue
        content, language, when, _number = sent
        pinned = service.pinned_questionnaire(scope, entity.questionnaire_hash)
        for question in pinned.questions:
            for piece in views.said(question, content.get("items", {}).get(question.key)):
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


def write(kind: str, name: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[bytes, str, str]:
    """Write rows as a file of the kind (`csv` or `xlsx`). Raises NotFound for another kind."""
    if kind == "csv":
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow(head)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        return buffer.getvalue().encode("utf-8-sig"), CSV, f"{name}.csv"
    if kind != "xlsx":
        raise NotFound()
    import xlsxwriter  # only a download needs it

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, words in enumerate(head):
            sheet.write_string(0, column, words, bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, safe(cell)[:32_000])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head), 22)
    return out.getvalue(), XLSX, f"{name}.xlsx"
