"""S1 of the security figures: what is installed is what the lock names, and no secret is among the project's files."""

import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests import scale

ROOT = Path(__file__).parents[2]
TOOLS = {"pip", "setuptools", "uv", "wheel"}
"""What installs the rest: the environment's own, and of `scripts/bootstrap.lock`."""
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "signed token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "key of a service": r"\b(?:AKIA[0-9A-Z]{16}|gh[opsu]_[A-Za-z0-9]{36}|xox[abps]-[A-Za-z0-9-]{10,}|sk_live_\w{16,})",
    "password in an address": r"\b[a-z+]+://[^\s/:@{}<>'\"]+:(?!(?:secret|password|x)@)[^\s/@{}<>'\"]{8,}@",
}


def locked() -> dict[str, tuple[Requirement, int]]:
    """Return {name: (requirement, how many hashes)} of the lock."""
    found = {}
    for entry in (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", "").splitlines():
        words, *hashes = entry.split("--hash=sha256:")
        requirement = Requirement(words.strip())
        found[canonicalize_name(requirement.name)] = (requirement, len(hashes))
    return found


def own() -> set[str]:
    """Return the names of the project's distributions."""
    files = [ROOT / "core" / "pyproject.toml", *(ROOT / "plugins").glob("*/pyproject.toml")]
    names = [re.search(r'^name = "([^"]+)"', file.read_text("utf-8"), re.MULTILINE) for file in files]
    return {canonicalize_name(name[1]) for name in names if name}


def test_what_is_installed_is_what_the_lock_names() -> None:
    wanted = {
        name: str(one.specifier).removeprefix("==")
        for name, (one, _hashes) in locked().items()
        if one.marker is None or one.marker.evaluate()
    }
    installed = {canonicalize_name(one.metadata["Name"]): one.version for one in metadata.distributions()}
    others = {name: version for name, version in installed.items() if name not in TOOLS | own()}

    assert others == wanted
    assert own() <= installed.keys()
    scale.made("S1", "packages installed as locked", len(wanted), 80)


def test_every_locked_package_has_its_hashes_and_comes_from_no_named_place() -> None:
    text = "".join((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "scripts/bootstrap.lock"))

    assert {name: hashes for name, (_requirement, hashes) in locked().items() if hashes == 0} == {}
    assert {name for name, (one, _hashes) in locked().items() if not str(one.specifier).startswith("==")} == set()
    assert re.findall(r"https?://\S+|--index-url|--find-links", text) == []


def found_in(text: str) -> list[str]:
    return [kind for kind, pattern in SECRETS.items() if re.search(pattern, text)]


def test_no_file_of_the_project_holds_a_secret() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("these files are in no repository")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    texts = {file: file.read_text("utf-8", errors="replace") for file in files if file.is_file()}

    assert {str(file.relative_to(ROOT)): kinds for file, text in texts.items() if (kinds := found_in(text))} == {}
    assert len(texts) > 500
    scale.made("S1", "files without a secret", len(texts), 500)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "ghp_" + "a1B2c3D4e5" * 3 + "a1B2c3",
        "postgresql://samverk:" + "Kj8sd7Fh2@db.example/samverk",
    ],
)
def test_what_a_secret_looks_like(text: str) -> None:
    assert len(found_in(text)) == 1
