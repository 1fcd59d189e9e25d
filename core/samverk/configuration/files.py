"""The configuration as a file: the patch, the plugin it is for, the definition it was made on; out and in again.

What comes in becomes a draft; nothing is active before somebody has seen what it changes.
"""

import json
from typing import Any

from samverk.configuration import service, upgrade, walk
from samverk.errors import BadRegion, Conflict, Invalid, Problem
from samverk.i18n import _
from samverk.regions import checks, loader, overlay, toml
from samverk.scope import Scope
from samverk.web.uploads import Upload

FORMAT = "samverk-settings-1"
MAX_BYTES = 2_000_000
MAX_DEPTH = 40
Data = dict[str, Any]


def exported(scope: Scope) -> bytes:
    """Return the active changes as JSON, readable and always in the same order."""
    stands = service.state(scope)
    content = {
        "format": FORMAT,
        "plugin": scope.plugin.key,
        "version": stands.number,
        "made_on": stands.delivered,
        "patch": overlay.patch_between(stands.delivered, stands.active),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def bring_in(scope: Scope, sent: tuple[Upload, ...], *, version: int) -> None:
    """Make the draft of a file. Raises Invalid with every fault, Conflict while there is another draft, Stale."""
    if service.state(scope).has_draft:
        raise Conflict(_("There are changes that are not active yet. Activate or discard them first."))
    if len(sent) != 1:
        raise Invalid((_problem(_("Choose one file.")),))
    patch, made_on = _read(scope, sent[0].content)
    try:
        # Both must fit the schema they were written in before anything is made of them.
        base, _wanted = _as_present(made_on), _as_present(overlay.merge(made_on, patch))
        if faults := walk.changed_for_good(base, service.state(scope).delivered):
            raise BadRegion(faults)
        forward, _base = upgrade.brought_forward(patch, made_on)
        service.write_patch(scope, forward, overlay.of_data(base), version=version)
    except BadRegion as error:
        raise Invalid(
            tuple(_problem(f"{fault.path or '/'}: {fault.message}", fault.hint) for fault in error.faults)
        ) from error


def _as_present(data: Data) -> Data:
    if faults := toml.measure(data, checks.REGION):
        raise BadRegion(tuple(faults))
    found, faults = loader.read_as_present(data, "region")
    if faults:
        raise BadRegion(tuple(faults))
    return found


def _read(scope: Scope, content: bytes) -> tuple[Data, Data]:
    """Return the patch and the definition it was made on. Raises Invalid."""
    if len(content) > MAX_BYTES:
        raise Invalid((_problem(_("The file is larger than %(limit)s KB.", limit=MAX_BYTES // 1000)),))
    try:
        read = json.loads(content.decode("utf-8"))
        # Half a character, written as an escape, can be read and neither shown nor stored.
        json.dumps(read, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Invalid((_problem(_("The file cannot be read: it is not JSON in UTF-8.")),)) from error
    if (
        not isinstance(read, dict)
        or read.get("format") != FORMAT
        or not isinstance(read.get("patch"), dict)
        or not isinstance(read.get("made_on"), dict)
    ):
        raise Invalid((_problem(_("The file was not exported from the settings of a region.")),))
    if read.get("plugin") != scope.plugin.key:
        message = _(
            "The file is for the plugin %(other)s; this region uses %(own)s.",
            other=repr(str(read.get("plugin"))[:80]),
            own=scope.plugin.key,
        )
        raise Invalid((_problem(message),))
    if _is_deep(read):
        raise Invalid((_problem(_("The file is nested deeper than %(limit)s.", limit=MAX_DEPTH)),))
    return read["patch"], read["made_on"]


def _is_deep(value: Any) -> bool:
    waiting = [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return True
        if isinstance(one, dict):
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]
    return False


def _problem(words: str, hint: str | None = None) -> Problem:
    return Problem("/file", words, hint, field="file")
