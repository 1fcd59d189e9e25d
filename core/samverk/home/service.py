"""What the front page of a region shows, gathered from the other slices' services."""

from dataclasses import dataclass, field, replace
from typing import Any

from samverk.arrangements import service as arrangements
from samverk.bodies.composition import list_bodies
from samverk.foundations import service as foundations
from samverk.foundations.views import Event
from samverk.i18n import ngettext
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.service import PartyView
from samverk.tenants.sets import SetView, member_marks, sets
from samverk.wheel import service as wheel
from samverk.wheel.lived import lived_year
from samverk.wheel.service import WheelItem


@dataclass(frozen=True, slots=True)
class Count:
    """A number with the words for it, and where it leads."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class StripMonth:
    """One month of the slim strip: how many rows the wheel has there."""

    month: int
    number: int
    is_now: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class RegionHome:
    """The front page of a region."""

    about: LocalText | None
    direction: LocalText | None
    members: tuple[PartyView, ...]
    counterparts: tuple[PartyView, ...]
    sets: tuple[SetView, ...]
    counts: tuple[Count, ...]
    coming: tuple[WheelItem, ...]
    year: int
    strip: tuple[StripMonth, ...]
    events: tuple[Event, ...]
    sources: dict[str, Any] = field(default_factory=dict)


def get_home(scope: Scope) -> RegionHome:
    """Return what the front page shows today; facts are those of the region's own day."""
    on = tenants.day_of(scope, None)
    about = tenants.about(scope)
    parties = tenants.parties(scope, on)
    marked = member_marks(scope, on)
    members = tuple(replace(party, mark=party.mark or marked[party.id]) for party in parties if party.id in marked)
    year = scope.today.year
    lived = {one: lived_year(scope, one) for one in (year, year + 1)}
    return RegionHome(
        about.get("about"),
        about.get("direction"),
        members,
        tuple(party for party in parties if "counterpart" in party.roles),
        sets(scope, on),
        _counts(scope, members),
        wheel.next_items(scope, 6, lived),
        year,
        _strip(scope, year, lived[year]),
        foundations.timeline(scope)[-3:],
        tenants.sources(scope),
    )


def _counts(scope: Scope, members: tuple[PartyView, ...]) -> tuple[Count, ...]:
    """Count what there is; of the municipalities those that a source names, or all where no source names any."""
    municipalities = [party for party in members if party.kind == "municipality"]
    named = [party for party in municipalities if party.mark is None]
    on = tenants.day_of(scope, None)
    rows, _after = arrangements.list_arrangements(scope, on)
    words = scope.words

    def counted(number: int, singular: str, plural: str) -> str:
        return ngettext("%(number)s %(singular)s", "%(number)s %(plural)s", number, singular=singular, plural=plural)

    municipality = words.form("municipality"), words.form("municipality", "pl")
    found = (
        (len(rows), words.form("arrangement"), words.form("arrangement", "pl"), "arrangements"),
        (len(named or municipalities), *municipality, "municipalities"),
        (len(list_bodies(scope, on)), words.form("body"), words.form("body", "pl"), "bodies"),
        (len(foundations.list_documents(scope)), words.form("document"), words.form("document", "pl"), "documents"),
    )
    base = f"/{scope.tenant.slug}"
    return tuple(Count(counted(number, one, many), f"{base}/{page}") for number, one, many, page in found if number)


def _strip(scope: Scope, year: int, lived: wheel.Lived) -> tuple[StripMonth, ...]:
    items = wheel.year_items(scope, year, lived)
    found = []
    for month in range(1, 13):
        number = sum(1 for item in items if (item.begins.year, item.begins.month) == (year, month))
        found.append(StripMonth(month, number, month == scope.today.month, month < scope.today.month))
    return tuple(found)
