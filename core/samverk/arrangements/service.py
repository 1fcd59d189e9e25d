"""Arrangements as they were on a date: lists, one arrangement, those that a round is about.

Filling is `filling.py`, changing `changes.py`; lists by host and the matrix are made of these rows in `views.py`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import or_, select

from samverk.arrangements import statements
from samverk.arrangements.model import Arrangement
from samverk.errors import NotFound
from samverk.i18n import _
from samverk.regions.definition import LocalText, in_locale
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants import written
from samverk.tenants.model import Subject
from samverk.tenants.sets import set_sizes

ROLES = ("host", "partner", "observer")


class Participant(msgspec.Struct, frozen=True):
    """A party in a role; the same value stands in every arrangement where the three facts are the same."""

    party_id: str
    key: str
    name: str
    lang: str
    role: str
    mark: str | None


class ArrangementRow(msgspec.Struct, frozen=True):
    """One line of a list of arrangements, as of a date."""

    id: str
    key: str
    position: int
    title: str
    lang: str
    name: LocalText
    short: LocalText | None
    area: str | None
    status: str
    legal_form: str | None
    participants: tuple[Participant, ...]
    participant_count: int | None
    candidate_count: int | None
    marks: dict[str, Any]

    def in_role(self, role: str) -> tuple[Participant, ...]:
        return tuple(one for one in self.participants if one.role == role)

    @property
    def hosts(self) -> tuple[Participant, ...]:
        return self.in_role("host")

    @property
    def partners(self) -> tuple[Participant, ...]:
        return self.in_role("partner")

    @property
    def observers(self) -> tuple[Participant, ...]:
        return self.in_role("observer")

    @property
    def partner_mark(self) -> str | None:
        """The mark of any partner's part, shown once for all of them."""
        return next((one.mark for one in self.participants if one.mark and one.role == "partner"), None)

    @property
    def open_places(self) -> int:
        """How many take part without its being known who they are."""
        known = sum(1 for one in self.participants if one.role in ("host", "partner"))
        return max(0, (self.participant_count or 0) - known)

    @property
    def is_wholly_unknown(self) -> bool:
        return not self.participants and self.participant_count is None

    @property
    def unknown(self) -> str | None:
        """The words for "4 of 6, not yet known which"; None when all are known."""
        if self.is_wholly_unknown:
            return _("not known who takes part")
        if not self.open_places:
            return None
        if self.candidate_count is None:
            return _("%(count)s take part, not yet known which", count=self.participant_count)
        return _(
            "%(count)s of %(candidates)s, not yet known which",
            count=self.participant_count,
            candidates=self.candidate_count,
        )


class ArrangementForRound(msgspec.Struct, frozen=True):
    """What a round must know of an arrangement to make its forms."""

    id: str
    key: str
    name: LocalText
    position: int
    status: str
    host_party_id: str | None
    partner_party_ids: tuple[str, ...]


EVERY = 100_000


def status_on(status: str, begins: str | None, ends: str | None, on: dt.date) -> str:
    """Return the status on a day: what has ended since was active then, what ends before it has ended."""
    if written.is_before(ends, on):
        return "ended"
    return "active" if status == "ended" and ends else status


def tagged(scope: Scope, tag: str | None, on: dt.date) -> tuple[ArrangementForRound, ...]:
    """Return active and tentative arrangements with the tag (all of them without one), parties as of the day."""
    rows = scope.session.connection().execute(statements.TAGGED, {"tenant": scope.tenant_id})
    parties = _parties(scope, on)
    found = []
    for id_, key, name, position, status, tags in rows:
        if tag is not None and tag not in tags:
            continue
        inside = parties.get(id_, ())
        host = next((one.party_id for one in inside if one.role == "host"), None)
        partners = tuple(one.party_id for one in inside if one.role == "partner")
        found.append(ArrangementForRound(id_, key, name, position, status, host, partners))
    return tuple(found)


def _parties(
    scope: Scope, on: dt.date, ids: Iterable[str] | None = None, known: Iterable[tenants.PartyView] | None = None
) -> dict[str, tuple[Participant, ...]]:
    """Return {arrangement id: its parties on the day}: hosts first, then in the order of the region's parties."""
    names = {party.id: party for party in (tenants.parties(scope, on) if known is None else known)}
    place = {party_id: number for number, party_id in enumerate(names)}
    given: dict[str, Any] = {"tenant": scope.tenant_id, "on": on}
    if ids is None:
        rows: Any = statements.PARTIES_OF_ALL.rows(scope.session.connection(), given)
    else:
        rows = scope.session.connection().execute(statements.PARTIES_OF_SOME, given | {"ids": tuple(ids)}).all()
    groups = {id_: facts.split(statements.AFTER) for id_, facts in rows}
    # The same three facts stand in many arrangements: one value for each, put in order once.
    shared: dict[str, Participant] = {}
    for fact in set().union(*groups.values()):
        party_id, role, marks = fact.split(statements.BETWEEN)
        mark = msgspec.json.decode(marks).get("mark")
        view = names[party_id]
        shared[fact] = Participant(party_id, view.key, view.name, view.lang, role, mark)
    ordered = sorted(shared, key=lambda fact: (ROLES.index(shared[fact].role), place[shared[fact].party_id], fact))
    rank = {fact: number for number, fact in enumerate(ordered)}
    return {id_: tuple([shared[fact] for fact in sorted(facts, key=rank.__getitem__)]) for id_, facts in groups.items()}


def list_arrangements(
    scope: Scope,
    on: dt.date,
    *,
    limit: int | None = None,
    after: str | None = None,
    parties: Iterable[tenants.PartyView] | None = None,
) -> tuple[tuple[ArrangementRow, ...], str | None]:
    """Return (arrangements of the day in the region's order, the `after` of the next page or None).

    `parties` are the region's of the day, for one who has read them already. What had not begun on the day is left
    out; what had ended is there with that status.
    """
    given = {"tenant": scope.tenant_id, "on": on, "limit": (limit or EVERY) + 1}
    if after:
        position, cursor_key = _cursor(after)
        given |= {"position": position, "key": cursor_key}
    rows = (statements.LIST_AFTER if after else statements.LIST_FIRST).rows(scope.session.connection(), given)
    has_more = limit is not None and len(rows) > limit
    if has_more:
        rows = rows[:limit]
    is_whole = not has_more and not after
    by_id = _parties(scope, on, None if is_whole else [row[0] for row in rows], parties)
    sizes = set_sizes(scope, on) if any(row[10] for row in rows) else {}
    locale, fallbacks = scope.locale, scope.model.locales
    found: dict[str, ArrangementRow] = {}
    for id_, key, position, name, short, area, status, begins, ends, count, set_id, form, marks in rows:
        if begins is not None and written.is_after(begins, on):
            continue
        title, lang = in_locale(name, locale, *fallbacks)
        found[id_] = ArrangementRow(
            id_,
            key,
            position,
            title,
            lang,
            name,
            short,
            area,
            status if ends is None else status_on(status, begins, ends, on),
            form,
            by_id.get(id_, ()),
            count,
            sizes.get(set_id),
            marks,
        )
    last = f"{rows[-1][2]}:{rows[-1][1]}" if has_more else None
    return tuple(found.values()), last


def _cursor(after: str) -> tuple[int, str]:
    position, _colon, key = after.partition(":")
    return (int(position) if position.isascii() and position.isdigit() and len(position) < 10 else 0), key


def short_names(scope: Scope) -> dict[str, LocalText]:
    """Return {arrangement id: short name, or the name where there is none}."""
    rows = scope.session.connection().execute(
        select(Subject.id, Subject.name, Arrangement.short_name)
        .join(Arrangement, (Arrangement.tenant_id == Subject.tenant_id) & (Arrangement.id == Subject.id))
        .where(Subject.tenant_id == scope.tenant_id, Subject.kind == "arrangement")
    )
    return {id_: short or name for id_, name, short in rows}


def arrangement_id(scope: Scope, id_or_key: str) -> str:
    """Return the id that an address means: an id or a key. Raises NotFound."""
    found = scope.session.scalar(
        select(Subject.id).where(
            Subject.tenant_id == scope.tenant_id,
            Subject.kind == "arrangement",
            or_(Subject.id == id_or_key, Subject.key == id_or_key)
            if tenants.is_id(id_or_key)
            else Subject.key == id_or_key,
        )
    )
    if found is None:
        raise NotFound()
    return found


def participants(scope: Scope, on: dt.date, id_: str) -> tuple[Participant, ...]:
    """Return the parties of one arrangement on the day."""
    return _parties(scope, on, (id_,)).get(id_, ())
