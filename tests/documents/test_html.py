"""The HTML printer: whole fragments, the words of people as words, languages where they change."""

from collections import Counter

from lxml import etree
from lxml import html as lxml_html

from samverk.documents.html import print_html
from samverk.documents.tree import Document, Heading, Note, Paragraph, Quote, Reference, Table, Text


def nn(text: str) -> Text:
    return Text(text, "nn")


def test_a_small_document_is_printed_whole() -> None:
    answer = Reference("answer", "a1", nn("svar 1"))
    document = Document(
        nn("Tittel"),
        "nn",
        (
            Heading(1, nn("A & Å")),
            Paragraph((nn("Ja "), Text("tack", "sv"), Text("!", "nn", strong=True)), answer),
            Quote(Text("Ett.\nTvå.\n\nTre.", "sv"), nn("Kommunen"), answer),
            Note("late", nn("For seint"), (nn("kom i går"),)),
            Table(nn("Tal"), (nn("Kva"), nn("Kor mange"))),
        ),
        meta=((nn("Møte"), nn("12. mars")),),
    )

    fragment = print_html(document, href=lambda ref: f"/svar?id={ref.id}&x=1", no_rows="Ingen", base_level=2)

    link = '<a class="doc-ref" href="/svar?id=a1&amp;x=1">svar 1</a>'
    assert fragment == (
        '<article class="doc" lang="nn">\n'
        '<h2 class="doc-title">Tittel</h2>\n'
        '<dl class="doc-meta"><dt>Møte</dt><dd>12. mars</dd></dl>\n'
        "<h3>A &amp; Å</h3>\n"
        f'<p id="answer-a1">Ja <span lang="sv">tack</span><strong>!</strong> {link}</p>\n'
        f'<figure class="doc-quote"><figcaption>Kommunen {link}</figcaption>'
        '<blockquote lang="sv"><p>Ett.<br>Två.</p><p>Tre.</p></blockquote></figure>\n'
        '<p class="doc-note doc-note-late"><strong>For seint</strong>: kom i går</p>\n'
        '<div class="doc-table" role="region" tabindex="0" aria-labelledby="doc-table-1"><table class="ds-table">'
        '<caption id="doc-table-1">Tal</caption><thead><tr><th scope="col">Kva</th><th scope="col">Kor mange</th></tr>'
        '</thead><tbody><tr><td colspan="2">Ingen</td></tr></tbody></table></div>\n'
        "</article>\n"
    )


def test_the_words_of_people_stay_words(full_document: Document, hostile: str) -> None:
    page = lxml_html.fromstring(print_html(full_document))

    assert page.xpath("//script | //style | //*[@style] | //*[@*[starts-with(name(), 'on')]]") == []
    found = Counter(element.tag for element in page.iter(etree.Element) if element.text == hostile)
    assert found == {"h2": 1, "p": 2, "figcaption": 1, "caption": 1, "th": 2}


def test_ids_are_there_once_and_every_table_is_named(full_document: Document) -> None:
    page = lxml_html.fromstring(print_html(full_document))

    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert [name in ids for name in page.xpath("//@aria-labelledby")] == [True, True, True]


def test_headings_follow_the_level_of_the_page(full_document: Document) -> None:
    page = lxml_html.fromstring(print_html(full_document, base_level=2))

    assert [element.tag for element in page.xpath("//h1|//h2|//h3|//h4")] == ["h2", "h3", "h4", "h4", "h3"]


def test_languages_stand_where_they_change(full_document: Document) -> None:
    page = lxml_html.fromstring(print_html(full_document))

    assert [(element.tag, element.get("lang")) for element in page.xpath("//*[@lang]")] == [
        ("article", "nn"),
        ("span", "sv"),
        ("span", "sv"),
        ("blockquote", "sv"),
        ("td", "sv"),
    ]
