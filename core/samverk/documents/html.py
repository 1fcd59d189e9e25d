"""Prints a document as a fragment of HTML, to be set into a page.

Holds no page around it and no style; class names begin with `doc-`, and languages stand where they change.
"""

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

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
    Quote,
    Reference,
    Runs,
    Table,
    Text,
)

_EMPTY_LINES = re.compile(r"\n[ \t]*\n\s*")
LOWEST_HEADING = 6


def print_html(
    document: Document,
    *,
    href: Callable[[Reference], str | None] = lambda reference: None,
    no_rows: str = "",
    base_level: int = 1,
) -> Markup:
    """Return an `article` that begins with the title as a heading of `base_level`.

    `href` gives the address of what a paragraph rests on, or None where there is none to go to. The first block
    that rests on something carries its anchor (`answer-ID`) as id.
    """
    return _HtmlPrinter(document, href, no_rows, base_level).article()


class _HtmlPrinter:
    def __init__(
        self, document: Document, href: Callable[[Reference], str | None], no_rows: str, base_level: int
    ) -> None:
        self._document = document
        self._href = href
        self._no_rows = no_rows
        self._base_level = base_level
        self._anchors: set[str] = set()
        self._tables = 0

    def article(self) -> Markup:
        parts = [Markup('<article class="doc" lang="{}">').format(self._document.lang), *self._head()]
        parts += [self._block(block) for block in self._document.blocks]
        return Markup("\n").join([*parts, Markup("</article>\n")])

    def _head(self) -> Iterator[Markup]:
        document = self._document
        yield self._element(f"h{self._base_level}", document.title, "doc-title")
        if document.subtitle:
            yield self._element("p", document.subtitle, "doc-subtitle")
        if document.meta:
            pairs = (self._element("dt", label) + self._element("dd", value) for label, value in document.meta)
            yield Markup('<dl class="doc-meta">{}</dl>').format(Markup("").join(pairs))

    def _block(self, block: Block) -> Markup:
        match block:
            case Heading():
                level = min(self._base_level + block.level, LOWEST_HEADING)
                return Markup("<h{}{}>{}{}</h{}>").format(
                    level, self._id(block.ref), self._piece(block.text), self._mark(block.ref), level
                )
            case Paragraph():
                return Markup("<p{}>{}{}</p>").format(
                    self._id(block.ref), self._pieces(block.runs), self._mark(block.ref)
                )
            case Quote():
                return self._quote(block)
            case BulletList():
                return Markup("<ul>{}</ul>").format(self._items(block.items))
            case NumberedList():
                start = Markup("") if block.start == 1 else Markup(' start="{}"').format(block.start)
                return Markup("<ol{}>{}</ol>").format(start, self._items(block.items))
            case Table():
                return self._table(block)
            case Note():
                return self._note(block)
            case Figure():
                return self._figure(block)
            case PageBreak():
                return Markup('<div class="doc-page-break"></div>')

    def _quote(self, quote: Quote) -> Markup:
        mark = self._mark(quote.ref)
        who = self._piece(quote.attribution) if quote.attribution else Markup("")
        caption = Markup("<figcaption>{}{}</figcaption>").format(who, mark) if who or mark else Markup("")
        paragraphs = (Markup("<p>{}</p>").format(_lines(part)) for part in _EMPTY_LINES.split(quote.text.text.strip()))
        return Markup('<figure class="doc-quote"{}>{}<blockquote{}>{}</blockquote></figure>').format(
            self._id(quote.ref), caption, self._lang(quote.text), Markup("").join(paragraphs)
        )

    def _items(self, items: tuple[Item, ...]) -> Markup:
        return Markup("").join(
            Markup("<li{}>{}{}</li>").format(self._id(item.ref), self._pieces(item.runs), self._mark(item.ref))
            for item in items
        )

    def _table(self, table: Table) -> Markup:
        self._tables += 1
        name = f"doc-table-{self._tables}"
        head = Markup("").join(
            Markup('<th scope="col"{}{}>{}</th>').format(self._number(table, column), self._lang(cell), _marked(cell))
            for column, cell in enumerate(table.head)
        )
        rows = Markup("").join(self._row(table, row) for row in table.rows)
        if not table.rows:
            rows = Markup('<tr><td colspan="{}">{}</td></tr>').format(len(table.head), self._no_rows)
        # A wide table scrolls by itself, also by keyboard; the page around it does not.
        return Markup(
            '<div class="doc-table"{} role="region" tabindex="0" aria-labelledby="{}"><table class="ds-table">'
            '<caption id="{}"{}>{}{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
        ).format(
            self._id(table.ref),
            name,
            name,
            self._lang(table.caption),
            _marked(table.caption),
            self._mark(table.ref),
            head,
            rows,
        )

    def _row(self, table: Table, row: tuple[Text, ...]) -> Markup:
        cells = []
        for column, cell in enumerate(row):
            form = '<th scope="row"{}{}>{}</th>' if table.header_column and column == 0 else "<td{}{}>{}</td>"
            cells.append(Markup(form).format(self._number(table, column), self._lang(cell), _marked(cell)))  # noqa: S704 (`form` is one of two constants)
        return Markup("<tr>{}</tr>").format(Markup("").join(cells))

    def _number(self, table: Table, column: int) -> Markup:
        return Markup(' class="doc-number"') if column in table.number_columns else Markup("")

    def _note(self, note: Note) -> Markup:
        label = Markup("<strong{}>{}</strong>").format(self._lang(note.label), _lines(note.label.text))
        words = Markup(": {}").format(self._pieces(note.runs)) if note.runs else Markup("")
        return Markup('<p class="doc-note doc-note-{}"{}>{}{}{}</p>').format(
            note.kind, self._id(note.ref), label, words, self._mark(note.ref)
        )

    def _figure(self, figure: Figure) -> Markup:
        caption = self._element("figcaption", figure.caption) if figure.caption else Markup("")
        return Markup('<figure class="doc-figure"><div role="img" aria-label="{}"{}>{}</div>{}</figure>').format(
            figure.alt.text,
            self._lang(figure.alt),
            Markup(figure.svg),  # noqa: S704 (the tree says that it is trusted markup)
            caption,
        )

    def _element(self, name: str, text: Text, classes: str = "") -> Markup:
        chosen = Markup(' class="{}"').format(classes) if classes else Markup("")
        return Markup("<{}{}{}>{}</{}>").format(name, chosen, self._lang(text), _marked(text), name)

    def _pieces(self, runs: Runs) -> Markup:
        return Markup("").join(map(self._piece, runs))

    def _piece(self, text: Text) -> Markup:
        lang = self._lang(text)
        return Markup("<span{}>{}</span>").format(lang, _marked(text)) if lang else _marked(text)

    def _lang(self, text: Text) -> Markup:
        return Markup("") if text.lang == self._document.lang else Markup(' lang="{}"').format(text.lang)

    def _id(self, reference: Reference | None) -> Markup:
        if reference is None or reference.anchor in self._anchors:
            return Markup("")
        self._anchors.add(reference.anchor)
        return Markup(' id="{}"').format(reference.anchor)

    def _mark(self, reference: Reference | None) -> Markup:
        if reference is None:
            return Markup("")
        address = self._href(reference)
        words = self._piece(reference.label)
        if address is None:
            return Markup(' <span class="doc-ref">{}</span>').format(words)
        return Markup(' <a class="doc-ref" href="{}">{}</a>').format(address, words)


def _marked(text: Text) -> Markup:
    return Markup("<strong>{}</strong>").format(_lines(text.text)) if text.strong else _lines(text.text)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(map(escape, text.split("\n")))
