"""Which texts of a model are written in which of its languages, and which stand in another until somebody writes them.

Pure. What is shown instead is the leading language's, with a mark (`web.layout`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samverk.configuration import walk
from samverk.configuration.walk import Around, Path, Schema


@dataclass(frozen=True, slots=True)
class Missing:
    """A text that a language lacks: where, in words, and what is shown instead with its language."""

    path: Path
    way: str
    shown: str
    lang: str


@dataclass(frozen=True, slots=True)
class Language:
    """One language of a model: how many of its texts are written in it, and those that are not."""

    locale: str
    count: int
    missing: tuple[Missing, ...]

    @property
    def written(self) -> int:
        return self.count - len(self.missing)


def of(around: Around) -> tuple[Language, ...]:
    """Return the languages of a model, the leading one first, each with what it lacks in the order of the schema."""
    found = tuple(_texts(walk.root(), around.data, ()))
    return tuple(
        Language(locale, len(found), tuple(_missing(path, text, around) for path, text in found if locale not in text))
        for locale in around.locales
    )


def _missing(path: Path, text: dict[str, Any], around: Around) -> Missing:
    lang = next((one for one in (*around.locales, *text) if one in text), "")
    shown = text.get(lang, "")
    return Missing(path, " › ".join(walk.way(path, around)), shown if isinstance(shown, str) else shown["sg"], lang)


def _texts(schema: Schema, value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every text per language, and every term, with its place."""
    if walk.is_text(schema) or schema.get("ref") == "term":
        yield path, value
        return
    if isinstance(value, list):
        inner = walk.entry_schema(schema)
        for number, one in enumerate(value):
            yield from _texts(inner, one, (*path, str(number)))
    elif isinstance(value, dict):
        for key, one in value.items():
            found = walk.step(schema, key)
            if found is not None:
                yield from _texts(found, one, (*path, key))
