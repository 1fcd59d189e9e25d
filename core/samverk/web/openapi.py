"""The description of the interface (OpenAPI 3.1), made from the route table and the structs of the bodies."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from samverk.web.call import Route

PROBLEM = {
    "description": "A fault, RFC 9457; `errors` holds every fault of the input with its JSON pointer.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
SCHEMA_OF_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
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
            },
        },
    },
    "required": ["type", "title", "status", "detail", "errors"],
}


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """Return the document; operation ids are stable names."""
    bodies = [route.body for route in routes if route.is_api and route.body is not None]
    _schemas, components = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for route in routes:
        if route.is_api:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Samverk", "version": "1", "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": SCHEMA_OF_PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _operation(route: Route) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.is_versioned:
        parameters.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    if route.is_idempotent:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}})
    if route.method == "GET" and route.name.startswith("list_"):
        limit = {"type": "integer", "minimum": 1, "maximum": 200}
        parameters.append({"name": "limit", "in": "query", "schema": limit})
        parameters.append({"name": "after", "in": "query", "schema": {"type": "string"}})
    statuses = ["400", "401", "403", "404", "409", "413", "422", "429", "500", "503"]
    if route.is_versioned:
        statuses += ["412", "428"]
    if route.writes:
        statuses.append("415")
    ok = {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": {"200": ok, **({"201": ok} if route.writes else {}), **dict.fromkeys(sorted(statuses), PROBLEM)},
    }
    if route.body is not None:
        reference = {"$ref": f"#/components/schemas/{route.body.__name__}"}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": reference}}}
    return operation
