"""What is wrong with a model that somebody wants to use: shape, meaning, dates in the wrong order, what is in use.

Every fault comes with its place in words and the page where it is mended, all of them at once. The rules that need
nothing but the model stand in `regions.checks`; here stand those that look at the region and at the calendar.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from samverk.calendar import rules
from samverk.configuration import walk
from samverk.configuration.walk import Around, Path
from samverk.errors import BadRegion, RegionFault
from samverk.i18n import _, format_date, period_name
from samverk.regions import checks, overlay
from samverk.regions.definition import Definition
from samverk.regions.naming import quoted

DATES = ("opens", "answers", "papers", "meeting")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where in words, what, the nearest name, and the place and field that mend it."""

    way: tuple[str, ...]
    message: str
    hint: str | None
    place: Path
    field: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a model must fit besides itself: the years looked at, sets and parties of the region, keys in use.

    `in_use` is {(section, key): sentence that says by what}.
    """

    years: tuple[int, ...]
    sets: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    in_use: Mapping[tuple[str, str], str] = field(default_factory=dict)


def findings(data: dict[str, Any], around: Around, known: Known) -> tuple[Finding, ...]:
    """Return every fault of a model given as data, in the order of the schema's places."""
    try:
        model = overlay.of_data(data)
    except BadRegion as error:
        return tuple(_found(fault, data, around) for fault in error.faults)
    faults = [*checks.definition_faults(model), *_dates(model, known.years), *_bodies(model), *_region(model, known)]
    return tuple(_found(fault, data, around) for fault in faults)


def _found(fault: RegionFault, data: Any, around: Around) -> Finding:
    path = tuple(step for step in fault.path.split(".") if step)
    place = page_of(path, data)
    rest = path[len(place) :]
    return Finding(walk.way(path, around), fault.message, fault.hint, place, ".".join(rest), fault.rule)


def page_of(path: Path, data: Any) -> Path:
    """Return the innermost entry on the way that has a page of its own and exists; the general page else."""
    best: Path = ()
    schema: walk.Schema | None = walk.root()
    for number, key in enumerate(path, 1):
        if schema is None:
            break
        if walk.is_collection(schema) and walk.value_at(data, path[:number]) is not None:
            best = path[:number]
        schema = walk.step(schema, key)
    return best


def _fault(path: str, message: str, rule: str, hint: str | None = None) -> RegionFault:
    return RegionFault(checks.REGION, path, message, hint, rule)


def _dates(model: Definition, years: tuple[int, ...]) -> Iterator[RegionFault]:
    """Yield dates of a cycle that are in the wrong order; each pair once, with the first period that shows it."""
    for key, cycle in model.cycles.items():
        keys = {name: getattr(cycle.dates, name) for name in DATES}
        if not set(keys.values()) <= set(model.wheel):
            continue
        told = set()
        for year in years:
            for period in range(1, cycle.periods_a_year + 1):
                days = rules.dates_of(model, keys, year, period, cycle.periods_a_year)
                for earlier, later in itertools.pairwise(DATES):
                    if earlier in days and later in days and days[earlier] > days[later] and earlier not in told:
                        told.add(earlier)
                        message = _(
                            "in %(period)s this falls on %(day)s, after “%(later)s” on %(other)s",
                            period=period_name(cycle.every, year, period),
                            day=format_date(days[earlier]),
                            later=_label(later),
                            other=format_date(days[later]),
                        )
                        yield _fault(f"cycles.{key}.dates.{earlier}", message, "dates-in-order")


def _label(name: str) -> str:
    schema = walk.schema_at(("cycles", "any", "dates", name))
    return walk.label(schema) if schema else name


def _bodies(model: Definition) -> Iterator[RegionFault]:
    """Yield rules of composition that nobody can fulfil."""
    for key, body in model.bodies.items():
        if body.valid_from and body.valid_to and body.valid_from > body.valid_to:
            yield _fault(f"bodies.{key}.valid_to", _("this ends before it begins"), "days-in-order")
        for seat_key, seat in body.seats.items():
            path = f"bodies.{key}.seats.{seat_key}"
            if seat.valid_from and seat.valid_to and seat.valid_from > seat.valid_to:
                yield _fault(f"{path}.valid_to", _("this ends before it begins"), "days-in-order")
            if seat.among == seat_key:
                yield _fault(f"{path}.among", _("a seat cannot be filled among those who hold it"), "can-be-filled")
                continue
            other = body.seats.get(seat.among or "")
            # Counted alike, as many as are chosen among must sit there first.
            if other and other.per == seat.per and other.count is not None and (seat.count or 0) > other.count:
                message = _("%(number)s cannot be chosen among %(most)s", number=seat.count, most=other.count)
                yield _fault(f"{path}.count", message, "can-be-filled")
            if seat.of_body == key:
                yield _fault(f"{path}.of_body", _("a body cannot be made of its own members"), "can-be-filled")


def _region(model: Definition, known: Known) -> Iterator[RegionFault]:
    """Yield what points to sets and parties the region has not, and what is gone though the region uses it."""
    for key, cycle in model.cycles.items():
        if cycle.members is not None and cycle.members not in known.sets:
            near = checks.nearest(cycle.members, known.sets)
            message = _("the region has no set of members %(word)s", word=quoted(cycle.members))
            yield _fault(f"cycles.{key}.members", message, "known", near)
    for key, body in model.bodies.items():
        for seat_key, seat in body.seats.items():
            for party in seat.parties:
                if party not in known.parties:
                    near = checks.nearest(party, known.parties)
                    message = _("the region has no party %(word)s", word=quoted(party))
                    yield _fault(f"bodies.{key}.seats.{seat_key}.parties", message, "known", near)
    for (section, key), sentence in known.in_use.items():
        if key not in getattr(model, section):
            yield _fault(section, sentence, "in-use")
