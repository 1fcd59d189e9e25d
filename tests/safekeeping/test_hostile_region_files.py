"""Files of a region that somebody made on purpose or that are damaged: refused by member and line, nothing written."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from samverk.database import Database
from samverk.registry import Registry
from samverk.safekeeping import region_file, region_import, rows
from samverk.safekeeping.archive import BadArchive
from tests import scale
from tests.safekeeping.conftest import files_of, tampered


def first_line(table: str, **changed: Any) -> Any:
    """Return what changes values in the first line of a table's member."""

    def change(members: dict[str, bytes]) -> None:
        name = region_file.member(table)
        first, *others = members[name].splitlines(keepends=True)
        members[name] = msgspec.json.encode(msgspec.json.decode(first) | changed) + b"\n" + b"".join(others)

    return change


def add_line(table: str, line: bytes) -> Any:
    return lambda members: members.update({region_file.member(table): members[region_file.member(table)] + line})


def twice(table: str) -> Any:
    def change(members: dict[str, bytes]) -> None:
        name = region_file.member(table)
        members[name] += members[name].splitlines(keepends=True)[0]

    return change


def many(members: dict[str, bytes]) -> None:
    members.update({f"tables/t{number}.jsonl": b"" for number in range(500)})


def attachment(members: dict[str, bytes]) -> str:
    """Return the one member of an attachment's bytes."""
    return next(name for name in members if name.startswith("files/"))


def with_other_bytes(members: dict[str, bytes]) -> None:
    members[attachment(members)] += b" and more"


def as_a_program(members: dict[str, bytes]) -> None:
    """A row that says what the bytes are, under a name and a kind that nobody could have sent."""
    first_line("attachment", name="a.html", media_type="text/html")(members)


OTHER = "01900000-0000-7000-8000-00000000beef"
HOSTILE = {
    "a name that leads out": (
        lambda m: m.update({"tables/../../x": b""}),
        r"'tables/\.\./\.\./x' has a name that leads",
    ),
    "a name with a backslash": (lambda m: m.update({"tables\\x": b""}), "has a name that leads"),
    "a member that is no table": (
        lambda m: m.update({"tables/sign_in.jsonl": b""}),
        "'tables/sign_in.jsonl' is no table",
    ),
    "a missing member": (lambda m: m.pop("tables/round.jsonl"), "'tables/round.jsonl' is missing"),
    "another region's row": (
        first_line("party", tenant_id=OTHER),
        "'tables/party.jsonl': line 1 belongs to another region",
    ),
    "an unknown column": (first_line("party", is_operator=True), "line 1 has the column 'is_operator'"),
    "a password": (first_line("person", password_hash="x"), "line 1 has the column 'password_hash'"),
    "a right": (first_line("person", is_operator=True), "line 1 has the column 'is_operator'"),
    "an id that is none": (first_line("party", id="../x"), "line 1 has a value in 'id'"),
    "an id in capitals": (first_line("party", id=OTHER.upper()), "line 1 has a value in 'id'"),
    "a number for a text": (first_line("party", key=1), "line 1 has a value in 'key'"),
    "a number that is too large": (first_line("round", year=2**40), "line 1 has a value in 'year'"),
    "a truth for a number": (first_line("round", year=True), "line 1 has a value in 'year'"),
    "a day that is none": (first_line("round", opens_on="2026-02-30"), "line 1 has a value in 'opens_on'"),
    "a moment without zone": (
        first_line("round", opened_at="2026-01-01T00:00:00"),
        "line 1 has a value in 'opened_at'",
    ),
    "base64 that is none": (first_line("issued_document", pdf="?"), "line 1 has a value in 'pdf'"),
    "no value": (first_line("party", key=None), "line 1 has no value in 'key'"),
    "a null character": (first_line("party", key="a\0b"), "line 1 has a character in 'key'"),
    "a null character inside": (first_line("party", name={"nn": ["\0"]}), "line 1 has a character in 'name'"),
    "a deep value": (add_line("party", b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}\n"), "line [0-9]+ is not JSON"),
    "no JSON": (add_line("party", b"{\n"), "line [0-9]+ is not JSON"),
    "no object": (add_line("party", b"[]\n"), "line [0-9]+ is not an object"),
    "no end": (add_line("party", b"{}"), "line [0-9]+ is too long, or has no end"),
    "a stranger": (
        first_line("role_grant", person_id=OTHER),
        "line 1 names a person in 'person_id' who is not in the file",
    ),
    "a place that is none": (first_line("party", place_key="no-0000"), "'tables/party.jsonl': one of the lines"),
    "a key to nothing": (first_line("membership", party_id=OTHER), "'tables/membership.jsonl': one of the lines"),
    "a row twice": (twice("party"), "'tables/party.jsonl': one of the lines"),
    "a person twice": (twice("person"), "has an id that stands there before"),
    "two regions": (twice("tenant"), "does not hold the one region"),
    "another region": (first_line("tenant", id=OTHER), "does not hold the one region"),
    "a log that is not whole": (first_line("audit_entry", action="forged"), "the log is not whole at entry 1"),
    "a message to be sent": (first_line("message", state="queued"), "line 1 is a message that waits"),
    "a foreign name in the log": (first_line("audit_actor", salt="00" * 32), "the log is not whole at entry 0"),
    "an attachment left out": (lambda m: m.pop(attachment(m)), "'files/[0-9a-f-]+' is missing"),
    "an attachment too many": (lambda m: m.update({f"files/{OTHER}": b"x"}), "'files/.*beef' belongs to no attachment"),
    "an attachment with other bytes": (with_other_bytes, "'files/[0-9a-f-]+' is not what its row says"),
    "an attachment of another kind": (as_a_program, "'files/[0-9a-f-]+' is of a kind that is not taken"),
    "too many members": (many, "'tables/t0.jsonl' is no table"),}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_by_its_member_and_nothing_written(
    what: str, fifth: Path, empty: Database, registry: Registry, tmp_path: Path
) -> None:
    change, words = HOSTILE[what]
    spoiled = tampered(fifth, tmp_path / "spoiled", change)

    with pytest.raises(BadArchive, match=words):
        region_import.take_in(empty, registry, files_of(empty), spoiled)

    empty.dispose()
    with closing(sqlite3.connect(empty.url.removeprefix("sqlite:///"))) as connection:
        left = {
            table.name: connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
            for table in rows.exported()
        }
    assert {name for name, count in left.items() if count} == set()


def test_files_that_only_look_whole_are_refused(
    fifth: Path, empty: Database, registry: Registry, tmp_path: Path
) -> None:
    squeezed = tampered(fifth, tmp_path / "squeezed", lambda _members: None, compress=True)
    wrong = tampered(fifth, tmp_path / "wrong", first_line("party", key="x"), true_hashes=False)
    newer, backup = tmp_path / "newer", tmp_path / "backup"
    tampered(fifth, newer, manifest(format=2))
    tampered(fifth, backup, manifest(kind="backup"))
    later = tampered(fifth, tmp_path / "later", manifest(revision="20990101_later"))
    told = {}
    for file in (squeezed, wrong, newer, backup, later):
        with pytest.raises(BadArchive) as fault:
            region_import.take_in(empty, registry, files_of(empty), file)
        told[file.name] = str(fault.value).partition(str(file))[2]

    assert told == {
        "squeezed": ": the member 'tables/attachment.jsonl' is compressed; members of ours never are.",
        "wrong": ": the member 'tables/party.jsonl' is not what was written; take another copy.",
        "newer": " has format 2, written by a newer version; this one reads up to 1.",
        "backup": " is a 'backup'; what is wanted here is a 'region'.",
        "later": " was written by a newer version of Samverk; install that one here first.",
    }


def manifest(**changed: Any) -> Any:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = msgspec.json.encode(msgspec.json.decode(members["manifest.json"]) | changed)

    return change


def test_one_wrong_bit_of_a_region_is_refused(fifth: Path, empty: Database, registry: Registry, tmp_path: Path) -> None:
    seed = scale.seed()
    print(f"seed {seed}")
    chance, whole, taken = random.Random(seed), fifth.read_bytes(), []
    for number in range(scale.count(50)):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        (tmp_path / "spoiled").write_bytes(content)
        try:
            region_import.take_in(empty, registry, files_of(empty), tmp_path / "spoiled")
            taken.append(number)
        except BadArchive:
            continue

    assert taken == []
