"""A small installation in a folder of its own, made once and copied for each test; files that were tampered with."""

import datetime as dt
import functools
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from samverk import registry as registries
from samverk.attachments.store import Store
from samverk.audit import service as audit
from samverk.audit.anchors import Anchors
from samverk.database import Database
from samverk.registry import Registry
from samverk.safekeeping import archive, region_file
from samverk.safekeeping.archive import Manifest
from tests.installation import Installation

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
SLUG = "nord-gudbrandsdal"


@dataclass(frozen=True)
class Kept:
    """A data folder and a backup of it."""

    folder: Path
    backup: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'samverk.sqlite3'}"

    def database_bytes(self) -> bytes:
        return (self.folder / "samverk.sqlite3").read_bytes()


def add_entries(installation: Installation, slug: str, count: int) -> None:
    """Let something be done in a region, each with its entry in the log; the first hash is kept outside."""
    for number in range(count):
        with installation.scope(slug) as scope:
            head = audit.append(scope, "system", f"work {number}", None)
            if number == 0:
                Anchors(installation.settings.data / "audit-heads").keep(
                    scope.tenant_id, NOW.date(), head.seq, head.hash
                )


@pytest.fixture(scope="session")
def kept_once(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Kept:
    """A folder with one region, its log and a file, and the backup of it."""
    from samverk.safekeeping import backup

    folder = tmp_path_factory.mktemp("kept") / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "samverk.sqlite3")
    (folder / "secret").write_text("a secret of the tests\n")
    (folder / "files").mkdir()
    (folder / "files" / "0001").write_bytes(b"a file")
    installation = Installation(f"sqlite:///{folder / 'samverk.sqlite3'}", folder, NOW)
    installation.add_tenant("insam_nordgudbrandsdal")
    add_entries(installation, SLUG, 5)
    installation.close()
    kept = Kept(folder, folder.parent / "backup.samverk")
    backup.back_up(kept.url, folder, folder / "files", kept.backup, NOW)
    return kept


@pytest.fixture
def kept(kept_once: Kept, tmp_path: Path) -> Kept:
    """A copy of the folder and its backup, to be spoiled."""
    shutil.copytree(kept_once.folder, tmp_path / "data")
    shutil.copy(kept_once.backup, tmp_path / "backup.samverk")
    return Kept(tmp_path / "data", tmp_path / "backup.samverk")


Change = Callable[[dict[str, bytes]], None]


def tampered(source: Path, target: Path, change: Change, *, true_hashes: bool = True, compress: bool = False) -> Path:
    """Write an archive anew with other members, under a seal that fits: what somebody could do on purpose."""
    with zipfile.ZipFile(source) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    change(members)
    manifest = msgspec.json.decode(members.pop(archive.MANIFEST), type=Manifest)
    if true_hashes:
        told = tuple(
            archive.Member(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in members.items()
        )
        manifest = msgspec.structs.replace(manifest, members=told)
        manifest = msgspec.structs.replace(manifest, digest=archive._digest(manifest))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as out:
        for name, content in members.items():
            out.writestr(name, content)
        out.writestr(archive.MANIFEST, msgspec.json.encode(manifest, order="deterministic"), zipfile.ZIP_STORED)
        out.comment = archive._SEAL + b"0" * 64
    archive.seal(target)
    return target


def all_files(folder: Path) -> dict[str, bytes]:
    """Return {path: content} of everything below a folder; folders end with a slash."""
    return {
        path.relative_to(folder).as_posix() + ("/" if path.is_dir() else ""): b""
        if path.is_dir()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


@functools.cache
def _elsewhere(url: str) -> Path:
    return Path(tempfile.mkdtemp(prefix="samverk-files-"))


def files_of(database: Database | Path) -> Store:
    """Return the store of an installation's files: beside the embedded database, or in a folder made for the other."""
    if isinstance(database, Database) and not database.is_sqlite:
        return Store(_elsewhere(database.url))
    path = database if isinstance(database, Path) else Path(database.url.removeprefix("sqlite:///"))
    return Store(path.parent / "files")


@pytest.fixture(scope="session")
def registry() -> Registry:
    return registries.discover()


@pytest.fixture(scope="session")
def five(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    """The database of five regions; to be read only."""
    from tests.safekeeping import five_regions  # which uses what stands above

    return five_regions.make(tmp_path_factory.mktemp("five"), registry)


@pytest.fixture(scope="session")
def fifth(five: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the fifth region."""
    target = tmp_path_factory.mktemp("fifth") / "fifth.samverk"
    region_file.write(Database(f"sqlite:///{five}", threads=1), files_of(five), "the-fifth", target)
    return target


@pytest.fixture
def empty(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An installation without regions."""
    shutil.copy(sqlite_template, tmp_path / "empty.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}", threads=1)
    yield database
    database.dispose()
