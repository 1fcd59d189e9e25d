"""Makes the databases that are measured: four regions, many regions, and one with a round of prepared forms.

Every region has 50 arrangements with 300 participants. The first four are written by the product's own services;
the others are copies of them, made inside SQLite, each with its own ids.
"""

import datetime as dt
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samverk import registry as registries
from samverk.arrangements.model import Arrangement, ArrangementForm, ArrangementParty
from samverk.database import Database
from samverk.migrations import runner
from samverk.onboarding import service as onboarding
from samverk.people import service as people
from samverk.people import sessions
from samverk.points import service as points
from samverk.reference.legal_forms import load_legal_forms
from samverk.reference.places import load_places
from samverk.registry import RegionPlugin, Registry
from samverk.rounds import opening, pinning, planning
from samverk.rounds import service as rounds
from samverk.rounds.model import Form
from samverk.rounds.planning import Choices
from samverk.rounds.questionnaire import NUMBERS, Pinned, Question
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants.model import Party, Subject

ARRANGEMENTS, MEMBERS, PARTIES_EACH = 50, 12, 6
CLIENTS = 8
NAMES = ("Barnevern", "Legevakt", "Brann og redning", "Renovasjon", "Skatteoppkrevjing", "Personvernombod", "Landbruk")
WORDS = "Vi har halde fram som avtalt; to stillingar står ledige og er lyste ut, og køen er kortare enn i vår. "


@dataclass(frozen=True, slots=True)
class Files:
    """The data folders, and the secrets of those who ask."""

    four: Path
    many: Path
    answers: Path
    four_tokens: tuple[tuple[str, str], ...]
    many_tokens: tuple[tuple[str, str], ...]
    cookie: str
    form_path: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One form that waits for its answers: who sends them, where to, and the body."""

    token: str
    path: str
    form_id: str
    version: int
    body: dict[str, Any]


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'samverk.sqlite3'}"


@contextmanager
def _scope(database: Database, registry: Registry, slug: str, now: dt.datetime) -> Iterator[Scope]:
    with database.unit(write=True) as session:
        session.info["system"] = True
        yield onboarding.open_system_scope(session, registry, slug, now)


def insam_plugin(registry: Registry) -> RegionPlugin:
    """Return the plugin whose rounds ask hosts and partners about arrangements. Raises LookupError."""
    for plugin in registry.plugins():
        if insam_cycle(plugin):
            return plugin
    raise LookupError("no installed plugin asks hosts and partners about arrangements")


def insam_cycle(plugin: RegionPlugin) -> str | None:
    for key, cycle in plugin.definition.cycles.items():
        if cycle.subjects.kind == "arrangement" and {form.role for form in cycle.forms.values()} == {"host", "partner"}:
            return key
    return None


def add_region(
    database: Database,
    registry: Registry,
    plugin: RegionPlugin,
    slug: str,
    now: dt.datetime,
    *,
    arrangements: int = ARRANGEMENTS,
    members: int = MEMBERS,
    each: int = PARTIES_EACH,
) -> None:
    """Create a region with its members and arrangements, each with one host and its partners."""
    onboarding.create_tenant(database, registry, plugin.key, now, slug=slug)
    with _scope(database, registry, slug, now) as scope:
        country = plugin.definition.country
        places = load_places().alive_on(now.date(), country)[:members]
        party_ids = [new_id() for _place in places]
        for id_, place in zip(party_ids, places, strict=True):
            scope.add(
                Party(id=id_, key=place.key, kind="municipality", place_key=place.key, name={}, roles=[],
                      is_member=True, marks={})
            )  # fmt: skip
        scope.flush()
        forms = [form.key for form in load_legal_forms().valid_on(now.date(), country)]
        cycle = insam_cycle(plugin)
        tag = plugin.definition.cycles[cycle].subjects.tagged if cycle else None
        for number in range(arrangements):
            name = {locale: f"{NAMES[number % len(NAMES)]} {number + 1}" for locale in plugin.definition.locales}
            id_ = new_id()
            marks = {"mark": "demonstration"}
            scope.add(
                Subject(id=id_, kind="arrangement", key=f"arrangement-{number + 1}", position=number, name=name,
                        tags=[tag] if tag else [], content={}, marks=marks)
            )  # fmt: skip
            scope.flush()
            scope.add(Arrangement(id=id_, status="active", area=NAMES[number % len(NAMES)], parts=[], aims=[]))
            scope.flush()
            scope.add(ArrangementForm(arrangement_id=id_, legal_form_key=forms[number % len(forms)], marks=marks))
            for step in range(each):
                scope.add(
                    ArrangementParty(arrangement_id=id_, party_id=party_ids[(number + step) % members],
                                     role="partner" if step else "host", marks=marks if step % 2 else {})
                )  # fmt: skip
        scope.flush()


def _person(scope: Scope, email: str, role: str, party_id: str | None = None) -> str:
    person = people.add_person(scope.session, email, email.partition("@")[0], scope.now)
    people.grant(scope, person, role, party_id=party_id)
    return person


def answer(question: Question) -> dict[str, Any] | None:
    """Return an answer of the question's kind; None where points are answered instead."""
    match question.kind:
        case "points":
            return None
        case "sections":
            return {"parts": {part.key: {"text": WORDS * 2} for part in question.parts}}
        case "proposal":
            return {"has": "no"}
        case "choice":
            return {"choice": question.options[0].key, "text": WORDS}
        case "date":
            return {"date": "2026-09-01"}
        case "grid":
            return {"cells": {row.key: {column.key: "12.50" for column in question.columns} for row in question.rows}}
        case kind if kind in NUMBERS:
            return {"value": "2"}
        case _:
            return {"text": WORDS * 5}


def answers_to(pinned: Pinned, number: int) -> dict[str, Any]:
    """Return answers to every question, different from form to form."""
    found = {question.key: one for question in pinned.questions if (one := answer(question)) is not None}
    for one in found.values():
        if "text" in one:
            one["text"] += f"({number})"
    return found


def open_round(scope: Scope, plugin: RegionPlugin) -> str:
    """Open this period's round with dates round today, so that it takes answers."""
    key = insam_cycle(plugin)
    assert key is not None
    today = scope.today
    days = {"opens": -7, "answers": 14, "papers": 17, "meeting": 21}
    choices = Choices({name: today + dt.timedelta(days=days[name]) for name in days}, is_moved=True)
    year, period = planning.current_period(scope, plugin.definition.cycles[key])
    return opening.open_round(scope, planning.plan(scope, key, year, period, choices), choices)


def _four(folder: Path, registry: Registry, now: dt.datetime) -> tuple[tuple[tuple[str, str], ...], str, str]:
    """Write four regions, one of each plugin as far as they go; return (tokens, a contact's cookie, form's path)."""
    first = insam_plugin(registry)
    plugins = [first, *(plugin for plugin in registry.plugins() if plugin.key != first.key)]
    database = Database(url(folder))
    tokens = []
    for number in range(4):
        slug = f"region-{number + 1}"
        add_region(database, registry, plugins[number % len(plugins)], slug, now)
        with _scope(database, registry, slug, now) as scope:
            person = _person(scope, f"member@{slug}.example", "member")
            tokens.append((slug, people.create_token(scope.session, person, scope.tenant_id, now)))
    with _scope(database, registry, "region-1", now) as scope:
        forms = scope.session.query(Form).where(Form.tenant_id == scope.tenant_id, Form.role == "host")
        round_id = open_round(scope, first)
        form = forms.where(Form.round_id == round_id).order_by(Form.id).first()
        assert form is not None
        pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
        rounds.save(scope, form.id, answers_to(pinned, 0), {}, scope.locale, version=form.version)
        for number in range(3):
            points.raise_point(
                scope, f"Følg opp avtalen, del {number + 1}.", "nn", owner_party_id=form.party_id,
                subject_ids=(form.subject_id,), deadline=now.date() + dt.timedelta(days=60),
            )  # fmt: skip
        person = _person(scope, "contact@region-1.example", "contact", form.party_id)
        cookie = people.begin(scope.session, person, now)
        path = f"/region-1/forms/{form.id}"
    database.dispose()
    return tuple(tokens), cookie, path


COPIED = ("tenant", "party", "subject", "arrangement", "arrangement_form", "arrangement_party", "role_grant")
KEYS = ("id", "tenant_id", "party_id", "arrangement_id", "subject_id", "person_id", "candidate_set_id")


def _many(folder: Path, tenants: int, registry: Registry, now: dt.datetime) -> tuple[tuple[str, str], ...]:
    """Copy the four regions of a folder until there are `tenants`; return a token for each region."""
    connection = sqlite3.connect(folder / "samverk.sqlite3", isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-262144")
    connection.execute("BEGIN")
    templates = [row[0] for row in connection.execute("SELECT id FROM tenant ORDER BY slug")]
    moment = now.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    later = (now + dt.timedelta(days=30)).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    # A copy's id is the original's with the last twelve digits counted on: unique, and the same wherever it is named.
    connection.create_function(
        "moved", 2, lambda id_, by: f"{id_[:24]}{(int(id_[24:], 16) ^ (by << 24)):012x}", deterministic=True
    )
    tokens: list[tuple[str, str]] = []
    for number in range(4, tenants):
        template, slug = templates[number % len(templates)], f"region-{number + 1}"
        for table in COPIED:
            _copy(connection, table, template, number, slug)
        tenant_id = f"{template[:24]}{(int(template[24:], 16) ^ (number << 24)):012x}"
        person, token = new_id(), f"smv_api_{number}_{hashlib.sha256(slug.encode()).hexdigest()}"
        connection.execute(
            "INSERT INTO person (id, email, name, is_operator, created_at) VALUES (?, ?, ?, 0, ?)",
            (person, f"member@{slug}.example", "member", moment),
        )
        connection.execute("UPDATE role_grant SET person_id = ? WHERE tenant_id = ?", (person, tenant_id))
        connection.execute(
            # Used today already: the first use of a day is written down, and 4,000 first uses are no usual load.
            "INSERT INTO api_token (id, person_id, tenant_id, secret_hash, created_at, expires_at, last_used_on)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (new_id(), person, tenant_id, sessions.digest(token), moment, later, moment[:10]),
        )
        tokens.append((slug, token))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return tuple(tokens)


def _copy(connection: sqlite3.Connection, table: str, template: str, number: int, slug: str) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    given = [
        f"'{slug}'" if column == "slug" else f"moved({column}, {number})" if column in KEYS else column
        for column in columns
    ]
    # Nullable keys stay empty; the function is asked for ids only.
    given = [f"CASE WHEN {column} IS NULL THEN NULL ELSE {value} END" if value.startswith("moved") else value
             for column, value in zip(columns, given, strict=True)]  # fmt: skip
    where = "id" if table == "tenant" else "tenant_id"
    role = " AND role = 'member'" if table == "role_grant" else ""
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(given)} FROM {table} WHERE {where} = ?{role}",
        (template,),
    )


def make(folder: Path, tenants: int, forms: int, now: dt.datetime) -> tuple[Files, tuple[Prepared, ...]]:
    """Make the three data folders; `forms` is a multiple of the eight clients."""
    registry = registries.discover()
    four, many, answers = (folder / name for name in ("four", "many", "answers"))
    for one in (four, answers):
        one.mkdir(parents=True)
        runner.migrate(url(one))
    tokens, cookie, form_path = _four(four, registry, now)
    many.mkdir()
    source = sqlite3.connect(four / "samverk.sqlite3")
    source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    source.close()
    shutil.copy(four / "samverk.sqlite3", many / "samverk.sqlite3")
    more = _many(many, tenants, registry, now)
    prepared = _prepare_answers(answers, forms, registry, now)
    return Files(four, many, answers, tokens, (*tokens, *more), cookie, form_path), prepared


def _prepare_answers(folder: Path, forms: int, registry: Registry, now: dt.datetime) -> tuple[Prepared, ...]:
    """Write a region of eight municipalities, each with a contact's token, and open a round of that many forms."""
    plugin = insam_plugin(registry)
    database = Database(url(folder))
    add_region(database, registry, plugin, "answers", now, arrangements=forms // CLIENTS, members=CLIENTS, each=CLIENTS)
    prepared: list[Prepared] = []
    with _scope(database, registry, "answers", now) as scope:
        parties = scope.session.query(Party).where(Party.tenant_id == scope.tenant_id, Party.is_member).all()
        token_of = {}
        for party in parties:
            person = _person(scope, f"{party.key}@answers.example", "contact", party.id)
            token_of[party.id] = people.create_token(scope.session, person, scope.tenant_id, now)
        round_id = open_round(scope, plugin)
        rows = scope.session.query(Form).where(Form.tenant_id == scope.tenant_id, Form.round_id == round_id).all()
        for number, form in enumerate(rows):
            pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
            body = {"answers": answers_to(pinned, number), "language": "nn", "points": {}}
            path = f"/api/v1/answers/forms/{form.id}/submit"
            prepared.append(Prepared(token_of[form.party_id], path, form.id, form.version, body))
    database.dispose()
    return tuple(prepared)
