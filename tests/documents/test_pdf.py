"""The PDF printer, read back: tags, title, languages, words; and what happens when it fails."""

import io
import time
from datetime import datetime
from typing import Any

import pypdf
import pytest

from samverk.documents.printing import print_pdf
from samverk.documents.tree import Document, DocumentError, Figure, PrintLabels, Table, Text


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def words(reader: pypdf.PdfReader) -> str:
    """The text of all pages without any spaces, which lines and kerning move about."""
    return "".join("".join(page.extract_text().split()) for page in reader.pages).replace("\u200b", "")


def elements(reader: pypdf.PdfReader) -> list[tuple[str, str | None]]:
    """Every structure element in reading order, with the language it sets."""
    found: list[tuple[str, str | None]] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((node["/S"], node.get("/Lang")))
            walk(node.get("/K"))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_the_pdf_is_tagged_and_says_its_title_and_language(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    reader = read(print_pdf(full_document, labels, issued_at=issued_at))

    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nn"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Møtepapir: samarbeidet på éin stad"
    assert reader.metadata.creation_date == issued_at
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_headings_quotes_tables_and_pictures_are_what_they_are(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    reader = read(print_pdf(full_document, labels, issued_at=issued_at))

    kept = ("/Title", "/H1", "/H2", "/Quote", "/L", "/Table", "/Figure")
    assert [name for name, _ in elements(reader) if name in kept] == [
        "/Title", "/H1", "/H2", "/Quote", "/Quote", "/Quote", "/L", "/L", "/H2", "/Table", "/Table", "/Figure",
        "/H1", "/Quote", "/Table",
    ]  # fmt: skip
    assert [(name, lang) for name, lang in elements(reader) if lang] == [("/Quote", "sv"), ("/TD", "sv")]
    # The language of a piece within a paragraph stands in the page itself.
    assert b"/Lang(sv)" in reader.pages[0].get_contents().get_data()  # type: ignore[union-attr]


def test_the_pdf_holds_every_letter_and_its_own_labels(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    reader = read(print_pdf(full_document, labels, issued_at=issued_at))

    text = words(reader)
    for expected in ("æøå.", "Åäö:viäreniga,räksmörgås.", "[svar1]", "Ingenrader", "3.Tredje", "Interkommunalt" * 15):
        assert expected in text
    for number, page in enumerate(reader.pages, 1):
        on_page = page.extract_text()
        expected = ("Saksframlegg 4/2026", "2. utgåve", labels.fingerprint, f"side {number} av {len(reader.pages)}")
        assert [part for part in expected if part not in on_page] == []


def test_the_words_of_people_stay_words(
    full_document: Document, labels: PrintLabels, issued_at: datetime, hostile: str
) -> None:
    reader = read(print_pdf(full_document, labels, issued_at=issued_at))

    # Heading, paragraph, quote, its speaker, caption, head of a column, cell.
    assert words(reader).count("".join(hostile.split())) == 7


@pytest.mark.alone
def test_a_quarter_of_42_forms_is_printed_in_two_seconds(
    round_paper: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    begun = time.perf_counter()
    pdf = print_pdf(round_paper, labels, issued_at=issued_at)
    seconds = time.perf_counter() - begun

    assert [name for name, _ in elements(read(pdf))].count("/Quote") == 210
    assert seconds < 2


def test_the_same_document_gives_the_same_bytes(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    first = print_pdf(full_document, labels, issued_at=issued_at)

    assert print_pdf(full_document, labels, issued_at=issued_at) == first


def test_a_long_table_repeats_its_head_on_every_page(labels: PrintLabels, issued_at: datetime) -> None:
    def nn(text: str) -> Text:
        return Text(text, "nn")

    rows = tuple((nn(f"Kommune {number}"), nn(str(number))) for number in range(120))
    document = Document(nn("T"), "nn", (Table(nn("Tal"), (nn("Kommune"), nn("Innbyggjarar")), rows, True, (1,)),))

    reader = read(print_pdf(document, labels, issued_at=issued_at))

    assert [page.extract_text().count("Innbyggjarar") for page in reader.pages] == [1] * len(reader.pages)
    assert len(reader.pages) > 2
    assert [name for name, _ in elements(reader)].count("/TH") == 2


def test_a_picture_that_cannot_be_read_is_an_error_that_says_so(labels: PrintLabels, issued_at: datetime) -> None:
    document = Document(Text("Vonlaus", "nn"), "nn", (Figure("<svg broken", Text("figur", "nn")),))

    with pytest.raises(DocumentError, match=r"^The PDF of 'Vonlaus' could not be made: error: failed to parse SVG"):
        print_pdf(document, labels, issued_at=issued_at)


@pytest.mark.slow
def test_a_document_beyond_the_limit_of_memory_is_an_error(
    round_paper: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    huge = Document(round_paper.title, round_paper.lang, round_paper.blocks * 40)

    with pytest.raises(DocumentError, match=r"could not be made"):
        print_pdf(huge, labels, issued_at=issued_at)
