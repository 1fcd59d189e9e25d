"""Backups of the embedded database and the files of its folder: written while the server writes, looked at, put back.

What the file is like is `archive.py`'s. A PostgreSQL database has its own tools.
"""

import contextlib
import datetime as dt
import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from samverk.audit import verification
from samverk.database import Database
from samverk.errors import SettingsError
from samverk.migrations import runner
from samverk.safekeeping import archive, erasure
from samverk.safekeeping.archive import BadArchive, Progress, Reader, silent
from samverk.safekeeping.journal import Journal
from samverk.settings import Settings

KIND = "backup"
DATABASE = "samverk.sqlite3"
SECRET, HEADS, FILES = "secret", "audit-heads", "files"
_MEMBER = re.compile(rf"{re.escape(DATABASE)}|{SECRET}|{Journal.NAME}|{HEADS}/[0-9a-f-]{{36}}\.log|{FILES}/.+")
_PAGES = 1024


def database_path(url: str, command: str) -> Path:
    """Return the file of the embedded database. Raises SettingsError that says what to use with PostgreSQL."""
    if not url.startswith("sqlite"):
        raise SettingsError(
            f"'samverk {command}' is for the embedded database; for PostgreSQL use pg_dump as the role samverk_backup"
            " and pg_restore, as docs/operate.md says."
        )
    return Path(url.removeprefix("sqlite:///"))


def back_up(url: str, data: Path, files: Path, target: Path, now: dt.datetime, say: Progress = silent) -> None:
    """Write a backup to a new file; what had been acknowledged before the start is in it.

    The heads of the logs are read before the database, so that none is newer than the log that it is held against.
    """
    source = database_path(url, "backup")
    if not source.is_file():
        raise SettingsError(f"There is no database at {source}; give the folder with --data.")
    with (
        archive.writing(target) as writer,
        tempfile.TemporaryDirectory(prefix=".samverk-", dir=target.parent) as beside,
    ):
        for path in _small_files(data):
            writer.file(path.relative_to(data).as_posix(), path)
        copy = Path(beside) / DATABASE
        try:
            revision = _copy(source, copy, say)
        except sqlite3.Error as error:
            raise SettingsError(f"The database {source} cannot be copied ({error}); nothing was written.") from error
        writer.file(DATABASE, copy, say)
        for path in sorted(files.rglob("*")):
            if path.suffix != ".part" and path.is_file() and not path.is_symlink():
                # One that somebody has taken away since the folder was looked at is none.
                with contextlib.suppress(FileNotFoundError):
                    writer.file(f"{FILES}/{path.relative_to(files).as_posix()}", path)
        writer.finish(KIND, revision, {"at": now.astimezone(dt.UTC).isoformat(timespec="seconds")})


def _small_files(data: Path) -> Iterator[Path]:
    yield from (path for path in (data / SECRET, data / Journal.NAME) if path.is_file())
    yield from sorted((data / HEADS).glob("*.log"))


def _copy(source: Path, copy: Path, say: Progress) -> str:
    """Copy the database as it is at this moment, whoever writes to it meanwhile; return its revision."""
    with closing(_connect(source, "rw")) as live, closing(_connect(copy, "rwc")) as out:
        # One writer is the one checkpointer too (M16); what is read from here on is of one moment.
        live.execute("PRAGMA wal_autocheckpoint=0")
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        live.backup(out, pages=_PAGES, progress=lambda _s, left, whole: say("copy", whole - left, whole))
        live.execute("COMMIT")
        out.execute("PRAGMA journal_mode=DELETE")
        return _revision(out)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, isolation_level=None, timeout=30, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _revision(connection: sqlite3.Connection) -> str:
    try:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite3.Error as error:
        raise SettingsError("The database has no tables of Samverk yet; there is nothing to keep.") from error
    return str(rows[0][0]) if rows else ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a backup: when it was made, and one line about the log of each region."""

    at: str
    revision: str
    members: int
    logs: tuple[str, ...]


def verify(file: Path, say: Progress = silent) -> Looked:
    """Look at a backup: every byte, the database's own checks, the logs. Raises BadArchive naming the first fault."""
    with (
        archive.reading(file, KIND, say) as reader,
        tempfile.TemporaryDirectory(prefix="samverk-verify-") as scratch,
    ):
        logs = _unpack(reader, Path(scratch))
        manifest = reader.manifest
        return Looked(manifest.about.get("at", ""), manifest.revision, len(manifest.members), logs)


def _unpack(reader: Reader, folder: Path) -> tuple[str, ...]:
    """Lay a backup out in a folder and bring it up to date. Raises BadArchive when the database is not sound."""
    file = reader.path
    for name in reader.names:
        if not _MEMBER.fullmatch(name):
            raise BadArchive(f"{file}: the member {name!r} does not belong into a backup; it is not ours.")
        reader.extract(name, folder / name)
    if not (folder / DATABASE).is_file():
        raise BadArchive(f"{file}: the member {DATABASE!r} is missing; it is not a backup of ours.")
    _check_database(file, folder / DATABASE, reader.manifest.revision)
    url = f"sqlite:///{folder / DATABASE}"
    if reader.manifest.revision not in runner.known():
        raise BadArchive(f"{file} was written by a newer version of Samverk; install that one, then try again.")
    runner.migrate(url)
    reports = verification.verify_all(Settings(folder, url, "", ""))
    for report in reports:
        if report.faults:
            raise BadArchive(f"{file}: the log is not whole: {report.words.splitlines()[0]}.")
    return tuple(report.words for report in reports)


def _check_database(file: Path, path: Path, revision: str) -> None:
    try:
        with closing(_connect(path, "rw")) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise BadArchive(f"{file}: the member {DATABASE!r} is not sound: {found}.")
            if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
                raise BadArchive(f"{file}: the member {DATABASE!r} has rows of {broken[0]} that refer to nothing.")
            if _revision(connection) != revision:
                raise BadArchive(f"{file}: the member {DATABASE!r} is not of the revision that the manifest names.")
    except sqlite3.DatabaseError as error:
        raise BadArchive(f"{file}: the member {DATABASE!r} is no database ({error}).") from error


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the logs as they were found, how many people were erased again, where the old folder is."""

    logs: tuple[str, ...]
    erased: int
    kept: Path | None


def restore(
    file: Path, url: str, data: Path, now: dt.datetime, *, replace: bool = False, erasures: Path | None = None,
    say: Progress = silent,
) -> Restored:  # fmt: skip
    """Put a backup back as the data folder, whole or not at all; people erased since it was made are erased again.

    Erasures are those of the folder that is there, of the backup, and of a journal kept elsewhere. Raises BadArchive
    and SettingsError; then nothing has been written.
    """
    data = data.resolve()
    if database_path(url, "restore").resolve() != data / DATABASE:
        raise SettingsError("SAMVERK_DATABASE_URL names a file outside the data folder; unset it to restore.")
    if erasures is not None and not erasures.is_file():
        raise SettingsError(f"There is no journal of erasures at {erasures}; name the file, or leave it out.")
    with archive.reading(file, KIND, say) as reader:
        if data.exists() and any(data.iterdir()):
            if not replace:
                raise SettingsError(f"The folder {data} is in use; name an empty one, or keep it beside by --replace.")
            _refuse_while_served(data / DATABASE)
        with _staged(data) as staged:
            logs = _unpack(reader, staged)
            journal = Journal(staged)
            journal.take_over(data / Journal.NAME, *((erasures,) if erasures else ()))
            erased = _replay(staged, journal, now)
            kept = _swap(staged, data, now)
    return Restored(logs, erased, kept)


@contextmanager
def _staged(data: Path) -> Iterator[Path]:
    """Yield a new folder beside the data folder; what is left of it and of folders made for it goes away again."""
    made = [folder for folder in data.parents if not folder.exists()]
    staged = data.with_name(f".{data.name}-restore-{secrets.token_hex(4)}")
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        staged.mkdir(mode=0o700)
        yield staged
    except BaseException as error:
        shutil.rmtree(staged, ignore_errors=True)
        for folder in made:
            if folder.is_dir():
                folder.rmdir()
        if isinstance(error, OSError):
            raise SettingsError(f"{data} cannot be written ({error.strerror}); nothing was changed.") from error
        raise


def _refuse_while_served(path: Path) -> None:
    """Raises SettingsError while another process has the database open: it would go on writing to the old one."""
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise SettingsError(f"The database {path} is being served; stop the server and the worker first.") from error
    except sqlite3.DatabaseError:
        return  # what is damaged may be replaced: that is what restoring is for


def _replay(staged: Path, journal: Journal, now: dt.datetime) -> int:
    database = Database(f"sqlite:///{staged / DATABASE}", threads=1)
    try:
        return erasure.replay(database, journal, now)
    finally:
        database.dispose()


def _swap(staged: Path, data: Path, now: dt.datetime) -> Path | None:
    """Give the staged folder its name; return where the one that had it is kept."""
    kept = None
    if data.exists() and any(data.iterdir()):
        kept = data.with_name(f"{data.name}.before-{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")
    try:
        if kept is not None:
            data.rename(kept)
        staged.rename(data)
    except OSError as error:
        if kept is not None and kept.exists() and not data.exists():
            kept.rename(data)
        raise SettingsError(
            f"The folder {data} cannot be renamed ({error.strerror}); restore into another one beside it."
        ) from error
    archive.sync_folder(data.parent)
    return kept
