"""Gathers a round, has it compiled, printed and issued with number, edition and hash.

Later changes of answers do not touch an issued document; a new edition gets a new number.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import func, select

from samverk import i18n
from samverk.documents import printing
from samverk.documents.model import IssuedDocument
from samverk.documents.tree import Document, PrintLabels, content_hash, from_plain, to_plain
from samverk.errors import Conflict, NotFound
from samverk.i18n import _
from samverk.papers import gathering
from samverk.rounds import notices, views
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants
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
    """Compile, print and issue the papers of a round; return the document's id. Raises NotFound, Conflict.

    In a request it raises PrintFirst until the papers are printed.
    """
    round_ = views.get_round(scope, round_id)
    if round_.state == "withdrawn":
        raise Conflict(_("%(the_round)s was withdrawn.", the_round=scope.words.title("round", "sg_def")))
    language = scope.model.locales[0]
    # The number waits for whoever issues papers now; only after that is the edition the last one.
    number = tenants.next_number(scope, "document")
    edition = _last_edition(scope, round_id) + 1

    def make() -> tuple[Document, PrintLabels]:
        with i18n.using(language):
            document = gathering.gather(scope, round_, language)
            return document, _labels(number, edition, content_hash(document))

    name = f"{KIND} of {round_id}, {number}, {edition}"
    prints = printing.printed(scope.session.info.get("made"), name, make, issued_at=scope.now)
    row = IssuedDocument(
        id=new_id(),
        number=number,
        edition=edition,
        kind=KIND,
        about_id=round_id,
        title=prints.document.title.text,
        language=language,
        tree=to_plain(prints.document),
        content_hash=content_hash(prints.document),
        issued_at=scope.now,
        issued_by=scope.actor.name,
        pdf=prints.pdf,
        docx=prints.docx,
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
