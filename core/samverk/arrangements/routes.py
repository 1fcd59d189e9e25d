"""Pages and interface of arrangements: matrix, lists, one arrangement; the pages of municipalities.

Everything is seen as of a day: the one asked for, the day of the region's facts, or today.
"""

from typing import Annotated, cast
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Meta, UnsetType

from samverk.arrangements import change_routes, municipality_routes, service, views
from samverk.arrangements.detail import ArrangementView, get_arrangement
from samverk.arrangements.service import ArrangementRow, Participant
from samverk.i18n import _
from samverk.reference.legal_forms import load_legal_forms
from samverk.regions.definition import LocalText, in_locale
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, Json, Page, Routes
from samverk.web.shapes import Day, Name, Text

routes = Routes()
routes.routes += [*municipality_routes.routes.routes, *change_routes.routes.routes]

VIEWS = ("matrix", "list", "host", "municipality")


@routes.page("GET", "/{tenant}/arrangements", action="arrangements.read")
def show_arrangements(call: Call) -> Answer:
    scope = call.scope
    on = tenants.day_of(scope, call.day())
    view = call.query.get("view")
    view = view if view in VIEWS else "matrix"
    parties = tenants.parties(scope, on)
    rows, _after = service.list_arrangements(scope, on, parties=parties)
    context = {
        "on": on,
        "asked": call.day(),
        "view": view,
        "rows": rows,
        "listed": views.listed(rows) if view == "list" else None,
        "matrix": views.matrix(rows, parties) if view == "matrix" else None,
        "hosts": views.by_host(rows, parties) if view == "host" else (),
        "groups": views.by_municipality(rows, parties) if view == "municipality" else (),
        "chosen": views.chosen,
        "forms": form_names(scope, rows),
        "carry": urlencode({"as_of": on.isoformat()}) if call.day() else "",
    }
    return Page("arrangements/list.html", scope.words.title("arrangement", "pl"), context, home(call))


@routes.page("GET", "/{tenant}/arrangements/{arrangement_id}", action="arrangements.read")
def show_arrangement(call: Call) -> Answer:
    scope = call.scope
    on = tenants.day_of(scope, call.day())
    found = get_arrangement(scope, call.path["arrangement_id"], on)
    context = {"on": on, "asked": call.day(), "arrangement": found, "sources": tenants.sources(scope)}
    crumbs = (*home(call), (f"/{scope.tenant.slug}/arrangements", scope.words.title("arrangement", "pl")))
    return Page("arrangements/arrangement.html", found.row.title, context, crumbs)


def home(call: Call) -> tuple[tuple[str, str], ...]:
    """Return the crumb of the region's front page."""
    return ((f"/{call.scope.tenant.slug}/", _("Front page")),)


def form_names(scope: Scope, rows: tuple[ArrangementRow, ...]) -> dict[str, str]:
    """Return {key of a legal form: its name in the reader's language} for the rows."""
    register = load_legal_forms()
    return {key: register.require(key).name(scope.content_locale()).text for key in {r.legal_form for r in rows} if key}


class ListAsked(Day, frozen=True, forbid_unknown_fields=True):
    """Which page of the arrangements: `after` is the place that `next` of the page before names."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Annotated[str, Meta(pattern=r"^[0-9]{1,9}:[a-z0-9_-]{1,200}\Z")] | UnsetType = UNSET


class ArrangementItem(msgspec.Struct, frozen=True):
    """One arrangement of the list, as of the day asked for."""

    id: str
    key: str
    name: Name
    short_name: Name | None
    area: str | None
    status: str
    legal_form: str | None
    participants: tuple[Participant, ...]
    participant_count: int | None
    candidate_count: int | None
    participants_note: str | None
    mark: str | None
    source: str | None


class ArrangementList(msgspec.Struct, frozen=True):
    """One page of arrangements; `next` is the address of the following page."""

    items: tuple[ArrangementItem, ...]
    next: str | None
    as_of: str


class PartyTime(msgspec.Struct, frozen=True):
    """A party's role and its days."""

    party_id: str
    key: str
    name: str
    lang: str
    role: str
    valid_from: str | None
    valid_to: str | None
    mark: str | None


class LegalFormTime(msgspec.Struct, frozen=True):
    """A legal form the arrangement has had, and what the law says of it on the day."""

    key: str
    name: Text
    statute: str
    valid_from: str | None
    valid_to: str | None
    validity: str
    mark: str | None


class ArrangementFull(msgspec.Struct, frozen=True):
    """One arrangement in full."""

    id: str
    key: str
    version: int
    name: Name
    short_name: Name | None
    area: str | None
    status: str
    begins: str | None
    ends: str | None
    text: Name | None
    parts: tuple[Name, ...]
    parties: tuple[PartyTime, ...]
    legal_forms: tuple[LegalFormTime, ...]
    participant_count: int | None
    candidate_count: int | None
    participants_note: str | None
    tags: tuple[str, ...]
    mark: str | None
    source: str | None
    as_of: str


def _name(scope: Scope, text: LocalText) -> Name:
    words, lang = in_locale(text, scope.locale, *scope.model.locales)
    return Name(lang, words, tuple([Text(code, other) for code, other in text.items()]))


def _named(scope: Scope, text: LocalText | None) -> Name | None:
    return _name(scope, text) if text else None


@routes.api("GET", "/{tenant}/arrangements", action="arrangements.read", query=ListAsked, answer=ArrangementList)
def list_arrangements(call: Call) -> Answer:
    """List the arrangements of the region as of a day."""
    scope, asked = call.scope, cast(ListAsked, call.asked)
    on, limit = tenants.day_of(scope, asked.as_of or None), asked.limit
    rows, after = service.list_arrangements(scope, on, limit=limit, after=asked.after or None)
    items = tuple([_item(scope, row) for row in rows])
    following = None
    if after is not None:
        query = urlencode({"limit": limit, "as_of": on.isoformat(), "after": after})
        following = f"/api/v1/{scope.tenant.slug}/arrangements?{query}"
    return Json(ArrangementList(items, following, on.isoformat()))


def _item(scope: Scope, row: ArrangementRow) -> ArrangementItem:
    return ArrangementItem(
        row.id,
        row.key,
        Name(row.lang, row.title, tuple([Text(code, words) for code, words in row.name.items()])),
        _named(scope, row.short),
        row.area,
        row.status,
        row.legal_form,
        row.participants,
        row.participant_count,
        row.candidate_count,
        row.unknown if row.participant_count or not row.participants else None,
        row.marks.get("mark"),
        row.marks.get("source"),
    )


@routes.api(
    "GET",
    "/{tenant}/arrangements/{arrangement_id}",
    action="arrangements.read",
    query=Day,
    answer=ArrangementFull,
    is_tagged=True,
)
def api_get_arrangement(call: Call) -> Answer:
    """Get one arrangement with its parties and legal forms through time."""
    scope, asked = call.scope, cast(Day, call.asked)
    on = tenants.day_of(scope, asked.as_of or None)
    found = get_arrangement(scope, call.path["arrangement_id"], on)
    return Json(_full(scope, found, on.isoformat()), version=found.version)


def _full(scope: Scope, found: ArrangementView, as_of: str) -> ArrangementFull:
    row = found.row
    parties = tuple(
        PartyTime(
            one.party.id,
            one.party.key,
            one.party.name,
            one.party.lang,
            one.role,
            one.since.isoformat() if one.since else None,
            one.until.isoformat() if one.until else None,
            one.marks.get("mark"),
        )
        for one in found.parties
    )
    forms = tuple(
        LegalFormTime(
            one.law.key,
            Text(one.lang, one.name),
            one.statute,
            one.since.isoformat() if one.since else None,
            one.until.isoformat() if one.until else None,
            one.validity,
            one.marks.get("mark"),
        )
        for one in found.forms
    )
    return ArrangementFull(
        row.id,
        row.key,
        found.version,
        _name(scope, row.name),
        _named(scope, row.short),
        row.area,
        row.status,
        found.begins,
        found.ends,
        _named(scope, found.text),
        tuple(_name(scope, part) for part in found.parts),
        parties,
        forms,
        row.participant_count,
        row.candidate_count,
        row.unknown,
        found.tags,
        row.marks.get("mark"),
        row.marks.get("source"),
        as_of,
    )
