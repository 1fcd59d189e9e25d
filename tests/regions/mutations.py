"""Ways to break a file that is whole: in its tables, in its text, in its bytes. Each takes a random generator.

Nothing is asserted here; `test_hostile_files.py` does.
"""

import json
import random
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, Any]
Mutation = Callable[[Any, random.Random], str]
"""Changes the tree in place and says what was done, in words for the report of a failure."""


def places(tree: Any) -> Iterator[Place]:
    """Yield (holder, key) of every value below the tree."""
    waiting = [tree]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])


def pick(tree: Any, chance: random.Random, kind: type | tuple[type, ...] = object) -> Place:
    """Return a random place whose value is of the kind."""
    return chance.choice([place for place in places(tree) if isinstance(place[0][place[1]], kind)])


def pick_key(tree: Any, chance: random.Random) -> Place:
    return chance.choice([place for place in places(tree) if isinstance(place[0], dict)])


def misspell(word: str, chance: random.Random) -> str:
    """Return the word with one letter lost, doubled or changed places."""
    at = chance.randrange(max(1, len(word) - 1))
    return chance.choice([word[:at] + word[at + 1 :], word[:at] + word[at : at + 1] + word[at:], _turned(word, at)])


def _turned(word: str, at: int) -> str:
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def delete_key(tree: Any, chance: random.Random) -> str:
    holder, key = pick_key(tree, chance)
    del holder[key]
    return f"without {key}"


def misspelt_key(tree: Any, chance: random.Random) -> str:
    holder, key = pick_key(tree, chance)
    wrong = misspell(str(key), chance)
    holder[wrong] = holder.pop(key)
    return f"{key} as {wrong}"


def strange_key(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, dict)
    holder[key][chance.choice(["", "__class__", "x" * 300, "a b", "Å", "-"])] = chance.choice([1, "x", {}])
    return f"a strange key in {key}"


def wrong_type(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance)
    holder[key] = chance.choice([0, -1, 1.5, True, "", "x", [], {}, [[]], {"nb": 1}, [None], {"a": {"b": []}}])
    holder[key] = [1] if holder[key] == [None] else holder[key]
    return f"{key} = {holder[key]!r}"


def wrong_word(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, str)
    holder[key] = misspell(holder[key], chance)
    return f"{key} = {holder[key][:60]!r}"


def not_a_number(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, (int, float, str))
    holder[key] = chance.choice([float("nan"), float("inf"), -float("inf"), 2**70, -(2**63) - 1, 10**300])
    return f"{key} = {holder[key]!r:.40}"


def bad_date(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, str)
    holder[key] = chance.choice(
        ["2024-02-30", "2024-13", "24-1-1", "0000-00-00", "11-31", "02-30", "1. mai", "9999-99"]
    )
    return f"{key} = {holder[key]!r}"


def control_characters(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, str)
    holder[key] += chance.choice(["\x00", "\x1b[2J", "\r\nX: y", "\x7f", "\x08"])
    return f"a control character in {key}"


def huge_text(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, str)
    holder[key] = chance.choice('aå\\"') * chance.choice([20_001, 100_000, 300_000])
    return f"{len(holder[key])} characters in {key}"


def deep_nesting(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance)
    made: Any = 1
    for _level in range(depth := chance.choice([33, 90])):
        made = {"a": made} if chance.random() < 0.5 else [made]
    holder[key] = made
    return f"{depth} levels in {key}"


def placeholder(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, str)
    holder[key] += chance.choice(["{yaer}", "{0.__class__}", "{{ 7*7 }}", "{}", "{a[b]}", "{x!r:>9}"])
    return f"{key} = {holder[key][-40:]!r}"


def many_entries(tree: Any, chance: random.Random) -> str:
    holder, key = pick(tree, chance, (dict, list))
    holder[key] = [1] * 60_000
    return f"60,000 entries in {key}"


def circle(tree: Any, chance: random.Random) -> str:
    wheel = tree.get("wheel") or {}
    if not wheel:
        return wrong_word(tree, chance)
    keys = chance.sample(sorted(wheel), min(len(wheel), chance.randint(1, 3)))
    for at, key in enumerate(keys):
        wheel[key]["rule"] = {"before": keys[at - 1], "days": 3}
    return f"a circle of {keys}"


TREE: tuple[Mutation, ...] = (
    delete_key,
    misspelt_key,
    strange_key,
    wrong_type,
    wrong_word,
    not_a_number,
    bad_date,
    control_characters,
    huge_text,
    deep_nesting,
    placeholder,
    many_entries,
    circle,
)


def lost_bytes(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + raw[at + chance.randint(1, 40) :]


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def doubled_line(raw: bytes, chance: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return b"".join(lines[: at + 1] + lines[at:])


def broken_utf8(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + chance.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe6"]) + raw[at:]


def raw_control(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw))
    return raw[:at] + chance.choice([b"\x00", b"\x1b", b"\x08", b"\x0c"]) + raw[at:]


def brackets(raw: bytes, chance: random.Random) -> bytes:
    kind = chance.choice([b"[", b"{", b'{"a":', b"[{a="])
    return raw + b"\nx = " + kind * chance.choice([50, 5_000, 50_000])


def dots(raw: bytes, chance: random.Random) -> bytes:
    return raw + b"\n" + b"a." * chance.choice([40, 5_000, 100_000]) + b"b = 1"


def too_large(raw: bytes, chance: random.Random) -> bytes:
    return raw + b"\n# " + b"x" * chance.choice([600_000, 3_000_000])


def digits(raw: bytes, chance: random.Random) -> bytes:
    return raw + b"\nx = " + chance.choice([b"9", b"0xf", b"1e9", b"0.1"]) + b"9" * chance.choice([30, 5_000, 100_000])


def swapped_quotes(raw: bytes, chance: random.Random) -> bytes:
    places = [at for at, letter in enumerate(raw) if letter == ord('"')]
    at = chance.choice(places)
    return raw[:at] + chance.choice([b"'", b'"""', b"", b"\\"]) + raw[at + 1 :]


BYTES = (
    lost_bytes,
    cut,
    doubled_line,
    broken_utf8,
    raw_control,
    brackets,
    dots,
    too_large,
    digits,
    swapped_quotes,
)


def to_toml(tree: Any) -> bytes:
    """Write a tree as TOML, every table of a table inline. What JSON escapes, TOML reads likewise."""
    lines = [f"{_text(key)} = {_value(value)}" for key, value in tree.items()]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else repr(value)


def broken_toml(raw: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Return a broken copy of a TOML file and what was done to it."""
    if chance.random() < 0.3:
        change = chance.choice(BYTES)
        return change(raw, chance), change.__name__
    tree = _plain(tomllib.loads(raw.decode("utf-8")))
    change_tree = chance.choice(TREE)
    said = change_tree(tree, chance)
    return to_toml(tree), f"{change_tree.__name__}: {said}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool | int | float | str) else value.isoformat()


SCHEMA_VALUES: tuple[tuple[str, Any], ...] = (
    ("$ref", "https://example.org/x.json"),
    ("$ref", "file:///etc/passwd"),
    ("$ref", "#"),
    ("$ref", "#/$defs/nothing"),
    ("$ref", 1),
    ("$dynamicRef", "#x"),
    ("$id", "urn:inner"),
    ("pattern", "(a)\\1"),
    ("pattern", "(?<=x)a"),
    ("pattern", "a" * 501),
    ("pattern", "(((a{1000}){1000}){1000})"),
    ("pattern", ["a"]),
    ("format", "regex"),
    ("format", "dat"),
    ("multipleOf", 0),
    ("multipleOf", -1),
    ("multipleOf", 1e-200),
    ("maximum", 2**60),
    ("minimum", float("nan")),
    ("maxLength", -5),
    ("type", "strnig"),
    ("type", ["string", "string"]),
    ("required", "a"),
    ("properties", []),
    ("properties", {f"p{number}": {} for number in range(600)}),
    ("enum", list(range(3_000))),
    ("propertis", {}),
    ("allOf", {}),
    ("items", "x"),
    ("if", 3),
)


def broken_schema(raw: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Return a broken copy of a schema and what was done to it."""
    if chance.random() < 0.3:
        change = chance.choice([one for one in BYTES if one is not dots and one is not digits])
        return change(raw, chance), change.__name__
    tree = json.loads(raw)
    schemas = [tree, *(h[k] for h, k in places(tree) if k not in ("enum", "required", "$defs", "properties"))]
    target = chance.choice([one for one in schemas if isinstance(one, dict) and ("type" in one or "$ref" in one)])
    keyword, value = chance.choice(SCHEMA_VALUES)
    target[keyword] = value
    return json.dumps(tree).encode(), f"{keyword} = {value!r:.60}"


def broken_catalogue(raw: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Return a broken copy of a catalogue and what was done to it."""
    text = raw.decode("utf-8")
    head, *entries = text.split("\n\n")
    chosen = chance.sample(entries, 30)
    with_name = [one for one in entries if "%(" in one.partition("msgstr")[2]]
    target = chance.choice(with_name)
    before, word, after = target.partition("msgstr")
    kinds: dict[str, Callable[[], str]] = {
        "placeholder misspelt": lambda: before + word + after.replace("%(", "%(x", 1),
        "placeholder left out": lambda: before + word + ' "nothing"' if "msgid_plural" not in before else before + word,
        "placeholder without its type": lambda: before + word + after.replace(")s", ")", 1),
        "quote left open": lambda: target.rstrip().removesuffix('"'),
        "control character": lambda: before + word + after.replace("%(", "\x1b%(", 1),
        "twice": lambda: f"{target}\n\n{target}",
        "unknown word": lambda: f'{target}\nmsgsrt "x"',
        "broken escape": lambda: before + word + after.replace("%(", "\\", 1),
    }
    kind = chance.choice([*kinds, "bytes", "too large"])
    if kind == "too large":
        return raw + b"\n# " + b"x" * 3_000_000, kind
    if kind == "bytes":
        return broken_utf8(raw, chance), kind
    return "\n\n".join([head, *chosen, kinds[kind]()]).encode(), kind
