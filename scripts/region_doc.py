"""Writes docs/region.md from the schemas: every table and property with its description. A test holds them equal."""

from pathlib import Path
from typing import Any

from samverk.regions.loader import schema

OUT = Path(__file__).parents[1] / "docs" / "region.md"
HEAD = """# What a region's files may hold

Made from `core/samverk/regions/*.schema.json` by `python scripts/region_doc.py`; do not edit by hand.
A text is a table per language: `{ nn = "…", nb = "…" }`. Tables are keyed by stable ids, so that one entry can be
changed.
"""


def _kind(property_: dict[str, Any]) -> str:
    if "$ref" in property_:
        return f"`{property_['$ref'].rpartition('/')[2]}`"
    if "enum" in property_:
        return "one of " + ", ".join(f"`{value}`" for value in property_["enum"])
    if "const" in property_:
        return f"`{property_['const']}`"
    if property_.get("type") == "array":
        return f"list of {_kind(property_['items'])}"
    if property_.get("type") == "object" and isinstance(property_.get("additionalProperties"), dict):
        return f"table of {_kind(property_['additionalProperties'])}"
    return str(property_.get("type", "value"))


def _table(title: str, part: dict[str, Any]) -> list[str]:
    lines = ["", f"### {title}", "", part.get("description", "")]
    properties = part.get("properties")
    if properties:
        required = set(part.get("required", ()))
        lines += ["", "| property | kind | what |", "| --- | --- | --- |"]
        for name, property_ in properties.items():
            words = property_.get("description", "").replace("|", "\\|")
            lines.append(f"| `{name}`{' (required)' if name in required else ''} | {_kind(property_)} | {words} |")
    return lines


def document() -> str:
    """Return the whole page."""
    lines = [HEAD.rstrip()]
    for name in ("region", "starter", "demonstration"):
        whole = schema(name)
        lines += ["", f"## `{name}.toml`", "", whole["description"]]
        lines += _table("Top level", {**whole, "description": ""})[3:]
        for key, part in sorted(whole["$defs"].items()):
            lines += _table(f"`{key}`", part)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    OUT.write_text(document(), "utf-8")
