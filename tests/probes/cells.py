"""The probes, made from the route table: route × who × credential × whose object, and what must come of each.

A new route is probed without anybody writing a test; a parameter or a field that nothing is known of fails the build.
"""

import html
import io
import json
import re
import typing
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from samverk.permissions import ACTIONS
from samverk.web.call import Route
from samverk.web.outgoing import Outgoing
from samverk.web.wrapper import Incoming
from tests.probes.world import Who, World

MISSING = "01900000-0000-7000-8000-00000000dead"
NOBODY = "01900000-0000-7000-8000-0000000000aa"
RULES = dict(ACTIONS)
"""The permission table as it stands, which no mutant changes."""
OWNERSHIPS = ("own", "other municipality", "other tenant", "missing")

# What a path parameter names: a kind of object of the world, or words that it can be.
PATH_KINDS = {
    "arrangement_id": "arrangement",
    "body_id": "body",
    "register_id": "register",
    "subject_id": "subject",
    "round_id": "round",
    "form_id": "form",
    "meeting_id": "meeting",
    "point_id": "point",
    "proposal_id": "proposal",
    "person_id": "person",
    "grant_id": "grant",
    "invitation_id": "invitation",
    "exemption_id": "exemption",
}
PATH_WORDS = {"year": "2026", "rest": "no/such/page", "link": "smv_invite_x_y", "provider": "municipal"}


def kind_of_parameter(route: Route, name: str) -> str | None:
    if name == "attachment_id":
        return re.findall(r"\{(\w+?)_id\}", route.path)[0] + " file"
    if name == "document_id":
        return "governing" if "/documents/" in route.path else "document"
    return PATH_KINDS.get(name)


def word_of_parameter(route: Route, name: str) -> str | None:
    if name == "kind":
        return "html" if "/papers/" in route.path else "csv"
    if name == "key":
        return "no-3437" if "/municipalities/" in route.path else "insam_partner"
    return PATH_WORDS.get(name)


# Fields of posted forms and of queries: a kind of object, or a value that passes as far as possible.
FIELD_KINDS = {
    "subject": "subject", "party": "party", "owner": "party", "raiser": "party", "item": "item", "round": "round",
    "without": "subject", "partner": "party", "observer": "party", "present": "party", "host": "party",
    "meeting": "meeting", "person": "person", "region": "tenant", "about": "item",
}  # fmt: skip
FIELD_WORDS = {
    "version": "1", "language": "nn", "reason": "ei grunngjeving", "words": "nokre ord", "text": "ein tekst",
    "title": "ein tittel", "summary": "ei oppsummering", "day": "2026-12-24", "status": "done", "state": "all",
    "kind": "status", "year": "2027", "period": "3", "cycle": "insam", "email": "someone@elsewhere.example",
    "old": NOBODY, "role": "partner", "owner_role": "leiar", "deadline": "2027-01-31", "comment_until": "2026-12-24",
    "held_on": "2027-02-02", "starts_at": "09:00", "place": "rådhuset", "link": "https://example.org/x",
    "body": "directors",
    "outcome": "adopted", "on": "2026-11-01", "reference": "KST 7/26", "since": "2026-01-01", "then": "open",
    "without_item": "none", "lang": "nn", "next": "/", "password": "not the password", "after": "0", "before": "9",
    "view": "list", "layer": "region", "responsible": "", "action": "", "limit": "50", "name": "eit namn",
    "locale": "nn", "scope": "read", "days": "30", "code": "123456", "session": NOBODY, "token": NOBODY,
    "token_name": "eit program", "invitation": "smv_invite_x_y", "iss": "https://id.example", "from": "2026-12-01",
    "to": "2026-12-31", "about_kind": "item", "part": "", "statute": "offl. § 13",
    "reassess_on": "2027-12-01", "new": "eit heilt nytt passord 7", "old_password": "feil passord",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One probe: who asks what of whose object with which credential."""

    route: Route
    who: Who
    credential: str
    ownership: str
    tenant: str
    path: tuple[tuple[str, str], ...]
    foreign_fields: bool = False

    def __str__(self) -> str:
        fields = " with foreign fields" if self.foreign_fields else ""
        return (
            f"{self.route.method} {self.route.path} as {self.who.name} by {self.credential}"
            f" at {self.tenant}, {self.ownership}{fields}"
        )


def parameters(route: Route) -> tuple[str, ...]:
    return tuple(name for name in re.findall(r"\{(\w+)(?::\w+)?\}", route.path) if name != "tenant")


def cells(world: World, routes: tuple[Route, ...]) -> Iterator[Cell]:
    """Yield every probe. Raises AssertionError for a parameter that nothing is known of."""
    for route in routes:
        for who in world.people.values():
            for credential in ("session", "token") if who.cookie else ("none",):
                yield from _of(world, route, who, credential)


def _of(world: World, route: Route, who: Who, credential: str) -> Iterator[Cell]:
    if not route.has_tenant:
        yield Cell(route, who, credential, "own", "", tuple(_words(route)))
        return
    kinds = {name: kind for name in parameters(route) if (kind := kind_of_parameter(route, name)) is not None}
    for ownership in OWNERSHIPS:
        if not kinds:
            if ownership in ("own", "other tenant"):
                tenant = "alpha" if ownership == "own" else "beta"
                yield Cell(route, who, credential, ownership, tenant, tuple(_words(route)))
            continue
        ids = tuple((name, object_id(world, kind, ownership)) for name, kind in kinds.items())
        yield Cell(route, who, credential, ownership, "alpha", (*ids, *_words(route)))
        if ownership == "own" and route.writes:
            yield Cell(route, who, credential, ownership, "alpha", (*ids, *_words(route)), foreign_fields=True)
        if ownership == "other tenant":
            # The object at its own address, asked for by whom it does not concern.
            yield Cell(route, who, credential, "at its address", "beta", (*ids, *_words(route)))


def _words(route: Route) -> Iterator[tuple[str, str]]:
    for name in parameters(route):
        if kind_of_parameter(route, name) is None:
            word = word_of_parameter(route, name)
            assert word is not None, f"no probe knows what {{{name}}} of {route.path} is: add it to PATH_KINDS"
            yield name, word


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


def incoming(world: World, cell: Cell, *, more: Mapping[str, str] | None = None) -> Incoming:
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
        headers["if-match"] = '"1"'
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
    return Incoming(route.method, path, url, b"", headers | dict(more or {}), body, "127.0.0.1")


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
    }


def _of_fields(cell: Cell) -> str:
    return "other tenant" if cell.foreign_fields else "own"


def json_body(world: World, cell: Cell) -> dict[str, Any]:
    """Return a body of the route's struct: required fields by name, ids as for posted fields."""
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(cell.route.body):
        kinds = set(_kinds(field.type))
        if dict in kinds:
            found[field.name] = {}
        elif field.name in FIELD_KINDS and str in kinds:
            found[field.name] = object_id(world, FIELD_KINDS[field.name], _of_fields(cell))
        elif field.name in FIELD_WORDS:
            value = FIELD_WORDS[field.name]
            found[field.name] = int(value) if int in kinds else value
        elif field.name == "verdict":
            found[field.name] = "disagree"
        else:
            assert not field.required, (
                f"no probe knows what {field.name} of {cell.route.name} is: add it to FIELD_WORDS"
            )
    return found


def _kinds(kind: Any) -> Iterator[Any]:
    """Yield the plain types that a field's type is made of."""
    origin = typing.get_origin(kind)
    if origin is dict:
        yield dict
    elif origin is None:
        yield kind
    else:
        for inner in typing.get_args(kind):
            yield from _kinds(inner)


def may(cell: Cell) -> bool:
    """Say whether the permission table lets the cell's person use the route at all."""
    rule = RULES[cell.route.action]
    if rule.is_public:
        return is_known(cell) or not rule.needs_person
    return is_inside(cell, cell.tenant) and bool(cell.who.roles & rule.roles)


def is_known(cell: Cell) -> bool:
    """Say whether the credential is of the kind that the route takes."""
    return cell.credential == ("token" if cell.route.is_api else "session")


def is_inside(cell: Cell, tenant: str) -> bool:
    """Say whether the person holds roles in a tenant, and the credential reaches it: a token is of one tenant."""
    who = cell.who
    reached = {who.tenant} if cell.credential == "token" else {who.tenant, *who.also}
    return is_known(cell) and bool(who.roles) and tenant in reached


# Texts of these tables are the public's; `meeting` only its title and place.
PUBLIC = re.compile(
    r"cnry-\w+-(?:arrangement|arrangement_form|arrangement_party|party|member_set|governing_document|adoption|register"
    r"|source|timeline_event|subject|seat_holder|agenda_item-title|agenda_item-reason|agenda_item-marks|meeting-title"
    r"|meeting-place|model_version|pinned_questionnaire)(?:-(?!exempt)|$)"
)
PERSONAL = re.compile(r"cnry-\w+-message-|@(?:alpha|beta)\.example")
CANARY = re.compile(r"cnry-[a-z]+-[a-z_]+(?:-[a-z_]+)*(?:-no-\d{4})?|[a-z0-9-]+@(?:alpha|beta)\.example")


def leaks(world: World, cell: Cell, found: set[str]) -> set[str]:
    """Return the canaries that the cell's person may not have seen."""
    who, wrong = cell.who, set()
    at_office = bool(who.roles & {"secretariat", "administrator"})
    for canary in found:
        tenant = canary.split("-")[1] if canary.startswith("cnry-") else canary.partition("@")[2].partition(".")[0]
        if canary.endswith("-person-name") and is_known(cell) and tenant in (who.tenant, *who.also):
            continue  # the own name, at the top of every page
        if canary == who.email and is_known(cell):
            continue  # the own address, on the own page
        colleagues = (f"approver@{who.tenant}.example", f"contact-3437@{who.tenant}.example")
        if RULES[cell.route.action].shows == "personal" and who.party is not None and canary in colleagues:
            continue  # somebody of the own municipality, who may stand in
        is_public = PUBLIC.match(canary) is not None
        draft = re.fullmatch(r"cnry-\w+-(?:form|submission)-answers-(no-\d{4})", canary)
        is_elsewhere = tenant != cell.tenant and not (cell.tenant == "" and is_public)
        is_internal = not is_public and not is_inside(cell, tenant)
        is_personal = PERSONAL.search(canary) is not None and not at_office
        is_ungranted = (
            who.name.startswith("limited auditor")
            and canary.endswith("-ungranted")
            and not canary.endswith(("-agenda_item-title-ungranted", "-agenda_item-marks-ungranted"))
        )
        is_unreleased = draft is not None and not at_office and draft[1] != who.party
        if is_elsewhere or is_internal or is_personal or is_unreleased or is_ungranted:
            wrong.add(canary)
    return wrong


def texts(sent: Outgoing) -> str:
    """Return everything of an answer that can be read: headers, body, and what is inside a zipped file."""
    words = " ".join(f"{name}: {value}" for name, value in sent.headers)
    if sent.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(sent.body)) as file:
            words += " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        return words
    return words + html.unescape(sent.body.decode("utf-8", "replace"))


def canaries(sent: Outgoing) -> set[str]:
    return set(CANARY.findall(texts(sent)))


_NONCE = re.compile(r"nonce-[\w-]+|nonce=\"[\w-]+\"|urn:uuid:[0-9a-f-]{36}")


def comparable(sent: Outgoing, ids: tuple[str, ...]) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """Return an answer without what differs by itself: nonces, the request's id, and the ids that were asked for."""
    body = _NONCE.sub("", sent.body.decode("utf-8", "replace"))
    headers = [(name, _NONCE.sub("", value)) for name, value in sent.headers if name != "request-id"]
    for one in ids:
        body = body.replace(one, "ID")
        headers = [(name, value.replace(one, "ID")) for name, value in headers]
    return sent.status, tuple(sorted(headers)), body


def is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
