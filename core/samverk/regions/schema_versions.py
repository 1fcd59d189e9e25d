"""Versions of the region's files: what was written or kept in an earlier one is read as the present one.

A change that an earlier file would not fit gets a new version: the schema as it was is kept beside the present one as
`<file>.schema.<version>.json`, a step below makes data of one version into data of the next, and a golden file in
`tests/regions/golden` holds each version to what it gives. Changes that only add what may be left out need none.
"""

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]
Step = Callable[[Data], Data]

STEPS: dict[str, dict[int, Step]] = {"region": {}, "starter": {}, "demonstration": {}}
"""{file: {version: what makes data of that version into data of the next}}.

A step is pure and may trust that its data fit the schema of its version.
"""
KEY = "schema_version"


def current(file: str) -> int:
    """Return the version that this installation writes: the one that no step leads away from."""
    return max(STEPS[file], default=0) + 1


def written_in(data: Data) -> int | None:
    """Return the version that data say they are of; None where they say none."""
    version = data.get(KEY)
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def present(file: str, data: Data) -> Data:
    """Return data of any known version as the present one; data of a version that is not known as they are."""
    while (version := written_in(data)) in STEPS[file]:
        data = {**STEPS[file][version](data), KEY: version + 1}
    return data
