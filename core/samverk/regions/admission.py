"""What comes from others is measured before it is used: JSON Schemas by every limit of rules 28 and 29.

Every fault is found at once, with its JSON pointer, the name of the rule and a hint. TOML files are `toml.py`'s.
"""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import re2

from samverk.errors import RegionFault

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NODES = 2_000
MAX_PROPERTIES = 500
MAX_EXPANDED = 20_000
MAX_PATTERN = 500
MAX_FAULTS = 100
LARGEST = 2**53
SMALLEST_STEP = -10
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FORMATS = frozenset({"date", "uuid", "samverk-key", "samverk-when", "samverk-month-day"})

_ONE = """
additionalProperties items contains not if then else propertyNames unevaluatedItems unevaluatedProperties
"""
_PLAIN = """
$schema $id $ref $comment title description default deprecated readOnly writeOnly examples type enum const multipleOf
maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems maxContains
minContains maxProperties minProperties required dependentRequired format
x-samverk-atomic x-samverk-of-kind x-samverk-only-when x-samverk-ordered x-samverk-refers x-samverk-value
x-samverk-words
"""
ONE = frozenset(_ONE.split())
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
PLAIN = frozenset(_PLAIN.split())
KEYWORDS = ONE | LISTS | MAPS | PLAIN
_QUIET = re2.Options()
_QUIET.log_errors = False


def admit_bytes(raw: bytes, file: str) -> tuple[Any, tuple[RegionFault, ...]]:
    """Read and admit a schema; return (schema, its faults). A schema with faults must not be compiled."""
    if len(raw) > MAX_BYTES:
        return None, (RegionFault(file, "", f"this is larger than {MAX_BYTES // 1024} KB", rule="size"),)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, (RegionFault(file, "", f"byte {error.start} is not UTF-8", rule="encoding"),)
    if _nesting(text) > MAX_DEPTH:
        return None, (RegionFault(file, "", f"this is nested deeper than {MAX_DEPTH}", rule="depth"),)
    doubled: list[str] = []
    try:
        schema = json.loads(text, object_pairs_hook=lambda pairs: _pairs(pairs, doubled), parse_constant=_constant)
    except ValueError as error:
        return None, (RegionFault(file, "", f"this is not readable JSON: {error}", rule="syntax"),)
    faults = [RegionFault(file, "", f"the key {key!r} stands there twice", rule="duplicate") for key in doubled]
    return schema, (*faults, *admit(schema, file))


def admit(schema: Any, file: str) -> tuple[RegionFault, ...]:
    """Return every fault of a schema by the limits; an empty tuple admits it."""
    faults = list(_measured(schema, file))
    if faults:
        return tuple(faults[:MAX_FAULTS])
    if not isinstance(schema, dict):
        return (RegionFault(file, "", "a schema must be an object", rule="type"),)
    if schema.get("$schema", DIALECT) != DIALECT:
        faults.append(_fault(file, "/$schema", "dialect", "the dialect is not known", DIALECT))
    places = dict(_subschemas(schema, ""))
    for pointer, one in places.items():
        if isinstance(one, dict):
            faults += _own_faults(one, pointer, file, places)
        elif not isinstance(one, bool):
            faults.append(_fault(file, pointer, "type", "a schema must be an object, true or false"))
    properties = sum(len(one["properties"]) for one in places.values() if _is_map(one, "properties"))
    if properties > MAX_PROPERTIES:
        faults.append(
            _fault(file, "", "properties", f"there are {properties} properties, and {MAX_PROPERTIES} is most")
        )
    if not faults:
        faults += _expansion(places, file)
    if not faults:
        faults += _by_dialect(schema, file)
    return tuple(faults[:MAX_FAULTS])


def _fault(file: str, pointer: str, rule: str, message: str, hint: str | None = None) -> RegionFault:
    return RegionFault(file, pointer, message, hint, rule)


def _pairs(pairs: list[tuple[str, Any]], doubled: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            doubled.append(key[:80])
        found[key] = value
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _nesting(text: str) -> int:
    """Return how deep brackets are nested outside strings, without any recursion."""
    depth = deepest = 0
    is_string = is_escaped = False
    for letter in text:
        if is_string:
            is_string = is_escaped or letter != '"'
            is_escaped = letter == "\\" and not is_escaped
        elif letter == '"':
            is_string = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _measured(schema: Any, file: str) -> Iterator[RegionFault]:
    """Yield faults of depth, number and values, whatever the keywords mean."""
    count, waiting = 0, [(schema, "", 1)]
    while waiting:
        value, pointer, depth = waiting.pop()
        count += 1
        if count > MAX_NODES:
            yield _fault(file, "", "nodes", f"there are more than {MAX_NODES} values")
            return
        if depth > MAX_DEPTH:
            yield _fault(file, pointer[:200], "depth", f"this is nested deeper than {MAX_DEPTH}")
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(key, str):
                    yield _fault(file, pointer, "type", "a key must be a text")
                    continue
                waiting.append((inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1))
        elif isinstance(value, list):
            waiting += [(inner, f"{pointer}/{number}", depth + 1) for number, inner in enumerate(value)]
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if isinstance(value, float) and not math.isfinite(value):
                yield _fault(file, pointer, "number", "this is no finite number")
            elif not -LARGEST <= value <= LARGEST:
                yield _fault(file, pointer, "number", "this number is beyond 2^53 and would be rounded")


def _is_map(one: Any, keyword: str) -> bool:
    return isinstance(one, dict) and isinstance(one.get(keyword), dict)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _children(one: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(one, dict):
        return
    for keyword, value in one.items():
        if keyword in ONE:
            yield f"{pointer}/{keyword}", value
        elif keyword in LISTS and isinstance(value, list):
            yield from ((f"{pointer}/{keyword}/{number}", inner) for number, inner in enumerate(value))
        elif keyword in MAPS and isinstance(value, dict):
            yield from ((f"{pointer}/{keyword}/{_escaped(key)}", inner) for key, inner in value.items())


def _subschemas(schema: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, schema
    for where, inner in _children(schema, pointer):
        yield from _subschemas(inner, where)


def _own_faults(one: dict[str, Any], pointer: str, file: str, places: Mapping[str, Any]) -> Iterator[RegionFault]:
    for keyword, value in one.items():
        where = f"{pointer}/{_escaped(keyword)}"
        if keyword in ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor"):
            yield _fault(file, where, "local-ref", f"{keyword} is not allowed; point with $ref and '#/…'", "$ref")
        elif keyword not in KEYWORDS:
            near = difflib.get_close_matches(keyword, sorted(KEYWORDS), 1)
            message = f"the keyword {keyword[:80]!r} is not known"
            yield _fault(file, where, "keyword", message, near[0] if near else None)
        elif keyword == "$ref":
            yield from _ref_faults(value, where, file, places)
        elif keyword == "$id" and pointer:
            yield _fault(file, where, "local-ref", "only the whole schema may have an $id")
        elif keyword == "pattern":
            yield from _pattern_faults(value, where, file)
        elif keyword == "patternProperties" and isinstance(value, dict):
            for pattern in value:
                yield from _pattern_faults(pattern, where, file)
        elif keyword == "format" and value not in FORMATS:
            near = difflib.get_close_matches(str(value)[:80], sorted(FORMATS), 1)
            message = f"the format {str(value)[:80]!r} is none of: {', '.join(sorted(FORMATS))}"
            yield _fault(file, where, "format", message, near[0] if near else None)
        elif keyword == "multipleOf" and not _is_step(value):
            yield _fault(file, where, "multiple-of", "this must be a decimal number above 0")


def _ref_faults(value: Any, where: str, file: str, places: Mapping[str, Any]) -> Iterator[RegionFault]:
    if not isinstance(value, str) or not value.startswith("#"):
        yield _fault(
            file, where, "local-ref", f"{str(value)[:80]!r} points outside this schema; only '#/…' may be used"
        )
    elif value[1:] not in places:
        near = difflib.get_close_matches(value[:200], [f"#{place}" for place in places], 1)
        yield _fault(file, where, "local-ref", f"{value[:80]!r} points to no schema", near[0] if near else None)


def _pattern_faults(pattern: Any, where: str, file: str) -> Iterator[RegionFault]:
    if not isinstance(pattern, str):
        yield _fault(file, where, "pattern", "a pattern must be a text")
    elif len(pattern) > MAX_PATTERN:
        yield _fault(file, where, "pattern", f"a pattern has at most {MAX_PATTERN} characters")
    else:
        try:
            re2.compile(pattern, _QUIET)
        except (re2.error, UnicodeEncodeError):
            yield _fault(
                file, where, "pattern", "the pattern is not one that RE2 takes (no look-around, no back-reference)"
            )


def _is_step(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return False
    exponent = Decimal(repr(value)).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= SMALLEST_STEP


def _expansion(places: Mapping[str, Any], file: str) -> Iterator[RegionFault]:
    """Refuse circles of $ref, and a schema that is too large once every $ref is written out."""
    sizes: dict[str, int] = {}
    open_: set[str] = set()
    waiting: list[tuple[str, bool]] = [(pointer, False) for pointer in reversed(list(places))]
    while waiting:
        pointer, is_done = waiting.pop()
        one = places[pointer]
        inner = [where for where, _value in _children(one, pointer) if not where.startswith(f"{pointer}/$defs/")]
        target = one["$ref"][1:] if isinstance(one, dict) and "$ref" in one else None
        if target is not None:
            inner.append(target)
        if is_done:
            open_.discard(pointer)
            sizes[pointer] = min(1 + sum(sizes[where] for where in inner), MAX_EXPANDED + 1)
        elif pointer not in sizes:
            circle = next((where for where in inner if where in open_ or where == pointer), None)
            if circle is not None:
                where = f"{pointer}/$ref" if circle == target else circle
                yield _fault(file, where, "acyclic", f"this leads back to '#{circle}'")
                return
            open_.add(pointer)
            waiting.append((pointer, True))
            waiting += [(where, False) for where in inner if where not in sizes]
    if sizes[""] > MAX_EXPANDED:
        yield _fault(file, "", "expanded-size", f"written out there are more than {MAX_EXPANDED} schemas")


def _by_dialect(schema: dict[str, Any], file: str) -> Iterator[RegionFault]:
    """Hold the schema against the dialect's own schema: the type of every keyword's value."""
    # Imported here because it takes a tenth of a second and only an author's work needs it.
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        pointer = "".join(f"/{_escaped(str(step))}" for step in error.absolute_path)
        yield _fault(file, pointer, str(error.validator), f"this breaks the dialect's rule {error.validator!r}")
