"""Schemas from others: each limit of rules 28 and 29 refuses what passes it, by pointer, rule and hint; ours pass.

Generated ones are in `test_hostile_files.py`.
"""

import json
import time
from importlib import resources
from typing import Any

import pytest

from samverk import registry
from samverk.regions import admission, loader
from samverk.rounds.answering import answer_schema
from samverk.rounds.questionnaire import compile_questionnaire

Fault = tuple[str, str, str | None]
MANY = {f"p{number}": True for number in range(501)}
DOUBLING = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(22)} | {"d22": {"type": "string"}}


def deep(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "string"}
    for _level in range(levels):
        made = {"items": made}
    return made


CASES: dict[str, tuple[Any, tuple[Fault, ...]]] = {
    "itself": ({"properties": {"a": {"$ref": "#"}}}, (("/properties/a/$ref", "acyclic", None),)),
    "two in a circle": (
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        (("/$defs/b/$ref", "acyclic", None),),
    ),
    "circle through a list": (
        {"$defs": {"a": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
        (("/$defs/a/anyOf/1/$ref", "acyclic", None),),
    ),
    "doubling": ({"$ref": "#/$defs/d0", "$defs": DOUBLING}, (("", "expanded-size", None),)),
    "remote": ({"$ref": "https://example.org/s.json"}, (("/$ref", "local-ref", None),)),
    "a file": ({"$ref": "file:///etc/passwd"}, (("/$ref", "local-ref", None),)),
    "to nothing": (
        {"$ref": "#/$defs/nmae", "$defs": {"name": {"type": "string"}}},
        (("/$ref", "local-ref", "#/$defs/name"),),
    ),
    "to a value": ({"$ref": "#/title", "title": "x"}, (("/$ref", "local-ref", None),)),
    "dynamic": ({"$dynamicRef": "#x"}, (("/$dynamicRef", "local-ref", "$ref"),)),
    "inner id": ({"properties": {"a": {"$id": "urn:x"}}}, (("/properties/a/$id", "local-ref", None),)),
    "other dialect": (
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        (("/$schema", "dialect", admission.DIALECT),),
    ),
    "misspelt keyword": ({"propertis": {}}, (("/propertis", "keyword", "properties"),)),
    "catastrophe": ({"pattern": "^(a+)+$"}, ()),
    "look-ahead": ({"pattern": "^(?=a)b"}, (("/pattern", "pattern", None),)),
    "back-reference": ({"patternProperties": {"(a)\\1": True}}, (("/patternProperties", "pattern", None),)),
    "long pattern": ({"pattern": "a" * 501}, (("/pattern", "pattern", None),)),
    "huge repetition": ({"pattern": "((a{1000}){1000}){1000}"}, (("/pattern", "pattern", None),)),
    "unknown format": ({"format": "dat"}, (("/format", "format", "date"),)),
    "format regex": ({"format": "regex"}, (("/format", "format", None),)),
    "step of nothing": ({"multipleOf": 0}, (("/multipleOf", "multiple-of", None),)),
    "step too fine": ({"multipleOf": 1e-300}, (("/multipleOf", "multiple-of", None),)),
    "number too large": ({"maximum": 2**53 + 1}, (("/maximum", "number", None),)),
    "number of 400 digits": ({"const": 10**400}, (("/const", "number", None),)),
    "many properties": ({"properties": MANY}, (("", "properties", None),)),
    "many nodes": ({"enum": list(range(2_000))}, (("", "nodes", None),)),
    "deep": (deep(32), (("/items" * 32, "depth", None),)),
    "no object": ([], (("", "type", None),)),
    "wrong value": ({"required": "a"}, (("/required", "type", None),)),
    "several": (
        {"$ref": "x", "format": "x", "pattern": "(?!)"},
        (("/$ref", "local-ref", None), ("/format", "format", None), ("/pattern", "pattern", None)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schema_is_admitted_or_every_fault_is_named(name: str) -> None:
    schema, expected = CASES[name]
    started = time.monotonic()

    faults = admission.admit(schema, "form.schema.json")

    assert time.monotonic() - started < 1
    assert tuple((fault.path, fault.rule, fault.hint) for fault in faults) == expected
    assert all(fault.file == "form.schema.json" and fault.message for fault in faults)


RAW: dict[str, tuple[bytes, str]] = {
    "too large": (b'"' + b"x" * admission.MAX_BYTES + b'"', "size"),
    "not UTF-8": (b'{"title": "\xe6"}', "encoding"),
    "brackets without end": (b"[" * 100_000, "depth"),
    "cut": (b'{"title": "x"', "syntax"),
    "NaN": (b'{"maximum": NaN}', "syntax"),
    "number of 5,000 digits": (b'{"maximum": ' + b"9" * 5_000 + b"}", "syntax"),
    "a key twice": (b'{"title": "x", "title": "y"}', "duplicate"),
}


@pytest.mark.parametrize("name", RAW)
def test_bytes_are_refused_before_they_are_read(name: str) -> None:
    raw, rule = RAW[name]

    _schema, faults = admission.admit_bytes(raw, "form.schema.json")

    assert [(fault.path, fault.rule) for fault in faults] == [("", rule)]


@pytest.mark.parametrize("name", loader.SCHEMAS)
def test_our_own_schemas_are_admitted(name: str) -> None:
    raw = resources.files("samverk.regions").joinpath(f"{name}.schema.json").read_bytes()

    assert admission.admit_bytes(raw, name) == (loader.schema(name), ())


def test_every_compiled_answer_schema_is_admitted() -> None:
    seen = 0
    for plugin in registry.discover().plugins():
        model = plugin.definition
        for cycle in model.cycles.values():
            for role, form in cycle.forms.items():
                for period in range(1, cycle.periods_a_year + 1):
                    questionnaire = model.questionnaires[form.questionnaire]
                    pinned = compile_questionnaire(form.questionnaire, questionnaire, role, period, {})
                    schema = json.loads(json.dumps(answer_schema(pinned)))
                    assert admission.admit(schema, plugin.key) == ()
                    seen += 1

    assert seen > 10
