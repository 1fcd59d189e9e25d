"""Where the interface uses each term: by page, letter, document or file, and in which sentences.

Worked out from the sources themselves, once a process, so that it cannot say anything else than they do. How a source
is read is `term_sources.py`'s.
"""

import collections
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samverk import i18n
from samverk.configuration import term_sources
from samverk.configuration.term_sources import BY_WHAT_STANDS_THERE, Asked, Found, Sentence
from samverk.i18n import _
from samverk.regions.terms import Vocabulary
from samverk.web import layout

FORMS = ("sg", "sg_def", "pl", "pl_def")
LETTERS = frozenset({"meetings/notices.py", "rounds/notices.py"})
PAPERS = frozenset({"papers/gathering.py"})
FILES = frozenset({"rounds/exports.py"})
CALENDAR = frozenset({"meetings/calendar_file.py"})
NO_PLACES = frozenset(
    {"regions/terms.py", "web/layout.py", "configuration/term_uses.py", "configuration/term_views.py"}
)
"""The vocabulary itself, what gives it to the templates, and the page that shows every form there is."""
_ASKS = re.compile(r"\b[tT]\(|\.(?:form|title)\(")
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Use:
    """One call for a term: `place` is the source below the package, as `rounds/open.html`.

    `kind` is page, letter, paper, file or calendar. The key is empty where it is known by what stands there only.
    """

    asked: Asked
    place: str
    kind: str
    line: int


def kind_of(place: str) -> str:
    """Return what a source makes.

    >>> kind_of("rounds/notices.py"), kind_of("rounds/open.html")
    ('letter', 'page')
    """
    made = {"letter": LETTERS, "paper": PAPERS, "file": FILES, "calendar": CALENDAR}
    return next((kind for kind, places in made.items() if place in places), "page")


@functools.cache
def _sources() -> Mapping[str, Found]:
    found = {}
    for path in sorted((*layout.ROOT.glob("*/templates/*.html"), *layout.ROOT.rglob("*.py"))):
        place = path.relative_to(layout.ROOT).as_posix().replace("/templates/", "/")
        text = path.read_text("utf-8")
        if place in NO_PLACES or not _ASKS.search(text):
            continue
        is_template = path.suffix == ".html"
        read = term_sources.in_template(text, layout.environment()) if is_template else term_sources.in_module(text)
        if read.calls:
            found[place] = read
    return found


@functools.cache
def uses() -> tuple[Use, ...]:
    """Return every call for a term in the interface, by source and line."""
    return tuple(
        Use(asked, place, kind_of(place), line) for place, found in _sources().items() for line, asked in found.calls
    )


@functools.cache
def sentences() -> tuple[Sentence, ...]:
    """Return every message of the interface that is filled with terms, once each."""
    return tuple(dict.fromkeys(sentence for found in _sources().values() for sentence in found.sentences))


def places(key: str, form: str, words: Vocabulary) -> tuple[str, ...]:
    """Return where a form of a term is used, in words, each once."""
    found = [use for use in uses() if (use.asked.key, use.asked.form) == (key, form)]
    return tuple(dict.fromkeys(place_words(use, words) for use in found))


def place_words(use: Use, words: Vocabulary) -> str:
    """Return a place as a person knows it: the page of the menu, the letters, the document."""
    match use.kind:
        case "letter":
            return _("letters")
        case "paper":
            return _("%(papers)s as a page, PDF and DOCX", papers=words.form("papers", "pl"))
        case "file":
            return _("files for spreadsheets")
        case "calendar":
            return _("calendar entries")
    room, _slash, name = use.place.partition("/")
    if room == "arrangements" and name.startswith("municipalit"):
        return words.title("municipality", "pl")
    return _rooms(words)[room]


def _rooms(words: Vocabulary) -> dict[str, str]:
    return {
        "arrangements": words.title("arrangement", "pl"),
        "audit": _("Log"),
        "bodies": words.title("body", "pl"),
        "breaker": _("Plugin"),
        "configuration": _("Model of the region"),
        "decisions": words.title("proposal", "pl"),
        "exemptions": _("Exempt from public access"),
        "foundations": words.title("document", "pl"),
        "home": _("Front page"),
        "meetings": words.title("meeting", "pl"),
        "membership": _("People"),
        "outbox": _("Outbox"),
        "papers": words.title("papers", "pl"),
        "points": words.title("point", "pl"),
        "rounds": words.title("round", "pl"),
        "tasks": _("My tasks"),
        "web": _("the menu and parts of several pages"),
        "wheel": words.title("wheel"),
    }


def chosen(key: str) -> tuple[Sentence, ...]:
    """Return the few sentences that show a term best: its different forms first, and little else to be filled in."""

    def others(sentence: Sentence) -> int:
        filled = {placeholder for placeholder, _asked in sentence.given}
        return len(set(_PLACEHOLDER.findall(sentence.plural or sentence.message)) - filled)

    having = [one for one in sentences() if any(asked.key == key for _name, asked in one.given)]
    ordered = sorted(having, key=lambda one: (others(one), -len(one.message)))
    found: list[Sentence] = []
    seen: set[frozenset[str]] = set()
    for is_second_round in (False, True):
        for sentence in ordered:
            forms = frozenset(asked.form for _name, asked in sentence.given if asked.key == key)
            if sentence not in found and (is_second_round or forms not in seen) and len(found) < MOST_SENTENCES:
                found.append(sentence)
                seen.add(forms)
    return tuple(found)


def said(sentence: Sentence, words: Vocabulary) -> str:
    """Return a sentence in the vocabulary's language, "…" for what is no term and 3 for a number.

    Raises KeyError when a form is missing.
    """
    given: dict[str, Any] = {
        name: words.title(asked.key, asked.form) if asked.is_title else words.form(asked.key, asked.form)
        for name, asked in sentence.given
    }
    catalogue = i18n.translations(words.locale)
    if sentence.plural:
        text = catalogue.ngettext(sentence.message, sentence.plural, 3)
    elif sentence.context:
        text = catalogue.pgettext(sentence.context, sentence.message)
    else:
        text = catalogue.gettext(sentence.message)
    return text % collections.defaultdict(lambda: "…", {"number": "3", **given})


def missing(words: Vocabulary) -> tuple[str, ...]:
    """Return the uses whose form the vocabulary lacks, as "rounds/open.html:4 round sg_def"."""
    found = []
    for use in uses():
        key, form = use.asked.key, use.asked.form
        try:
            # A term that is known by what stands there may be any of the region's.
            for one in (key,) if key != BY_WHAT_STANDS_THERE else tuple(words.own):
                words.form(one, form)
        except (KeyError, AttributeError):
            found.append(f"{use.place}:{use.line} {key} {form}")
    return tuple(found)
