"""The configuration as a file: the patch, the plugin it is for, the definition it was made on; out and in again.

What comes in becomes a draft; nothing is active before somebody has seen what it changes.
"""

import hashlib
import json
from typing import Any

import rfc8785

from samverk.configuration import service
from samverk.errors import BadRegion, Conflict, Invalid, Problem
from samverk.i18n import _
from samverk.regions import overlay
from samverk.scope import Scope
from samverk.web.uploads import Upload

FORMAT = "samverk-settings-1"
MAX_BYTES = 2_000_000
MAX_DEPTH = 40


def exported(scope: Scope) -> bytes:
    """Return the active changes as JSON, readable and always in the same order."""
    stands = service.state(scope)
    content = {
        "format": FORMAT,
        "plugin": scope.plugin.key,
        "definition": _hash(stands.delivered),
        "version": stands.number,
        "patch": overlay.patch_between(stands.delivered, stands.active),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _hash(data: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(data)).hexdigest()


def bring_in(scope: Scope, sent: tuple[Upload, ...], *, version: int) -> None:
    """Make the draft of a file. Raises Invalid with every fault, Conflict while there is another draft, Stale."""
    if service.state(scope).has_draft:
        raise Conflict(_("There are changes that are not active yet. Activate or discard them first."))
    if len(sent) != 1:
        raise Invalid((_problem(_("Choose one file.")),))
    patch = _patch(scope, sent[0].content)
    delivered = service.state(scope).delivered
    try:
        service.write(scope, overlay.merge(delivered, patch), version=version)
    except BadRegion as error:
        raise Invalid(
            tuple(_problem(f"{fault.path or '/'}: {fault.message}", fault.hint) for fault in error.faults)
        ) from error


def _patch(scope: Scope, content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise Invalid((_problem(_("The file is larger than %(limit)s KB.", limit=MAX_BYTES // 1000)),))
    try:
        read = json.loads(content.decode("utf-8"))
        # Half a character, written as an escape, can be read and neither shown nor stored.
        json.dumps(read, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Invalid((_problem(_("The file cannot be read: it is not JSON in UTF-8.")),)) from error
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("patch"), dict):
        raise Invalid((_problem(_("The file was not exported from the settings of a region.")),))
    if read.get("plugin") != scope.plugin.key:
        message = _(
            "The file is for the plugin %(other)s; this region uses %(own)s.",
            other=repr(str(read.get("plugin"))[:80]),
            own=scope.plugin.key,
        )
        raise Invalid((_problem(message),))
    if _is_deep(read["patch"]):
        raise Invalid((_problem(_("The file is nested deeper than %(limit)s.", limit=MAX_DEPTH)),))
    found: dict[str, Any] = read["patch"]
    return found


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
