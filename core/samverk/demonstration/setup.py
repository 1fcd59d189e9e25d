"""Prepares the demonstration once: database, regions, people, life; started again it is as it was left."""

import datetime as dt
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from samverk import registry as registries
from samverk.database import Database
from samverk.demonstration import life
from samverk.errors import SettingsError
from samverk.migrations import runner
from samverk.onboarding import service as onboarding
from samverk.people import service as people
from samverk.reference import service as reference
from samverk.reference.places import load_places
from samverk.scope import Scope
from samverk.settings import Settings
from samverk.tenants import service as tenants

OFFICES = {
    "nn": {
        "administrator": "Administratoren",
        "secretariat": "Sekretariatet",
        "member": "Medlem",
        "auditor": "Revisor",
    },
    "nb": {
        "administrator": "Administratoren",
        "secretariat": "Sekretariatet",
        "member": "Medlem",
        "auditor": "Revisor",
    },
    "sv": {
        "administrator": "Administratören",
        "secretariat": "Sekretariatet",
        "member": "Ledamot",
        "auditor": "Revisor",
    },
}
CONTACT = {"nn": "Kontakt i {}", "nb": "Kontakt i {}", "sv": "Kontakt i {}"}


def prepare(
    settings: Settings,
    data: Path,
    *,
    password: str | None,
    reset: bool,
    say: Callable[[str], None],
    now: dt.datetime,
) -> None:
    """Prepare the demonstration and print who can sign in where.

    Raises SettingsError for a database or folder that is not the demonstration's.
    """
    if not settings.is_sqlite:
        raise SettingsError("The demonstration uses the embedded database; unset SAMVERK_DATABASE_URL for it.")
    ready, kept = data / "demonstration-ready", data / "demonstration-password"
    if reset and data.exists():
        if not (data / "secret").exists() and any(data.iterdir()):
            raise SettingsError(f"{data} does not look like a demonstration; choose another folder with --data.")
        shutil.rmtree(data)
    if ready.exists():
        runner.migrate(settings.database_url)
        say("The demonstration is as it was left; --reset makes it new.")
        _print_people(settings, say, kept.read_text("utf-8").strip() if kept.exists() else "")
        return
    data.mkdir(parents=True, exist_ok=True)
    for leftover in data.glob("samverk.sqlite3*"):
        leftover.unlink()
    chosen = password or secrets.token_urlsafe(9)
    say("Preparing the database …")
    runner.migrate(settings.database_url)
    database, registry = Database(settings.database_url, threads=2), registries.discover()
    for refused in registry.refused:
        say(f"The plugin {refused.key} is left out: {refused.reason}")
    with database.unit(write=True) as session:
        operator = people.add_person(session, "operator@samverk.example", "Operator", now, password=chosen)
        people.make_operator(session, operator)
    for plugin in registry.plugins():
        files = plugin.files(reference.place_names())
        if files.starter is None:
            continue
        say(f"Filling {files.starter.name[plugin.definition.locales[0]]} …")
        tenant = onboarding.create_tenant(database, registry, plugin.key, now, with_starter=True, is_demonstration=True)
        with database.tenant(tenant.id, write=True) as session:
            session.info["system"] = True
            scope = tenants.system_scope(session, tenant, plugin, now)
            _add_people(scope, chosen)
            if files.demonstration is not None:
                life.play(scope, files.demonstration)
    database.dispose()
    kept.touch(mode=0o600)
    kept.write_text(chosen + "\n", "utf-8")
    ready.write_text("ready\n", "utf-8")
    _print_people(settings, say, chosen)


def _add_people(scope: Scope, password: str) -> None:
    """Add one person for each role, and one contact for each of today's municipalities."""
    slug, language = scope.tenant.slug, scope.content_locale()
    for role, office in OFFICES.get(language, OFFICES["nb"]).items():
        person = people.add_person(scope.session, f"{role}@{slug}.example", office, scope.now, password=password)
        people.grant(scope, person, role)
    register, added = load_places(), {}
    for party in tenants.parties(scope, members_only=True):
        place = register.by_key(party.key) if party.kind == "municipality" else None
        if place is None:
            continue
        living = place if place.at(scope.today) else next(iter(register.successors_on(place, scope.today)), None)
        if living is None:
            continue
        if living.key not in added:
            name = CONTACT.get(language, CONTACT["nb"]).format(living.name)
            email = f"contact-{living.code}@{slug}.example"
            added[living.key] = people.add_person(scope.session, email, name, scope.now, password=password)
        people.grant(scope, added[living.key], "contact", party_id=party.id)


def _print_people(settings: Settings, say: Callable[[str], None], password: str) -> None:
    with Database(settings.database_url, threads=1).platform("list tenants") as session:
        every = tenants.every(session)
    say("")
    for tenant in every:
        say(f"{settings.public_url}/{tenant.slug}/")
        say(f"  secretariat@{tenant.slug}.example, administrator@…, member@…, auditor@…, contact-CODE@…")
    say(f"{settings.public_url}/")
    say("  operator@samverk.example")
    if password:
        say(f"Password for all: {password}")
