"""The faults a service may raise, as values that know no HTTP.

`web` alone turns them into status codes and pages.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input.

    `pointer` is a JSON pointer into what was sent (`/answers/operations`); `message` a whole sentence that
    tells the way out, already in the person's language; `hint` the nearest valid name, if there is one;
    `field` the id of the form field to link to.
    """

    pointer: str
    message: str
    hint: str | None = None
    field: str | None = None


class SamverkError(Exception):
    """Base of every fault that Samverk raises on purpose."""

    kind = "fault"


class NotFound(SamverkError):
    """The object does not exist, or is another tenant's: the two look the same."""

    kind = "not-found"


class PluginMissing(SamverkError):
    """The tenant exists and its plugin is not loaded: nothing of it can be shown until the operator mends that."""

    kind = "plugin-missing"


class NotSignedIn(SamverkError):
    """The action needs a person."""

    kind = "not-signed-in"


class NotAllowed(SamverkError):
    """The person may know of the object but may not do this with it."""

    kind = "not-allowed"


class Forged(NotAllowed):
    """A form that another site sent, or one without the session's token."""


@dataclass
class Invalid(SamverkError):
    """The input has faults; all of them, never just the first. `kept` is what the person wrote, given back."""

    problems: tuple[Problem, ...]
    kept: Any = field(default=None)
    kind = "invalid"

    def __str__(self) -> str:
        return "; ".join(problem.message for problem in self.problems)


class Conflict(SamverkError):
    """The state of the object does not allow this (a closed round, an approved summary)."""

    kind = "conflict"


@dataclass
class Stale(SamverkError):
    """Somebody else changed the object meanwhile. `current` is what stands there now, `kept` what was sent."""

    message: str
    current: Any = field(default=None)
    kept: Any = field(default=None)
    kind = "stale-version"

    def __str__(self) -> str:
        return self.message


class VersionMissing(SamverkError):
    """A change of a versioned object came without the version it was made on."""

    kind = "version-required"


class TooManyRequests(SamverkError):
    """A rate limit was passed. `args[1]` is the number of seconds to wait."""

    kind = "too-many-requests"


class Busy(SamverkError):
    """Too many do the same slow thing just now; a moment later it goes."""

    kind = "busy"


class DoFirst(Exception):
    """Something slow must be done, with no transaction open, before the work can go on."""

    def do(self, known: MutableMapping[str, Any]) -> None:
        """Do it and keep what came of it with what is known. Raises Busy, and whatever the work itself does."""
        raise NotImplementedError


class SettingsError(SamverkError):
    """The installation is set up wrongly: what, where, what to do, in one sentence."""

    kind = "settings"


@dataclass(frozen=True, slots=True)
class RegionFault:
    """One fault of a region definition, starter or schema.

    `path` is the place in the file (`bodies.board.kind`; a JSON pointer in a schema), `hint` the nearest name, `rule`
    the name of the limit or of the schema's keyword where one was broken.
    """

    file: str
    path: str
    message: str
    hint: str | None = None
    rule: str | None = None

    def __str__(self) -> str:
        tail = f" Did you mean {self.hint!r}?" if self.hint else ""
        return f"{self.file}: {self.path or '(top level)'}: {self.message}{tail}"


@dataclass
class BadRegion(SamverkError):
    """A region's files have faults; all of them."""

    faults: tuple[RegionFault, ...]
    kind = "bad-region"

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)
