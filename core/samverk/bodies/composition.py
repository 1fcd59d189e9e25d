"""How a body was composed on a day: the rule's seats, who held them by office, and which municipality lacks one.

The rule stands in the model under the body's key; the holders are rows.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.bodies import words
from samverk.bodies.model import Body, SeatHolder
from samverk.bodies.service import find_key
from samverk.i18n import _, ngettext
from samverk.regions import definition
from samverk.regions.definition import LocalText, Post, Seat
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.service import PartyView, marks


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a seat on the day, by office; no names of people."""

    party: PartyView | None
    office: str
    lang: str
    since: dt.date | None
    until: dt.date | None
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """A party that has no holder for some of its seats of one kind."""

    party: PartyView | None
    number: int


@dataclass(frozen=True, slots=True)
class SeatView:
    """One kind of seat on the day. `expected` is None where no source says how many; `number` is the rule in words."""

    key: str
    name: str
    lang: str
    post: str | None
    count: int | None
    per: str | None
    expected: int | None
    number: str
    among: str | None
    of_body: tuple[str, str] | None
    organisations: tuple[str, ...]
    has_vote: bool
    holders: tuple[Holder, ...]
    missing: tuple[Missing, ...]
    marks: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BodyView:
    """A body as it was on the day. `minutes` or `notes` says which records it keeps."""

    id: str
    key: str
    name: str
    lang: str
    kind: str
    kind_words: str
    consequence: str
    level: str
    composition: LocalText | None
    mandate: LocalText | None
    meets_remotely: bool | None
    seats: tuple[SeatView, ...]
    cycles: tuple[str, ...]
    records: str
    exists: bool
    marks: dict[str, Any]

    @property
    def missing_count(self) -> int:
        return sum(one.number for seat in self.seats for one in seat.missing)

    @property
    def held_count(self) -> int:
        return sum(len(seat.holders) for seat in self.seats)

    @property
    def missing_by_party(self) -> tuple[tuple[PartyView | None, tuple[str, ...]], ...]:
        """(party, names of the seats it lacks a holder for), in the order of the parties."""
        found: dict[str, tuple[PartyView | None, list[str]]] = {}
        for seat in self.seats:
            for one in seat.missing:
                _party, names = found.setdefault(one.party.id if one.party else "", (one.party, []))
                names.append(seat.name if one.number == 1 else f"{seat.name} ({one.number})")
        return tuple((party, tuple(names)) for party, names in found.values())

    @property
    def missing_words(self) -> str:
        if not self.missing_count:
            return _("No seat is without a holder.")
        return ngettext("%(number)s seat has no holder.", "%(number)s seats have no holder.", self.missing_count)


def post_name(post: Post, on: dt.date) -> LocalText:
    """Return what a post was called on the day: rådmann then, kommunedirektør now."""
    for former in sorted(post.formerly, key=lambda one: one.until):
        if on <= dt.date.fromisoformat(former.until):
            return former.name
    return post.name


def list_bodies(scope: Scope, on: dt.date) -> tuple[BodyView, ...]:
    """Return the bodies of the model in order, as they were on the day."""
    ids = {key: id_ for id_, key in _ids(scope).items()}
    held = _holders(scope, on)
    parties = tenants.parties(scope, on)
    ordered = sorted(scope.model.bodies.items(), key=lambda pair: pair[1].order)
    return tuple(
        _view(scope, ids[key], key, body, held.get(ids[key], {}), parties, on) for key, body in ordered if key in ids
    )


def get_body(scope: Scope, id_or_key: str, on: dt.date) -> BodyView:
    """Return one body as it was on the day. Raises NotFound."""
    key = find_key(scope, id_or_key)
    return next(one for one in list_bodies(scope, on) if one.key == key)


def _ids(scope: Scope) -> dict[str, str]:
    rows = scope.session.execute(select(Body.id, Body.key).where(Body.tenant_id == scope.tenant_id))
    return dict(rows.all())


def _covers(since: dt.date | None, until: dt.date | None, on: dt.date) -> bool:
    return (since is None or since <= on) and (until is None or until >= on)


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None


def _holders(scope: Scope, on: dt.date) -> dict[str, dict[str, list[Any]]]:
    rows = scope.session.execute(
        select(
            SeatHolder.body_id,
            SeatHolder.seat_key,
            SeatHolder.party_id,
            SeatHolder.office,
            SeatHolder.valid_from,
            SeatHolder.valid_to,
            SeatHolder.marks,
        )
        .where(SeatHolder.tenant_id == scope.tenant_id)
        .order_by(SeatHolder.id)
    )
    found: dict[str, dict[str, list[Any]]] = {}
    for row in rows:
        if _covers(row.valid_from, row.valid_to, on):
            found.setdefault(row.body_id, {}).setdefault(row.seat_key, []).append(row)
    return found


def _view(
    scope: Scope,
    id_: str,
    key: str,
    body: definition.Body,
    held: dict[str, list[Any]],
    parties: tuple[PartyView, ...],
    on: dt.date,
) -> BodyView:
    name, lang = scope.text_lang(body.name)
    seats = tuple(
        _seat(scope, body, seat_key, seat, held.get(seat_key, []), parties, on)
        for seat_key, seat in body.seats.items()
        if _covers(_day(seat.valid_from), _day(seat.valid_to), on)
    )
    cycles = tuple(scope.text(cycle.name) for cycle in scope.model.cycles.values() if cycle.body == key)
    return BodyView(
        id_,
        key,
        name,
        lang,
        body.kind,
        words.kind(body.kind, scope.words),
        words.consequence(body.kind, scope.words),
        body.level,
        body.composition,
        body.mandate,
        body.remote_meetings,
        seats,
        cycles,
        "minutes" if body.keeps_minutes else "notes",
        _covers(_day(body.valid_from), _day(body.valid_to), on),
        marks(body),
    )


def _seat(
    scope: Scope,
    body: definition.Body,
    key: str,
    seat: Seat,
    rows: list[Any],
    parties: tuple[PartyView, ...],
    on: dt.date,
) -> SeatView:
    by_id = {party.id: party for party in parties}
    post = scope.model.posts.get(seat.post or "")
    title = post_name(post, on) if post else None
    name, lang = scope.text_lang(title or seat.name or {scope.locale: key})
    holders = []
    for row in rows:
        office, office_lang = scope.text_lang(row.office) if row.office else (name, lang)
        holders.append(Holder(by_id.get(row.party_id), office, office_lang, row.valid_from, row.valid_to, row.marks))
    order = {party.id: number for number, party in enumerate(parties)}
    holders.sort(key=lambda one: order[one.party.id] if one.party else -1)
    wanted = _wanted(body, seat, parties)
    other = scope.model.bodies.get(seat.of_body or "")
    among = body.seats.get(seat.among or "")
    expected = None if seat.count is None else seat.count * max(1, len(seat.organisations)) * len(wanted)
    return SeatView(
        key,
        name,
        lang,
        scope.text(title) if title else None,
        seat.count,
        seat.per,
        expected,
        words.number(seat.count, seat.per, scope.words),
        scope.text(among.name) if among and among.name else None,
        (seat.of_body or "", scope.text(other.name)) if other else None,
        seat.organisations,
        seat.vote,
        tuple(holders),
        _missing(seat, wanted, holders),
        marks(seat),
    )


def _wanted(body: definition.Body, seat: Seat, parties: tuple[PartyView, ...]) -> tuple[PartyView | None, ...]:
    """Return the parties that the seats are counted for; (None,) where they are the body's own."""
    if seat.per is None or seat.per == "body" or body.level == "municipality":
        return (None,)
    if seat.parties:
        return tuple(party for party in parties if party.key in seat.parties)
    kind = seat.per if seat.per in ("municipality", "county") else None
    return tuple(party for party in parties if party.is_member and kind in (None, party.kind))


def _missing(seat: Seat, wanted: tuple[PartyView | None, ...], holders: list[Holder]) -> tuple[Missing, ...]:
    if seat.count is None:
        return ()
    number = seat.count * max(1, len(seat.organisations))
    held = Counter(holder.party.id if holder.party else None for holder in holders)
    if wanted == (None,):
        lacking = number - len(holders)
        return (Missing(None, lacking),) if lacking > 0 else ()
    found = (Missing(party, number - held[party.id if party else None]) for party in wanted)
    return tuple(one for one in found if one.number > 0)
