"""The document tree: what it refuses, that it survives being stored, and its hash."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samverk.documents import tree
from samverk.documents.tree import (
    Block,
    Document,
    DocumentError,
    Figure,
    Heading,
    Note,
    Paragraph,
    Reference,
    Table,
    Text,
    content_hash,
    from_plain,
    to_plain,
)


def nn(text: str) -> Text:
    return Text(text, "nn")


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(
    lambda text: Text(text, "nn").text.strip()
)
texts = st.builds(Text, words, st.sampled_from(["nn", "nb", "sv", "en", "se"]), st.booleans())
runs = st.lists(texts, max_size=3).map(tuple)
references = st.none() | st.builds(Reference, st.just("answer"), st.uuids().map(str), texts)
items = st.lists(st.builds(tree.Item, runs, references), max_size=3).map(tuple)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 4))
    row = st.tuples(*[texts] * width)
    return Table(
        draw(texts),
        draw(row),
        tuple(draw(st.lists(row, max_size=3))),
        draw(st.booleans()),
        tuple(draw(st.sets(st.integers(0, width - 1)))),
        draw(references),
    )


blocks = st.one_of(
    st.builds(Heading, st.just(1), texts, references),
    st.builds(Paragraph, runs, references),
    st.builds(tree.Quote, texts, st.none() | texts, references),
    st.builds(tree.BulletList, items),
    st.builds(tree.NumberedList, items, st.integers(0, 99)),
    tables(),
    st.builds(Note, st.sampled_from(["demonstration", "unanswered"]), texts, runs, references),
    st.builds(Figure, st.just("<svg/>"), texts, st.none() | texts),
    st.just(tree.PageBreak()),
)
documents = st.builds(
    Document,
    texts,
    st.sampled_from(["nn", "nb", "sv", "en"]),
    st.lists(blocks, max_size=6).map(tuple),
    st.none() | texts,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)


@given(documents)
def test_a_document_is_the_same_after_being_stored(document: Document) -> None:
    stored = json.loads(json.dumps(to_plain(document)))

    read = from_plain(stored)

    assert read == document
    assert to_plain(read) == stored
    assert content_hash(read) == content_hash(document)


@given(documents, texts)
def test_the_hash_changes_with_the_words(document: Document, text: Text) -> None:
    longer = Document(document.title, document.lang, (*document.blocks, Paragraph((text,))))

    assert content_hash(longer) != content_hash(Document(document.title, document.lang, document.blocks))


def test_the_hash_is_the_one_of_the_canonical_json() -> None:
    document = Document(nn("Ål"), "nn", (Paragraph((nn("é\n"),)),))
    # Written by hand after RFC 8785: keys sorted, no spaces, UTF-8.
    canonical = (
        '{"blocks":[{"runs":[{"lang":"nn","text":"é\\n"}],"type":"paragraph"}],"lang":"nn",'
        '"title":{"lang":"nn","text":"Ål"}}'
    )

    assert content_hash(document) == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Document(nn(" "), "nn", ()), "A document needs a title."),
        (lambda: Document(nn("T"), "", ()), "'' is no language tag (nn, nb, sv, en …)."),
        (lambda: Text("a", "Norsk"), "'Norsk' is no language tag (nn, nb, sv, en …)."),
        (lambda: Heading(0, nn("a")), "A heading has level 1 to 5, not 0."),
        (lambda: Heading(1, nn("")), "A heading needs words."),
        (lambda: Reference("Svar", "1", nn("a")), "'Svar' is no kind of reference (a-z, digits, -)."),
        (lambda: Reference("answer", "1 2", nn("a")), "A reference needs an id without spaces."),
        (lambda: Table(nn(""), (nn("a"),)), "A table needs a caption."),
        (lambda: Table(nn("T"), ()), "The table 'T' has no columns."),
        (
            lambda: Table(nn("T"), (nn("a"), nn("b")), ((nn("1"), nn("2")), (nn("1"),))),
            "The table 'T' has 2 columns; rows [2] have not.",
        ),
        (
            lambda: Table(nn("T"), (nn("a"),), (), True, (1,)),
            "The table 'T' sets columns to the right that it has not.",
        ),
        (lambda: Note("A b", nn("a")), "'A b' is no kind of note (a-z, digits, -)."),
        (lambda: Figure("<p/>", nn("a")), "A figure needs an SVG element and nothing before it."),
        (lambda: Figure("<svg/>", nn("")), "A figure needs words for those who cannot see it."),
    ],
)
def test_what_cannot_be_is_refused(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(DocumentError) as fault:
        make()

    assert str(fault.value) == message


def test_a_left_out_heading_level_is_refused() -> None:
    skipping: tuple[Block, ...] = (Heading(1, nn("A")), Paragraph((nn("p"),)), Heading(3, nn("B")))

    with pytest.raises(DocumentError) as fault:
        Document(nn("T"), "nn", skipping)

    assert str(fault.value) == "The heading 'B' has level 3 under level 1: one is left out."


def test_going_up_several_heading_levels_at_once_is_allowed() -> None:
    document = Document(nn("T"), "nn", tuple(Heading(level, nn("A")) for level in (1, 2, 3, 1, 2)))

    assert [block.level for block in document.blocks if isinstance(block, Heading)] == [1, 2, 3, 1, 2]


def test_what_is_no_document_is_refused_with_the_place() -> None:
    plain = to_plain(Document(nn("T"), "nn", (Heading(1, nn("A")),)))
    plain["blocks"][0]["level"] = "one"

    with pytest.raises(DocumentError) as fault:
        from_plain(plain)

    assert str(fault.value) == "This is no stored document: Expected `int`, got `str` - at `$.blocks[0].level`"


def test_characters_that_no_document_may_hold_are_left_out() -> None:
    text = Text("a\x00b\x1b\ud800c\r\nd\u2028e\tf", "nn")

    assert text.text == "abc\nd\ne\tf"
