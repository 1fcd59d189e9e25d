"""What the operator does with people on the command line."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from tests.installation import PASSWORD, Installation, httpx_client


def samverk(installation: Installation, *words: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_") or "CHEAP" in name}
    environment = kept | {
        "SAMVERK_DATABASE_URL": installation.database.url,
        "SAMVERK_SECRET": installation.settings.secret,
        "SAMVERK_PUBLIC_URL": installation.settings.public_url,
    }
    data = Path(installation.settings.data)
    command = [sys.executable, "-m", "samverk.cli", "user", *words, "--data", str(data)]
    done = subprocess.run(command, env=environment, cwd=data, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def can_sign_in(installation: Installation, email: str, password: str = PASSWORD) -> bool:
    answer = httpx_client(installation).post("/sign-in", data={"email": email, "password": password})
    return answer.url.path == "/"


def test_a_weak_password_is_refused_and_a_good_one_taken(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    words = ("add", "kari@lom.example", "--tenant", tenant, "--role", "member", "--password")

    refused = samverk(embedded, *words, "nord-gudbrandsdal")
    taken = samverk(embedded, *words, "hest over blå bru")

    assert refused[0] == 2
    assert refused[1].startswith("The password is made of")
    assert taken == (0, "added kari@lom.example as member\n")
    assert can_sign_in(embedded, "kari@lom.example", "hest over blå bru")


def test_a_link_is_printed_that_sets_a_password(embedded: Installation) -> None:
    embedded.now = dt.datetime.now(dt.UTC)
    email = f"member@{embedded.add_tenant('insam_nordgudbrandsdal')}.example"

    code, printed = samverk(embedded, "link", email)
    fields = {"password": "hest over blå bru", "again": "hest over blå bru"}
    answer = httpx_client(embedded).post(printed.strip().removeprefix("http://127.0.0.1:8000"), data=fields)

    assert (code, answer.url.path) == (0, "/sign-in")
    assert can_sign_in(embedded, email, "hest over blå bru")
    assert samverk(embedded, "link", "nobody@lom.example")[0] == 2


def test_a_disabled_person_signs_in_nowhere_until_enabled(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    office, program = embedded.browser(tenant, "secretariat"), embedded.program(tenant, "secretariat")
    office.get("/rounds")

    codes = [samverk(embedded, "disable", office.email)[0]]
    ended = (office.client.get(f"/{tenant}/rounds").url.path, program.get("/points").status_code)
    refused = can_sign_in(embedded, office.email)
    codes.append(samverk(embedded, "enable", office.email)[0])

    assert (codes, ended, refused) == ([0, 0], ("/sign-in", 401), False)
    assert can_sign_in(embedded, office.email)
