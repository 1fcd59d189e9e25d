"""Prints a document as DOCX: headings as headings, quotes as quotes, every run with its language.

Holds the order of the blocks; what python-docx cannot do by itself lies in `docx_parts`.
"""

import io
import re
from datetime import UTC, datetime

import docx
from docx.document import Document as Paper
from docx.enum.text import WD_BREAK
from docx.text.paragraph import Paragraph as Lines

from samverk.documents import docx_parts as parts
from samverk.documents.tree import (
    Block,
    BulletList,
    Document,
    Figure,
    Heading,
    Item,
    Note,
    NumberedList,
    PageBreak,
    Paragraph,
    PrintLabels,
    Quote,
    Reference,
    Runs,
    Table,
    Text,
    content_hash,
)

_EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")


def print_docx(document: Document, labels: PrintLabels, *, issued_at: datetime) -> bytes:
    """Return the DOCX; `issued_at` stands in the file's own data and on no page.

    A picture is given by its text alternative: the table beside it holds what it shows.
    """
    paper = docx.Document()
    parts.set_page(paper)
    parts.set_styles(paper, document.lang)
    parts.set_header(paper, labels.number, labels.edition)
    parts.set_footer(paper, labels.fingerprint, labels.page)
    _set_properties(paper, document, issued_at.astimezone(UTC))
    _Printer(paper, document, labels).print()
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _set_properties(paper: Paper, document: Document, issued_at: datetime) -> None:
    properties = paper.core_properties
    properties.title = document.title.text[:255]
    properties.language = document.lang
    properties.subject = document.subtitle.text[:255] if document.subtitle else ""
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.identifier = content_hash(document)
    properties.created = properties.modified = issued_at.replace(tzinfo=None)


class _Printer:
    def __init__(self, paper: Paper, document: Document, labels: PrintLabels) -> None:
        self._paper = paper
        self._document = document
        self._labels = labels
        # python-docx reads all styles each time it is given the name of one.
        self._styles = {style.name: style.style_id for style in paper.styles}

    def print(self) -> None:
        self._lines("Title", (self._document.title,))
        if self._document.subtitle:
            self._lines("Subtitle", (self._document.subtitle,))
        for label, value in self._document.meta:
            runs = (Text(label.text + ": ", label.lang), value)
            self._lines("Normal", runs).paragraph_format.space_after = parts.TIGHT
        for block in self._document.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._lines(f"Heading {block.level}", (block.text,), block.ref)
            case Paragraph():
                self._lines("Normal", block.runs, block.ref)
            case Quote():
                self._quote(block)
            case BulletList():
                for item in block.items:
                    self._lines("List Bullet", item.runs, item.ref)
            case NumberedList():
                self._numbered(block.items, block.start)
            case Table():
                self._table(block)
            case Note():
                strong = Text(block.label.text, block.label.lang, strong=True)
                between = (Text(": ", self._document.lang),) if block.runs else ()
                self._lines(parts.NOTE, (strong, *between, *block.runs), block.ref)
            case Figure():
                self._lines(parts.NOTE, (block.alt,))
                if block.caption:
                    self._lines("Caption", (block.caption,))
            case PageBreak():
                self._paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _quote(self, quote: Quote) -> None:
        if quote.attribution:
            self._lines(parts.ATTRIBUTION, (quote.attribution,), quote.ref)
        texts = _EMPTY_LINES.split(quote.text.text.strip())
        for number, text in enumerate(texts, 1):
            ref = quote.ref if number == len(texts) and not quote.attribution else None
            self._lines("Quote", (Text(text, quote.text.lang, quote.text.strong),), ref)

    def _numbered(self, items: tuple[Item, ...], start: int) -> None:
        numbering = parts.new_numbering(self._paper, start)
        for item in items:
            parts.number(self._lines("List Number", item.runs, item.ref), numbering)

    def _table(self, table: Table) -> None:
        self._lines("Caption", (table.caption,), table.ref).paragraph_format.keep_with_next = True
        rows = table.rows or ((Text(self._labels.no_rows, self._document.lang),),)
        grid = self._paper.add_table(rows=1 + len(rows), cols=len(table.head))
        parts.set_table(grid, table.caption.text, has_header_column=table.header_column and bool(table.rows))
        # `grid.cell` walks the whole table at each call; the rows' own cells are read once.
        for line, texts in zip(grid.rows, (table.head, *rows), strict=True):
            is_head = texts is table.head
            for column, (cell, text) in enumerate(zip(line.cells, texts, strict=False)):
                strong = text.strong or is_head or (table.header_column and column == 0 and bool(table.rows))
                lines = cell.paragraphs[0]
                self._set_style(lines, parts.CELL)
                self._add(lines, (Text(text.text, text.lang, strong),))
                if column in table.number_columns:
                    parts.align_right(lines)
        if not table.rows and len(table.head) > 1:
            grid.rows[1].cells[0].merge(grid.rows[1].cells[-1])
        self._lines(parts.CELL, ())

    def _lines(self, style: str, runs: Runs, ref: Reference | None = None) -> Lines:
        lines = self._paper.add_paragraph()
        self._set_style(lines, style)
        self._add(lines, runs)
        if ref:
            parts.add_run(lines, "\u00a0", self._document.lang)
            parts.add_run(lines, f"[{ref.label.text}]", ref.label.lang, style_id=self._styles[parts.REFERENCE])
        return lines

    def _set_style(self, lines: Lines, style: str) -> None:
        lines._p.style = self._styles[style]

    def _add(self, lines: Lines, runs: Runs) -> None:
        for text in runs:
            parts.add_run(lines, text.text, text.lang, strong=text.strong)
