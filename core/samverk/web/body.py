"""The gate before any decoding: size, encoding, depth, characters. Every fault is a 4xx with the same words.

Source: security rules 32 and 33; measured traps M3 to M6.
"""

import functools
import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, cast, get_args
from urllib.parse import unquote_to_bytes

import msgspec

from samverk import i18n
from samverk.errors import Invalid, Problem, SamverkError
from samverk.i18n import _

MAX_BODY = 1_000_000
MAX_FIELDS = 5_000
MAX_DEPTH = 32
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_OPENING_OR_CLOSING = re.compile(rb"[\[\]{}]")
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
        raise BadBody(400, _("The text holds characters that cannot be stored (NUL, control or half characters)."))
    return unicodedata.normalize("NFC", text)


def check_size(length: int, limit: int = MAX_BODY) -> None:
    if length > limit:
        raise BadBody(413, _("The body is larger than %(limit)s bytes.", limit=limit))


def check_key(key: str) -> None:
    """Raise BadBody for an Idempotency-Key that is none: 1 to 200 visible ASCII characters."""
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable() or " " in key:
        raise BadBody(400, _("An Idempotency-Key has 1 to 200 visible ASCII characters."))


def form_fields(body: bytes, content_type: str) -> dict[str, tuple[str, ...]]:
    """Read a posted form: {name: values}. Raises BadBody."""
    _check_type(content_type, FORM_TYPE, _("A form is sent as %(type)s in UTF-8.", type=FORM_TYPE))
    return pairs(body)


def pairs(raw: bytes) -> dict[str, tuple[str, ...]]:
    """Read a query string or form body into {name: values}. Raises BadBody."""
    fields: dict[str, tuple[str, ...]] = {}
    if not raw:
        return fields
    parts = raw.split(b"&")
    if len(parts) > MAX_FIELDS:
        raise BadBody(413, _("There are more than %(limit)s fields.", limit=MAX_FIELDS))
    for part in parts:
        name, _equals, value = part.replace(b"+", b" ").partition(b"=")
        key, words = _decoded(name), _decoded(value)
        fields[key] = (*fields.get(key, ()), words)
    return fields


def _decoded(raw: bytes) -> str:
    try:
        return clean(unquote_to_bytes(raw).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadBody(400, _("The text is not valid UTF-8.")) from error


def _check_type(content_type: str, wanted: str, message: str) -> None:
    kind, _semicolon, more = content_type.partition(";")
    is_utf8 = more.strip().lower().replace('"', "") in ("", "charset=utf-8")
    if kind.strip().lower() != wanted or not is_utf8:
        raise BadBody(415, message)


def json_value(body: bytes, content_type: str) -> Any:
    """Read a JSON body into plain values. Raises BadBody for what is not JSON, too deep, or said twice."""
    _check_type(content_type, JSON_TYPE, _("A body is sent as %(type)s in UTF-8.", type=JSON_TYPE))
    bare = _STRINGS.sub(b"", body)
    _check_depth(bare)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(400, _("The body is not valid JSON in UTF-8.")) from error
    keys: list[int] = []
    cleaned = _cleaned(value, keys)
    if sum(keys) != bare.count(b":"):
        # Outside strings a colon stands behind every key: where there are more, one was said twice.
        raise BadBody(400, _("The JSON says the same key twice in one object."))
    return cleaned


def _check_depth(bare: bytes) -> None:
    if bare.count(b"[") + bare.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _OPENING_OR_CLOSING.finditer(bare):
        if found[0] in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadBody(400, _("The JSON is nested deeper than %(limit)s levels.", limit=MAX_DEPTH))
        else:
            depth -= 1


def _cleaned(value: Any, keys: list[int]) -> Any:
    """Return the value with clean texts; `keys` is given the number of keys of every object."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(inner, keys) for inner in value]
    if isinstance(value, dict):
        cleaned = {clean(key): _cleaned(inner, keys) for key, inner in value.items()}
        keys.append(len(cleaned))
        return cleaned
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) > 2**53:
        raise BadBody(400, _("A number is larger than 2^53; send it as text."))
    return value


def read_into(value: Any, kind: type[Any], *, is_query: bool = False) -> Any:
    """Read plain values into a struct. Raises Invalid with every fault; the texts of a query stand for their values."""
    if is_query:
        # As lax as a query must be read, 1e2 and 2.0 would pass for numbers, and any tag for a language of ours.
        wrong = [
            name for name in _numbers(cast(Hashable, kind)) if name in value and _WHOLE.fullmatch(value[name]) is None
        ]
        if value.get("lang", "en") not in i18n.locales():
            wrong.append("lang")
        value = value | {name: f"“{value[name]}”" for name in wrong}
    try:
        return msgspec.convert(value, kind, strict=not is_query)
    except msgspec.ValidationError as error:
        raise Invalid(tuple(_problems(value, kind, is_query)) or (_problem("", error),)) from error


@functools.cache
def _numbers(kind: Hashable) -> tuple[str, ...]:
    """Return the fields of a struct that are whole numbers."""
    fields = msgspec.structs.fields(cast("type[msgspec.Struct]", kind))
    return tuple(field.encode_name for field in fields if int in (field.type, *get_args(field.type)))


def _problems(value: Any, kind: type[Any], is_query: bool) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in value:
        if name not in fields:
            yield Problem(f"/{_escaped(name[:60])}", _("This is not known here. Leave it out."))
    for name, field in fields.items():
        if name not in value:
            if field.required:
                yield Problem(f"/{name}", _("Fill in this field."), field=name)
            continue
        try:
            msgspec.convert(value[name], field.type, strict=not is_query)
        except msgspec.ValidationError as error:
            yield _problem(f"/{name}", error)


def _problem(base: str, error: msgspec.ValidationError) -> Problem:
    words, _at, where = str(error).partition(" - at `$")
    pointer = where.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
    return Problem(base + pointer, _("The value does not fit: %(fault)s.", fault=words))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def singles(given: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return {name: value} of a query in which nothing may be said twice. Raises BadBody."""
    for name, values in given.items():
        if len(values) > 1:
            raise BadBody(400, _("The address says %(name)s twice.", name=name[:60]))
    return {name: values[0] for name, values in given.items()}
