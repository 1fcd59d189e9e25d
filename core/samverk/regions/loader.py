"""Reads a region's three TOML files into frozen values, or says everything that is wrong with them at once.

Shape is checked against the JSON Schemas here; meaning (keys that point to nothing) in `checks.py`.
"""

import datetime as dt
import difflib
import functools
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import jsonschema_rs
import msgspec

from samverk.errors import BadRegion, RegionFault
from samverk.i18n import N_, _
from samverk.regions import checks, fact_checks, naming, schema_versions, toml
from samverk.regions.definition import Definition
from samverk.regions.demonstration import Demonstration
from samverk.regions.starter import Starter

_Value = TypeVar("_Value")

MAX_FAULTS = 200
SCHEMAS = ("region", "starter", "demonstration")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_WHEN = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class RegionFiles:
    """One region as loaded; `starter` and `demonstration` are None where the plugin has none."""

    definition: Definition
    starter: Starter | None
    demonstration: Demonstration | None


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What the loader must know of places: whether a key exists, and the names nearest to a wrong one."""

    exists: Callable[[str], bool]
    nearest: Callable[[str], tuple[str, ...]]


def _is_date(value: object) -> bool:
    try:
        dt.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _is_date,
    "samverk-month-day": lambda value: bool(_MONTH_DAY.fullmatch(value)),
    "samverk-when": lambda value: bool(_WHEN.fullmatch(value)),
    "samverk-key": naming.is_key,
}


WRITTEN = {
    "date": N_("%(value)s is no date; write it as 2026-09-30"),
    "samverk-month-day": N_("%(value)s is no day of a year; write month and day as 09-30"),
    "samverk-when": N_("%(value)s is no year, month or day; write it as 2026, 2026-09 or 2026-09-30"),
    "samverk-key": N_("%(value)s is no key; use small letters, digits and underscores, and begin with a letter"),
}


@functools.cache
def schema(name: str, version: int | None = None) -> dict[str, Any]:
    """Return one of the packaged schemas: region, starter or demonstration, or an earlier version of it."""
    file = f"{name}.schema.json" if version is None else f"{name}.schema.{version}.json"
    loaded: dict[str, Any] = json.loads(resources.files("samverk.regions").joinpath(file).read_text("utf-8"))
    return loaded


@functools.cache
def _validator(name: str, version: int | None) -> Any:
    return jsonschema_rs.Draft202012Validator(schema(name, version), validate_formats=True, formats=FORMATS)


def load_region(folder: Traversable, places: PlaceNames | None = None) -> RegionFiles:
    """Load `region.toml` and, where they exist, `starter.toml` and `demonstration.toml` of one folder.

    Without `places` the keys of places are not checked. Raises BadRegion with all faults of all files.
    """
    faults: list[RegionFault] = []
    definition = _load(folder, "region", Definition, faults)
    starter = _load(folder, "starter", Starter, faults, optional=True)
    demonstration = _load(folder, "demonstration", Demonstration, faults, optional=True)
    if definition is not None:
        faults += checks.definition_faults(definition)
        if starter is not None:
            faults += fact_checks.starter_faults(starter, definition, places)
            if demonstration is not None:
                faults += fact_checks.demonstration_faults(demonstration, definition, starter, places)
    if faults or definition is None:
        raise BadRegion(tuple(faults))
    return RegionFiles(definition, starter, demonstration)


def load_definition(folder: Traversable) -> Definition:
    """Load `region.toml` alone. Raises BadRegion with all its faults."""
    faults: list[RegionFault] = []
    definition = _load(folder, "region", Definition, faults)
    if definition is not None:
        faults += checks.definition_faults(definition)
    if faults or definition is None:
        raise BadRegion(tuple(faults))
    return definition


def _load(
    folder: Traversable, name: str, kind: type[_Value], faults: list[RegionFault], *, optional: bool = False
) -> _Value | None:
    file = f"{name}.toml"
    path = folder.joinpath(file)
    if not path.is_file():
        if not optional:
            faults.append(RegionFault(file, "", _("the file is missing"), rule="file"))
        return None
    with path.open("rb") as stream:
        raw = stream.read(toml.MAX_BYTES + 1)
    data, found = toml.read(raw, file)
    if not found:
        data, found = read_as_present(data, name)
    if found:
        faults += found
        return None
    return msgspec.convert(data, kind)


def read_as_present(data: dict[str, Any], name: str) -> tuple[dict[str, Any], list[RegionFault]]:
    """Return parsed data as the present version of its schema has them, and what keeps them from being used.

    Data of an earlier version are held against the schema of that version, so that faults name what stands there.
    """
    version = schema_versions.written_in(data)
    if version not in schema_versions.STEPS[name]:
        return data, shape_faults(data, name)
    if faults := shape_faults(data, name, version):
        return data, faults
    data = schema_versions.present(name, data)
    return data, shape_faults(data, name)


def shape_faults(data: object, name: str, version: int | None = None) -> list[RegionFault]:
    """Hold a parsed file against its schema, or an earlier version of it; an empty list when it fits.

    The fast validator decides; only a file with faults pays for the one that can explain them.
    """
    if _validator(name, version).is_valid(data):
        return []
    # Imported here because it takes a tenth of a second and a good file never needs it.
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    for key, test in FORMATS.items():
        checker.checks(key)(lambda value, test=test: not isinstance(value, str) or test(value))
    validator = Draft202012Validator(schema(name, version), format_checker=checker)
    errors = itertools.islice(validator.iter_errors(data), MAX_FAULTS)
    faults = [fault for error in errors for fault in _explain(error, f"{name}.toml")]
    return sorted(faults, key=lambda fault: fault.path)


def _explain(error: Any, file: str) -> Iterator[RegionFault]:
    path = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = list(error.schema.get("properties", {}))
        for key in error.instance:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, 1)
                where = f"{path}.{key}" if path else key
                message = _("the key %(value)s is not known here", value=naming.quoted(key))
                yield RegionFault(file, where[:200], message, nearest[0] if nearest else None, "additionalProperties")
        return
    later = schema_versions.written_in({schema_versions.KEY: error.instance})
    if path == schema_versions.KEY and error.validator == "const" and later and later > error.validator_value:
        message = _(
            "this is written in version %(value)s of the format; this installation reads up to version %(limit)s",
            value=later,
            limit=error.validator_value,
        )
        yield RegionFault(file, path, message, None, "const")
        return
    if error.validator == "enum":
        nearest = difflib.get_close_matches(str(error.instance), [str(v) for v in error.validator_value], 1)
        allowed = ", ".join(str(value) for value in error.validator_value)
        message = _("%(value)s is not one of: %(allowed)s", value=naming.quoted(error.instance), allowed=allowed)
        yield RegionFault(file, path, message, nearest[0] if nearest else None, "enum")
        return
    yield RegionFault(file, path, _sentence(error), None, str(error.validator))


def _sentence(error: Any) -> str:
    match error.validator:
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            return _("missing here: %(names)s", names=", ".join(missing))
        case "type":
            return _(
                "this must be of type %(wanted)s, not %(found)s",
                wanted=error.validator_value,
                found=type(error.instance).__name__,
            )
        case "format":
            return _(WRITTEN.get(error.validator_value, WRITTEN["date"]), value=naming.quoted(error.instance))
        case "const":
            return _("this must be %(value)s", value=repr(error.validator_value))
        case "maximum":
            return _(
                "%(value)s is above the most, %(limit)s",
                value=naming.quoted(error.instance),
                limit=error.validator_value,
            )
        case "minimum":
            return _(
                "%(value)s is below the least, %(limit)s",
                value=naming.quoted(error.instance),
                limit=error.validator_value,
            )
        case "minProperties" | "minItems" | "minLength":
            return _("this must not be empty")
        case "anyOf":
            return _("this is neither a date nor a span with from and to")
        case _:
            return _("this breaks the rule %(rule)s", rule=repr(error.validator))
