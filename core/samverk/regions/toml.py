"""Reads TOML that others wrote: measured before it is parsed, so that no file costs time or memory beyond its size.

What the tables mean is the loader's business.
"""

import datetime as dt
import math
import re
import tomllib
from typing import Any

from samverk.errors import RegionFault
from samverk.i18n import _

MAX_BYTES = 512 * 1024
MAX_DEPTH = 32
MAX_NODES = 50_000
MAX_TEXT = 20_000
LARGEST = 2**53
MAX_FAULTS = 100
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}.=,\n]', re.DOTALL
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def read(raw: bytes, file: str) -> tuple[dict[str, Any], list[RegionFault]]:
    """Return what the file holds as JSON values, dates as ISO 8601, and the faults for which it must not be used."""
    if len(raw) > MAX_BYTES:
        return {}, [RegionFault(file, "", _("this is larger than %(limit)s KB", limit=MAX_BYTES // 1024), rule="size")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return {}, [
            RegionFault(
                file,
                "",
                _("this is not readable TOML: byte %(number)s is not UTF-8", number=error.start),
                rule="encoding",
            )
        ]
    line = _too_deep(text)
    if line:
        return {}, [
            RegionFault(
                file, "", _("line %(line)s is nested deeper than %(limit)s", line=line, limit=MAX_DEPTH), rule="depth"
            )
        ]
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits is a ValueError of its own.
        return {}, [
            RegionFault(file, "", _("this is not readable TOML: %(reason)s", reason=_short(error)), rule="syntax")
        ]
    faults: list[RegionFault] = []
    found = _plain(data, file, faults)
    return found, faults[:MAX_FAULTS]


def measure(data: dict[str, Any], file: str) -> list[RegionFault]:
    """Return what cannot be shown, stored or counted of values that came another way than in a file of TOML."""
    faults: list[RegionFault] = []
    _plain(data, file, faults)
    return faults[:MAX_FAULTS]


def _short(error: Exception) -> str:
    words = str(error)
    return words if len(words) <= 200 else f"{words[:200]} …"


def _too_deep(text: str) -> int:
    """Return the first line where brackets or the parts of a key are nested too deep; 0 when none is."""
    depth = dots = 0
    line = 1
    for match in _TOKEN.finditer(text):
        token = match[0]
        match token:
            case "[" | "{":
                depth, dots = depth + 1, 0
            case "]" | "}":
                depth, dots = max(0, depth - 1), 0
            case ".":
                dots += 1
            case "=" | ",":
                dots = 0
            case "\n":
                line, dots = line + 1, 0
            case _:
                line += token.count("\n")
        if depth > MAX_DEPTH or dots > MAX_DEPTH:
            return line
    return 0


def _plain(data: dict[str, Any], file: str, faults: list[RegionFault]) -> dict[str, Any]:
    """Return JSON values, noting what cannot be shown, stored or counted; no recursion, whatever the depth."""
    whole: dict[str, Any] = {}
    waiting: list[tuple[Any, Any, Any, str, int]] = [(whole, "", data, "", 0)]
    count = 0
    while waiting:
        holder, key, value, path, depth = waiting.pop()
        count += 1
        # What waits and what is about to wait is counted too: more than enough is refused before it is looked at.
        inside = len(value) if isinstance(value, dict | list) else 0
        is_much = count + len(waiting) + inside > MAX_NODES
        if is_much or depth > MAX_DEPTH:
            rule, most = ("nodes", MAX_NODES) if is_much else ("depth", MAX_DEPTH)
            words = (
                _("there are more than %(limit)s values", limit=most)
                if rule == "nodes"
                else _("this is nested deeper than %(limit)s", limit=most)
            )
            faults.append(RegionFault(file, path[:200], words, rule=rule))
            return {}
        made: Any = value
        if isinstance(value, dict):
            made = {}
            for name, inner in reversed(value.items()):
                where = f"{path}.{name}" if path else name
                if _CONTROL.search(name):
                    faults.append(
                        RegionFault(
                            file,
                            path,
                            _("the key %(word)s holds a control character", word=repr(name[:80])),
                            rule="text",
                        )
                    )
                waiting.append((made, name, inner, where, depth + 1))
        elif isinstance(value, list):
            made = [None] * len(value)
            waiting += [(made, at, inner, f"{path}.{at}", depth + 1) for at, inner in reversed(list(enumerate(value)))]
        else:
            made = _single(value, file, path, faults)
        holder[key] = made
    found: dict[str, Any] = whole[""]
    return found


def _single(value: Any, file: str, path: str, faults: list[RegionFault]) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, str):
        if _CONTROL.search(value):
            faults.append(RegionFault(file, path, _("this text holds a control character"), rule="text"))
        elif len(value) > MAX_TEXT:
            faults.append(
                RegionFault(file, path, _("this text is longer than %(limit)s characters", limit=MAX_TEXT), rule="text")
            )
    elif isinstance(value, float) and not math.isfinite(value):
        faults.append(RegionFault(file, path, _("this is no finite number"), rule="number"))
    elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
        faults.append(RegionFault(file, path, _("this number is beyond 2^53 and would be rounded"), rule="number"))
    return value
