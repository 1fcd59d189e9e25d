"""Writes the files of a new region plugin, all of them or none."""

import json
import shutil
import tempfile
import tomllib
from importlib import resources
from pathlib import Path

import jinja2

from samverk.errors import SettingsError
from samverk.regions import naming
from samverk.regions.loader import PlaceNames

LOCALES = ("nb", "nn", "sv")
MAX_NAME = 60
FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "package/__init__.py": "{module}/__init__.py",
    "package/region.toml": "{module}/region.toml",
    "package/starter.toml": "{module}/starter.toml",
    "tests/test_region.py": "tests/test_{key}.py",
}
"""{template: where it is written in the new folder}"""
EXAMPLES = {"NO": ("no-5530", "no-5526"), "SE": ("se-0512", "se-0513")}
"""Municipalities that stand in the files, marked as demonstration, until the region's own are named."""


def key_of(name: str) -> str:
    """Return the key of a region by its name: ASCII letters, digits and underscores. Raises SettingsError."""
    key = naming.key_of(name)
    if not name.isprintable() or len(name) > MAX_NAME or not key:
        raise SettingsError(
            f"The name of a region is up to {MAX_NAME} letters and begins with one; {name[:MAX_NAME]!r} cannot be used."
        )
    return key


def write(name: str, locale: str, parent: Path, members: tuple[str, ...], places: PlaceNames) -> Path:
    """Write the distribution of a new region below `parent`; return its folder.

    Raises SettingsError for a name or language that cannot be used, a folder that is there, an unknown municipality.
    """
    key = key_of(name)
    if locale not in LOCALES:
        raise SettingsError(f"The language {locale!r} is not one of {', '.join(LOCALES)}; choose one of them.")
    for member in members:
        if not places.exists(member):
            near = ", ".join(places.nearest(member)) or "none"
            raise SettingsError(f"There is no municipality {member!r}; near it: {near}. Keys look as no-3437.")
    folder = parent / f"samverk-{key.replace('_', '-')}"
    if folder.exists():
        raise SettingsError(f"{folder} is there already; choose another name, or take it away first.")
    if not parent.is_dir():
        raise SettingsError(f"There is no folder {parent}; make it first.")
    known = _known(name, key, locale, members)
    try:
        _write_all(folder, known)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be written: {error.strerror}; choose another place.") from error
    return folder


def _write_all(folder: Path, known: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".samverk-new-") as made:
        for template, target in FILES.items():
            path = Path(made) / folder.name / target.format(**known)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_engine().get_template(f"{template}.jinja").render(known), "utf-8")
        _copy_schemas(Path(made) / folder.name / "schemas")
        shutil.move(Path(made) / folder.name, folder)


def _copy_schemas(folder: Path) -> None:
    """Lay the schemas beside the files, so that an editor without a network knows every key."""
    folder.mkdir()
    for name in ("region", "starter"):
        text = resources.files("samverk.regions").joinpath(f"{name}.schema.json").read_text("utf-8")
        (folder / f"{name}.schema.json").write_text(text, "utf-8")


def _known(name: str, key: str, locale: str, members: tuple[str, ...]) -> dict[str, object]:
    words = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
    country = "SE" if locale == "sv" else "NO"
    return {
        "name": name,
        "key": key,
        "module": f"samverk_{key}",
        "distribution": f"samverk-{key.replace('_', '-')}",
        "locale": locale,
        "country": country,
        "zone": "Europe/Stockholm" if country == "SE" else "Europe/Oslo",
        "members": members or EXAMPLES[country],
        "are_examples": not members,
        "words": words[locale],
    }


def _engine() -> jinja2.Environment:
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(resources.files(__package__).joinpath("templates"))),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - files of TOML and Python, quoted by the filter below
    )
    # A string of JSON is one of TOML too.
    engine.filters["quoted"] = lambda value: json.dumps(value, ensure_ascii=False)
    return engine
