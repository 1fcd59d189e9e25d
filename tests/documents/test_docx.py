"""The DOCX printer, read back: styles, languages, repeated heads, numbers and the file's own data."""

import io
from datetime import datetime

import docx
from docx.document import Document as Paper
from docx.oxml.ns import qn

from samverk.documents.docx import print_docx
from samverk.documents.tree import Document, PrintLabels, content_hash


def read(content: bytes) -> Paper:
    return docx.Document(io.BytesIO(content))


def languages(paper: Paper) -> dict[str, str]:
    """{text of a run: its language}."""
    return {
        "".join(part.text or "" for part in run.iter(qn("w:t"))): run.find(qn("w:rPr"))
        .find(qn("w:lang"))
        .get(qn("w:val"))
        for run in paper.element.body.iter(qn("w:r"))
        if run.find(qn("w:t")) is not None
    }


def test_headings_quotes_and_lists_have_their_styles(
    full_document: Document, labels: PrintLabels, issued_at: datetime, hostile: str
) -> None:
    paper = read(print_docx(full_document, labels, issued_at=issued_at))

    found = [(lines.style.name, lines.text) for lines in paper.paragraphs if lines.style and lines.text.strip()]
    assert found[:20] == [
        ("Title", "Møtepapir: samarbeidet på éin stad"),
        ("Subtitle", "Ei oppdikta framstilling for prøvene"),
        ("Normal", "Møte: 12. mars 2026"),
        ("Normal", "Stad: Digitalt"),
        ("Heading 1", "Beredskap"),
        ("Normal", "Samarbeidet gjekk bra och fortsätter nästa år.\u00a0[svar 1]"),
        ("Heading 2", "Vertskommunen svarar"),
        ("Quote Attribution", "Vertskommunen\u00a0[svar 2]"),
        ("Quote", "Fyrste avsnitt: æ ø å.\nNy line."),
        ("Quote", "Andre avsnitt."),
        ("Quote Attribution", "Grannkommunen\u00a0[svar 3]"),
        ("Quote", "Å ä ö: vi är eniga, räksmörgås."),
        ("Quote", "Sitat utan avsendar.\u00a0[svar 4]"),
        ("Note", "Ikkje svart: Svar manglar frå éin kommune."),
        ("Note", "Demonstrasjon"),
        ("List Bullet", "Fyrste punkt\u00a0[svar 5]"),
        ("List Bullet", "Andre punkt"),
        ("List Number", "Tredje"),
        ("List Number", "Fjerde"),
        ("Heading 2", "Tal"),
    ]
    assert [style for style, text in found if text == hostile] == [
        "Heading 1", "Normal", "Quote Attribution", "Quote", "Caption",
    ]  # fmt: skip


def test_every_run_has_its_language(full_document: Document, labels: PrintLabels, issued_at: datetime) -> None:
    paper = read(print_docx(full_document, labels, issued_at=issued_at))

    found = languages(paper)
    assert {text for text, language in found.items() if language == "sv"} == {
        " och fortsätter nästa år.",
        "Grannkommunen",
        "Å ä ö: vi är eniga, räksmörgås.",
        "på svenska",
    }
    assert set(found.values()) == {"nn", "sv"}
    default = paper.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:lang')}")
    assert default.get(qn("w:val")) == "nn"


def test_the_file_says_what_it_is(full_document: Document, labels: PrintLabels, issued_at: datetime) -> None:
    properties = read(print_docx(full_document, labels, issued_at=issued_at)).core_properties

    assert (properties.title, properties.language, properties.identifier, properties.author, properties.created) == (
        "Møtepapir: samarbeidet på éin stad",
        "nn",
        content_hash(full_document),
        "",
        issued_at,
    )


def test_tables_repeat_their_head_and_say_when_they_are_empty(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    tables = read(print_docx(full_document, labels, issued_at=issued_at)).tables

    assert [[[cell.text for cell in row.cells] for row in table.rows] for table in tables[:2]] == [
        [["Kommune", "Svar", "Merknad"], ["A", "4", "–"], ["B", "12", "på svenska"]],
        [["Kva", "Kven"], ["Ingen rader", "Ingen rader"]],  # One merged cell, which python-docx gives twice.
    ]
    repeated = [[row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows] for table in tables]
    assert repeated == [[True, False, False], [True, False], [True, False]]


def test_pages_carry_number_edition_hash_and_page_number(
    full_document: Document, labels: PrintLabels, issued_at: datetime
) -> None:
    section = read(print_docx(full_document, labels, issued_at=issued_at)).sections[0]

    assert section.header.paragraphs[0].text == "Saksframlegg 4/2026\t2. utgåve"
    footer = section.footer.paragraphs[0]
    assert footer.text == f"{labels.fingerprint}\tside  av "
    assert [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]


def test_a_list_begins_at_its_own_number(full_document: Document, labels: PrintLabels, issued_at: datetime) -> None:
    paper = read(print_docx(full_document, labels, issued_at=issued_at))

    numbered = [lines for lines in paper.paragraphs if lines.style and lines.style.name == "List Number"]
    ids = {lines._p.pPr.numPr.numId.val for lines in numbered}
    assert len(ids) == 1
    num = paper.part.numbering_part.element.num_having_numId(ids.pop())
    assert [override.startOverride.val for override in num.lvlOverride_lst] == [3]
