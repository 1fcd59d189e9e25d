"""The gate before any decoding: size, encoding, depth, characters. Every fault is a 4xx with the same words.

Source: security rules 32 and 33; measured traps M3 to M6.
"""

import re
import unicodedata
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from samverk.errors import Problem, SamverkError

MAX_BODY = 1_000_000
MAX_FIELDS = 5_000
MAX_DEPTH = 32
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"
_OPENING_OR_CLOSING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|$)|[\[\]{}]', re.DOTALL)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class BadBody(SamverkError):
    """A body that is refused before it is read; `status` is 400, 413 or 415."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.problems: tuple[Problem, ...] = ()


def clean(text: str) -> str:
    """Return text as both engines store it: NFC, newlines as \\n. Raises BadBody for NUL, surrogates and controls."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _FORBIDDEN.search(text):
        raise BadBody(400, "The text holds characters that cannot be stored (NUL, control or half characters).")
    return unicodedata.normalize("NFC", text)


def check_size(length: int, limit: int = MAX_BODY) -> None:
    if length > limit:
        raise BadBody(413, f"The body is larger than {limit} bytes.")


def form_fields(body: bytes, content_type: str) -> dict[str, tuple[str, ...]]:
    """Read a posted form: {name: values}. Raises BadBody."""
    if content_type.split(";")[0].strip().lower() != FORM_TYPE:
        raise BadBody(415, f"A form is sent as {FORM_TYPE}.")
    return pairs(body)


def pairs(raw: bytes) -> dict[str, tuple[str, ...]]:
    """Read a query string or form body into {name: values}. Raises BadBody."""
    fields: dict[str, tuple[str, ...]] = {}
    if not raw:
        return fields
    parts = raw.split(b"&")
    if len(parts) > MAX_FIELDS:
        raise BadBody(413, f"There are more than {MAX_FIELDS} fields.")
    for part in parts:
        name, _sep, value = part.replace(b"+", b" ").partition(b"=")
        key, words = _decoded(name), _decoded(value)
        fields[key] = (*fields.get(key, ()), words)
    return fields


def _decoded(raw: bytes) -> str:
    try:
        return clean(unquote_to_bytes(raw).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadBody(400, "The text is not valid UTF-8.") from error


def json_value(body: bytes, content_type: str) -> Any:
    """Read a JSON body into plain values. Raises BadBody for what is not JSON, too deep, or said twice."""
    if content_type.split(";")[0].strip().lower() != JSON_TYPE:
        raise BadBody(415, f"A body is sent as {JSON_TYPE}.")
    _check_depth(body)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(400, "The body is not valid JSON in UTF-8.") from error
    return _cleaned(value)


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    # What stands in a string opens nothing; an unfinished string goes to the end.
    for found in _OPENING_OR_CLOSING.finditer(body):
        match found[0]:
            case b"[" | b"{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise BadBody(400, f"The JSON is nested deeper than {MAX_DEPTH} levels.")
            case b"]" | b"}":
                depth -= 1


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        raise BadBody(400, "A number is larger than 2^53; send it as text.")
    return value
