"""The fields of a posted form, or of a query."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """Posted fields: each name with its values, in order, already normalised."""

    fields: Mapping[str, tuple[str, ...]]

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a field, stripped of white space round it."""
        given = self.fields.get(name)
        return given[-1].strip() if given else default

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())

    def __contains__(self, name: object) -> bool:
        return name in self.fields
