"""A folder with nothing but its files is a full plugin: found by a setting, checked like any other, without code."""

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installation import Installation

from samverk import registry
from samverk.errors import SettingsError

RING = Path(__file__).parents[1] / "regions" / "ring"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of plugins with one in it, told to the program."""
    parent = tmp_path / "plugins"
    (parent / "my ring").mkdir(parents=True)
    for name in ("region.toml", "starter.toml"):
        shutil.copy(RING / name, parent / "my ring" / name)
    monkeypatch.setenv("SAMVERK_PLUGIN_FOLDERS", str(parent))
    return parent


def test_a_region_of_a_folder_lives_as_any_other(folders: Path, sqlite_url: str, tmp_path: Path) -> None:
    found = registry.discover()
    installation = Installation(sqlite_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC), found)
    tenant = installation.add_tenant("ring", slug="ringen")

    plugin = found.get("ring")

    assert plugin is not None
    assert (plugin.distribution, plugin.is_called) == (str(folders / "my ring"), False)
    assert "Brannvern" in installation.browser(tenant, "member").get("/arrangements")
    installation.close()


def test_a_folder_may_be_the_plugin_itself_and_several_may_be_named(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    shutil.copytree(folders / "my ring", other)
    text = (other / "region.toml").read_text("utf-8").replace('key = "ring"', 'key = "other_ring"', 1)
    (other / "region.toml").write_text(text, "utf-8")
    monkeypatch.setenv("SAMVERK_PLUGIN_FOLDERS", os.pathsep.join([str(folders), str(other)]))

    found = registry.discover()

    assert {"ring", "other_ring"} <= set(found.keys())
    assert found.refused == ()


def test_a_faulty_folder_and_a_taken_key_are_refused_and_harm_nobody(folders: Path) -> None:
    shutil.copytree(folders / "my ring", folders / "second")
    shutil.copytree(folders / "my ring", folders / "faulty")
    (folders / "faulty" / "region.toml").write_text("schema_version = 1\nkei = 'ring'\n", "utf-8")
    shutil.copytree(folders / "my ring", folders / "tables")
    (folders / "tables" / "migrations").mkdir()
    (folders / "no plugin").mkdir()

    found = registry.discover()

    refused = {Path(one.distribution).name: one.reason for one in found.refused}
    assert refused.keys() == {"second", "faulty", "tables"}
    assert (
        refused["second"]
        == f"the key ring is taken by {folders / 'my ring'}; give the region in region.toml another key"
    )
    assert "region.toml: kei: the key 'kei' is not known here" in refused["faulty"]
    assert "owns no tables" in refused["tables"]
    assert {"ring", "kobyt", "insam_nordgudbrandsdal"} <= set(found.keys())


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMVERK_PLUGIN_FOLDERS", str(tmp_path / "nowhere"))

    with pytest.raises(SettingsError, match="nowhere, which is no folder; correct it"):
        registry.discover()


def test_in_safe_mode_no_folder_is_looked_at(folders: Path) -> None:
    assert registry.discover(is_safe_mode=True).keys() == ()


def test_a_folder_that_cannot_be_read_stops_nobody(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other, kept = folders.parent / "closed", Path.iterdir
    other.mkdir()
    monkeypatch.setenv("SAMVERK_PLUGIN_FOLDERS", os.pathsep.join([str(other), str(folders)]))

    def iterdir(path: Path) -> Iterator[Path]:
        if path == other:
            raise PermissionError(13, "Permission denied")
        return kept(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)

    found = registry.discover()

    assert [one.reason for one in found.refused] == ["the folder cannot be read: Permission denied"]
    assert {"ring", "kobyt"} <= set(found.keys())
