"""The catalogues: complete, true to the sources, whole in their placeholders, and clean in their language.

How a sentence reads in its place is for the eye, and the forms of a region's own words are tested with the regions.
"""

import gettext
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from core.hatch_build import compile_catalogue

from samverk.configuration import term_uses
from samverk.regions.terms import LOCALES, Vocabulary, core_terms
from samverk.registry import discover
from samverk.web.layout import STATES

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "locales" / "samverk.pot"
TRANSLATED = ("nb", "nn", "sv")
"""The catalogues that are complete."""
EVERY = sorted(path.parent.parent.name for path in (ROOT / "locales").glob("*/LC_MESSAGES/samverk.po"))
"""Further ones may lack messages, which are shown in English, but hold nothing that a page would fail on."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

FOREIGN = {
    "nn": (
        "annet bare ble blitt dager dere deres disse en et fikk flere fortsatt fra gi gir gjør gjøre gjøres hele hva "
        "hvem hver hvert hvilke hvilken hvilket hvis hvor hvordan hvorfor ikke innen jeg kommunene kommuner "
        "kommunestyrene kommunestyrer mer mye møter måneder måned nå noe noen også oppgave oppgaver punktene punkter "
        "påminnelse samme sammen senere senest sent siden skjemaene skjemaer skrevet svarene"
        " tjeneste tjenester vært være",
        r"navn\w* allered\w* \w{2,}else[nr]? \w{2,}elsene \w{3,}het(?:en)? (?!bil)\w{2,}lig[et]?",
    ),
    "nb": (
        "berre blei dei deira dykkar eg ein eit enno framleis frå gje gjer gjere ho ikkje innan korleis kva kvar kven "
        "kvifor mykje no noko nokon opne saman seinare seinast sjå vart vere vert",
        r"\w{2,}leg[et]? \w{3,}ingar \w{3,}ingane \w{3,}inga \w*[äöÄÖ]\w*",
    ),
    "sv": (
        "blir ble ein eit etter fra frå hva hvem hvordan ikke ikkje kva mellom noe noko og saman sammen til vere",
        r"\w*[æøÆØ]\w*",
    ),
}
"""Whole words that betray another language, and patterns of such words."""

GLOSSARY = {
    "open": ("åpent", "ope", "öppen"),
    "answered": ("besvart", "svara på", "besvarad"),
    "accepted": ("godtatt", "godteke", "godkänd"),
    "reopened": ("gjenåpnet", "gjenopna", "återöppnad"),
    "dropped": ("frafalt", "fråfalle", "avskriven"),
    "draft": ("utkast", "utkast", "utkast"),
    "submitted": ("levert", "levert", "inlämnat"),
    "returned": ("sendt tilbake", "sendt tilbake", "återsänt för komplettering"),
    "done": ("gjort", "gjort", "genomfört"),
    "under_way": ("under arbeid", "under arbeid", "pågår"),
    "not_started": ("ikke startet", "ikkje starta", "inte påbörjat"),
    "will_not_be_done": ("blir ikke gjort", "blir ikkje gjort", "kommer inte att genomföras"),
    "agree": ("enig", "einig", "instämmer"),
    "partly": ("delvis enig", "delvis einig", "instämmer delvis"),
    "disagree": ("uenig", "ueinig", "instämmer inte"),
}


REGIONAL = (
    "arrangement",
    "host",
    "partner",
    "participant",
    "observer",
    "round",
    "papers",
    "summary",
    "secretariat",
    "questionnaire",
    "wheel",
    "handbook",
    "council",
    "chief_executive",
    "declaration",
    "common_decision",
    "legal_form",
    "deadline",
    "point",
    "meeting",
    "proposal",
    "body",
    "minutes",
    "notes",
    "municipality",
    "document",
    "register",
    "county_area",
    "county",
)
"""The terms of the core: regions may call each of them otherwise."""
HOMONYMS = {("county", "sv"): "region is in Swedish, besides the county, what the interface calls those who cooperate"}
"""Terms whose core words mean another thing as well in a language, so that a text that holds them is no fault."""
SHORTER = {
    "nb": "punkt|punktet|punkter|punktene",
    "nn": "punkt|punktet|punkta",
    "sv": "punkt|punkten|punkter|punkterna",
}
"""What the interface would call a term of the core for short."""
EXCEPTED = {
    **dict.fromkeys(
        (
            "Points",
            "%(known)s of %(total)s points known",
            ("%(number)s known point, and what is not known", "%(number)s known points, and what is not known"),
            ("%(number)s point", "%(number)s points"),
            "there are more points than point_count says",
        ),
        "the points that a document of the cooperation has, not those that are followed up",
    ),
    **dict.fromkeys(("an agenda item", "item %(number)s"), "Swedish calls an item of an agenda punkt"),
}
"""Messages that hold a word of a term but mean another thing, which a region would not rename with it, and why."""
OUTSIDE = (
    "core/samverk/arrangements/form_checks.py",
    "core/samverk/home/templates/installation.html",
    "core/samverk/configuration/meaning.py",
    "core/samverk/regions/checks.py",
    "core/samverk/regions/fact_checks.py",
    "core/samverk/regions/region.schema.json",
)
"""What is shown for no region, and what speaks of the parts of a region's model by the names that its file has."""


@cache
def catalogue(locale: str) -> Catalog:
    with (ROOT / "locales" / locale / "LC_MESSAGES" / "samverk.po").open("rb") as file:
        return read_po(file, locale=locale, domain="samverk", abort_invalid=True)


@cache
def template() -> Catalog:
    with TEMPLATE.open("rb") as file:
        return read_po(file, domain="samverk", abort_invalid=True)


def messages(found: Catalog) -> list[Message]:
    return [one for one in found if one.id]


def ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if message.pluralizable else (message.id,)


def strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if message.pluralizable else (message.string,)


def keys(found: Catalog) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((one.context or "", ids(one)) for one in messages(found))


def said_in(locale: str) -> list[tuple[str, str]]:
    """Every msgid with each of its translations; the last form of the msgid stands for all but the first."""
    return [
        (ids(one)[min(number, len(ids(one)) - 1)], text)
        for one in messages(catalogue(locale))
        for number, text in enumerate(strings(one))
        if text
    ]


def test_the_template_is_what_the_sources_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failing: run `make i18n` and translate what is new."""
    monkeypatch.chdir(ROOT)
    fresh = tmp_path / "fresh.pot"
    arguments = ["--mapping", "scripts/babel.cfg", "--keyword", "pgettext:1c,2", "--keyword", "npgettext:1c,2,3"]
    CommandLineInterface().run(["pybabel", "-q", "extract", *arguments, "--output", str(fresh), "core/samverk"])
    with fresh.open("rb") as file:
        extracted = read_po(file, domain="samverk")
    assert keys(template()) == keys(extracted)


def test_the_languages_that_are_complete_have_their_catalogues() -> None:
    assert {*TRANSLATED, "en"} <= set(EVERY)


@pytest.mark.parametrize("locale", (*TRANSLATED, "en"))
def test_every_catalogue_holds_the_messages_of_the_template_and_no_others(locale: str) -> None:
    found = catalogue(locale)
    assert keys(found) == keys(template())
    assert (list(found.obsolete), found.fuzzy, [one.id for one in messages(found) if one.fuzzy]) == ([], False, [])


def test_english_leaves_every_message_as_it_is() -> None:
    assert [one.id for one in messages(catalogue("en")) if any(strings(one))] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_nothing_is_untranslated(locale: str) -> None:
    assert [one.id for one in messages(catalogue(locale)) if not all(strings(one))] == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_message_has_the_plural_forms_of_the_language(locale: str) -> None:
    found = catalogue(locale)
    assert found.mime_headers[7] == ("Plural-Forms", "nplurals=2; plural=(n != 1);")
    assert [one.id for one in messages(found) if one.pluralizable and len(strings(one)) != 2] == []


@pytest.mark.parametrize("locale", EVERY)
def test_placeholders_are_those_of_the_message(locale: str) -> None:
    wrong = [
        (message, text)
        for message, text in said_in(locale)
        if Counter(PLACEHOLDER.findall(message)) != Counter(PLACEHOLDER.findall(text))
        or text.count("%") != message.count("%")
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_a_translation_begins_and_ends_as_its_message_does(locale: str) -> None:
    """Space at either end, the mark at the end of a sentence, and a capital or none at the beginning."""

    def begins(text: str) -> str:
        return "placeholder" if text[0] in "%“«”" else "space" if text[0] == " " else "Aa"[text[0].islower()]

    def ends(text: str) -> str:
        return text[-1] if text[-1] in " .:?!" else ""

    wrong = [
        (message, text)
        for message, text in said_in(locale)
        if (" " in message and ends(message) != ends(text))
        or ("placeholder" not in (begins(message), begins(text)) and begins(message) != begins(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_words_are_of_the_language(locale: str) -> None:
    words = "|".join(" ".join(FOREIGN[locale]).split())
    foreign = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    quotes = "”" if locale == "sv" else "«»"
    wrong = [(found[0], text) for _, text in said_in(locale) if (found := foreign.findall(PLACEHOLDER.sub("", text)))]
    wrong += [(mark, text) for _, text in said_in(locale) for mark in set("\"“”«»„'") & set(text) if mark not in quotes]
    assert wrong == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_the_interface_takes_the_words_of_a_region_from_its_terms(locale: str) -> None:
    """A message that holds such a word would call it so in regions that do not."""
    own = [core_terms()[key][locale] for key in REGIONAL if (key, locale) not in HOMONYMS]
    forms = [getattr(words, form) for words in own for form in ("sg", "sg_def", "pl", "pl_def")]
    regional = re.compile(rf"(?<!\w)(?:{'|'.join([*forms, SHORTER[locale]])})(?!\w)", re.IGNORECASE)
    wrong = [
        (one.id, found)
        for one in messages(catalogue(locale))
        if not places_without_region(one) and one.id not in EXCEPTED
        for text in strings(one)
        if (found := regional.findall(PLACEHOLDER.sub("", text)))
    ]
    assert wrong == []


def test_every_form_that_the_interface_asks_for_is_there_in_every_language_and_plugin() -> None:
    """Failing: the core's terms.toml or a plugin's `[terms]` lacks a form that a message or a page needs."""
    own = {plugin.key: plugin.definition.terms for plugin in discover().plugins()}

    lacking = [
        (whose, locale, use)
        for whose, terms in {"core": {}, **own}.items()
        for locale in LOCALES
        for use in term_uses.missing(Vocabulary(locale, terms))
    ]

    assert len(own) == 4
    assert lacking == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_that_asks_for_terms_can_be_said(locale: str) -> None:
    """The message is one of the catalogue, and its translation holds the word that the call gives."""
    words, known = Vocabulary(locale, {}), {one for found in messages(template()) for one in ids(found)}

    unsaid = [
        (sentence.message, name)
        for sentence in term_uses.sentences()
        for name, asked in sentence.given
        if sentence.message not in known
        or (
            # Of a sentence with two forms the one for several is said.
            name != "singular"
            and words.form(asked.key, asked.form).casefold() not in term_uses.said(sentence, words).casefold()
        )
    ]

    assert unsaid == []


def test_every_exception_is_a_message() -> None:
    assert EXCEPTED.keys() - {one.id for one in messages(template())} == set()


def places_without_region(message: Message) -> bool:
    return all(place in OUTSIDE for place, _line in message.locations)


def test_no_message_is_a_piece_to_be_glued() -> None:
    assert [one for found in messages(template()) for one in ids(found) if one != one.strip()] == []


def test_states_are_the_words_of_the_glossary() -> None:
    said = {state: tuple(catalogue(one).get(STATES[state][1]).string for one in TRANSLATED) for state in GLOSSARY}
    assert said == GLOSSARY


@pytest.mark.parametrize("locale", EVERY)
def test_it_compiles(locale: str, tmp_path: Path) -> None:
    assert compile_catalogue(ROOT / "locales" / locale / "LC_MESSAGES" / "samverk.po", tmp_path / "samverk.mo") == []


@pytest.mark.parametrize("locale", TRANSLATED)
def test_it_answers(locale: str, tmp_path: Path) -> None:
    compiled = tmp_path / "samverk.mo"
    compile_catalogue(ROOT / "locales" / locale / "LC_MESSAGES" / "samverk.po", compiled)
    with compiled.open("rb") as file:
        made = gettext.GNUTranslations(file)
    forms = ("%(number)s day left", "%(number)s days left")
    answers = {number: made.ngettext(*forms, number) for number in (0, 1, 2, 21)}
    one, many = catalogue(locale).get(forms[0]).string
    assert answers == {0: many, 1: one, 2: many, 21: many}


def test_headers_and_places_name_nobody_and_no_machine() -> None:
    for path in (TEMPLATE, *(ROOT / "locales" / one / "LC_MESSAGES" / "samverk.po" for one in (*TRANSLATED, "en"))):
        text = path.read_text("utf-8")
        header, places = text.partition("\n\n")[0], re.findall(r"^#: (.+)$", text, re.MULTILINE)
        assert "charset=utf-8" in header
        assert path == TEMPLATE or "@" not in header
        assert [place for line in places for place in line.split() if not place.startswith("core/samverk/")] == []
