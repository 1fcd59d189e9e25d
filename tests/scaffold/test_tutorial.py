"""The tutorial makes a real region by its own words, and mistakes in what it made are named."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from samverk import testing
from samverk.regions import loader

PAGE = Path(__file__).parents[2] / "docs" / "new-region.md"
BLOCK = re.compile(r"^```(sh|diff)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLUGIN = "samverk-hadeland"


def change(file: Path, block: str) -> None:
    """Apply a block of the page: what is taken away must stand in the file, once, just as it is."""
    lines = block.splitlines()
    old, new = ("\n".join(line[1:] for line in lines if line[0] == sign) + "\n" for sign in "-+")
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"the page changes what is not there once: {old}"
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Follow the page in an empty folder; return it and what the commands said."""
    folder = tmp_path_factory.mktemp("tutorial")
    env = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    said = ""
    for kind, file, block in BLOCK.findall(PAGE.read_text("utf-8")):
        if kind == "diff":
            change(folder / PLUGIN / file, block)
            continue
        done = subprocess.run(["sh", "-e", "-c", block], cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        said += done.stdout
    return folder, said


@pytest.mark.slow
def test_following_the_page_makes_the_region(followed: tuple[Path, str]) -> None:
    folder, said = followed
    files = loader.load_region(folder / PLUGIN / "samverk_hadeland")

    assert said.count("2 passed") == 2
    assert "no faults" in said
    assert re.search(rf"^hadeland\t.*{PLUGIN}.*\tready", said, re.MULTILINE)
    seats = files.definition.bodies["council"].seats
    assert {key: (seat.count, seat.vote) for key, seat in seats.items()} == {
        "mayor": (1, True), "elected": (2, True), "innlandet": (2, True), "viken": (None, False),
        "chief_executive": (1, False),
    }  # fmt: skip
    assert files.starter is not None
    assert files.starter.sets["members"].members == ("no-3446", "no-3234")


MISTAKES = {
    "unknown key": ("region.toml", 'kind = "elected"', 'kinds = "elected"', "kind"),
    "unknown kind": ("region.toml", 'kind = "elected"', 'kind = "elekted"', "elected"),
    "no such post": ("region.toml", 'post = "mayor"', 'post = "mayr"', "mayor"),
    "no such body": ("region.toml", 'body = "council"', 'body = "counsil"', "council"),
    "no such questionnaire": ("region.toml", 'questionnaire = "member" }', 'questionnaire = "membr" }', "member"),
    "no such entry": ("region.toml", 'meeting = "council_meeting"', 'meeting = "council_meting"', "council_meeting"),
    "before nothing": ("region.toml", 'before = "council_meeting", days = 7', 'before = "met", days = 7', "met"),
    "no such placeholder": ("region.toml", "{next_year}", "{nextyear}", "next_year"),
    "misspelt required": ("region.toml", "required = true", "requird = true", "required"),
    "a term without a form": ("region.toml", ', pl_def = "samarbeidsavtalene"', "", "pl_def"),
    "no such source": ("region.toml", 'source = "rules"', 'source = "rule"', "rules"),
    "not a number": ("region.toml", "count = 2 }", 'count = "2" }', "type"),
    "no such language": ("region.toml", 'locales = ["nb"]', 'locales = ["nb", "da"]', "da"),
    "no such weekday": ("region.toml", '"wednesday"', '"onsdag"', "onsdag"),
    "numbered twice": ("region.toml", "order = 3", "order = 2", "numbered 1 to 3"),
    "another version": ("region.toml", "schema_version = 1", "schema_version = 2", "1"),
    "unknown municipality": ("starter.toml", "no-3234", "no-3243", "no-3"),
    "not a time zone's key": ("starter.toml", "zone = ", "zones = ", "zone"),
    "neither source nor mark": (
        "starter.toml", 'roles = ["observer"]\nsource = "rules"', 'roles = ["observer"]', "where it comes from"
    ),
    "no such party": ("region.toml", 'parties = ["innlandet"]', 'parties = ["inlandet"]', "innlandet"),
    "not readable": ("starter.toml", "[sets.members]", "[sets.members", "line"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_region_is_named_with_file_and_place(
    name: str, followed: tuple[Path, str], tmp_path: Path
) -> None:
    file, right, wrong, word = MISTAKES[name]
    shutil.copytree(followed[0] / PLUGIN / "samverk_hadeland", tmp_path / "region")
    path = tmp_path / "region" / file
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")

    found = [one for one in testing.faults(tmp_path / "region") if one.file == file]

    assert found, "nothing was said"
    told = [one for one in found if word in str(one)]
    assert told, [str(one) for one in found]
    assert told[0].path or word in ("line", "zone"), told
