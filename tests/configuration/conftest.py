"""A plugin in a folder that may be changed, and an installation that is started anew on it."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.installation import Installation

from samverk import registry

RING = Path(__file__).parents[1] / "regions" / "ring"
Start = Callable[[], Installation]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a plugin that may be changed."""
    left_out = shutil.ignore_patterns("*.py", "__pycache__", "demonstration.toml")
    shutil.copytree(RING, tmp_path / "plugins" / "ring", ignore=left_out)
    monkeypatch.setenv("SAMVERK_PLUGIN_FOLDERS", str(tmp_path / "plugins"))
    return tmp_path / "plugins" / "ring"


@pytest.fixture
def start(folder: Path, sqlite_url: str, tmp_path: Path) -> Start:
    """Start the installation anew, with the plugins as they lie there now."""
    now = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
    return lambda: Installation(sqlite_url, tmp_path, now, registry.discover())


def rewrite(folder: Path, *pairs: tuple[str, str]) -> None:
    text = (folder / "region.toml").read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "region.toml").write_text(text, "utf-8")
