"""The document tree: frozen values that say what a document holds, each piece of text with its language.

Knows no printer, no catalogue and no database; the same tree gives HTML, PDF and DOCX.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import rfc8785

from samverk.errors import SamverkError

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
# What no XML may hold, and thus no DOCX: control characters, lone surrogates, two code points that are none.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")

DEEPEST_HEADING = 5


class DocumentError(SamverkError):
    """A document that cannot be: a tree against its own rules, or one that a printer failed on."""

    kind = "document"


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    r"""A piece of text in one language; `\n` is a line break, never a new paragraph by itself.

    Characters that no document may hold are left out, so that what is hashed is what is printed:

    >>> Text("Å \x00bu\r\nher", "nn").text
    'Å bu\nher'
    """

    text: str
    lang: str
    strong: bool = False

    def __post_init__(self) -> None:
        _demand(_LANGUAGE.fullmatch(self.lang) is not None, f"{self.lang!r} is no language tag (nn, nb, sv, en …).")
        clean = _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", self.text))
        if clean != self.text:
            msgspec.structs.force_setattr(self, "text", clean)


Runs = tuple[Text, ...]


class Reference(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a paragraph rests on: the answer, point or decision `id` of a kind (`answer`), and how to call it."""

    kind: str
    id: str
    label: Text

    def __post_init__(self) -> None:
        _demand(_NAME.fullmatch(self.kind) is not None, f"{self.kind!r} is no kind of reference (a-z, digits, -).")
        _demand(bool(self.id) and not re.search(r"\s", self.id), "A reference needs an id without spaces.")

    @property
    def anchor(self) -> str:
        """The name of the place in a document that speaks of what is referred to."""
        return f"{self.kind}-{self.id}"


class Heading(msgspec.Struct, frozen=True, omit_defaults=True, tag="heading"):
    """A heading; level 1 is the highest below the title of the document."""

    level: int
    text: Text
    ref: Reference | None = None

    def __post_init__(self) -> None:
        _demand(1 <= self.level <= DEEPEST_HEADING, f"A heading has level 1 to {DEEPEST_HEADING}, not {self.level}.")
        _demand(bool(self.text.text.strip()), "A heading needs words.")


class Paragraph(msgspec.Struct, frozen=True, omit_defaults=True, tag="paragraph"):
    """Words of the document itself."""

    runs: Runs
    ref: Reference | None = None


class Quote(msgspec.Struct, frozen=True, omit_defaults=True, tag="quote"):
    """Words of a person or a party, as they were written, in their language."""

    text: Text
    attribution: Text | None = None
    ref: Reference | None = None


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of a list."""

    runs: Runs
    ref: Reference | None = None


class BulletList(msgspec.Struct, frozen=True, omit_defaults=True, tag="bullets"):
    """A list whose order says nothing."""

    items: tuple[Item, ...]


class NumberedList(msgspec.Struct, frozen=True, omit_defaults=True, tag="numbered"):
    """A list whose entries are called by their numbers."""

    items: tuple[Item, ...]
    start: int = 1


class Table(msgspec.Struct, frozen=True, omit_defaults=True, tag="table"):
    """Rows under a head; it may have no rows, and then says so in print.

    `number_columns` are the indexes of the columns that are set to the right; with `header_column` the first
    cell of a row names the row.
    """

    caption: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...] = ()
    header_column: bool = True
    number_columns: tuple[int, ...] = ()
    ref: Reference | None = None

    def __post_init__(self) -> None:
        _demand(bool(self.caption.text.strip()), "A table needs a caption.")
        _demand(bool(self.head), f"The table {self.caption.text!r} has no columns.")
        wrong = [number for number, row in enumerate(self.rows, 1) if len(row) != len(self.head)]
        _demand(not wrong, f"The table {self.caption.text!r} has {len(self.head)} columns; rows {wrong} have not.")
        _demand(
            all(0 <= column < len(self.head) for column in self.number_columns),
            f"The table {self.caption.text!r} sets columns to the right that it has not.",
        )


class Note(msgspec.Struct, frozen=True, omit_defaults=True, tag="note"):
    """A marked remark: `kind` for programs (`demonstration`, `unanswered`, `late`), `label` for people."""

    kind: str
    label: Text
    runs: Runs = ()
    ref: Reference | None = None

    def __post_init__(self) -> None:
        _demand(_NAME.fullmatch(self.kind) is not None, f"{self.kind!r} is no kind of note (a-z, digits, -).")
        _demand(bool(self.label.text.strip()), "A note needs a label.")


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, tag="figure"):
    """A picture that Samverk drew (`svg` is trusted markup, never a person's) and the words that stand for it."""

    svg: str
    alt: Text
    caption: Text | None = None

    def __post_init__(self) -> None:
        _demand(self.svg.lstrip().startswith("<svg"), "A figure needs an SVG element and nothing before it.")
        _demand(bool(self.alt.text.strip()), "A figure needs words for those who cannot see it.")


class PageBreak(msgspec.Struct, frozen=True, tag="page-break"):
    """What follows begins on a new page, where there are pages."""


Block = Heading | Paragraph | Quote | BulletList | NumberedList | Table | Note | Figure | PageBreak


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole document. `meta` are pairs of label and value that stand under the title."""

    title: Text
    lang: str
    blocks: tuple[Block, ...]
    subtitle: Text | None = None
    meta: tuple[tuple[Text, Text], ...] = ()

    def __post_init__(self) -> None:
        _demand(bool(self.title.text.strip()), "A document needs a title.")
        _demand(_LANGUAGE.fullmatch(self.lang) is not None, f"{self.lang!r} is no language tag (nn, nb, sv, en …).")
        above = 0
        for heading in (block for block in self.blocks if isinstance(block, Heading)):
            _demand(
                heading.level <= above + 1,
                f"The heading {heading.text.text!r} has level {heading.level} under level {above}: one is left out.",
            )
            above = heading.level


class PrintLabels(msgspec.Struct, frozen=True):
    """The words of the paper itself, which the tree has not; whole phrases in the document's language.

    `number` ("Sak 4/2026"), `edition` ("2. utgåve"), `fingerprint` ("SHA-256 ab12…") may be empty; `page` holds the
    two places `{page}` and `{pages}`; `no_rows` stands in a table without rows.
    """

    number: str
    edition: str
    fingerprint: str
    page: str
    no_rows: str

    def __post_init__(self) -> None:
        _demand("{page}" in self.page and "{pages}" in self.page, "The label of the page needs {page} and {pages}.")


def to_plain(document: Document) -> dict[str, Any]:
    """Return the document as JSON has it; `from_plain` gives the same document back."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))
    return plain


def from_plain(plain: object) -> Document:
    """Read what `to_plain` wrote. Raises DocumentError for anything else, with the place."""
    try:
        return msgspec.convert(plain, Document)
    except msgspec.ValidationError as fault:
        raise DocumentError(f"This is no stored document: {fault}") from fault


def content_hash(document: Document) -> str:
    """Return the SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of the document."""
    return hashlib.sha256(rfc8785.dumps(to_plain(document))).hexdigest()


def _demand(is_met: bool, message: str) -> None:
    if not is_met:
        raise DocumentError(message)
