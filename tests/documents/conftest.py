"""Documents that the tests of the printers share; invented words, no region's.

Asserts nothing itself.
"""

from datetime import UTC, datetime

import pytest

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
    Table,
    Text,
)

HOSTILE = '*a* _b_ #read("x") <script>alert(1)</script> $x$ = H [l](u) @r <w:p/> {{ 1 }} %s \\n & "q"'
LONG_WORD = "Interkommunalt" * 15
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 90" role="img"><title>Ein figur</title>'
    '<rect x="10" y="20" width="120" height="50" fill="#1e5b8a"/>'
    '<circle cx="220" cy="45" r="30" fill="none" stroke="#16191d" stroke-width="3"/>'
    '<text x="18" y="50" font-family="Inter" font-size="12" fill="#ffffff">Å ø æ</text></svg>'
)


def nn(text: str, *, strong: bool = False) -> Text:
    return Text(text, "nn", strong)


def sv(text: str) -> Text:
    return Text(text, "sv")


def answer(number: int) -> Reference:
    return Reference("answer", f"00000000-0000-7000-8000-{number:012d}", nn(f"svar {number}"))


@pytest.fixture
def issued_at() -> datetime:
    return datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


@pytest.fixture
def labels() -> PrintLabels:
    return PrintLabels(
        number="Saksframlegg 4/2026",
        edition="2. utgåve",
        fingerprint="SHA-256 " + "0123456789abcdef" * 4,
        page="side {page} av {pages}",
        no_rows="Ingen rader",
    )


@pytest.fixture
def hostile() -> str:
    """Text that means something to one of the languages a document is printed through."""
    return HOSTILE


@pytest.fixture
def full_document() -> Document:
    """One block of every kind, two languages, and every kind of awkward text."""
    return Document(
        title=nn("Møtepapir: samarbeidet på éin stad"),
        lang="nn",
        subtitle=nn("Ei oppdikta framstilling for prøvene"),
        meta=((nn("Møte"), nn("12. mars 2026")), (nn("Stad"), nn("Digitalt"))),
        blocks=(
            Heading(1, nn("Beredskap")),
            Paragraph((nn("Samarbeidet "), nn("gjekk bra", strong=True), sv(" och fortsätter nästa år.")), answer(1)),
            Heading(2, nn("Vertskommunen svarar")),
            Quote(nn("Fyrste avsnitt: æ ø å.\nNy line.\n\nAndre avsnitt."), nn("Vertskommunen"), answer(2)),
            Quote(sv("Å ä ö: vi är eniga, räksmörgås."), sv("Grannkommunen"), answer(3)),
            Quote(nn("Sitat utan avsendar."), None, answer(4)),
            Note("unanswered", nn("Ikkje svart"), (nn("Svar manglar frå éin kommune."),)),
            Note("demonstration", nn("Demonstrasjon")),
            BulletList((Item((nn("Fyrste punkt"),), answer(5)), Item((nn("Andre punkt"),)))),
            NumberedList((Item((nn("Tredje"),)), Item((nn("Fjerde"),))), start=3),
            Heading(2, nn("Tal")),
            Table(
                nn("Svar per kommune"),
                (nn("Kommune"), nn("Svar"), nn("Merknad")),
                ((nn("A"), nn("4"), nn("–")), (nn("B"), nn("12"), sv("på svenska"))),
                number_columns=(1,),
            ),
            Table(nn("Tom tabell"), (nn("Kva"), nn("Kven"))),
            Figure(SVG, nn("Eit rektangel ved sida av ein sirkel"), nn("Ein figur")),
            PageBreak(),
            Heading(1, nn(HOSTILE)),
            Paragraph((nn(HOSTILE),)),
            Quote(nn(HOSTILE), nn(HOSTILE)),
            Paragraph((nn(LONG_WORD),)),
            Table(nn(HOSTILE), (nn(LONG_WORD), nn(HOSTILE)), ((nn(HOSTILE), nn(LONG_WORD)),)),
        ),
    )


@pytest.fixture
def round_paper() -> Document:
    """The size of a quarter: 7 arrangements × (1 host + 5 partners) = 42 forms, five answers each."""
    sentence = "Tenesta er levert som avtalt, og kommunane har møttest to gonger i perioden. "
    blocks: list[Block] = []
    number = 0
    for arrangement in range(1, 8):
        blocks.append(Heading(1, nn(f"Ordning {arrangement}")))
        for question in range(1, 6):
            blocks.append(Heading(2, nn(f"{question}. Korleis går det med drift og økonomi?")))
            for party in range(6):
                number += 1
                who = "Vertskommunen" if party == 0 else f"Samarbeidskommune {party}"
                blocks.append(Quote(nn(sentence * (1 + number % 4)), nn(who), answer(number)))
    return Document(nn("Saksframlegg for kvartalet"), "nn", tuple(blocks))
