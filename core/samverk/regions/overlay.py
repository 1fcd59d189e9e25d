"""A tenant's own changes on top of a definition: an RFC 7396 merge patch, with atomic tables replaced whole.

Pure: versions of the patch and who made them are the configuration's business.
"""

from typing import Any

import msgspec

from samverk.errors import BadRegion, RegionFault
from samverk.regions import checks, loader, toml
from samverk.regions.definition import Definition

ATOMIC = frozenset({"rule", "period", "nth_in_month"})
"""Tables that only make sense whole: a patch inside a rule would mix two rules."""


def merge(base: Any, patch: Any, name: str = "") -> Any:
    """Return base with the patch applied; None in the patch removes a key.

    >>> merge({"a": {"b": 1, "c": 2}}, {"a": {"b": None}})
    {'a': {'c': 2}}
    >>> merge({"rule": {"date": "09-15"}}, {"rule": {"quarters": [3]}})
    {'rule': {'quarters': [3]}}
    """
    if not isinstance(patch, dict) or not isinstance(base, dict) or name in ATOMIC:
        return patch
    merged = dict(base)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif key in merged:
            merged[key] = merge(merged[key], value, key)
        else:
            merged[key] = _without_none(value)
    return merged


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    return value


def patch_between(base: Any, wanted: Any, name: str = "") -> Any:
    """Return the patch that makes `wanted` of `base`: `merge(base, patch_between(base, wanted)) == wanted`.

    >>> patch_between({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 4}, "d": 3})
    {'a': {'b': None, 'c': 4}}
    """
    if not isinstance(base, dict) or not isinstance(wanted, dict) or name in ATOMIC:
        return wanted
    patch: dict[str, Any] = {key: None for key in base if key not in wanted}
    for key, value in wanted.items():
        if key not in base:
            patch[key] = value
        elif base[key] != value:
            patch[key] = patch_between(base[key], value, key)
    return patch


def data_of(definition: Definition) -> dict[str, Any]:
    """Return a definition as the JSON values its file holds."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(definition))
    return found


def effective(definition: Definition, patch: dict[str, Any] | None) -> Definition:
    """Return the tenant's effective model. Raises BadRegion when the patch makes it faulty."""
    if not patch:
        return definition
    model = of_data(merge(data_of(definition), patch))
    meaning = checks.definition_faults(model)
    if meaning:
        raise BadRegion(tuple(meaning))
    return model


def faults_of(data: dict[str, Any]) -> tuple[RegionFault, ...]:
    """Return what keeps data from being a model: too much of it, or another shape."""
    return tuple(toml.measure(data, checks.REGION) or loader.shape_faults(data, "region"))


def of_data(data: dict[str, Any]) -> Definition:
    """Make a definition of JSON values, whatever they mean. Raises BadRegion where their shape is wrong."""
    if faults := faults_of(data):
        raise BadRegion(faults)
    return msgspec.convert(data, Definition)
