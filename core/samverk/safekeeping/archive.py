"""One file that holds others and can tell whether it is whole: members, a manifest of them, and a seal at the very end.

A zip of members that are stored as they are: its bytes depend on nothing but what it holds, and nothing in it can swell
when it is read. The seal is a SHA-256 over everything before it, so that one wrong bit anywhere is found before the
rest of the file is believed. It finds accidents; it is no signature. What the members mean is others' business.
"""

import contextlib
import hashlib
import os
import re
import secrets
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from samverk.errors import SamverkError

FORMAT = 1
MANIFEST = "manifest.json"
MOST_MEMBERS = 100_000
MOST_MANIFEST = 32 * 1024 * 1024
_CHUNK = 1024 * 1024
_SEAL = b"samverk sha256 "
_SEALED = len(_SEAL) + 64
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,199}(?:/[A-Za-z0-9_][A-Za-z0-9._ -]{0,199}){0,7}")

Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) while something long goes on."""


def silent(_what: str, _done: int, _whole: int) -> None:
    """Say nothing."""


class BadArchive(SamverkError):
    """The file is not one of ours, or not whole, or not for this version; one sentence that names the member."""

    kind = "bad-archive"


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file holds. `digest` is the SHA-256 of the manifest itself, written as JSON with an empty digest."""

    format: int
    kind: str
    revision: str
    about: dict[str, str]
    members: tuple[Member, ...]
    digest: str = ""


def _digest(manifest: Manifest) -> str:
    plain = msgspec.structs.replace(manifest, digest="")
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


class Writer:
    """Writes a file under a temporary name beside it; only `writing` may give it its own."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, strict_timestamps=True)
        self._members: list[Member] = []

    @contextmanager
    def member(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Open a member; what is yielded adds bytes to it."""
        size, digest = 0, hashlib.sha256()
        with self._zip.open(_info(name), "w", force_zip64=True) as out:

            def write(content: bytes) -> None:
                nonlocal size
                size += len(content)
                digest.update(content)
                out.write(content)

            yield write
        self._members.append(Member(name, size, digest.hexdigest()))

    def file(self, name: str, source: Path, say: Progress = silent) -> None:
        """Add a file as a member."""
        with source.open("rb") as content, self.member(name) as write:
            # Of the file that is open: its name may be gone by now.
            whole, done = os.fstat(content.fileno()).st_size, 0
            while chunk := content.read(_CHUNK):
                write(chunk)
                done += len(chunk)
                say(name, done, whole)

    def finish(self, kind: str, revision: str, about: dict[str, str]) -> None:
        """Write the manifest, and leave room for the seal."""
        manifest = Manifest(FORMAT, kind, revision, about, tuple(self._members))
        whole = msgspec.structs.replace(manifest, digest=_digest(manifest))
        self._zip.writestr(_info(MANIFEST), msgspec.json.encode(whole, order="deterministic"))
        self._zip.comment = _SEAL + b"0" * 64
        self._zip.close()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, 0o600 << 16
    return info


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Yield a writer for a new file; it stands under its name when it is whole and on the disk, or not at all."""
    if path.exists():
        raise BadArchive(f"There is a file {path} already; name another, or move it away.")
    if not path.parent.is_dir():
        raise BadArchive(f"There is no folder {path.parent}; make it, or name another.")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield Writer(part)
        seal(part)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise BadArchive(f"{path} cannot be written ({error.strerror}); nothing of it is left.") from error
    finally:
        part.unlink(missing_ok=True)


def seal(path: Path) -> None:
    """Write the seal over the room that was left for it."""
    with path.open("r+b") as file:
        end = path.stat().st_size - _SEALED
        found = _hash_of(file, end)
        file.seek(end)
        file.write(_SEAL + found.encode())
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash_of(file: IO[bytes], end: int) -> str:
    """Return the hash of the first bytes of a file that stands at its beginning."""
    digest, left = hashlib.sha256(), end
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


class Reader:
    """A file that was found whole: what it holds may be read."""

    def __init__(self, path: Path, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path, self._zip, self.manifest = path, zipped, manifest

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.name for member in self.manifest.members)

    def open(self, name: str) -> IO[bytes]:
        return self._zip.open(name)

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a new file that only its owner may read."""
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as out, self._zip.open(name) as content:
            while chunk := content.read(_CHUNK):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())


@contextmanager
def reading(path: Path, kind: str, say: Progress = silent, most: int = MOST_MEMBERS) -> Iterator[Reader]:
    """Yield a reader of a file of a kind, once every byte of it has been held against its hashes.

    Raises BadArchive with the first fault.
    """
    _check_seal(path)
    with contextlib.ExitStack() as held:
        try:
            zipped = held.enter_context(zipfile.ZipFile(path))
            infos = _checked(path, zipped.infolist(), most)
            manifest = _manifest(path, zipped, kind)
            _check_members(path, zipped, infos, manifest, say)
        except (zipfile.BadZipFile, struct.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise BadArchive(f"{path} cannot be read ({type(error).__name__}); take another copy.") from error
        yield Reader(path, zipped, manifest)


def _check_seal(path: Path) -> None:
    if not path.is_file():
        raise BadArchive(f"There is no file {path}.")
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _SEALED))
        tail = file.read()
        if size <= _SEALED or not tail.startswith(_SEAL):
            raise BadArchive(f"{path} is not a file of Samverk, or its end is missing; take another copy.")
        file.seek(0)
        if tail[len(_SEAL) :] != _hash_of(file, size - _SEALED).encode():
            raise BadArchive(f"{path} is damaged: it is not what was written; take another copy.")


def _checked(path: Path, infos: list[zipfile.ZipInfo], most: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name. Raises BadArchive for what no file of ours has."""
    if len(infos) > most:
        raise BadArchive(f"{path} has {len(infos)} members; at most {most} are read.")
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if not _NAME.fullmatch(name):
            raise BadArchive(f"{path}: the member {name[:200]!r} has a name that leads elsewhere; it is not ours.")
        if name in found:
            raise BadArchive(f"{path}: the member {name!r} is there twice; it is not ours.")
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise BadArchive(f"{path}: the member {name!r} is compressed; members of ours never are.")
        if info.flag_bits & 0x1:
            raise BadArchive(f"{path}: the member {name!r} is encrypted; members of ours never are.")
        found[name] = info
    if sum(info.file_size for info in infos) > path.stat().st_size:
        raise BadArchive(f"{path}: its members lie over one another; it is not ours.")
    if MANIFEST not in found:
        raise BadArchive(f"{path}: the member {MANIFEST!r} is missing; it is not a file of Samverk.")
    return found


def _manifest(path: Path, zipped: zipfile.ZipFile, kind: str) -> Manifest:
    if zipped.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise BadArchive(f"{path}: the member {MANIFEST!r} is larger than any of ours.")
    raw = zipped.read(MANIFEST)
    try:
        version: Any = msgspec.json.decode(raw)
        if isinstance(version, dict) and isinstance(given := version.get("format"), int) and given > FORMAT:
            raise BadArchive(f"{path} has format {given}, written by a newer version; this one reads up to {FORMAT}.")
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadArchive(f"{path}: the member {MANIFEST!r} is not a manifest of ours; take another copy.") from error
    if manifest.digest != _digest(manifest):
        raise BadArchive(f"{path}: the member {MANIFEST!r} is not what was written; take another copy.")
    if manifest.kind != kind:
        raise BadArchive(f"{path} is a {manifest.kind[:40]!r}; what is wanted here is a {kind!r}.")
    return manifest


def _check_members(
    path: Path, zipped: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], manifest: Manifest, say: Progress
) -> None:
    told = {member.name: member for member in manifest.members}
    for name in sorted(infos.keys() - {MANIFEST} ^ told.keys()):
        where = "the manifest" if name in infos else "the file"
        raise BadArchive(f"{path}: the member {name!r} is missing in {where}; take another copy.")
    for number, (name, member) in enumerate(told.items(), 1):
        with zipped.open(name) as content:
            found = _hash_of(content, infos[name].file_size)
        if (infos[name].file_size, found) != (member.size, member.sha256):
            raise BadArchive(f"{path}: the member {name!r} is not what was written; take another copy.")
        say("check", number, len(told))
