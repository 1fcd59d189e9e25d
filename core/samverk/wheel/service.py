"""The entries of a year: the model's, the plugin's and what the other slices add, each with words and warnings.

Rules become dates in `calendar.rules`; the picture is `drawing.py`'s.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from samverk import i18n
from samverk.breaker import service as breaker
from samverk.calendar import rules
from samverk.errors import NotFound
from samverk.i18n import _, format_date, format_day_month
from samverk.reference.meeting_days import why_nobody_meets
from samverk.regions import placeholders
from samverk.regions.definition import LocalText, WheelEntry
from samverk.regions.terms import core_terms
from samverk.scope import Scope
from samverk.tenants.service import marks
from samverk.wheel import drawing

FIRST_YEAR, LAST_YEAR = 1990, 2100


Ruled = tuple[str, dt.date]
"""An occurrence as the model's rule gives it: key of the entry and the day."""


@dataclass(frozen=True, slots=True)
class WheelItem:
    """One row of the wheel. `layer` is a key of the model's layers, or `meetings` or `rounds`.

    `address` leads to the page behind it, when there is one; `marks` are those of a fact (mark, source, note).
    """

    key: str
    layer: str
    name: str
    lang: str
    begins: dt.date
    ends: dt.date
    text: LocalText | None = None
    responsible: str | None = None
    legal_basis: str | None = None
    address: str | None = None
    warning: str | None = None
    marks: Mapping[str, Any] = field(default_factory=dict)
    replaces: "Ruled | None" = None
    """The model's occurrence that this row makes real; it is then left out."""

    @property
    def is_span(self) -> bool:
        return self.begins != self.ends

    @property
    def when(self) -> str:
        """The day, or the span, in the reader's language."""
        if not self.is_span:
            return format_date(self.begins)
        return _("%(begins)s – %(ends)s", begins=format_date(self.begins), ends=format_date(self.ends))

    @property
    def short_when(self) -> str:
        """The same without the year, for a page that says the year."""
        if not self.is_span:
            return format_day_month(self.begins)
        return _("%(begins)s – %(ends)s", begins=format_day_month(self.begins), ends=format_day_month(self.ends))


@dataclass(frozen=True, slots=True)
class Lived:
    """What the region made of the model's year: rows of its own, and the real days of entries that moved."""

    rows: tuple[WheelItem, ...] = ()
    days: Mapping[Ruled, dt.date] = field(default_factory=dict)


NOTHING_YET = Lived()


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with its ring on the wheel: 0 is outermost."""

    key: str
    name: str
    text: LocalText | None
    ring: int
    is_shown: bool
    marks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Year:
    """A year as its page shows it: the rows, and the wheel drawn from the same rows."""

    year: int
    items: tuple[WheelItem, ...]
    layers: tuple[Layer, ...]
    responsible: tuple[str, ...]
    wheel: drawing.Wheel

    @property
    def by_month(self) -> tuple[tuple[int, tuple[WheelItem, ...]], ...]:
        """(month, its rows); what began before the year stands in January."""
        found: dict[int, list[WheelItem]] = {month: [] for month in range(1, 13)}
        for item in self.items:
            found[item.begins.month if item.begins.year == self.year else 1].append(item)
        return tuple((month, tuple(rows)) for month, rows in found.items())


def year_items(scope: Scope, year: int, lived: Lived = NOTHING_YET) -> tuple[WheelItem, ...]:
    """Return every row of a year by date: the model's on their real days, the plugin's, and those of other slices.

    Raises NotFound for a year that no page is made of.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound()
    real = {row.replaces for row in lived.rows}
    found = []
    for one in rules.occurrences(scope.model, year):
        ruled = (one.key, one.begins)
        if ruled not in real:
            day = lived.days.get(ruled)
            found.append(_of_model(scope, one if day is None else rules.Occurrence(one.key, day, day)))
    for entry in breaker.call(scope, "samverk_calendar_entries", year=year):
        if entry.begins.year > year or entry.ends.year < year:
            continue
        name, lang = scope.text_lang(dict(entry.name))
        mark = {"mark": "assumed"} if entry.assumed else {}
        warning = warning_of(scope, entry.begins) if entry.begins == entry.ends else None
        found.append(
            WheelItem(entry.key, entry.layer, name, lang, entry.begins, entry.ends, warning=warning, marks=mark)
        )
    found += lived.rows
    return tuple(sorted(found, key=lambda item: (item.begins, item.ends, item.key)))


def _of_model(scope: Scope, one: rules.Occurrence) -> WheelItem:
    entry: WheelEntry = scope.model.wheel[one.key]
    written, lang = scope.text_lang(entry.name)
    return WheelItem(
        one.key,
        entry.layer,
        placeholders.fill(written, words_of(one.begins, lang)),
        lang,
        one.begins,
        one.ends,
        entry.text,
        responsible_words(scope, entry.responsible),
        entry.legal_basis,
        None,
        None if one.is_span else warning_of(scope, one.begins),
        marks(entry),
    )


def words_of(day: dt.date, lang: str) -> dict[str, str]:
    """Return the values of the placeholders that an entry's name may hold, in the language of the name."""
    with i18n.using(lang):
        quarter = i18n.period_name("quarter", day.year, rules.period_index(day, 4))
    return {
        "quarter": quarter,
        "period": quarter,
        "year": str(day.year),
        "previous_year": str(day.year - 1),
        "next_year": str(day.year + 1),
        "budget_year": str(day.year + 1),
    }


def responsible_words(scope: Scope, key: str | None) -> str | None:
    """Return who is responsible: a body by its name, a role by its term, the members, or the word as written."""
    if key is None:
        return None
    if key in scope.model.bodies:
        return scope.text(scope.model.bodies[key].name)
    if key == "members":
        return _("the members")
    return scope.words.form(key) if key in core_terms() or key in scope.model.terms else key


def warning_of(scope: Scope, day: dt.date) -> str | None:
    """Return a sentence where nobody meets on the day, or where a meeting is unwise."""
    why = why_nobody_meets(day, "SE" if scope.model.country == "SE" else "NO")
    if why is None:
        return None
    if why.severity == "closed":
        return _("Nobody meets that day: %(name)s.", name=why.name(scope.content_locale()))
    return _("A poor day to meet: %(name)s.", name=why.name(scope.content_locale()))


def layers_of(scope: Scope, items: Iterable[WheelItem], shown: frozenset[str]) -> tuple[Layer, ...]:
    """Return the model's layers in order, then those that only the rows know; all are shown where none is chosen."""
    ordered = sorted(scope.model.layers.items(), key=lambda pair: (pair[1].order, pair[0]))
    known = [(key, scope.text(layer.name), layer.text, marks(layer)) for key, layer in ordered]
    own = {"meetings": scope.words.title("meeting", "pl"), "rounds": scope.words.title("round", "pl")}
    present = {item.layer for item in items} - {key for key, _name, _text, _marks in known}
    known += [(key, own.get(key, key), None, {}) for key in sorted(present)]
    return tuple(
        Layer(key, name, text, ring, not shown or key in shown, given)
        for ring, (key, name, text, given) in enumerate(known)
    )


def get_year(
    scope: Scope,
    year: int,
    *,
    shown: Iterable[str] = (),
    responsible: str = "",
    lived: Lived = NOTHING_YET,
) -> Year:
    """Return a year, with only the chosen layers and the rows of one who is responsible. Raises NotFound."""
    every = year_items(scope, year, lived)
    layers = layers_of(scope, every, frozenset(shown))
    ring = {layer.key: layer.ring for layer in layers if layer.is_shown}
    items = tuple(item for item in every if item.layer in ring and responsible in ("", item.responsible))
    drawn = tuple(
        drawing.Mark(ring[item.layer], item.begins, item.ends, f"{item.short_when} {item.name}") for item in items
    )
    people = tuple(sorted({item.responsible for item in every if item.responsible}, key=i18n.sort_key))
    return Year(year, items, layers, people, drawing.draw(year, drawn, scope.today))


def next_items(scope: Scope, number: int, lived: Mapping[int, Lived]) -> tuple[WheelItem, ...]:
    """Return the rows that come next from today on; `lived` is {year: what was made of it}, this year and the next."""
    coming = [item for year, one in sorted(lived.items()) for item in year_items(scope, year, one)]
    return tuple(item for item in coming if item.begins >= scope.today)[:number]
