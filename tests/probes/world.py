"""The world that the probes look at: two regions of one model with a whole life, every free text of it marked.

A canary `cnry-<tenant>-<table>-<column>` stands in each text that a person or a plugin wrote; in what is written in the
open round it carries the party too.
What is asked of the world is in `cells.py`.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, String, select, update

from samverk import app as application
from samverk.attachments import service as attachments
from samverk.attachments.store import Store
from samverk.audit import service as audit
from samverk.database import Database, Unit
from samverk.demonstration import life
from samverk.exemptions import service as exemptions
from samverk.meetings.model import AgendaItem
from samverk.membership import invitations
from samverk.models import metadata
from samverk.papers import service as papers
from samverk.people import service as people
from samverk.people.model import Person, RoleGrant
from samverk.points import views as points
from samverk.reference import service as reference
from samverk.rounds import pinning, views
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.web.uploads import Upload
from samverk.web.wrapper import Wrapper
from tests.installation import Installation
from tests.probes import people as asking
from tests.probes import things as all_things
from tests.probes.people import OTHER_PARTY, OWN_PARTY, TENANTS, Who
from tests.probes.things import Form, Thing

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)

# Columns that hold a word of the program and no text of anybody: keys, kinds, states, hashes. A new text column is
# marked unless it is named here.
STRUCTURAL = frozenset({
    "key", "kind", "state", "role", "language", "locale", "status", "area", "begins", "ends", "accepts", "records",
    "summary_state", "verdict", "item_key", "content_hash", "questionnaire_hash", "receipt", "body_hash", "hash",
    "previous", "salt", "commitment", "route", "headers", "release_rule", "cycle_key", "seat_key", "legal_form_key",
    "place_key", "occasion", "owner_role", "roles", "tags", "aims", "summary_language", "starts_at", "questionnaires",
    "outcome", "operation", "action", "changes", "before", "after",
    "plugin_key", "fault_hook", "fault_kind", "about_kind", "part", "media_type",
})  # fmt: skip
WHOLE = {("audit_entry", "actor"), ("audit_entry", "subject"), ("counter", "name"), ("idempotency_key", "body")}
LANGUAGES = frozenset({"nn", "nb", "sv", "en"})
FREE = frozenset({"text", "words", "reason", "title", "name", "label", "note", "author", "owner"})


class _Never(list[Any]):
    """Takes what shall happen after a commit, and lets none of it happen: nothing is committed."""

    def append(self, _work: Any) -> None:
        pass


class ProbingDatabase(Database):
    """A database whose units of work end in a rollback while it is probed: each probe meets the same world."""

    rolls_back = False

    @contextmanager
    def unit(self, *, write: bool) -> Iterator[Unit]:
        if not self.rolls_back:
            with super().unit(write=write) as session:
                yield session
            return
        with Unit(self.engine, expire_on_commit=False, autoflush=False) as session:
            session.connection(execution_options={"samverk_write": write})
            session.info["after_commit"] = _Never()
            try:
                yield session
            finally:
                session.rollback()


@dataclass
class World:
    """Two regions, who asks, and the ids of their objects: {tenant: {kind: {ownership: id}}}.

    `people` ask everything, `further` ask in longer runs; `things` holds every object of a kind, `forms` each by its
    id, `foreign` all ids of the other region, `of_both` the addresses of people who belong to both.
    """

    installation: Installation
    frame: Wrapper
    database: Database
    people: dict[str, Who] = field(default_factory=dict)
    objects: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    further: dict[str, Who] = field(default_factory=dict)
    things: dict[str, dict[str, tuple[Thing, ...]]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    of_both: frozenset[str] = frozenset()


def make(url: str, folder: Path) -> World:
    """Make the world in an empty, migrated database."""
    installation = Installation(url, folder, NOW, threads=4, database=ProbingDatabase(url, threads=4))
    # All probes come from one address within minutes: what holds back a program gone wild is tested elsewhere.
    unhurried = replace(installation.settings, reads_per_minute=10**9, writes_per_minute=10**9)
    frame = application.frame(
        unhurried,
        registry=installation.registry,
        database=installation.database,
        clock=lambda: installation.now,
    )
    world = World(installation, frame, installation.database)
    for slug in TENANTS:
        _add_region(world, slug)
    for slug in TENANTS:
        with installation.scope(slug) as scope:
            audit.append(scope, "system", f"cnry-{slug}-audit_entry-operation", None)
            _mark(scope)
            world.objects[slug] = _objects(scope, Store(installation.settings.files))
            closed = next(one for one in views.list_rounds(scope) if one.state == "closed")
            world.objects[slug]["document"] = {"own": papers.compile_round(scope, closed.id)}
            _mark_names(scope)
    found: list[Who] = []
    subjects = {slug: world.objects[slug]["subject"]["own"] for slug in TENANTS}
    for slug, some in (("alpha", None), ("beta", ("secretariat", "contact"))):
        found += asking.of_region(installation, slug, subjects[slug], some)
    found.append(asking.of_both(installation))
    world.people = {who.name: who for who in found}
    world.further = {who.name: who for who in asking.further(installation, subjects)}
    pinning._PINNED.clear()  # what was kept in memory before the marks were written
    world.people["nobody"] = Who("nobody", "alpha", frozenset())
    for slug in TENANTS:
        with installation.scope(slug) as scope:
            world.things[slug] = all_things.things(scope)
            world.forms |= all_things.forms(scope)
        own = {one.id for one in world.things["alpha"]["person"]}
        if slug == "beta":  # who belongs to both is foreign to neither
            world.things[slug]["person"] = tuple(one for one in world.things[slug]["person"] if one.id not in own)
        world.versions |= {one.id: one.version for some in world.things[slug].values() for one in some}
    world.foreign = frozenset(one.id for some in world.things["beta"].values() for one in some)
    world.of_both = frozenset({"both@alpha.example", "bound@alpha.example"})
    assert isinstance(installation.database, ProbingDatabase)
    installation.database.rolls_back = True
    return world


def _add_region(world: World, slug: str) -> None:
    installation = world.installation
    installation.add_tenant("insam_nordgudbrandsdal", slug=slug)
    plugin = installation.registry.get("insam_nordgudbrandsdal")
    assert plugin is not None
    demonstration = plugin.files(reference.place_names()).demonstration
    assert demonstration is not None
    with installation.scope(slug) as scope:
        life.play(scope, demonstration)


def _mark(scope: Scope) -> None:
    """Write a canary into every free text of the tenant, past the services: what is stored is what may leak."""
    slug, connection = scope.tenant.slug, scope.session.connection()
    unreleased, ungranted = _unreleased(scope), _ungranted(scope)
    for table in metadata.sorted_tables:
        if table.info["kind"] != "tenant" or table.info.get("only_added"):
            continue
        columns = [column for column in table.columns if is_marked(table.name, column)]
        if not columns:
            continue
        rows = connection.execute(select(table).where(table.c.tenant_id == scope.tenant_id)).mappings().all()
        for row in rows:
            whose = unreleased.get(str(row["id"] if table.name == "form" else row.get("form_id")), "")
            if (table.name, str(row["id"])) in ungranted:
                whose += "-ungranted"
            values = {
                column.name: marked(row[column.name], f"cnry-{slug}-{table.name}-{column.name}{whose}")
                for column in columns
                if row[column.name] is not None
            }
            if values:
                connection.execute(
                    update(table).where(table.c.tenant_id == scope.tenant_id, table.c.id == row["id"]).values(**values)
                )


def _unreleased(scope: Scope) -> dict[str, str]:
    """Return {form id: "-<party>"} of the open round: what is written there is the party's own until the deadline."""
    parties = {party.id: party.key for party in tenants.parties(scope)}
    opened = tuple(one.id for one in views.list_rounds(scope, states=("open",)))
    return {form.id: f"-{parties[form.party_id]}" for form in views.forms(scope, round_ids=opened)}


def _ungranted(scope: Scope) -> set[tuple[str, str]]:
    """Return (table, id) of what is not about the first subject: an auditor of that subject may not see its texts."""
    from samverk.decisions import service as decisions
    from samverk.meetings import views as meetings

    subject = _first_subject(scope)
    found = {
        ("point", one.id) for one in points.list_points(scope) if subject not in {about.id for about in one.subjects}
    }
    found |= {("proposal", one.id) for one in decisions.list_proposals(scope) if one.subject_id != subject}
    for meeting in meetings.list_meetings(scope):
        found |= {("agenda_item", item.id) for item in meetings.agenda(scope, meeting.id) if item.subject_id != subject}
    return found


def _first_subject(scope: Scope) -> str:
    """Return the subject that the limited auditor was granted."""
    opened = next(one for one in views.list_rounds(scope) if one.state == "open")
    party = tenants.party_id(scope, OWN_PARTY)
    return next(form.subject_id for form in views.forms(scope, round_ids=(opened.id,)) if form.party_id == party)


def is_marked(table: str, column: Any) -> bool:
    """Say whether a column holds free text."""
    if column.name in STRUCTURAL or column.name == "id" or column.name.endswith("_id") or (table, column.name) in WHOLE:
        return False
    return isinstance(column.type, String | JSON)


def marked(value: Any, canary: str) -> Any:
    """Return a stored value with the canary in its free texts."""
    if isinstance(value, str):
        return f"{value} {canary}"
    if isinstance(value, dict):
        return {
            key: f"{inner} {canary}"
            if isinstance(inner, str) and (key in LANGUAGES or key in FREE)
            else marked(inner, canary)
            if isinstance(inner, dict | list)
            else inner
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [marked(inner, canary) if isinstance(inner, dict | list) else inner for inner in value]
    return value


def _mark_names(scope: Scope) -> None:
    """Let every person of the region carry a canary in the name; the addresses are theirs already (`@slug.example`)."""
    slug = scope.tenant.slug
    for person_id, name in scope.session.execute(
        select(Person.id, Person.name).where(Person.email.like(f"%@{slug}.example"))
    ).all():
        scope.session.execute(
            update(Person).where(Person.id == person_id).values(name=f"{name} cnry-{slug}-person-name")
        )


def _objects(scope: Scope, store: Store) -> dict[str, dict[str, str]]:
    """Return an id of each kind; forms also of another municipality, in the open round."""
    from samverk.arrangements import service as arrangements
    from samverk.bodies import composition as bodies
    from samverk.decisions import service as decisions
    from samverk.foundations import service as foundations
    from samverk.meetings import views as meetings

    every = views.list_rounds(scope)
    opened = next(one for one in every if one.state == "open")
    forms = views.forms(scope, round_ids=(opened.id,))
    parties = {party.key: party.id for party in tenants.parties(scope)}
    own = [form for form in forms if form.party_id == parties[OWN_PARTY]]
    written = [form for form in forms if form.state in ("draft", "submitted")]
    other = [form for form in written if form.party_id == parties[OTHER_PARTY]]
    held = next(one for one in meetings.list_meetings(scope) if one.summary_state == "approved")
    items = meetings.agenda(scope, held.id)
    subject = own[0].subject_id
    return {
        "round": {"own": opened.id},
        "form": {"own": own[0].id, "other municipality": other[0].id},
        "meeting": {"own": held.id},
        "item": {"own": items[0].id},
        "point": {"own": points.list_points(scope)[0].id},
        "proposal": {"own": decisions.list_proposals(scope)[0].id},
        "arrangement": {"own": arrangements.list_arrangements(scope, scope.today)[0][0].id},
        "body": {"own": bodies.list_bodies(scope, scope.today)[0].id},
        "governing": {"own": foundations.list_documents(scope)[0].id},
        "register": {"own": foundations.list_registers(scope)[0].id},
        "subject": {"own": subject},
        "party": {"own": parties[OWN_PARTY], "other municipality": parties[OTHER_PARTY]},
        "tenant": {"own": scope.tenant_id},
        **_files_and_exemptions(scope, store, own[0].id, held.id, items),
        **_of_people(scope),
    }


def _files_and_exemptions(
    scope: Scope, store: Store, form_id: str, meeting_id: str, items: tuple[Any, ...]
) -> dict[str, dict[str, str]]:
    """Add a file with a canary to each kind of object, and mark the last item of the meeting as exempt."""
    slug, found = scope.tenant.slug, {}
    about = {"form": form_id, "meeting": meeting_id, "point": points.list_points(scope)[0].id}
    for kind, object_id in about.items():
        canary = f"cnry-{slug}-attachment-content"
        files = (Upload(f"{canary}.txt", canary.encode()),)
        found[f"{kind} file"] = {"own": attachments.add(scope, store, kind, object_id, files)[0]}
    last = items[-1].id
    scope.session.execute(
        update(AgendaItem)
        .where(AgendaItem.tenant_id == scope.tenant_id, AgendaItem.id == last)
        .values(title={"nn": f"cnry-{slug}-agenda_item-title-exempt"})
    )
    marking = exemptions.mark(scope, "item", last, "", f"cnry-{slug}-exemption-statute", dt.date(2027, 1, 1))
    return {**found, "exemption": {"own": marking}}


def _of_people(scope: Scope) -> dict[str, dict[str, str]]:
    person = people.person_by_email(scope.session, f"contact-{OWN_PARTY.partition('-')[2]}@{scope.tenant.slug}.example")
    grant = scope.session.scalar(
        select(RoleGrant.id).where(RoleGrant.tenant_id == scope.tenant_id, RoleGrant.person_id == person)
    )
    assert grant is not None
    email = f"invited@{scope.tenant.slug}.example"
    invitations.invite(scope, "a key of the tests", email, "member", "", None, None)
    (invited,) = invitations.waiting(scope)
    return {"person": {"own": person}, "grant": {"own": grant}, "invitation": {"own": invited.id}}
