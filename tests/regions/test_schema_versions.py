"""Every version of the region's files is read as the present one, and a pinned questionnaire keeps its hash.

The golden files are never written anew: they are what somebody has kept. Those of regions are what stood in a model
after each property of it was changed on a page, cut down to what no other of them says; they state no facts.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from samverk.regions import checks, loader, schema_versions
from samverk.regions.definition import Definition
from samverk.regions.demonstration import Demonstration
from samverk.regions.starter import Starter
from samverk.rounds.questionnaire import Pinned

GOLDEN = Path(__file__).parent / "golden"
KINDS = {"region": Definition, "starter": Starter, "demonstration": Demonstration}
VERSIONS = [(file, version) for file in loader.SCHEMAS for version in range(1, schema_versions.current(file) + 1)]


def golden(file: str, version: int) -> dict[str, Any]:
    """Return {name: data} of the golden files of a version."""
    return {path.name: json.loads(path.read_text("utf-8")) for path in GOLDEN.glob(f"{file}-{version}-*.json")}


@pytest.mark.parametrize(("file", "version"), VERSIONS)
def test_a_golden_file_is_read_as_the_present_version_has_it(file: str, version: int) -> None:
    files = golden(file, version)
    assert files, f"version {version} of {file} has no golden file"
    for name, kept in files.items():
        data, faults = loader.read_as_present(kept, file)
        value = msgspec.convert(data, KINDS[file])

        assert faults == []
        assert not isinstance(value, Definition) or checks.definition_faults(value) == []
        # What a later version makes of it lies beside it, `region-1-ring.json` by `region-1-ring.as-2.json`.
        present = GOLDEN / name.replace(".json", f".as-{schema_versions.current(file)}.json")
        read = kept if version == schema_versions.current(file) else json.loads(present.read_text("utf-8"))
        assert data == read
        assert msgspec.json.decode(msgspec.json.encode(value)) == msgspec.json.decode(
            msgspec.json.encode(msgspec.convert(read, KINDS[file]))
        )


@pytest.mark.parametrize("file", loader.SCHEMAS)
def test_the_schema_names_the_version_that_the_steps_lead_to(file: str) -> None:
    assert loader.schema(file)["properties"]["schema_version"]["const"] == schema_versions.current(file)
    for version in schema_versions.STEPS[file]:
        assert loader.schema(file, version)["properties"]["schema_version"]["const"] == version


def test_the_golden_models_use_every_property_there_is() -> None:
    root = loader.schema("region")

    def resolved(schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        name = schema.get("$ref", "").rpartition("/")[2]
        return (name, root["$defs"][name]) if name else ("", schema)

    def used(value: Any, schema: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
        name, schema = resolved(schema)
        where = name or where
        for other in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from used(value, other, where)
        for key, inner in value.items() if isinstance(value, dict) else ():
            if key in schema.get("properties", {}):
                yield where, key
                yield from used(inner, schema["properties"][key], f"{where}.{key}")
            elif isinstance(schema.get("additionalProperties"), dict):
                yield from used(inner, schema["additionalProperties"], f"{where}.*")
        for inner in value if isinstance(value, list) and "items" in schema else ():
            yield from used(inner, schema["items"], f"{where}[]")

    declared = {("", key) for key in root["properties"]}
    declared |= {(name, key) for name, schema in root["$defs"].items() for key in schema.get("properties", ())}
    files = golden("region", schema_versions.current("region"))
    found = {place for data in files.values() for place in used(data, root, "")}

    assert declared - found == set()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("questionnaire-*.json")), ids=lambda path: path.stem[:22])
def test_a_questionnaire_that_a_round_has_pinned_keeps_its_hash(path: Path) -> None:
    kept = json.loads(path.read_text("utf-8"))
    pinned = msgspec.convert(kept, Pinned)

    assert pinned.content_hash == path.stem.partition("-")[2]
    assert msgspec.json.decode(msgspec.json.encode(pinned)) == kept
