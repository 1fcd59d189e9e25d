"""One probe and its request; the first probes, made from the route table: route × who × credential × whose object.

A new route is probed without anybody writing a test; a parameter or a field that nothing is known of fails the build.
Further probes are made in `variants.py`; what must come of each is in `verdicts.py`.
"""

import json
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from samverk.web.call import Route
from samverk.web.incoming import Incoming
from tests.probes.fields import FIELD_KINDS, FIELD_WORDS, ROUTE_WORDS, kind_of_parameter, word_of_parameter
from tests.probes.people import Who
from tests.probes.world import World

MISSING = "01900000-0000-7000-8000-00000000dead"
OWNERSHIPS = ("own", "other municipality", "other tenant", "missing")


@dataclass(frozen=True, slots=True)
class Cell:
    """One probe: who asks what of whose object with which credential.

    `changed` is one field of the body as (name, value), and `whose` what its value is; `version` is the one that the
    change is said to be made on.
    """

    route: Route
    who: Who
    credential: str
    ownership: str
    tenant: str
    path: tuple[tuple[str, str], ...]
    foreign_fields: bool = False
    changed: tuple[str, str] | None = None
    whose: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    version: int = 1

    def __str__(self) -> str:
        more = " with foreign fields" if self.foreign_fields else ""
        more += f" with {self.changed[0]}={self.changed[1]} ({self.whose})" if self.changed else ""
        more += f" ?{urlencode(self.query)}" if self.query else ""
        more += f" {dict(self.headers)}" if self.headers else ""
        return (
            f"{self.route.method} {self.route.path} {'/'.join(value for _name, value in self.path)} as {self.who.name}"
            f" by {self.credential} at {self.tenant}, {self.ownership}{more}"
        )

    @property
    def request(self) -> tuple[object, ...]:
        """Return what two cells with the same request have in common."""
        route = self.route
        return (
            route.method, route.path, self.who.name, self.credential, self.tenant, self.path,
            self.foreign_fields and has_ids_in_body(route), self.changed, self.query, self.headers,
            self.version if route.writes else 1,
        )  # fmt: skip


def parameters(route: Route) -> tuple[str, ...]:
    return tuple(name for name in re.findall(r"\{(\w+)(?::\w+)?\}", route.path) if name != "tenant")


def kinds_of(route: Route) -> dict[str, str]:
    """Return {parameter: kind of object} of the ids in an address."""
    return {name: kind for name in parameters(route) if (kind := kind_of_parameter(route, name)) is not None}


def credentials_of(who: Who) -> tuple[str, ...]:
    return ("session", "token") if who.cookie else ("none",)


def cells(world: World, routes: tuple[Route, ...], people: tuple[Who, ...] | None = None) -> Iterator[Cell]:
    """Yield the first probes. Raises AssertionError for a parameter that nothing is known of."""
    for route in routes:
        for who in world.people.values() if people is None else people:
            for credential in credentials_of(who):
                yield from _of(world, route, who, credential)


def _of(world: World, route: Route, who: Who, credential: str) -> Iterator[Cell]:
    if not route.has_tenant:
        yield Cell(route, who, credential, "own", "", words(route))
        return
    kinds = kinds_of(route)
    for ownership in OWNERSHIPS:
        if not kinds:
            if ownership in ("own", "other tenant"):
                tenant = "alpha" if ownership == "own" else "beta"
                yield Cell(route, who, credential, ownership, tenant, words(route))
            continue
        ids = tuple((name, object_id(world, kind, ownership)) for name, kind in kinds.items())
        yield Cell(route, who, credential, ownership, "alpha", (*ids, *words(route)))
        if ownership == "own" and route.writes:
            yield Cell(route, who, credential, ownership, "alpha", (*ids, *words(route)), foreign_fields=True)
        if ownership == "other tenant":
            # The object at its own address, asked for by whom it does not concern.
            yield Cell(route, who, credential, "at its address", "beta", (*ids, *words(route)))


def words(route: Route) -> tuple[tuple[str, str], ...]:
    """Return the parameters of an address that are no ids."""
    found = []
    for name in parameters(route):
        if kind_of_parameter(route, name) is None:
            word = word_of_parameter(route, name)
            assert word is not None, f"no probe knows what {{{name}}} of {route.path} is: add it to PATH_KINDS"
            found.append((name, word))
    return tuple(found)


def object_id(world: World, kind: str, ownership: str) -> str:
    match ownership:
        case "missing":
            return MISSING
        case "other tenant":
            return world.objects["beta"][kind]["own"]
        case "other municipality":
            return world.objects["alpha"][kind].get("other municipality", world.objects["alpha"][kind]["own"])
        case _:
            return world.objects["alpha"][kind]["own"]


def incoming(world: World, cell: Cell) -> Incoming:
    """Make the request of a cell, its body whole and well formed."""
    route = cell.route
    path = {"tenant": cell.tenant} if route.has_tenant else {}
    path |= dict(cell.path)
    url = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: path[match[1]], route.path)
    headers = {"host": "samverk.example", "accept": "application/json" if route.is_api else "text/html"}
    cookie = f"samverk={cell.who.cookie}; __Host-samverk={cell.who.cookie}"
    if cell.credential == "session":
        headers["cookie"] = cookie
    if cell.credential == "token":
        headers["authorization"] = f"Bearer {cell.who.token}"
    if route.is_versioned:
        headers["if-match"] = f'"{cell.version}"'
    body = b""
    if route.writes:
        headers |= {"origin": world.installation.settings.public_url, "sec-fetch-site": "same-origin"}
        if route.takes_files:
            headers["content-type"] = "multipart/form-data; boundary=probe"
            body = multipart(posted(world, cell))
        elif route.is_api:
            headers["content-type"] = "application/json"
            body = json.dumps(json_body(world, cell)).encode() if route.body is not None else b""
        else:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(posted(world, cell), doseq=True).encode()
    query = urlencode(cell.query)
    full = f"{url}?{query}" if query else url
    return Incoming(route.method, path, full, query.encode(), headers | dict(cell.headers), body, "127.0.0.1")


def multipart(fields: Mapping[str, str]) -> bytes:
    """Return a multipart body with the fields and one small file."""
    parts = [f'--probe\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()][:15]
    parts.append(
        '--probe\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nnokre ord\r\n--probe--\r\n'
    )
    return "".join(parts).encode()


def posted(world: World, cell: Cell) -> dict[str, str]:
    """Return every field that any form has; ids are of the own tenant, or of the other where the cell says so."""
    return {
        "_csrf": cell.who.csrf if cell.credential == "session" else "",
        **{name: object_id(world, kind, _of_fields(cell)) for name, kind in FIELD_KINDS.items()},
        **FIELD_WORDS,
        "version": str(cell.version),
        **ROUTE_WORDS.get(cell.route.name, {}),
        **dict((cell.changed,) if cell.changed else ()),
    }


def _of_fields(cell: Cell) -> str:
    return "other tenant" if cell.foreign_fields else "own"


def json_body(world: World, cell: Cell) -> dict[str, Any]:
    """Return a body of the route's struct: required fields by name, ids as for posted fields."""
    found: dict[str, Any] = {}
    name, value = cell.changed or ("", "")
    for field in msgspec.structs.fields(cell.route.body):
        kinds = set(_kinds(field.type))
        if field.name == name:
            found[name] = _as_kind(value, kinds)
        elif dict in kinds:
            found[field.name] = {}
        elif field.name in FIELD_KINDS and str in kinds:
            found[field.name] = object_id(world, FIELD_KINDS[field.name], _of_fields(cell))
        elif field.name in FIELD_WORDS:
            found[field.name] = _as_kind(FIELD_WORDS[field.name], kinds)
        elif field.name == "verdict":
            found[field.name] = "disagree"
        else:
            assert not field.required, (
                f"no probe knows what {field.name} of {cell.route.name} is: add it to FIELD_WORDS"
            )
    return found


def _as_kind(value: str, kinds: set[Any]) -> Any:
    """Return a value as its field takes it; of a mapping by ids it is the id."""
    if dict in kinds:
        return {value: {"status": "done", "words": "nokre ord", "text": "nokre ord"}}
    return [value] if list in kinds else int(value) if int in kinds and value.isdigit() else value


def has_ids_in_body(route: Route) -> bool:
    """Say whether a body of the route holds ids: every posted form does, and a struct that has such a field."""
    if not route.is_api:
        return route.writes
    return route.body is not None and any(field.name in FIELD_KINDS for field in msgspec.structs.fields(route.body))


def _kinds(kind: Any) -> Iterator[Any]:
    """Yield the plain types that a field's type is made of."""
    origin = typing.get_origin(kind)
    if origin in (dict, list):
        yield origin
    elif origin is None:
        yield kind
    else:
        for inner in typing.get_args(kind):
            yield from _kinds(inner)


def is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
