"""Forgotten passwords: the same answer after the same work for every address, links that work once and for an hour."""

import datetime as dt
import re
import statistics
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import event, func, select
from tests.installation import PASSWORD, Installation, httpx_client

from samverk.outbox.model import Letter
from samverk.people.model import PasswordReset

NEW = "hest over blå bru"
TRIES = 15


@pytest.fixture
def site(installation: Installation) -> tuple[Installation, str]:
    tenant = installation.add_tenant("insam_nordgudbrandsdal")
    return installation, f"secretariat@{tenant}.example"


def ask(installation: Installation, email: str) -> httpx.Response:
    return httpx_client(installation).post("/sign-in/forgotten", data={"email": email})


def set_password(
    installation: Installation, link: str, password: str = NEW, again: str | None = None
) -> httpx.Response:
    data = {"password": password, "again": password if again is None else again}
    return httpx_client(installation).post(link, data=data)


def can_sign_in(installation: Installation, email: str, password: str) -> bool:
    answer = httpx_client(installation).post("/sign-in", data={"email": email, "password": password})
    return answer.url.path == "/"


def test_a_link_sets_a_new_password_once_and_ends_every_session(site: tuple[Installation, str]) -> None:
    installation, email = site
    tenant = email.partition("@")[2].removesuffix(".example")
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")
    ask(installation, email)
    link = installation.link(email)

    opened = [httpx_client(installation).get(link).status_code for _turn in range(3)]
    first = set_password(installation, link)
    second = set_password(installation, link, "et helt annet passord")

    assert opened == [200, 200, 200]
    assert (first.url.path, first.status_code, second.status_code) == ("/sign-in", 200, 404)
    assert office.client.get(f"/{tenant}/rounds").url.path == "/sign-in"
    assert [can_sign_in(installation, email, one) for one in (PASSWORD, "et helt annet passord", NEW)] == [
        False,
        False,
        True,
    ]


def test_neither_a_hint_nor_a_question_stands_in_for_a_password(site: tuple[Installation, str]) -> None:
    installation, email = site
    ask(installation, email)
    client = httpx_client(installation)

    pages = {"sign-in": "/sign-in", "forgotten": "/sign-in/forgotten", "link": installation.link(email)}
    asked = {
        page: set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', client.get(path).text))
        for page, path in pages.items()
    }

    own = {"_csrf", "next"}
    assert asked == {
        "sign-in": {"email", "password"} | own,
        "forgotten": {"email"} | own,
        "link": {"password", "again"} | own - {"next"},
    }


def test_a_link_ends_after_an_hour_and_when_a_newer_one_is_made(site: tuple[Installation, str]) -> None:
    installation, email = site
    ask(installation, email)
    older = installation.link(email)
    installation.now += dt.timedelta(seconds=1)
    ask(installation, email)
    newer = installation.link(email)

    replaced = set_password(installation, older).status_code
    installation.now += dt.timedelta(minutes=61)
    late = set_password(installation, newer).status_code

    assert (replaced, late, can_sign_in(installation, email, PASSWORD)) == (404, 404, True)


def test_a_link_that_was_changed_or_made_up_is_nothing(site: tuple[Installation, str]) -> None:
    installation, email = site
    ask(installation, email)
    link = installation.link(email)
    path = link.partition("?")[0]
    swapped = path[:-1] + ("A" if path[-1] != "A" else "B")

    for one in (
        swapped,
        path[:-1],
        path + "A",
        path.replace("reset_", "invite_"),
        "/sign-in/reset/x",
        "/sign-in/reset/å",
    ):
        assert set_password(installation, one).status_code == 404, one
    assert set_password(installation, link).status_code == 200


def test_a_weak_or_mistyped_password_is_refused_and_the_link_still_works(site: tuple[Installation, str]) -> None:
    installation, email = site
    ask(installation, email)
    link = installation.link(email)

    refused = [
        set_password(installation, link, "kort").status_code,
        set_password(installation, link, "nord-gudbrandsdal 1").status_code,
        set_password(installation, link, NEW, again="noe annet enn det").status_code,
    ]

    assert refused == [422, 422, 422]
    assert set_password(installation, link).status_code == 200


def test_the_letter_names_the_public_address_never_the_host_that_was_asked(site: tuple[Installation, str]) -> None:
    from samverk.outbox import delivery

    installation, email = site
    client = httpx_client(installation)
    evil = client.post("/sign-in/forgotten", data={"email": email}, headers={"host": "evil.example"})
    assert (evil.status_code, delivery.claim(installation.database, installation.now)) == (400, ())
    client.post("/sign-in/forgotten", data={"email": email}, headers={"host": "localhost:8000"})

    claimed = delivery.claim(installation.database, installation.now)
    body = delivery.compose(claimed[0], installation.settings).get_content()

    assert [one.address for one in claimed] == [email]
    assert f"http://127.0.0.1:8000{installation.link(email)}" in body
    assert "localhost" not in body


def test_neither_the_database_nor_the_outbox_page_holds_the_secret(embedded: Installation) -> None:
    from pathlib import Path

    installation = embedded
    email = f"secretariat@{embedded.add_tenant('insam_nordgudbrandsdal')}.example"
    ask(installation, email)
    secret = installation.link(email).partition("?")[0].rsplit("_", 1)[1]
    raw = Path(installation.database.url.removeprefix("sqlite:///"))
    stored = raw.read_bytes() + raw.with_name(f"{raw.name}-wal").read_bytes()
    tenant = email.partition("@")[2].removesuffix(".example")
    shown = installation.browser(tenant, "secretariat").get("/outbox")

    assert secret.encode() not in stored
    assert "/sign-in/reset/" not in shown


def cleaned(answer: httpx.Response) -> tuple[int, str]:
    text = re.sub(r'nonce="[^"]*"|name="_csrf" value="[^"]*"', "", answer.text)
    return answer.status_code, re.sub(r"(?:known|nobody)@[a-z.-]+", "ADDRESS", text)


@pytest.mark.parametrize("path", ["/sign-in/forgotten", "/sign-in"])
def test_known_and_unknown_addresses_answer_alike_and_as_fast(
    embedded: Installation, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from samverk.people import limits, passwords

    monkeypatch.setattr(limits, "PER_ACCOUNT", 1000)
    monkeypatch.setattr(limits, "PER_ADDRESS", 1000)
    monkeypatch.delenv("SAMVERK_TEST_CHEAP_PASSWORDS")
    passwords._hasher.cache_clear()
    passwords._nobody.cache_clear()
    installation, tenant = embedded, embedded.add_tenant("insam_nordgudbrandsdal")
    with installation.scope(tenant) as scope:
        installation._person(scope, "known@lesja.example", "member")
    client = httpx_client(installation)
    took: dict[str, list[float]] = {"known@lesja.example": [], "nobody@lesja.example": []}
    answers: dict[str, httpx.Response] = {}
    emitted: dict[str, list[str]] = {}

    def keep(_conn: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool) -> None:
        emitted[email].append(statement.replace(" IS NULL AND", " = ? AND"))

    event.listen(installation.database.engine, "before_cursor_execute", keep)
    for _turn in range(TRIES + 1):
        for email, times in took.items():
            emitted[email] = []
            # The processor's time: what others do on this machine is not measured.
            begun = time.process_time()
            answers[email] = client.post(path, data={"email": email, "password": "wrong password"})
            times.append(time.process_time() - begun)
    passwords._hasher.cache_clear()
    passwords._nobody.cache_clear()

    known, unknown = (statistics.median(times[1:]) for times in took.values())
    assert cleaned(answers["known@lesja.example"]) == cleaned(answers["nobody@lesja.example"])
    assert emitted["known@lesja.example"] == emitted["nobody@lesja.example"]
    assert abs(known - unknown) / max(known, unknown) < 0.25
    with installation.database.unit(write=False) as session:
        resets = session.scalar(select(func.count()).select_from(PasswordReset))
        letters = session.scalar(select(func.count()).select_from(Letter))
    assert (resets, letters) == ((2 * TRIES + 2,) * 2 if path.endswith("forgotten") else (0, 0))


def test_asking_is_limited_by_address(site: tuple[Installation, str]) -> None:
    installation, email = site

    statuses = [ask(installation, email).status_code for _turn in range(11)]

    assert statuses == [200] * 10 + [429]


def test_a_disabled_person_gets_no_letter_and_the_same_answer(site: tuple[Installation, str]) -> None:
    from samverk.people import service as people

    installation, email = site
    with installation.database.unit(write=True) as session:
        people.set_disabled(session, people.person_by_email(session, email), installation.now, is_disabled=True)

    assert cleaned(ask(installation, email)) == cleaned(ask(installation, "nobody@lesja.example"))
    with installation.database.unit(write=False) as session:
        assert session.scalars(select(Letter.address)).all() == [None, None]
