"""Holds the fact list of a region plugin against what its files say, in the words that a page would print."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from samverk import i18n
from samverk.reference.places import load_places
from samverk.regions.loader import PlaceNames, RegionFiles, load_region


def load(plugin: ModuleType) -> RegionFiles:
    """Load a plugin's files with the register of places."""
    register = load_places()
    places = PlaceNames(lambda key: register.by_key(key) is not None, register.nearest)
    return load_region(plugin.samverk_region().folder, places)


def unsaid(plugin: ModuleType, leading: str, places: tuple[str, ...], *, on: dt.date | None = None) -> list[str]:
    """Return the facts of `facts_<key>.toml` that neither a text of the plugin nor a name of its places holds.

    Texts are taken in the leading language; places have the names of a day, else today's.
    """
    region = plugin.samverk_region()
    files = [tomllib.loads(region.folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in ("region", "starter")]
    found = [place for key in places if (place := load_places().by_key(key)) is not None]
    names = [period.name for one in found if (period := one.at(on)) is not None] if on else [one.name for one in found]
    with i18n.using(leading):
        texts = "\n".join([*names, *(text for file in files for text in _strings(file, leading))])
    key = plugin.__name__.removeprefix("samverk_")
    facts = tomllib.loads(Path(__file__).with_name(f"facts_{key}.toml").read_text("utf-8"))["fact"]
    assert facts
    assert all(set(fact) == {"fact", "source", "page"} for fact in facts)
    return [fact["fact"] for fact in facts if fact["fact"] not in texts]


def _strings(value: Any, leading: str) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get(leading), str):
            yield value[leading]
            return
        for inner in value.values():
            yield from _strings(inner, leading)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, leading)
    elif isinstance(value, dt.date):
        yield i18n.format_date(value)
    elif isinstance(value, str):
        yield _dated(value)


def _dated(text: str) -> str:
    """Write 2008-02-13 as "13. februar 2008" and 03-31 as "31. mars", and leave anything that is no date."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return i18n.format_date(dt.date.fromisoformat(text))
    if re.fullmatch(r"\d\d-\d\d", text):
        return i18n.format_date(dt.date.fromisoformat(f"2000-{text}")).removesuffix(" 2000")
    return text
