"""A questionnaire as one round asks it: compiled with its placeholders filled, and its hash.

Pure: knows no database and no request. What may be answered is in `answering.py`; keeping it is `pinning.py`'s.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import rfc8785

from samverk.regions.definition import Item, LocalText, Part, Questionnaire
from samverk.regions.placeholders import fill

NUMBERS = ("decimal", "integer", "money", "scale")
WORDS = ("text", "summary")


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part, option, row or column, in the order it is shown."""

    key: str
    text: LocalText
    help: LocalText | None = None
    needs_words: bool = False
    unit: str | None = None
    group: str | None = None
    mark: str | None = None


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question with its placeholders filled."""

    key: str
    number: int
    kind: str
    text: LocalText
    help: LocalText | None = None
    unit: str | None = None
    warning: LocalText | None = None
    pairs_with: str | None = None
    carry: bool = True
    required: bool = False
    reactions: bool = False
    principle: bool = False
    words: bool = False
    parts: tuple[Choice, ...] = ()
    options: tuple[Choice, ...] = ()
    rows: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    low: LocalText | None = None
    high: LocalText | None = None
    shown_when: tuple[str, tuple[str, ...], str] | None = None
    mark: str | None = None
    translated: tuple[str, ...] = ()

    @property
    def may_be_nothing(self) -> bool:
        """True for kinds where 'nothing to report' is an answer of its own."""
        return self.kind in (*WORDS, "sections", "date", *NUMBERS, "choice", "grid")


class Pinned(msgspec.Struct, frozen=True, omit_defaults=True):
    """A questionnaire as pinned by a round."""

    key: str
    role: str
    title: LocalText
    questions: tuple[Question, ...]
    intro: LocalText | None = None

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 over the canonical JSON of the whole (architecture, decision 22)."""
        return hashlib.sha256(rfc8785.dumps(msgspec.to_builtins(self))).hexdigest()

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)


def _filled(text: LocalText | None, fills: Mapping[str, Mapping[str, str]]) -> LocalText | None:
    if text is None:
        return None
    return {locale: fill(words, fills.get(locale, {})) for locale, words in text.items()}


def _choices(parts: Mapping[str, Any], fills: Mapping[str, Mapping[str, str]]) -> tuple[Choice, ...]:
    ordered = sorted(enumerate(parts.items()), key=lambda entry: (entry[1][1].order, entry[0]))
    return tuple(
        Choice(
            key,
            _filled(part.text, fills) or {},
            _filled(part.help, fills),
            getattr(part, "needs_words", False),
            part.unit if isinstance(part, Part) else None,
            part.group if isinstance(part, Part) else None,
            part.mark,
        )
        for _position, (key, part) in ordered
    )


def compile_questionnaire(
    key: str,
    questionnaire: Questionnaire,
    role: str,
    period: int,
    fills: Mapping[str, Mapping[str, str]],
    left_out: frozenset[str] = frozenset(),
) -> Pinned:
    """Return the questionnaire as this period asks it.

    `fills` is {locale: {placeholder: value}}; questions that the model asks in other periods, and those in
    `left_out`, are not part of it. Numbers stay those of the model, so that item 4 is item 4 in every quarter.
    """
    questions = []
    for item_key, item in questionnaire.in_order():
        if item_key in left_out or (item.asked_in and period not in item.asked_in):
            continue
        questions.append(_question(item_key, item, fills))
    return Pinned(
        key, role, _filled(questionnaire.title, fills) or {}, tuple(questions), _filled(questionnaire.intro, fills)
    )


def _question(key: str, item: Item, fills: Mapping[str, Mapping[str, str]]) -> Question:
    return Question(
        key,
        item.order,
        item.kind,
        _filled(item.text, fills) or {},
        _filled(item.help, fills),
        item.unit,
        _filled(item.warning, fills),
        item.pairs_with,
        item.carry,
        item.required,
        item.reactions,
        item.principle,
        item.words,
        _choices(item.parts, fills),
        _choices(item.options, fills),
        _choices(item.rows, fills),
        _choices(item.columns, fills),
        _filled(item.poles.low, fills) if item.poles else None,
        _filled(item.poles.high, fills) if item.poles else None,
        (item.rule.item, item.rule.is_, item.rule.effect) if item.rule else None,
        item.mark,
        item.translated,
    )
