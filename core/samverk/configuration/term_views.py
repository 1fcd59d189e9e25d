"""What the page of the terms shows: every term with its forms, where each form is used, and it in sentences.

Values only. Where the interface uses a term is `term_uses.py`'s.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from samverk.configuration import term_uses, walk
from samverk.configuration.service import State
from samverk.i18n import language_name
from samverk.regions.definition import TermForms
from samverk.regions.terms import Terms, Vocabulary, core_terms
from samverk.scope import Scope

SHOWN = ("nn", "nb", "sv")
"""The languages of the interface that are shown of every term, whatever languages the region has."""
FORMS = (*term_uses.FORMS, "compound")


@dataclass(frozen=True, slots=True)
class Row:
    """A term in one language: its gender in words, its forms in the order of `FORMS`, whether they are the region's."""

    locale: str
    language: str
    gender: str
    forms: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class TermView:
    """One term, the core's, the region's own, or both; `address` leads to the form where it is changed.

    `places` holds (form in words, where it is used), `sentences` (language, sentences in it).
    """

    key: str
    name: str
    lang: str
    is_own: bool
    is_core: bool
    address: str
    rows: tuple[Row, ...]
    places: tuple[tuple[str, str], ...]
    sentences: tuple[tuple[str, tuple[str, ...]], ...]


def form_labels() -> tuple[str, ...]:
    """Return the forms in words, in the order of `FORMS`."""
    return tuple(_label(form) for form in FORMS)


def _label(name: str) -> str:
    return walk.label(walk.schema_at(("terms", "any", "nn", name)) or {})


def terms(scope: Scope, stands: State) -> tuple[TermView, ...]:
    """Return every term of the core and of the draft: those of the interface first, in the order of the core."""
    own = msgspec.convert(stands.wanted.get("terms", {}), dict[str, dict[str, TermForms]])
    keys = tuple(dict.fromkeys((*core_terms(), *own)))
    return tuple(_term(key, own, scope, stands.wanted) for key in keys)


def _term(key: str, own: Terms, scope: Scope, data: dict[str, Any]) -> TermView:
    locales = dict.fromkeys((*data["locales"], *SHOWN, *own.get(key, {})))
    rows = tuple(row for locale in locales if (row := _row(key, own, locale)) is not None)
    name, lang = next(
        ((row.forms[0], row.locale) for wanted in (scope.locale, *locales) for row in rows if row.locale == wanted),
        (key, scope.locale),
    )
    is_own = key in own
    return TermView(
        key,
        name,
        lang,
        is_own,
        key in core_terms(),
        f"terms.{key}" if is_own else f"terms/add?key={key}",
        rows,
        tuple((_label(form), ", ".join(found)) for form in FORMS if (found := _places(key, form, scope.words, data))),
        tuple((locale, said) for locale in SHOWN if (said := _said(key, Vocabulary(locale, own)))),
    )


def _row(key: str, own: Terms, locale: str) -> Row | None:
    mine = own.get(key, {}).get(locale)
    forms = mine or core_terms().get(key, {}).get(locale)
    if forms is None:
        return None
    gender = walk.words_of(walk.schema_at(("terms", key, locale, "gender")) or {}, forms.gender) if forms.gender else ""
    return Row(
        locale, language_name(locale), gender, tuple(getattr(forms, form) or "" for form in FORMS), mine is not None
    )


def _places(key: str, form: str, words: Vocabulary, data: dict[str, Any]) -> tuple[str, ...]:
    """Return where a form is used, places by their active names; the wheel names who is responsible by a term."""
    found = list(term_uses.places(key, form, words))
    is_responsible = any(entry.get("responsible") == key for entry in data.get("wheel", {}).values())
    if form == "sg" and is_responsible and key not in data.get("bodies", {}):
        found.append(words.title("wheel"))
    return tuple(dict.fromkeys(found))


def _said(key: str, words: Vocabulary) -> tuple[str, ...]:
    """Return the term in sentences; a draft may still lack a form, then those that need it are left out."""
    found = []
    for sentence in term_uses.chosen(key):
        try:
            found.append(term_uses.said(sentence, words))
        except KeyError:
            continue
    return tuple(found)


def filled(key: str, stands: State) -> dict[str, Any]:
    """Return the core's forms of a term in the region's languages: what one who gives it another word begins with."""
    known = core_terms().get(key, {})
    return {locale: msgspec.to_builtins(known[locale]) for locale in stands.wanted["locales"] if locale in known}
