"""Documents, registers and events as values that pages show, with what can be said of them in words.

Reading them is `service.py`'s. Nothing unknown is filled in: an entry without words says so.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from samverk.i18n import _, format_date, ngettext
from samverk.regions.definition import LocalText
from samverk.regions.terms import Vocabulary
from samverk.tenants.service import PartyView


@dataclass(frozen=True, slots=True)
class Entry:
    """A point of a document or an entry of a register; `words` is empty where the content is not known."""

    number: int
    key: str | None
    words: LocalText | None
    kind: str
    qualifier: LocalText | None
    group: LocalText | None
    marks: dict[str, Any]

    @property
    def is_known(self) -> bool:
        return self.words is not None

    @property
    def is_question(self) -> bool:
        return self.kind == "question"

    @property
    def is_qualified(self) -> bool:
        return self.kind == "qualified" or self.qualifier is not None


def under_heads(entries: tuple[Entry, ...]) -> tuple[tuple[LocalText | None, tuple[Entry, ...]], ...]:
    """Return (head, its entries) in the order of the source; None for those under no head."""
    found: list[tuple[LocalText | None, list[Entry]]] = []
    for entry in entries:
        if not found or found[-1][0] != entry.group:
            found.append((entry.group, []))
        found[-1][1].append(entry)
    return tuple((head, tuple(group)) for head, group in found)


@dataclass(frozen=True, slots=True)
class Step:
    """A version or an earlier step, with its time as written."""

    words: LocalText
    when: str
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AdoptionView:
    """One council's adoption; `day` only where the source gives a whole date."""

    party: PartyView
    body: LocalText | None
    when: str
    day: dt.date | None
    reference: str | None
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A governing document."""

    id: str
    key: str
    kind: str
    kind_name: str
    name: str
    lang: str
    text: LocalText | None
    point_count: int | None
    points: tuple[Entry, ...]
    versions: tuple[Step, ...]
    builds_on: tuple[Step, ...]
    adoptions: tuple[AdoptionView, ...]
    marks: dict[str, Any]

    @property
    def known_points(self) -> int:
        return sum(1 for point in self.points if point.is_known)

    @property
    def points_under_heads(self) -> tuple[tuple[LocalText | None, tuple[Entry, ...]], ...]:
        return under_heads(self.points)

    @property
    def point_words(self) -> str:
        """How many points there are, and how many of them are known: 4 of 10 points known."""
        total = self.point_count
        if total is not None and total > self.known_points:
            return _("%(known)s of %(total)s points known", known=self.known_points, total=total)
        if total is None and self.known_points < len(self.points):
            return ngettext(
                "%(number)s known point, and what is not known",
                "%(number)s known points, and what is not known",
                self.known_points,
            )
        return ngettext("%(number)s point", "%(number)s points", total or len(self.points))

    @property
    def has_numbers(self) -> bool:
        """True where the places of the points are known: only then are they numbered."""
        return self.known_points == (self.point_count or len(self.points))

    @property
    def dated(self) -> tuple[AdoptionView, ...]:
        """The adoptions whose day is known, first to last."""
        return tuple(sorted((one for one in self.adoptions if one.day), key=lambda one: one.day or dt.date.min))

    def adoption_words(self, words: Vocabulary) -> str:
        """How many of the bodies listed have adopted it, and from when all had, as far as it is known."""
        total, undated = len(self.adoptions), sum(1 for one in self.adoptions if not one.when)
        if undated:
            return ngettext(
                "Adopted by %(known)s of %(number)s %(singular)s.",
                "Adopted by %(known)s of %(number)s %(plural)s.",
                total,
                known=total - undated,
                singular=words.form("body"),
                plural=words.form("body", "pl"),
            )
        if total > 1 and len(self.dated) == total:
            return _(
                "The last adoption by %(the_bodies)s was on %(day)s.",
                the_bodies=words.form("body", "pl_def"),
                day=format_date(self.dated[-1].day),
            )
        return ngettext(
            "Adopted by %(number)s %(singular)s.",
            "Adopted by %(number)s %(plural)s.",
            total,
            singular=words.form("body"),
            plural=words.form("body", "pl"),
        )

    @property
    def span_words(self) -> str | None:
        """First and last adoption and the days between; None where fewer than two days are known."""
        if len(self.dated) < 2:
            return None
        first, last = self.dated[0].day, self.dated[-1].day
        assert first is not None and last is not None
        return ngettext(
            "First %(first)s, last %(last)s: %(number)s day between.",
            "First %(first)s, last %(last)s: %(number)s days between.",
            (last - first).days,
            first=format_date(first),
            last=format_date(last),
        )


@dataclass(frozen=True, slots=True)
class RegisterView:
    """A list reviewed over time."""

    id: str
    key: str
    kind: str
    kind_name: str
    name: str
    lang: str
    text: LocalText | None
    entries: tuple[Entry, ...]
    marks: dict[str, Any]

    @property
    def entries_under_heads(self) -> tuple[tuple[LocalText | None, tuple[Entry, ...]], ...]:
        return under_heads(self.entries)

    @property
    def count_words(self) -> str:
        return ngettext("%(number)s entry", "%(number)s entries", len(self.entries))

    @property
    def question_count(self) -> int:
        return sum(1 for entry in self.entries if entry.is_question)

    @property
    def qualified_count(self) -> int:
        return sum(1 for entry in self.entries if entry.is_qualified)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened when, the time as written."""

    key: str
    begins: str
    ends: str | None
    when: str
    words: LocalText | None
    text: LocalText
    reference: str | None
    marks: dict[str, Any]
