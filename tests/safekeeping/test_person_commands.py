"""The commands about a person: they ask first, say one sentence, and write what only the operator may read."""

import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from samverk.people.model import Person
from tests.installation import Installation

EMAIL = "member@alpha.example"


def command(data: Path, *arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    return subprocess.run(
        [sys.executable, "-m", "samverk.cli", *arguments, "--data", str(data)],
        capture_output=True,
        text=True,
        env=kept,
        input=answer,
        timeout=60,
    )


def emails(installation: Installation) -> list[str]:
    with installation.database.platform("look") as session:
        return [email for email in session.scalars(select(Person.email)) if email.startswith("member")]


def test_a_person_is_exported_and_erased_from_the_command_line(embedded: Installation) -> None:
    embedded.add_tenant("kobyt", slug="alpha")
    data = embedded.settings.data
    target = data / "member.json"

    written = command(data, "person", "export", EMAIL, str(target))
    again = command(data, "person", "export", EMAIL, str(target))
    refused = command(data, "person", "erase", EMAIL, answer="n\n")
    assert emails(embedded) == [EMAIL]
    held = command(data, "tenant", "hold", "alpha", "--reason", "a case at court")
    stopped = command(data, "person", "erase", EMAIL, "--yes")
    released = command(data, "tenant", "release", "alpha")
    embedded.database.dispose()
    erased = command(data, "person", "erase", EMAIL, "--yes")
    unknown = command(data, "person", "erase", EMAIL, "--yes")

    assert (written.returncode, written.stdout) == (0, f"wrote 3 rows to {target}\n")
    assert target.stat().st_mode & 0o777 == 0o600
    content = json.loads(target.read_text())
    assert content["installation"]["person"][0]["email"] == EMAIL
    assert [row["role"] for row in content["regions"]["alpha"]["role_grant"]] == ["member"]
    assert again.returncode == 2
    assert refused.returncode == 1
    assert [one.returncode for one in (held, released)] == [0, 0]
    assert (stopped.returncode, stopped.stdout) == (2, "")
    assert stopped.stderr == (
        "The region alpha is under legal hold (a case at court) and names this person: nothing was erased, all is kept"
        " until the hold ends; 'samverk person restrict' closes the account meanwhile.\n"
    )
    assert (erased.returncode, erased.stdout, erased.stderr) == (0, "alpha: 1 rows\nerased\n", "")
    assert emails(embedded) == []
    assert (unknown.returncode, unknown.stderr) == (2, f"There is no person with the address {EMAIL}.\n")
