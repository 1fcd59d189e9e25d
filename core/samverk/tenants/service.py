"""Tenants, parties and sets: opening a scope, creating a tenant, who is a member when.

Parties that are municipalities take their name from the register of places, as of the date looked at.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from samverk.database import Database, Unit, insert_if_absent
from samverk.errors import Conflict, Invalid, NotFound, Problem
from samverk.guard import Prepared
from samverk.i18n import _, locales, sort_key
from samverk.people.model import Belonging
from samverk.reference.places import load_places
from samverk.regions.definition import Definition, LocalText
from samverk.registry import RegionPlugin
from samverk.scope import PUBLIC, Scope, TenantInfo
from samverk.tables import IdType, new_id
from samverk.tenants import effective
from samverk.tenants.model import Counter, MemberSet, Membership, Party, Source, Tenant

RESERVED = frozenset(
    (
        "api", "static", "sign-in", "sign-out", "healthz", "readyz", "profile", "admin", "settings", "docs", "assets",
        "privacy",
    )
)  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


# Built once: it runs on almost every page.
_PARTIES = Prepared(
    select(
        Party.id, Party.key, Party.kind, Party.place_key, Party.name, Party.roles, Party.is_member, Party.marks
    ).where(Party.tenant_id == bindparam("tenant", type_=IdType))
)


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party as pages show it, on a date."""

    id: str
    key: str
    kind: str
    name: str
    lang: str
    is_member: bool
    mark: str | None = None
    roles: tuple[str, ...] = ()
    place_key: str | None = None


COLUMNS = (
    Tenant.id,
    Tenant.slug,
    Tenant.plugin_key,
    Tenant.name,
    Tenant.locale,
    Tenant.zone,
    Tenant.seen_at,
    Tenant.is_demonstration,
    Tenant.model_id,
    Tenant.last_model_id,
)
"""What a `TenantInfo` is made of, in its order."""
_FIND = select(*COLUMNS).where(Tenant.slug == bindparam("slug"))
_ANY = select(Tenant.id).limit(1)
_SOURCES = select(Source.key, Source.content).where(Source.tenant_id == bindparam("tenant"))


def find(session: Unit, slug: str) -> TenantInfo:
    """Find a tenant by its slug, once for a unit of work. Raises NotFound."""
    known: TenantInfo | None = session.info.get("tenant_info")
    if known is not None and known.slug == slug:
        return known
    row = session.connection().execute(_FIND, {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound()
    return keep(session, row)


def keep(session: Unit, row: Sequence[Any]) -> TenantInfo:
    """Remember for this unit of work the tenant that a row of COLUMNS stands for."""
    found = TenantInfo(*row)
    session.info["tenant_info"] = found
    return found


def locale_of(session: Unit, slug: str | None, person_id: str | None = None) -> str:
    """Return the leading language of a tenant, nothing for a tenant that is none.

    Outside of any it is that of the first the person belongs to, or English.
    """
    if slug is None and person_id is not None:
        own = select(Tenant.locale).join(Belonging, Belonging.tenant_id == Tenant.id)
        return session.scalar(own.where(Belonging.person_id == person_id).order_by(Tenant.slug).limit(1)) or "en"
    if slug is None:
        return "en"
    try:
        return find(session, slug).locale
    except NotFound:
        return ""


def every(session: Unit) -> tuple[TenantInfo, ...]:
    """Return all tenants by slug; for the front page of the installation."""
    rows: Iterable[Any] = session.execute(select(*COLUMNS).order_by(Tenant.slug))
    return tuple(TenantInfo(*row) for row in rows)


def in_each(database: Database, reason: str) -> Iterator[tuple[TenantInfo, Unit]]:
    """Yield every tenant with a unit of its own to read in: work about all of them, one at a time."""
    with database.platform(reason) as session:
        found = every(session)
    for tenant in found:
        with database.tenant(tenant.id, write=False) as session:
            yield tenant, session


def is_id(text: str) -> bool:
    """Tell whether a segment of an address is an id; PostgreSQL compares its ids with nothing else."""
    return _ID.fullmatch(text) is not None


def day_of(scope: Scope, asked: dt.date | None) -> dt.date:
    """Return the day a page is seen at: the one asked for, the day the region's facts are of, or today."""
    return asked or scope.tenant.seen_at or scope.today


def check_ready(session: Unit) -> None:
    """Ask the database for something; raises what the driver raises when it does not answer."""
    session.connection().execute(_ANY).all()


def check_slug(slug: str) -> None:
    """Raises Invalid for a slug that is not an address segment, or a word of the installation."""
    if not _SLUG.fullmatch(slug) or slug in RESERVED:
        message = _(
            "The address segment must be small letters, digits and hyphens, and not a word of the installation."
        )
        raise Invalid((Problem("/slug", message, field="slug"),))


def create(
    session: Unit,
    slug: str,
    plugin: RegionPlugin,
    name: LocalText,
    now: dt.datetime,
    *,
    locale: str | None = None,
    zone: str = "Europe/Oslo",
    is_demonstration: bool = False,
) -> TenantInfo:
    """Create a tenant. Raises Invalid for a bad slug or an unknown language, Conflict for a slug that is taken."""
    check_slug(slug)
    if locale is not None and locale not in locales():
        raise Invalid((Problem("/locale", _("Choose one of the languages."), field="locale"),))
    if session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None:
        raise Conflict(_("There is a tenant with the slug %(slug)s already.", slug=slug))
    tenant = Tenant(
        id=new_id(),
        slug=slug,
        plugin_key=plugin.key,
        name=name,
        locale=locale or plugin.definition.locales[0],
        zone=zone,
        created_at=now,
        is_demonstration=is_demonstration,
    )
    session.add(tenant)
    session.flush()
    return find(session, slug)


def system_scope(session: Unit, tenant: TenantInfo, plugin: RegionPlugin, now: dt.datetime) -> Scope:
    """Return a scope for work that no person asked for: filling, the worker, the command line."""
    return Scope(tenant, session, PUBLIC, tenant.locale, now, plugin, effective.model(session, tenant, plugin))


def marks(value: Any) -> dict[str, Any]:
    """Return what a page shows beside a fact: source, mark, note, own translations."""
    found: dict[str, Any] = {}
    if value.source:
        found["source"] = value.source
    if value.mark:
        found["mark"] = value.mark
    if value.note:
        found["note"] = value.note
    if value.translated:
        found["translated"] = list(value.translated)
    return found


def parties(scope: Scope, on: dt.date | None = None, *, members_only: bool = False) -> tuple[PartyView, ...]:
    """Return the parties, members first in the language's order, named as of a date."""
    rows = _PARTIES.rows(scope.session.connection(), {"tenant": scope.tenant_id})
    day = on or scope.today
    found = []
    for id_, key, kind, place_key, own_name, roles, is_member, marks_ in rows:
        if members_only and not is_member:
            continue
        name, lang = party_name(scope, place_key, own_name, day)
        found.append(PartyView(id_, key, kind, name, lang, is_member, marks_.get("mark"), tuple(roles), place_key))
    return tuple(sorted(found, key=lambda party: (not party.is_member, sort_key(party.name, scope.locale))))


def party_name(scope: Scope, place_key: str | None, name: LocalText, on: dt.date) -> tuple[str, str]:
    """Return (name, language) of a party on a date; a municipality is called what it was called then."""
    if place_key is not None:
        place = load_places().by_key(place_key)
        if place is not None:
            period = place.at(on)
            reader = scope.content_locale()
            country = "sv" if place.country == "SE" else reader if reader != "sv" else "nb"
            return (period.name if period else place.name), country if reader != "en" else "en"
    return scope.text_lang(name)


def party_names(scope: Scope, on: dt.date | None = None) -> dict[str, PartyView]:
    """Return {party id: party} of the tenant."""
    return {party.id: party for party in parties(scope, on)}


def party_id(scope: Scope, key: str) -> str:
    """Return the id of a party by its key. Raises NotFound."""
    found = scope.session.scalar(select(Party.id).where(Party.tenant_id == scope.tenant_id, Party.key == key))
    if found is None:
        raise NotFound()
    return found


def set_members(scope: Scope, set_key: str | None, on: dt.date) -> tuple[str, ...]:
    """Return the party ids of a named set on a date; of every member when no set is named."""
    if set_key is None:
        return tuple(party.id for party in parties(scope, on, members_only=True))
    rows = scope.session.execute(
        select(Membership.party_id, Membership.valid_from, Membership.valid_to)
        .join(MemberSet, (MemberSet.tenant_id == Membership.tenant_id) & (MemberSet.id == Membership.set_id))
        .where(
            Membership.tenant_id == scope.tenant_id, MemberSet.tenant_id == scope.tenant_id, MemberSet.key == set_key
        )
        .order_by(Membership.id)
    )
    return tuple(p for p, since, until in rows if (since is None or since <= on) and (until is None or until >= on))


def next_number(scope: Scope, name: str) -> int:
    """Give out the next number of a series, without gaps: the row is locked until the transaction ends."""
    counter = select(Counter).where(Counter.tenant_id == scope.tenant_id, Counter.name == name).with_for_update()
    row = scope.session.scalar(counter)
    if row is None:
        # Two that begin the series at once do not both make its row: the second waits for the first.
        insert_if_absent(
            scope.session, Counter, {"tenant_id": scope.tenant_id, "id": new_id(), "name": name, "value": 0}
        )
        row = scope.session.scalars(counter).one()
    row.value += 1
    scope.flush()
    return row.value


def sources(scope: Scope) -> dict[str, dict[str, Any]]:
    """Return {key: source} of the region."""
    rows = scope.session.connection().execute(_SOURCES, {"tenant": scope.tenant_id})
    return dict(rows.all())


def keep_sources(scope: Scope, model: Definition) -> None:
    """Keep the sources that a model has beyond its plugin's among the region's; none goes, since rows may name it."""
    delivered = scope.plugin.definition.sources
    known = {row.key: row for row in scope.session.scalars(select(Source).where(Source.tenant_id == scope.tenant_id))}
    for key, source in model.sources.items():
        content = msgspec.to_builtins(source)
        if source == delivered.get(key):
            continue
        if key not in known:
            scope.add(Source(id=new_id(), key=key, content=content))
        elif known[key].content != content:
            known[key].content = content
    scope.flush()


def about(scope: Scope) -> dict[str, LocalText | None]:
    """Return the texts that say what the cooperation is and where it is going."""
    found = scope.session.scalar(select(Tenant.about).where(Tenant.id == scope.tenant_id))
    return found or {"about": None, "direction": None}
