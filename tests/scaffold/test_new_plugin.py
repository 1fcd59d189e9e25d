"""A new region plugin passes its own tests before anything is written in it, and its mistakes are named by line."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from samverk import testing
from samverk.errors import SettingsError
from samverk.reference import service as reference
from samverk.scaffold import service

PLACES = reference.place_names()
SAMVERK = str(Path(sys.executable).parent / "samverk")


def written(parent: Path, name: str = "Ærlig Ås & Øst", locale: str = "nb", members: tuple[str, ...] = ()) -> Path:
    return service.write(name, locale, parent, members, PLACES)


@pytest.mark.parametrize("locale", service.LOCALES)
def test_what_is_written_has_no_fault_and_opens_its_round(locale: str, tmp_path: Path) -> None:
    folder = written(tmp_path, locale=locale) / "samverk_aerlig_as_ost"

    assert testing.faults(folder) == ()
    assert testing.forms_of_first_rounds(folder, tmp_path) == {"year": 2}
    assert tomllib.loads((folder / "region.toml").read_text("utf-8"))["name"] == {locale: "Ærlig Ås & Øst"}
    for name in ("region", "starter"):
        first = (folder / f"{name}.toml").read_text("utf-8").splitlines()[0]
        schema = folder / first.removeprefix("#:schema ")
        assert json.loads(schema.read_text("utf-8"))["title"].startswith("Samverk")


@pytest.mark.slow
def test_its_own_tests_pass_in_its_own_folder(tmp_path: Path) -> None:
    folder = written(tmp_path, "Prøveområdet", members=("no-5530", "no-5526", "no-5528"))

    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=folder, capture_output=True, text=True)

    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    facts = tomllib.loads((folder / "samverk_proveomradet" / "starter.toml").read_text("utf-8"))
    assert facts["sets"]["members"]["source"] == "own"


@pytest.mark.parametrize(
    ("name", "key"),
    [("Hadeland", "hadeland"), ("Värmdö och Öckerö", "varmdo_och_ockero"), ("  Øst-Østerdalen 2 ", "ost_osterdalen_2")],
)
def test_the_key_of_a_name_is_of_plain_letters(name: str, key: str) -> None:
    assert service.key_of(name) == key


@pytest.mark.parametrize("name", ["", "2030", "…", "a\nb", "\x00", "x" * 61, "../..", "北"])
def test_a_name_that_makes_no_key_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="begins with one"):
        written(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_quotes_and_braces_in_a_name_stay_a_name(tmp_path: Path) -> None:
    name = "Ås \"{{ x }}\" \\ 'nord'"
    folder = written(tmp_path, name)

    model = tomllib.loads((folder / "samverk_as_x_nord" / "region.toml").read_text("utf-8"))
    assert model["name"] == {"nb": name}
    assert tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["description"].endswith(name)


def test_nothing_is_written_over_and_nothing_half(tmp_path: Path) -> None:
    folder = written(tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    with pytest.raises(SettingsError, match="is there already"):
        written(tmp_path)
    with pytest.raises(SettingsError, match=r"no municipality 'no-3437x'; near it: no-3437"):
        written(tmp_path, "Another", members=("no-3437x",))
    with pytest.raises(SettingsError, match="is not one of nb, nn, sv"):
        written(tmp_path, "Another", locale="da")
    with pytest.raises(SettingsError, match="There is no folder"):
        written(tmp_path / "nowhere", "Another")

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert list(tmp_path.iterdir()) == [folder]


MISTAKES = (
    ('kind = "elected"', 'kind = "elekted"', "bodies.council.kind", "elected"),
    ('post = "mayor"', 'post = "mayer"', "bodies.council.seats.mayor.post", "mayor"),
    ('body = "council"', 'body = "counsil"', "cycles.year.body", "council"),
    ('questionnaire = "member"', 'questionnaire = "membr"', "cycles.year.forms.member.questionnaire", "member"),
    (
        'before = "council_meeting", days = 14',
        'before = "council_meting", days = 14',
        "wheel.council_answers",
        "council",
    ),
    ("required = true", "requierd = true", "questionnaires.member.items.outcome.requierd", "required"),
    ("{year}", "{yaer}", "questionnaires.member.items.outcome.text.nb", "year"),
)


@pytest.mark.parametrize(("right", "wrong", "path", "remedy"), MISTAKES, ids=[one[1][:30] for one in MISTAKES])
def test_a_mistake_is_named_with_its_line_and_the_remedy(
    right: str, wrong: str, path: str, remedy: str, tmp_path: Path
) -> None:
    folder = written(tmp_path) / "samverk_aerlig_as_ost"
    text = (folder / "region.toml").read_text("utf-8")
    (folder / "region.toml").write_text(text.replace(right, wrong, 1), "utf-8")
    line = 1 + text[: text.index(right)].count("\n")

    found = [one for one in testing.faults(folder) if one.path.startswith(path)]

    assert [testing.line_of(folder, one) for one in found[:1]] == [line], testing.faults(folder)
    assert remedy in str(found[0])


def test_the_command_says_it_to_people_and_to_programs(tmp_path: Path) -> None:
    folder = written(tmp_path)
    file = folder / "samverk_aerlig_as_ost" / "region.toml"
    file.write_text(file.read_text("utf-8").replace('kind = "elected"', 'kind = "elekted"', 1), "utf-8")

    people = subprocess.run([SAMVERK, "plugin", "check", str(folder)], capture_output=True, text=True)
    program = subprocess.run([SAMVERK, "plugin", "check", str(folder), "--json"], capture_output=True, text=True)

    command = [SAMVERK, "plugin", "check", str(folder), "--locale"]
    swedish, wrong = (subprocess.run([*command, one], capture_output=True, text=True) for one in ("sv", "xx"))

    assert (people.returncode, program.returncode) == (1, 1)
    assert "'elekted' finns inte bland dessa: elected" in swedish.stdout
    assert (wrong.returncode, "is not one of nn, nb, sv, en" in wrong.stderr) == (2, True)
    assert people.stdout.splitlines()[0].startswith("region.toml:17: bodies.council.kind: 'elekted' is not one of")
    (fault,) = json.loads(program.stdout)
    assert (fault["file"], fault["line"], fault["rule"], fault["hint"]) == ("region.toml", 17, "enum", "elected")
