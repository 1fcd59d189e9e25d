"""The second factor: demanded from some roles, a session that is nobody until it is given, no code taken twice."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import httpx
import pyotp
import pytest
from tests.installation import PASSWORD, Installation, httpx_client

from samverk import app as application
from samverk.people import service as people
from samverk.people.sealing import seal, unseal


@pytest.fixture
def site(installation: Installation) -> tuple[Installation, str]:
    return installation, installation.add_tenant("insam_nordgudbrandsdal")


def token(text: str) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def sign_in(client: httpx.Client, tenant: str, who: str = "administrator") -> str:
    fields = {"email": f"{who}@{tenant}.example", "password": PASSWORD, "next": f"/{tenant}/rounds"}
    return client.post("/sign-in", data=fields).text


def key(text: str) -> str:
    found = re.search(r'id="key">([A-Z2-7]+)<', text)
    assert found is not None
    return found[1]


def give(client: httpx.Client, text: str, code: str, **more: str) -> httpx.Response:
    return client.post("/sign-in/second-factor", data={"_csrf": token(text), "code": code, **more})


def code_at(secret: str, moment: dt.datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


def enrolled(installation: Installation, tenant: str) -> tuple[str, list[str]]:
    """Enrol the administrator; return (secret, recovery codes). The clock goes on a minute."""
    client = httpx_client(installation)
    text = sign_in(client, tenant)
    answer = give(client, text, code_at(key(text), installation.now))
    assert answer.status_code == 200
    installation.now += dt.timedelta(minutes=1)
    return key(text), re.findall(r"<li><code>([a-z2-7-]+)</code>", answer.text)


def test_an_administrator_enrols_before_anything_else_opens(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    client = httpx_client(installation)

    text = sign_in(client, tenant)
    before = dict(client.cookies)
    opened = [client.get(path).url.path for path in (f"/{tenant}/rounds", "/profile", f"/{tenant}/tasks")]
    answer = give(client, text, code_at(key(text), installation.now), next=f"/{tenant}/rounds")

    assert 'src="data:image/svg+xml' in text
    assert opened == ["/sign-in"] * 3
    assert len(set(re.findall(r"<li><code>([a-z2-7-]{19})</code>", answer.text))) == 10
    assert client.get(f"/{tenant}/rounds").url.path == f"/{tenant}/rounds"
    assert dict(client.cookies) != before
    stranger = httpx_client(installation)
    stranger.cookies.set("samverk", before["samverk"], domain="127.0.0.1")
    assert stranger.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_a_half_session_writes_nothing_and_can_be_ended(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    client = httpx_client(installation)
    text = sign_in(client, tenant)

    writing = client.post(f"/{tenant}/meetings", data={"_csrf": token(text), "body": "directors"})
    profile = client.post("/profile", data={"_csrf": token(text), "name": "X", "locale": "nn"})
    client.post("/sign-out", data={"_csrf": ""})

    assert [writing.status_code, profile.status_code] == [401, 401]
    assert client.get("/sign-in/second-factor").url.path == "/sign-in"


def test_the_next_sign_in_asks_for_a_code_and_takes_none_twice(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    secret, _codes = enrolled(installation, tenant)
    client, code = httpx_client(installation), code_at(secret, installation.now)

    text = sign_in(client, tenant)
    wrong = give(client, text, "000000" if code != "000000" else "111111")
    right = give(client, text, code, next=f"/{tenant}/rounds")
    other = httpx_client(installation)
    replayed = give(other, sign_in(other, tenant), code)

    assert 'id="key"' not in text
    assert (wrong.status_code, right.status_code, right.url.path) == (422, 200, f"/{tenant}/rounds")
    assert replayed.status_code == 422
    assert other.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_the_code_of_the_enrolment_and_older_ones_are_used_up(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    secret, _codes = enrolled(installation, tenant)
    used = code_at(secret, installation.now - dt.timedelta(minutes=1))
    installation.now -= dt.timedelta(seconds=45)
    client = httpx_client(installation)

    answers = [give(client, sign_in(client, tenant), used).status_code]
    answers.append(give(client, sign_in(client, tenant), code_at(secret, installation.now)).status_code)

    assert answers == [422, 422]


def test_a_recovery_code_works_once(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    _secret, codes = enrolled(installation, tenant)
    first, second = httpx_client(installation), httpx_client(installation)

    answers = [
        give(first, sign_in(first, tenant), codes[3].upper().replace("-", " ")).status_code,
        give(second, sign_in(second, tenant), codes[3]).status_code,
        give(second, sign_in(second, tenant), codes[4]).status_code,
    ]

    assert answers == [200, 422, 200]


def test_tries_of_codes_are_limited(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    secret, _codes = enrolled(installation, tenant)
    client = httpx_client(installation)
    text = sign_in(client, tenant)

    statuses = [give(client, text, "12345").status_code for _turn in range(11)]
    right = give(client, text, code_at(secret, installation.now))

    assert statuses == [422] * 10 + [429]
    assert right.status_code == 429


def test_a_code_without_the_half_sessions_token_is_refused(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    secret, _codes = enrolled(installation, tenant)
    client = httpx_client(installation)
    sign_in(client, tenant)

    answer = client.post("/sign-in/second-factor", data={"code": code_at(secret, installation.now), "_csrf": "x"})

    assert answer.status_code == 403
    assert client.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_a_half_session_lives_ten_minutes(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    client = httpx_client(installation)
    text = sign_in(client, tenant)
    installation.now += dt.timedelta(minutes=11)

    answer = give(client, text, code_at(key(text), installation.now))

    assert answer.url.path == "/sign-in"


def test_a_new_sign_in_makes_a_new_key_as_long_as_none_is_confirmed(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    first, second = httpx_client(installation), httpx_client(installation)

    keys = [key(sign_in(first, tenant)), key(sign_in(second, tenant))]

    assert keys[0] != keys[1]


def test_other_roles_are_not_asked_and_the_demonstration_asks_nobody(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    client = httpx_client(installation)
    assert 'id="key"' not in sign_in(client, tenant, "secretariat")
    assert client.get(f"/{tenant}/rounds").url.path == f"/{tenant}/rounds"

    installation.transport.stop()
    installation.settings = replace(installation.settings, demonstration=True)
    installation.litestar = application.create(
        installation.settings,
        registry=installation.registry,
        database=installation.database,
        clock=lambda: installation.now,
    )
    installation.transport = type(installation.transport)(installation.litestar)
    shown = httpx_client(installation)
    sign_in(shown, tenant)

    assert shown.get(f"/{tenant}/rounds").url.path == f"/{tenant}/rounds"


def test_an_operator_is_asked(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    with installation.database.unit(write=True) as session:
        person = people.person_by_email(session, f"member@{tenant}.example")
        people.make_operator(session, person)

    assert 'id="key"' in sign_in(httpx_client(installation), tenant, "member")


def test_the_secret_is_stored_encrypted_and_bound_to_its_person(embedded: Installation) -> None:
    installation, tenant = embedded, embedded.add_tenant("insam_nordgudbrandsdal")
    secret, codes = enrolled(installation, tenant)
    raw = Path(installation.database.url.removeprefix("sqlite:///"))
    stored = raw.read_bytes() + raw.with_name(f"{raw.name}-wal").read_bytes()

    assert secret.encode() not in stored
    assert codes[0].encode() not in stored
    sealed = seal("key", "purpose", "person", secret)
    assert unseal("key", "purpose", "person", sealed) == secret
    assert unseal("key", "purpose", "another person", sealed) is None
    assert unseal("key", "another purpose", "person", sealed) is None
    assert unseal("another key", "purpose", "person", sealed) is None
    assert unseal("key", "purpose", "person", sealed[:-2]) is None
    assert unseal("key", "purpose", "person", "å") is None
