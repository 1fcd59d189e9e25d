"""Nothing in core knows the four regions: not a key, not a slug, not a name."""

from pathlib import Path

import samverk
from samverk import registry

ROOT = Path(samverk.__file__).parent
KINDS = {".py", ".html", ".toml", ".json", ".js", ".css"}
# The registers name every municipality of two countries; that is data, and names no region.
DATA = ROOT / "reference" / "data"


def test_core_names_no_region() -> None:
    words = set()
    for plugin in registry.discover().plugins():
        files = plugin.files()
        words |= {plugin.key, plugin.key.split("_")[0]}
        if files.starter is not None:
            words |= {files.starter.slug, *files.starter.name.values()}
    assert len(words) >= 12

    named = [
        (str(path.relative_to(ROOT)), word)
        for path in sorted(ROOT.rglob("*"))
        if path.suffix in KINDS and DATA not in path.parents and "vendor" not in path.parts
        for word in words
        if word.casefold() in path.read_text("utf-8").casefold()
    ]

    assert named == []
