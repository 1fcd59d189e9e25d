"""Promises of the documentation: docs/region.md equals the schema, addresses and operations are pinned."""

from pathlib import Path
from typing import Any

import pytest
from scripts import permissions_doc, region_doc

from samverk import app
from samverk.regions.loader import SCHEMAS, schema
from samverk.web.openapi import describe

ROOT = Path(__file__).parents[2]


def test_the_region_page_equals_the_schema() -> None:
    assert region_doc.OUT.read_text("utf-8") == region_doc.document()


def undescribed(part: Any, path: str, definitions: dict[str, Any]) -> list[str]:
    found: list[str] = []
    if isinstance(part, dict):
        for name, property_ in part.get("properties", {}).items():
            target = definitions.get(property_.get("$ref", "").rpartition("/")[2], {})
            if not (property_.get("description") or target.get("description")):
                found.append(f"{path}/{name}")
        for key, inner in part.items():
            found += undescribed(inner, f"{path}/{key}", definitions)
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            found += undescribed(inner, f"{path}/{number}", definitions)
    return found


def test_the_permissions_page_equals_the_table() -> None:
    assert permissions_doc.OUT.read_text("utf-8") == permissions_doc.document()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_of_a_schema_is_described(name: str) -> None:
    whole = schema(name)

    assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert whole["$id"].startswith("urn:samverk:schema:")
    assert undescribed(whole, name, whole["$defs"]) == []


def test_the_operations_of_the_contract_exist() -> None:
    promised = {
        "list_arrangements",
        "get_arrangement",
        "open_round",
        "get_round",
        "list_forms",
        "get_form",
        "save_answers",
        "submit_answers",
        "return_answers",
        "close_round",
        "compile_round",
        "create_meeting",
        "get_meeting",
        "record_point",
        "react_to_answer",
        "approve_summary",
        "list_points",
        "accept_point",
    }
    document = describe(app.all_routes())
    operations = [one["operationId"] for path in document["paths"].values() for one in path.values()]

    assert document["openapi"] == "3.1.0"
    assert promised - set(operations) == set()
    assert len(operations) == len(set(operations))


def test_the_addresses_of_the_contract_exist() -> None:
    promised = {
        "/",
        "/{tenant}/",
        "/{tenant}/arrangements",
        "/{tenant}/municipalities",
        "/{tenant}/bodies",
        "/{tenant}/rounds",
        "/{tenant}/tasks",
        "/{tenant}/meetings",
        "/{tenant}/points",
        "/{tenant}/decisions",
        "/{tenant}/wheel",
        "/sign-in",
        "/sign-out",
        "/healthz",
        "/readyz",
    }

    assert promised - {route.path for route in app.all_routes()} == set()
