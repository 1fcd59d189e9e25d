"""The frozen values of a region definition (`region.toml`), one struct a table.

What the properties mean stands once, in `region.schema.json`; checks of meaning stand in `checks.py`.
"""

from typing import Literal

import msgspec

LocalText = dict[str, str]
"""A text per language: {"nn": "…", "nb": "…"}."""

Locale = Literal["nb", "nn", "sv", "en"]


class Marked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every fact may carry: where it comes from, and whether it goes beyond its source."""

    source: str | None = None
    assumed: bool = False
    demonstration: bool = False
    translated: tuple[str, ...] = ()
    note: LocalText | None = None

    @property
    def mark(self) -> str | None:
        """`demonstration`, `assumed` or None: the mark a page shows beside the fact."""
        return "demonstration" if self.demonstration else "assumed" if self.assumed else None


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    title: str
    by: str | None = None
    on: str | None = None
    reference: str | None = None
    url: str | None = None
    language: str | None = None
    note: LocalText | None = None


class TermForms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    sg: str
    gender: str | None = None
    sg_def: str | None = None
    pl: str | None = None
    pl_def: str | None = None
    compound: str | None = None
    countable: bool = True
    name: bool = False


class Named(Marked, frozen=True, kw_only=True):
    name: LocalText
    order: int = 0
    plural: LocalText | None = None
    text: LocalText | None = None


class FormerName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: LocalText
    until: str


class Post(Marked, frozen=True, kw_only=True):
    name: LocalText
    formerly: tuple[FormerName, ...] = ()


class Seat(Marked, frozen=True, kw_only=True):
    name: LocalText | None = None
    per: str | None = None
    count: int | None = None
    post: str | None = None
    among: str | None = None
    of_body: str | None = None
    parties: tuple[str, ...] = ()
    vote: bool = True
    organisations: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None


class Body(Marked, frozen=True, kw_only=True):
    name: LocalText
    kind: str
    order: int = 0
    level: str = "region"
    composition: LocalText | None = None
    mandate: LocalText | None = None
    seats: dict[str, Seat] = {}
    remote_meetings: bool | None = None
    valid_from: str | None = None
    valid_to: str | None = None

    @property
    def keeps_minutes(self) -> bool:
        """Elected organs keep minutes (møtebok, protokoll); the others notes. Source: kommuneloven § 11-4."""
        return self.kind == "elected"


class Option(Marked, frozen=True, kw_only=True):
    text: LocalText
    order: int = 0
    help: LocalText | None = None
    needs_words: bool = False


class Part(Marked, frozen=True, kw_only=True):
    text: LocalText
    order: int = 0
    help: LocalText | None = None
    group: str | None = None
    unit: str | None = None


class ShowRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"is_": "is"}):
    item: str
    is_: tuple[str, ...]
    effect: str = "show"


class Poles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    low: LocalText
    high: LocalText


class Item(Marked, frozen=True, kw_only=True):
    order: int
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
    rule: ShowRule | None = None
    parts: dict[str, Part] = {}
    options: dict[str, Option] = {}
    rows: dict[str, Part] = {}
    columns: dict[str, Part] = {}
    poles: Poles | None = None
    asked_in: tuple[int, ...] = ()
    words: bool = False


class Questionnaire(Marked, frozen=True, kw_only=True):
    title: LocalText
    items: dict[str, Item]
    intro: LocalText | None = None

    def in_order(self) -> tuple[tuple[str, Item], ...]:
        """Return (key, item) by the items' order."""
        return tuple(sorted(self.items.items(), key=lambda pair: (pair[1].order, pair[0])))


class CycleForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    role: str
    questionnaire: str
    period: dict[str, LocalText] = {}


class CycleSubjects(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    kind: str
    tagged: str | None = None


class CycleDates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    meeting: str
    opens: str
    answers: str
    papers: str


class MeetingName(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    indefinite: str
    definite: str
    compound: str | None = None


class Cycle(Marked, frozen=True, kw_only=True):
    name: LocalText
    body: str
    every: str
    subjects: CycleSubjects
    forms: dict[str, CycleForm]
    dates: CycleDates
    meeting_name: dict[str, MeetingName] = {}
    members: str | None = None
    release_host_answers: str = "deadline"
    accepts_points: str = "raiser"
    approval: bool = False
    digital: bool = False
    starts_at: str | None = None

    @property
    def periods_a_year(self) -> int:
        """How many periods a year has; 1 also for a cycle that runs once."""
        return {"quarter": 4, "tertial": 3, "half_year": 2}.get(self.every, 1)


class WheelRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"in_": "in"}):
    date: str | None = None
    between: tuple[str, str] | None = None
    on: str | None = None
    span: tuple[str, str] | None = None
    weekday: str | None = None
    nth_in_month: dict[str, int] | None = None
    before: str | None = None
    after: str | None = None
    days: int | None = None
    working_days: int | None = None
    quarters: tuple[int, ...] | None = None
    in_: str | None = None
    not_between: tuple[tuple[str, str], ...] = ()


class WheelEntry(Marked, frozen=True, kw_only=True):
    layer: str
    name: LocalText
    rule: WheelRule
    responsible: str | None = None
    legal_basis: str | None = None
    text: LocalText | None = None


class ElectionYears(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: int
    every: int

    def is_election_year(self, year: int) -> bool:
        return year >= self.first and (year - self.first) % self.every == 0


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One cooperation model. Keyed tables keep the order of the file; `order` decides on pages."""

    schema_version: int
    key: str
    country: str
    name: LocalText
    locales: tuple[str, ...]
    sources: dict[str, Source] = {}
    terms: dict[str, dict[str, TermForms]] = {}
    posts: dict[str, Post] = {}
    bodies: dict[str, Body] = {}
    subject_kinds: dict[str, Named] = {}
    questionnaires: dict[str, Questionnaire] = {}
    cycles: dict[str, Cycle] = {}
    layers: dict[str, Named] = {}
    wheel: dict[str, WheelEntry] = {}
    document_kinds: dict[str, Named] = {}
    register_kinds: dict[str, Named] = {}
    adoption_rule: str = "none"
    adoption_rule_assumed: bool = False
    election_years: ElectionYears | None = None


def in_locale(text: LocalText, locale: str, *fallbacks: str) -> tuple[str, str]:
    """Return (text, language) in the wanted language, else the first there is.

    The language comes back so that a page can tag and mark a text that is not in the reader's language.

    >>> in_locale({"nn": "møte"}, "nb", "nn")
    ('møte', 'nn')
    """
    for candidate in (locale, *fallbacks):
        if candidate in text:
            return text[candidate], candidate
    language, words = next(iter(text.items()))
    return words, language
