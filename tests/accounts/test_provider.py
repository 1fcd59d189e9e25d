"""Sign-in through a region's provider: bound by invitation only, held to state, nonce, issuer, audience, algorithm."""

import datetime as dt
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select
from tests.accounts.provider_server import running
from tests.installation import InProcess, Installation, httpx_client

from samverk import app as application
from samverk.accounts import oidc
from samverk.accounts.oidc import ProviderFault
from samverk.errors import SettingsError
from samverk.people.model import ProviderIdentity
from samverk.settings import Provider, read

START = "/sign-in/oidc/nord-gudbrandsdal/municipal"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def site(embedded: Installation, issuer: str) -> tuple[Installation, str]:
    """An installation with one provider for one region; its clock is the provider's."""
    embedded.now = dt.datetime.now(dt.UTC)
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    provider = Provider(tenant, "municipal", "Municipal sign-in", issuer, "samverk", "a secret")
    embedded.settings = replace(embedded.settings, oidc=(provider,))
    embedded.transport.stop()
    embedded.litestar = application.create(
        embedded.settings, registry=embedded.registry, database=embedded.database, clock=lambda: embedded.now
    )
    embedded.transport = InProcess(embedded.litestar)
    return embedded, tenant


def start(client: httpx.Client, address: str = START) -> str:
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def vouch(address: str, subject: str) -> str:
    """Sign in at the provider; return the address it sends the browser back to."""
    answer = httpx.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix("http://127.0.0.1:8000")


def sign_in(installation: Installation, subject: str) -> tuple[httpx.Client, httpx.Response]:
    client = httpx_client(installation)
    return client, client.get(vouch(start(client, f"{START}?next=/nord-gudbrandsdal/tasks"), subject))


def bind(installation: Installation, tenant: str, email: str, subject: str, role: str = "secretariat") -> httpx.Client:
    """Invite an address; its owner takes the role with a sign-in at the provider."""
    boss = installation.browser(tenant, "administrator")
    boss.post("/settings/people/invite", {"email": email, "role": role}, on="/settings/people")
    link = installation.link(email).partition("?")[0].rsplit("/", 1)[1]
    client = httpx_client(installation)
    back = vouch(start(client, f"{START}?invitation={link}"), subject)
    page = client.get(back)
    assert page.status_code == 200, page.text
    answer = client.post(page.url.path, data={"name": "Kari Fjellheim"})
    assert answer.url.path == f"/{tenant}/", answer.text
    return client


def test_an_invited_person_binds_and_signs_in_again(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    bound = bind(installation, tenant, "kari@lom.example", "subject-1")

    client, answer = sign_in(installation, "subject-1")

    assert bound.get(f"/{tenant}/rounds").url.path == f"/{tenant}/rounds"
    assert answer.url.path == f"/{tenant}/tasks"
    assert "Kari Fjellheim" in answer.text
    assert client.get("/profile").status_code == 200


def test_somebody_who_was_not_invited_is_nobody_also_with_a_known_address(site: tuple[Installation, str]) -> None:
    installation, tenant = site

    client, answer = sign_in(installation, f"secretariat@{tenant}.example")

    assert answer.status_code == 403
    assert client.get(f"/{tenant}/rounds").url.path == "/sign-in"
    with installation.scope(tenant) as scope:
        query = select(ProviderIdentity.id).where(ProviderIdentity.tenant_id == scope.tenant_id)
        assert scope.session.scalars(query).all() == []


def test_opening_the_page_of_the_invitation_binds_nobody(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    boss = installation.browser(tenant, "administrator")
    boss.post("/settings/people/invite", {"email": "a@lom.example", "role": "member"}, on="/settings/people")
    link = installation.link("a@lom.example").partition("?")[0].rsplit("/", 1)[1]
    client = httpx_client(installation)
    page = client.get(vouch(start(client, f"{START}?invitation={link}"), "subject-2"))

    stranger = httpx_client(installation).post(page.url.path, data={"name": "X"})

    assert page.status_code == 200
    assert stranger.url.path == f"/{tenant}/invitation/{link}"
    assert sign_in(installation, "subject-2")[1].status_code == 403


def test_an_identity_belongs_to_one_person(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    bind(installation, tenant, "kari@lom.example", "subject-3")
    boss = installation.browser(tenant, "administrator")
    boss.post("/settings/people/invite", {"email": "ola@lom.example", "role": "member"}, on="/settings/people")
    link = installation.link("ola@lom.example").partition("?")[0].rsplit("/", 1)[1]
    client = httpx_client(installation)
    page = client.get(vouch(start(client, f"{START}?invitation={link}"), "subject-3"))

    assert client.post(page.url.path, data={"name": "Ola"}).status_code == 409


def test_the_session_reaches_the_providers_region_only(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    other = installation.add_tenant("kobyt")
    client = bind(installation, tenant, f"secretariat@{other}.example", "subject-4")

    own = client.get(f"/{tenant}/rounds")
    foreign = client.get(f"/{other}/rounds")
    profile = client.get("/profile").text

    assert (own.url.path, foreign.url.path) == (f"/{tenant}/rounds", "/sign-in")
    assert 'action="/profile/password' not in profile
    assert "KÖBYT" not in profile


def test_a_code_comes_back_once_and_to_the_browser_that_began(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    bind(installation, tenant, "kari@lom.example", "subject-5")
    client = httpx_client(installation)
    back = vouch(start(client), "subject-5")
    stranger = httpx_client(installation)
    own = httpx_client(installation)
    start(own)

    answers = [
        stranger.get(back).status_code,
        own.get(back).status_code,
        client.get(back).status_code,
        client.get(back).status_code,
    ]

    assert answers == [400, 400, 200, 400]
    assert stranger.get(f"/{tenant}/rounds").url.path == "/sign-in"


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: back.replace("code=", "code=x"),
        lambda back: back + "&iss=https://evil.example",
        lambda back: (
            back.partition("?")[0] + "?error=access_denied&state=" + parse_qs(urlsplit(back).query)["state"][0]
        ),
        lambda back: back.partition("?")[0],
    ],
)
def test_a_way_back_that_was_changed_is_one_page_that_says_nothing(site: tuple[Installation, str], change: Any) -> None:
    installation, tenant = site
    bind(installation, tenant, "kari@lom.example", "subject-6")
    client = httpx_client(installation)

    answer = client.get(change(vouch(start(client), "subject-6")))

    assert answer.status_code == 400
    assert [words for words in ("Traceback", "evil", "Error", "code=", "state") if words in answer.text] == []
    assert client.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_what_is_carried_in_the_browser_ends_after_ten_minutes(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    bind(installation, tenant, "kari@lom.example", "subject-7")
    client = httpx_client(installation)
    back = vouch(start(client), "subject-7")
    installation.now += dt.timedelta(minutes=11)

    assert client.get(back).status_code == 400


def test_the_way_there_carries_code_pkce_state_and_nonce(site: tuple[Installation, str]) -> None:
    installation, _tenant = site
    given = {k: v[0] for k, v in parse_qs(urlsplit(start(httpx_client(installation))).query).items()}

    assert (given["response_type"], given["scope"], given["code_challenge_method"]) == ("code", "openid", "S256")
    assert given["redirect_uri"] == f"http://127.0.0.1:8000{START}/callback"
    assert {len(given[name]) for name in ("state", "nonce", "code_challenge")} == {43}


def test_providers_stand_on_the_sign_in_page_of_their_region_only(site: tuple[Installation, str]) -> None:
    installation, tenant = site
    client = httpx_client(installation)

    pages = [client.get(f"/sign-in?next=/{slug}/").text.count("Municipal sign-in") for slug in (tenant, "kobyt")]

    assert pages == [1, 0]
    assert client.get("/sign-in/oidc/nord-gudbrandsdal/other").status_code == 404


def move_provider(installation: Installation, issuer: str) -> None:
    """Let the region's provider be at another address."""
    moved = replace(installation.settings.oidc[0], issuer=issuer)
    installation.settings = replace(installation.settings, oidc=(moved,))
    installation.transport.stop()
    made = application.create(
        installation.settings,
        registry=installation.registry,
        database=installation.database,
        clock=lambda: installation.now,
    )
    installation.transport = InProcess(made)


def test_a_provider_that_does_not_answer_is_one_page(site: tuple[Installation, str]) -> None:
    installation, _tenant = site
    move_provider(installation, "http://127.0.0.1:9")

    assert httpx_client(installation).get(START).status_code == 400


def test_a_silent_provider_keeps_some_threads_and_leaves_the_others(
    site: tuple[Installation, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation, _tenant = site
    monkeypatch.setattr(oidc, "SECONDS", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(6) as pool:
        move_provider(installation, f"http://127.0.0.1:{silent.getsockname()[1]}")
        asked = [pool.submit(httpx_client(installation).get, START) for _number in range(6)]
        _wait_for(3, asked)
        sent_away = [one.result() for one in asked if one.done()]
        started = time.monotonic()
        page = httpx_client(installation).get("/sign-in")
        took = time.monotonic() - started

    assert [(one.status_code, one.headers["retry-after"]) for one in sent_away] == [(503, "2")] * 3
    assert (page.status_code, took < 1) == (200, True)
    # The one that waited gets its turn just when it would be sent away.
    assert Counter(one.result().status_code for one in asked)[400] in (2, 3)


def _wait_for(count: int, asked: list[Future[httpx.Response]]) -> None:
    patience = time.monotonic() + 2
    while sum(one.done() for one in asked) < count:
        assert time.monotonic() < patience
        time.sleep(0.01)


NOW = int(time.time())
PROVIDER = Provider("t", "k", "K", "https://id.example", "samverk", "secret")
RSA, EC = RSAKey.generate_key(2048, {"kid": "a"}), ECKey.generate_key("P-256", {"kid": "b"})
KEYS = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": "samverk",
    "sub": "me",
    "nonce": "n",
    "iat": NOW,
    "exp": NOW + 300,
}


def token(header: dict[str, Any], key: Any = RSA, **changed: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    return jwt.encode(header, claims, key, algorithms=["RS256", "ES256", "PS256", "RS512", "HS256", "none"])


@pytest.mark.parametrize(("alg", "key"), [("RS256", RSA), ("PS256", RSA), ("ES256", EC)])
def test_the_allowed_algorithms_are_taken(alg: str, key: Any) -> None:
    kid = "b" if alg == "ES256" else "a"

    assert oidc._subject(PROVIDER, token({"alg": alg, "kid": kid}, key), KEYS, "n", NOW) == "me"


@pytest.mark.parametrize(
    "made",
    [
        lambda: token({"alg": "RS512", "kid": "a"}),
        lambda: token({"alg": "HS256", "kid": "a"}, OctKey.import_key(RSA.as_pem(private=False))),
        lambda: token({"alg": "RS256", "kid": "a"}, RSAKey.generate_key(2048, {"kid": "a"})),
        lambda: token({"alg": "RS256", "kid": "a"}, iss="https://evil.example"),
        lambda: token({"alg": "RS256", "kid": "a"}, aud="other"),
        lambda: token({"alg": "RS256", "kid": "a"}, aud=["samverk", "other"]),
        lambda: token({"alg": "RS256", "kid": "a"}, nonce="other"),
        lambda: token({"alg": "RS256", "kid": "a"}, nonce=None),
        lambda: token({"alg": "RS256", "kid": "a"}, sub=None),
        lambda: token({"alg": "RS256", "kid": "a"}, sub=""),
        lambda: token({"alg": "RS256", "kid": "a"}, exp=NOW - 120),
        lambda: token({"alg": "RS256", "kid": "a"}, exp=None),
        lambda: token({"alg": "RS256", "kid": "a"}, iat=NOW + 600),
        lambda: token({"alg": "RS256", "kid": "a"})[:-6] + "AAAAAA",
        lambda: "eyJhbGciOiJub25lIn0." + token({"alg": "RS256", "kid": "a"}).split(".")[1] + ".",
        lambda: "x",
    ],
)
def test_a_token_that_does_not_hold_is_refused(made: Any) -> None:
    from joserfc.errors import JoseError

    with pytest.raises((JoseError, ProviderFault, ValueError)):
        oidc._subject(PROVIDER, made(), KEYS, "n", NOW)


@pytest.mark.parametrize(
    ("endpoint", "issuer", "is_safe"),
    [
        ("https://id.example/token", "https://id.example", True),
        ("http://id.example/token", "https://id.example", False),
        ("http://127.0.0.1:5/token", "https://id.example", False),
        ("http://127.0.0.1:5/token", "http://127.0.0.1:5", True),
        ("http://id.example/token", "http://127.0.0.1:5", False),
        ("file:///etc/passwd", "http://127.0.0.1:5", False),
    ],
)
def test_endpoints_need_https_outside_this_machine(endpoint: str, issuer: str, is_safe: bool) -> None:
    assert oidc._is_safe(endpoint, issuer) == is_safe


TABLE = '[[oidc]]\ntenant = "t"\nkey = "{key}"\nname = "K"\nissuer = "{issuer}"\nclient_id = "c"\nclient_secret = "s"\n'


def test_providers_are_read_from_the_settings_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file, found = tmp_path / "samverk.toml", []
    for text in (
        TABLE.format(key="k", issuer="https://id.example"),
        TABLE.format(key="k", issuer="http://id.example"),
        TABLE.format(key="K!", issuer="https://id.example"),
        TABLE.format(key="k", issuer="https://id.example") * 2,
        TABLE.format(key="k", issuer="https://id.example") + 'more = "x"\n',
        'oidc = "x"\n',
        'public_url = "https://samverk.example"\n' + TABLE.format(key="k", issuer="http://127.0.0.1:5"),
    ):
        file.write_text(text, "utf-8")
        try:
            found.append([one.key for one in read(tmp_path).oidc])
        except SettingsError:
            found.append(["refused"])

    assert found == [["k"], *[["refused"]] * 6]
