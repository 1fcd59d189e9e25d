"""Backups: whole while the server writes (R2), refused with one wrong bit (R3), put back whole or not at all."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from samverk.audit import verification
from samverk.errors import SettingsError
from samverk.migrations import runner
from samverk.safekeeping import archive, backup
from samverk.safekeeping.archive import BadArchive
from samverk.settings import Settings
from tests import scale
from tests.safekeeping.conftest import NOW, SLUG, Kept, all_files, tampered


def command(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    return subprocess.run(
        [sys.executable, "-m", "samverk.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=kept | environment,
        timeout=60,
    )


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_what_is_restored_is_what_was_there(kept: Kept, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "restored"

    done = backup.restore(kept.backup, f"sqlite:///{target / 'samverk.sqlite3'}", target, NOW)

    assert done == backup.Restored((f"{SLUG}: 5 entries, no faults",), 0, None)
    found, wanted = all_files(target), all_files(kept.folder)
    assert found.keys() == wanted.keys() - {"samverk.sqlite3-wal", "samverk.sqlite3-shm"}
    assert {n: c for n, c in found.items() if "sqlite3" not in n} == {
        n: c for n, c in wanted.items() if "sqlite3" not in n
    }
    assert dump(target / "samverk.sqlite3") == dump(kept.folder / "samverk.sqlite3")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_in_use_is_refused_or_kept_beside(kept: Kept, tmp_path: Path) -> None:
    change(kept.folder / "samverk.sqlite3", "UPDATE tenant SET locale = 'nb'")
    before = dump(kept.folder / "samverk.sqlite3")

    with pytest.raises(SettingsError, match="is in use"):
        backup.restore(kept.backup, kept.url, kept.folder, NOW)
    with closing(sqlite3.connect(kept.folder / "samverk.sqlite3")) as server:
        server.execute("SELECT count(*) FROM tenant").fetchone()
        with pytest.raises(SettingsError, match="stop the server"):
            backup.restore(kept.backup, kept.url, kept.folder, NOW, replace=True)
    assert dump(kept.folder / "samverk.sqlite3") == before
    done = backup.restore(kept.backup, kept.url, kept.folder, NOW, replace=True)

    assert done.kept is not None
    assert dump(done.kept / "samverk.sqlite3") == before
    assert rows(kept.folder / "samverk.sqlite3", "SELECT locale FROM tenant") == [("nn",)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.samverk", "data", done.kept.name]


WRITER = """
import datetime as dt, sys
from samverk.audit import service as audit
from samverk.database import Database
from samverk.onboarding import service as onboarding
from samverk import registry
from samverk.tenants.model import Source

database, plugins, number = Database(sys.argv[1], threads=1), registry.discover(), 0
while True:
    number += 1
    with database.unit(write=True) as session:
        scope = onboarding.open_system_scope(session, plugins, sys.argv[2], dt.datetime.now(dt.UTC))
        scope.add(Source(key=f"written-{number:06}", content={"text": "x" * 2000}))
        audit.append(scope, "system", f"write {number}", None)
    print(number, flush=True)
"""


def test_a_backup_while_another_process_writes_holds_all_that_was_acknowledged(kept: Kept, tmp_path: Path) -> None:
    """R2: a prefix of the commits, none of the acknowledged ones missing, the logs whole."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, kept.url, SLUG], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged, taken = 0, []
    for turn in range(scale.count(3)):
        while acknowledged < 25 * (turn + 1):
            acknowledged = int(process.stdout.readline())
        target = tmp_path / f"{turn}.samverk"
        backup.back_up(kept.url, kept.folder, kept.folder / "files", target, NOW)
        taken.append((acknowledged, target))
    process.terminate()
    last = int(process.stdout.read().split()[-1])
    process.wait(20)

    for before, target in taken:
        folder = tmp_path / target.stem
        backup.restore(target, f"sqlite:///{folder / 'samverk.sqlite3'}", folder, NOW)
        found = [
            key
            for (key,) in rows(
                folder / "samverk.sqlite3", "SELECT key FROM source WHERE key LIKE 'written-%' ORDER BY 1"
            )
        ]
        assert before <= len(found) <= last + 1
        assert found == [f"written-{number:06}" for number in range(1, len(found) + 1)]
        (report,) = verification.verify_all(Settings(folder, f"sqlite:///{folder / 'samverk.sqlite3'}", "", ""))
        assert (report.faults, report.entries) == ((), 5 + len(found))
    assert taken[0][0] < taken[-1][0] < last
    scale.made("R2", "backups while another process writes", len(taken), scale.count(3))


def test_a_restore_that_is_killed_leaves_nothing_or_all(kept: Kept, tmp_path: Path) -> None:
    seed = scale.seed()
    print(f"seed {seed}")
    chance, whole, seen = random.Random(seed), dump(kept.folder / "samverk.sqlite3"), set()
    for number in range(scale.count(4)):
        target = tmp_path / f"target-{number}"
        process = subprocess.Popen(
            [sys.executable, "-m", "samverk.cli", "restore", str(kept.backup), "--data", str(target)],
            stdout=subprocess.DEVNULL,
        )
        try:
            process.wait(chance.uniform(0.2, 1.6))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        seen.add(target.exists())
        if target.exists():
            assert dump(target / "samverk.sqlite3") == whole
            assert (target / "files" / "0001").read_bytes() == b"a file"

    print(f"whole and not there: {seen}")


def test_a_folder_that_cannot_be_written_and_a_damaged_database_are_one_sentence(kept: Kept, tmp_path: Path) -> None:
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("a file where a folder should be")
    (kept.folder / "samverk.sqlite3").write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    with pytest.raises(BadArchive, match="There is no folder"):
        backup.back_up(kept.url, kept.folder, kept.folder / "files", in_the_way / "b.samverk", NOW)
    with pytest.raises(SettingsError, match="cannot be copied"):
        backup.back_up(kept.url, kept.folder, kept.folder / "files", tmp_path / "b.samverk", NOW)
    with pytest.raises(SettingsError, match="cannot be written"):
        backup.restore(kept.backup, f"sqlite:///{in_the_way / 'd' / 'samverk.sqlite3'}", in_the_way / "d", NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.samverk", "data", "in-the-way"]


def test_files_that_come_and_go_while_a_backup_is_written_do_not_stop_it(kept: Kept, tmp_path: Path) -> None:
    folder, stop = kept.folder / "files", threading.Event()
    (folder / "0002.part").write_bytes(b"half a file")

    def come_and_go() -> None:
        while not stop.is_set():
            for number in range(200):
                (folder / f"x{number}").write_bytes(b"x")
            for number in range(200):
                (folder / f"x{number}").unlink()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for turn in range(10):
            backup.back_up(kept.url, kept.folder, folder, tmp_path / f"{turn}.samverk", NOW)
    finally:
        stop.set()
        thread.join(20)

    for turn in range(10):
        with archive.reading(tmp_path / f"{turn}.samverk", "backup") as reader:
            assert "files/0001" in reader.names
            assert "files/0002.part" not in reader.names


def test_every_wrong_bit_and_every_cut_is_refused_and_nothing_written(kept_once: Kept, tmp_path: Path) -> None:
    """R3."""
    seed = scale.seed()
    print(f"seed {seed}")
    chance, whole, spoiled = random.Random(seed), kept_once.backup.read_bytes(), tmp_path / "spoiled"
    target = tmp_path / "target"
    taken = []
    for number in range(scale.count(200)):
        content = bytearray(whole)
        if number % 4 == 0:
            del content[chance.randrange(len(content)) :]
        else:
            # A third near the end, where the table of the zip and the seal stand.
            place = chance.randrange(len(content) - 3000 if number % 3 == 0 else 0, len(content))
            content[place] ^= 1 << chance.randrange(8)
        spoiled.write_bytes(content)
        try:
            backup.restore(spoiled, f"sqlite:///{target / 'samverk.sqlite3'}", target, NOW)
            taken.append(number)
        except BadArchive as error:
            assert str(spoiled) in str(error)
        assert [path.name for path in tmp_path.iterdir()] == ["spoiled"]

    assert taken == []
    scale.made("R3", "spoiled backups refused", scale.count(200), 200, seed)


def test_verify_names_what_is_wrong(kept: Kept, tmp_path: Path) -> None:
    database, target = kept.folder / "samverk.sqlite3", tmp_path / "spoiled.samverk"
    assert command("verify", kept.backup).returncode == 0
    change(database, "DROP TRIGGER audit_entry_no_delete", "DELETE FROM audit_entry WHERE seq = 3")
    backup.back_up(kept.url, kept.folder, kept.folder / "files", target, NOW)

    told = command("verify", target)

    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"{target}: the log is not whole: {SLUG}: entry 3 is missing or out of order.\n"
    with pytest.raises(BadArchive, match="entry 3"):
        backup.restore(target, f"sqlite:///{tmp_path / 'n' / 'samverk.sqlite3'}", tmp_path / "n", NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.samverk", "data", "spoiled.samverk"]


def test_verify_finds_rows_that_refer_to_nothing_and_heads_that_do_not_fit(kept: Kept, tmp_path: Path) -> None:
    (head,) = (kept.folder / "audit-heads").iterdir()
    head.write_text(f"2026-11-20 2 {'0' * 64}\n")
    backup.back_up(kept.url, kept.folder, kept.folder / "files", tmp_path / "heads.samverk", NOW)
    change(kept.folder / "samverk.sqlite3", "DELETE FROM person")
    backup.back_up(kept.url, kept.folder, kept.folder / "files", tmp_path / "keys.samverk", NOW)

    with pytest.raises(BadArchive, match="entry 2 is not the one whose hash was kept outside"):
        backup.verify(tmp_path / "heads.samverk")
    with pytest.raises(BadArchive, match=r"has rows of \w+ that refer to nothing"):
        backup.verify(tmp_path / "keys.samverk")


def test_a_backup_of_an_older_revision_is_brought_up_and_of_a_newer_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "samverk.sqlite3"
    url = f"sqlite:///{path}"
    runner.migrate(url, "20261122")
    older, newer, target = tmp_path / "older", tmp_path / "newer", tmp_path / "target"
    backup.back_up(url, path.parent, path.parent / "files", older, NOW)
    change(path, "UPDATE alembic_version SET version_num = '20990101_later'")
    backup.back_up(url, path.parent, path.parent / "files", newer, NOW)

    backup.restore(older, f"sqlite:///{target / 'samverk.sqlite3'}", target, NOW)
    assert runner.pending(f"sqlite:///{target / 'samverk.sqlite3'}") == ()
    shutil.rmtree(target)
    told = command("restore", newer, "--data", target)

    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"{newer} was written by a newer version of Samverk; install that one, then try again.\n"
    assert not target.exists()


@pytest.mark.parametrize(
    ("change_members", "words"),
    [
        (lambda m: m.update({"files/../../secret": b""}), r"'files/\.\./\.\./secret' has a name that leads elsewhere"),
        (lambda m: m.update({"/etc/passwd": b""}), "'/etc/passwd' has a name that leads elsewhere"),
        (lambda m: m.update({"samverk.toml": b""}), "'samverk.toml' does not belong into a backup"),
        (lambda m: m.pop("samverk.sqlite3"), "'samverk.sqlite3' is missing"),
        (lambda m: m.update({"samverk.sqlite3": b"no database"}), "'samverk.sqlite3' is no database"),
    ],
)
def test_a_backup_made_on_purpose_is_refused_by_its_member(kept: Kept, tmp_path: Path, change_members, words) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "target"
    spoiled = tampered(kept.backup, tmp_path / "spoiled", change_members)
    shutil.rmtree(kept.folder)

    with pytest.raises(BadArchive, match=words):
        backup.restore(spoiled, f"sqlite:///{target / 'samverk.sqlite3'}", target, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.samverk", "spoiled"]


def test_the_commands_say_one_sentence_and_show_no_progress_in_a_pipe(kept: Kept, tmp_path: Path) -> None:
    target = tmp_path / "new.samverk"
    made = command("backup", target, "--data", kept.folder)
    again = command("backup", target, "--data", kept.folder)
    nothing = command("backup", tmp_path / "x", "--data", tmp_path / "nowhere")
    elsewhere = command("backup", target, SAMVERK_DATABASE_URL="postgresql://samverk@host/samverk")

    assert (made.returncode, made.stdout, made.stderr) == (0, f"wrote {target}\n", "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert (again.returncode, again.stderr) == (
        2,
        f"There is a file {target} already; name another, or move it away.\n",
    )
    assert nothing.returncode == 2
    assert elsewhere.returncode == 2
    assert "pg_dump as the role samverk_backup" in elsewhere.stderr
    assert not (tmp_path / "nowhere").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.samverk", "data", "new.samverk"]
