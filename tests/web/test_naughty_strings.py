"""F2 of the security figures: naughty strings through every field of every form and operation, and back unharmed.

What is malformed before any field is read is `test_hostile_requests.py`'s.
"""

import dataclasses
import html
import json
import random
import re
import shutil
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from tests import scale
from tests.installation import Installation
from tests.postgres_server import PostgresServer, migrate
from tests.probes import cells, fields, world
from tests.probes.cells import Cell
from tests.probes.verdicts import RULES
from tests.probes.world import World
from tests.rounds.test_wrong_input import own_form
from tests.stories.test_two_quarters import HOSTS
from tests.web.naughty import STRINGS

from samverk.app import all_routes
from samverk.web.body import clean
from samverk.web.call import Route
from samverk.web.incoming import Incoming

CASES = 500
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FIELDS = tuple(dict.fromkeys((*fields.FIELD_KINDS, *fields.FIELD_WORDS, "a.outlook", "r.outlook.words", "p.x.words")))
ENGINE_NAMES = {True: "SQLite", False: "PostgreSQL"}
SLOW = {"compile_papers", "compile_round"}
"""Printing takes a second and reads one id; it is asked like all others elsewhere."""


def test_the_corpus_is_large_and_holds_what_it_says() -> None:
    assert len(set(STRINGS)) == len(STRINGS) >= 100
    assert any("\u202e" in one for one in STRINGS)


@pytest.fixture(scope="module", params=ENGINES)
def made(
    request: pytest.FixtureRequest, sqlite_template: Path, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> World:
    folder = tmp_path_factory.mktemp("naughty")
    if request.param == "sqlite":
        shutil.copy(sqlite_template, folder / "samverk.sqlite3")
        return world.make(f"sqlite:///{folder / 'samverk.sqlite3'}", folder)
    server: PostgresServer = request.getfixturevalue("postgres")
    template = server.template("samverk_template", migrate)
    return world.make(server.create_database(f"naughty_{worker_id}", template), folder)


def places(route: Route) -> list[tuple[str, str]]:
    """Return (where, name) of every place of a route that a string can stand in."""
    path = [("path", name) for name in cells.parameters(route)]
    query = [("query", name) for name in ("lang", "next", "state", "as_of", "after", "limit", "view", "cycle")]
    if not route.writes:
        return path + query
    if route.is_api:
        names = [field.name for field in msgspec.structs.fields(route.body)] if route.body is not None else []
        return path + query[:1] + [("json", name) for name in names]
    return path + query[:2] + [("form", name) for name in FIELDS]


def asked(made: World, route: Route, where: str, name: str, text: str) -> Incoming:
    """Return the request of one who may, well formed but for the one string."""
    by_role = {role: who for who in made.people.values() for role in who.roles if who.tenant == "alpha"}
    roles = [*RULES[route.action].roles, "secretariat"]
    who = next((by_role[role] for role in roles if role in by_role), made.people["nobody"])
    credential = ("token" if route.is_api else "session") if who.cookie else "none"
    ids = tuple(
        (one, cells.object_id(made, kind, "own"))
        for one in cells.parameters(route)
        if (kind := fields.kind_of_parameter(route, one)) is not None
    )
    cell = Cell(route, who, credential, "own", "alpha" if route.has_tenant else "", (*ids, *cells.words(route)))
    sent = cells.incoming(made, cell)
    match where:
        case "path":
            return dataclasses.replace(sent, path={**sent.path, name: text})
        case "query":
            return dataclasses.replace(sent, query=urlencode({name: text}).encode())
        case "json":
            value = cells.json_body(made, cell) | {name: text}
            return dataclasses.replace(sent, body=json.dumps(value).encode())
        case _:
            return dataclasses.replace(sent, body=urlencode(cells.posted(made, cell) | {name: text}).encode())


@pytest.mark.slow
def test_no_string_in_any_field_breaks_anything(made: World, capsys: pytest.CaptureFixture[str]) -> None:
    seed, wanted = scale.seed(), scale.count(CASES)
    chance = random.Random(seed)
    routes = [route for route in all_routes() if route.name not in SLOW]
    every = [(route, *place) for route in routes for place in places(route)]
    seen: Counter[int] = Counter()
    broken = []
    for number in range(wanted):
        # Every route is met before any is met twice.
        route = routes[number % len(routes)]
        where, name = (
            chance.choice(places(route)) if number % 3 else chance.choice([one[1:] for one in every if one[0] == route])
        )
        text = STRINGS[number % len(STRINGS)] if number % 2 else chance.choice(STRINGS)
        sent = made.frame.run(route, asked(made, route, where, name, text))
        seen[sent.status] += 1
        is_raw = b"text/html" in str(sent.headers).encode() and "<script>alert(1)" in sent.body.decode(
            "utf-8", "replace"
        )
        if sent.status >= 500 or is_raw:
            broken.append(f"{sent.status} {route.method} {route.path} {where} {name} {text[:60]!r}")
    with capsys.disabled():
        print(
            f"\n{sum(seen.values())} naughty strings over {len(every)} places, seed {seed}:"
            f" {dict(sorted(seen.items()))}"
        )

    assert broken == []
    with capsys.disabled():
        scale.made("F2", f"naughty strings through every field, {ENGINE_NAMES[made.installation.settings.is_sqlite]}",
                   sum(seen.values()), wanted, seed)  # fmt: skip


def kept(text: str) -> str:
    """Return what is stored of a string: NFC, with its line breaks as \\n, without white space round it."""
    return clean(text).strip()


def storable() -> list[str]:
    return [text for text in STRINGS if kept(text)]


def shown(page: str) -> str:
    """Return the text of a page as a person reads it; a text area swallows the first line break."""
    return unicodedata.normalize("NFC", html.unescape(page))


def test_every_string_comes_back_from_a_form_as_it_was_written(installation: Installation) -> None:
    """Stored by a program, read back by it equal after NFC, and shown on the page escaped."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = installation.program(tenant, "secretariat")
    round_ = office.send("POST", "/rounds", {"cycle": "insam", "year": 2026, "period": 1}).json()["id"]
    program, browser = installation.program(tenant, "contact-3437"), installation.browser(tenant, "contact-3437")
    form = own_form(program, round_, "host")["id"]
    wrong: list[Any] = []
    for version, text in enumerate(storable(), 1):
        answers = {"outlook": {"text": text}}
        body = {"answers": answers, "language": "nn"}
        sent = program.send("PUT", f"/forms/{form}", body, If_Match=f'"{version}"')
        read = program.get(f"/forms/{form}").json()["answers"]["outlook"]["text"]
        page = browser.get(f"/forms/{form}")
        area = re.search(r'<textarea[^>]*name="a\.outlook"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        written = html.unescape(area[1]) if area else None
        if sent.status_code != 200 or read != clean(text) or written is None or written.strip() != kept(text):
            wrong.append((sent.status_code, text[:40], read[:40], written and written[:40]))

    assert wrong == []


def test_every_string_comes_back_from_the_pages_fields(embedded: Installation) -> None:
    """Written by a person into a point and a meeting's place, read by a program equal after NFC."""
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office, program = embedded.browser(tenant, "secretariat"), embedded.program(tenant, "secretariat")
    made = program.send("POST", "/meetings", {"body": "directors", "held_on": "2026-04-01"}).json()["id"]
    office.post(f"/meetings/{made}/item", {"title": "Sak"}, on=f"/meetings/{made}")
    item = program.get(f"/meetings/{made}").json()["items"][0]["id"]
    wrong = []
    for text in storable():
        sent = program.send("POST", f"/meetings/{made}/points", {"item": item, "text": text[:2_000], "language": "nn"})
        read = sent.json().get("text", {}).get("text")
        if sent.status_code != 201 or read != kept(text[:2_000]):
            wrong.append((sent.status_code, text[:40], read and read[:40]))
    page = office.get("/points")

    assert wrong == []
    assert "<script>alert(1)" not in page
    assert kept("<script>alert(1)</script>") in shown(page)
