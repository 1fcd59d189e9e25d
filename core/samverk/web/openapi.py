"""The description of the interface (OpenAPI 3.1), made from the route table and the structs of bodies and answers.

It says what the frame and the door keep; `tests/web/test_interface.py` and generated requests hold the two together.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from samverk import i18n
from samverk.permissions import ACTIONS
from samverk.web.call import Route
from samverk.web.shapes import UUID

COMPONENTS = "#/components/schemas/{name}"
SCHEMA_OF_PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:samverk:problem:[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "hint": {"type": "string"},
                },
                "required": ["pointer", "detail"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "additionalProperties": False,
}
WORDS: dict[int, str] = {
    200: "Done.",
    201: "Made.",
    400: "The request cannot be read: its address, its headers or its body are not well formed.",
    401: "No token that is known and valid.",
    403: "The token's person may not do this.",
    404: "There is no such thing in this region for this person.",
    408: "The body did not come in whole in time.",
    409: "The state of the object does not allow this, or the Idempotency-Key was used for another request.",
    412: "Somebody else changed the object meanwhile.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is of another type than application/json in UTF-8.",
    422: "What was sent has faults; every one with its JSON pointer.",
    428: "If-Match is missing or names no version.",
    429: "Too many requests; wait as Retry-After says.",
    431: "The headers are too large.",
    500: "A fault of the installation; nothing was stored.",
    503: "The installation is busy, or the region's plugin is off; nothing was stored.",
}
ALWAYS = (400, 404, 414, 422, 429, 431, 500, 503)
"""Every operation names a region, which may be missing; reads a query, which may have faults; and may have to wait."""
REQUEST_ID = {"description": "The request's id, for the log.", "schema": {"type": "string", "format": "uuid"}}


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the document; operation ids are stable names."""
    interface = [route for route in routes if route.is_api]
    types = [kind for route in interface for kind in (route.body, route.answer) if kind is not None]
    _schemas, components = msgspec.json.schema_components(types, ref_template=COMPONENTS)
    paths: dict[str, Any] = {}
    for route in interface:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Samverk",
            "version": "1",
            "summary": "Rounds, forms, meetings, points and papers of the cooperation between municipalities.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "paths": paths,
        "components": {
            "schemas": {**_portable(components), "Problem": SCHEMA_OF_PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "smv_api_…"}},
        },
    }


def faults_of(route: Route) -> tuple[int, ...]:
    """Return the statuses of the faults that an operation can answer."""
    found = {*ALWAYS, *route.faults}
    if needs_token(route):
        found |= {401, 403}
    if route.is_idempotent:
        found.add(409)
    if route.is_versioned:
        found |= {412, 428}
    if route.writes:
        found |= {408, 413, 415}
    return tuple(sorted(found))


def needs_token(route: Route) -> bool:
    rule = ACTIONS[route.action]
    return not rule.is_public or rule.needs_person


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_in_path(route), *_in_query(route), *_in_headers(route)],
        "responses": {
            str(route.status): _done(route),
            **{str(status): _fault(status) for status in faults_of(route)},
        },
        "security": [{"token": []}] if needs_token(route) else [{}, {"token": []}],
    }
    if route.body is not None:
        schema = {"$ref": COMPONENTS.format(name=route.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _portable(_path_schema(name))}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _path_schema(name: str) -> dict[str, Any]:
    if name == "tenant":
        return {"type": "string", "pattern": "^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$"}
    identity = {"type": "string", "format": "uuid", "pattern": UUID}
    if name == "arrangement_id":
        return {"anyOf": [identity, {"type": "string", "pattern": "^[a-z0-9_-]{1,200}$"}]}
    return identity


def _in_query(route: Route) -> list[dict[str, Any]]:
    found = []
    _schemas, components = msgspec.json.schema_components([route.query], ref_template=COMPONENTS)
    for name, schema in components[route.query.__name__]["properties"].items():
        if name == "lang":
            found.append({"name": name, "in": "query", "schema": {"enum": list(i18n.locales())}})
            continue
        kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        found.append({"name": name, "in": "query", "schema": _portable(kinds[0] if kinds else schema)})
    return found


def _portable(schema: Any) -> Any:
    """Return a schema whose patterns every dialect reads alike: \\Z is Python's."""
    if isinstance(schema, dict):
        return {
            name: inner.replace(r"\Z", "$") if name == "pattern" and isinstance(inner, str) else _portable(inner)
            for name, inner in schema.items()
        }
    return [_portable(inner) for inner in schema] if isinstance(schema, list) else schema


def _in_headers(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if route.is_versioned:
        schema = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": schema})
    if route.is_idempotent:
        schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": schema})
    return found


def _done(route: Route) -> dict[str, Any]:
    headers: dict[str, Any] = {"Request-Id": REQUEST_ID}
    if route.is_tagged:
        tag = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        headers["ETag"] = {"description": "The version, for If-Match.", "required": True, "schema": tag}
    if route.has_location:
        headers["Location"] = {"description": "Where it is now.", "required": True, "schema": {"type": "string"}}
    reference = {"$ref": COMPONENTS.format(name=route.answer.__name__)}
    return {
        "description": WORDS[route.status],
        "headers": headers,
        "content": {"application/json": {"schema": reference}},
    }


def _fault(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = {"Request-Id": REQUEST_ID}
    if status == 429:
        wait = {"type": "integer", "minimum": 1}
        headers["Retry-After"] = {"description": "Seconds to wait.", "required": True, "schema": wait}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": WORDS[status],
        "headers": headers,
        "content": {"application/problem+json": {"schema": schema}},
    }
