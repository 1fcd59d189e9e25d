"""Reads the strings for people out of a JSON Schema, for the extraction of messages."""

import json
from collections.abc import Iterator
from typing import IO, Any

CONTEXT = "settings"
"""The context of short labels, which are translated otherwise where they stand in sentences."""
Found = tuple[int, str | None, Any, list[str]]


def extract(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Yield (line, function, message, comments) of every title, description and word of a choice."""
    del keywords, comment_tags, options  # what an extractor is called with
    yield from _of(json.load(file))


def _of(node: Any) -> Iterator[Found]:
    if isinstance(node, list):
        for inner in node:
            yield from _of(inner)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        yield 0, "pgettext", (CONTEXT, node["title"]), []
    if isinstance(node.get("description"), str):
        yield 0, None, node["description"], []
    if isinstance(node.get("x-samverk-words"), dict):
        for word in node["x-samverk-words"].values():
            yield 0, "pgettext", (CONTEXT, word), []
    for inner in node.values():
        yield from _of(inner)
