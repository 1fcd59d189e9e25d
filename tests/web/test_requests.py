"""What any request meets: the gate before decoding, sign-in, forged forms, headers, unknown addresses."""

import json

import pytest
from tests.installation import ORIGIN, PASSWORD, Installation, httpx_client


@pytest.fixture
def open_site(embedded: Installation) -> tuple[Installation, str]:
    return embedded, embedded.add_tenant("insam_nordgudbrandsdal")


BODIES: dict[str, tuple[bytes, str, int]] = {
    "invalid UTF-8": (b'{"cycle": "\xff"}', "application/json", 400),
    "100,000 nested brackets": (b"[" * 100_000, "application/json", 400),
    "NUL": (b'{"cycle": "a\\u0000", "year": 2026, "period": 1}', "application/json", 400),
    "a half character": (b'{"cycle": "\\ud800", "year": 2026, "period": 1}', "application/json", 400),
    "a number beyond 2^53": (b'{"cycle": "insam", "year": 9223372036854775808, "period": 1}', "application/json", 400),
    "text as JSON": (b'{"cycle": "insam", "year": 2026, "period": 1}', "text/plain", 415),
    "a form as JSON": (b"cycle=insam", "application/x-www-form-urlencoded", 415),
    "an unknown field": (b'{"cycle": "insam", "year": 2026, "period": 1, "x": 1}', "application/json", 422),
    "a wrong type": (b'{"cycle": "insam", "year": "2026", "period": 1}', "application/json", 422),
    "too large": (b'"' + b"x" * 1_100_000 + b'"', "application/json", 413),
    "nothing": (b"", "application/json", 400),
}


@pytest.mark.parametrize("name", sorted(BODIES))
def test_a_hostile_body_is_refused_with_a_problem(open_site: tuple[Installation, str], name: str) -> None:
    installation, tenant = open_site
    body, kind, status = BODIES[name]
    program = installation.program(tenant, "secretariat")

    answer = program.client.post(f"/api/v1/{tenant}/rounds", content=body, headers={"content-type": kind})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "errors"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nowhere/points", 404), ("DELETE", "/healthz", 405), ("GET", "/api/v1/nothing", 404)],
)
def test_faults_of_the_address_are_problems_too(embedded: Installation, method: str, path: str, status: int) -> None:
    answer = httpx_client(embedded).request(method, path, headers={"accept": "application/json"})

    assert answer.status_code == status
    assert json.loads(answer.content)["status"] == status


def test_an_unknown_address_of_a_region_keeps_its_header_and_language(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site

    answer = httpx_client(installation).get(f"/{tenant}/finst/ikkje")

    assert answer.status_code == 404
    assert '<html lang="nn"' in answer.text
    assert "Interkommunalt politisk råd" in answer.text


def test_a_wrong_password_and_an_unknown_address_answer_alike(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    client = httpx_client(installation)

    answers = [
        client.post("/sign-in", data={"email": email, "password": "wrong password"})
        for email in (f"secretariat@{tenant}.example", f"secretarias@{tenant}.example")
    ]

    texts = [answer.text.replace("secretarias", "secretariat") for answer in answers]
    cleaned = [__import__("re").sub(r"nonce-?=?\"?[\w-]+", "", text) for text in texts]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert cleaned[0] == cleaned[1]


def test_too_many_tries_are_stopped(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    client = httpx_client(installation)
    wrong = {"email": f"secretariat@{tenant}.example", "password": "wrong password"}

    statuses = [client.post("/sign-in", data=wrong).status_code for _turn in range(12)]
    right = client.post("/sign-in", data={**wrong, "password": PASSWORD})

    assert statuses == [422] * 10 + [429] * 2
    assert right.status_code == 429


def test_a_session_chosen_by_the_client_is_nobody(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    client = httpx_client(installation)
    client.cookies.set("samverk", "attackerfixed", domain="127.0.0.1")

    client.post("/sign-in", data={"email": f"secretariat@{tenant}.example", "password": PASSWORD})
    stranger = httpx_client(installation)
    stranger.cookies.set("samverk", "attackerfixed", domain="127.0.0.1")

    assert stranger.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_a_session_ends_after_half_an_hour_and_at_sign_out(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")
    token = office.token
    assert office.client.get(f"/{tenant}/rounds").url.path == f"/{tenant}/rounds"
    installation.at("2026-02-20", 9, 31)
    assert office.client.get(f"/{tenant}/rounds").url.path == "/sign-in"

    installation.at("2026-02-20", 9, 10)
    cookies = dict(office.client.cookies)
    office.client.post("/sign-out", data={"_csrf": token})
    office.client.cookies.update(cookies)
    assert office.client.get(f"/{tenant}/rounds").url.path == "/sign-in"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
        {"sec-fetch-site": "same-site", "origin": "null"},
    ],
)
def test_a_form_from_another_site_is_refused(open_site: tuple[Installation, str], headers: dict[str, str]) -> None:
    installation, tenant = open_site
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")

    answer = office.client.post(f"/{tenant}/meetings", data={"_csrf": office.token}, headers=headers)

    assert answer.status_code == 403


def test_a_form_without_the_sessions_token_is_refused(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")

    for token in ("", "x", office.token + "x"):
        data = {"_csrf": token, "body": "directors", "held_on": "2026-03-01"}
        assert office.client.post(f"/{tenant}/meetings", data=data).status_code == 403


def test_every_answer_carries_the_security_headers(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    client = httpx_client(installation)

    for path in ("/", f"/{tenant}/", "/static/samverk.css", "/nowhere", f"/api/v1/{tenant}/arrangements"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "object-src 'none'" in policy, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")
    assert office.client.get(f"/{tenant}/rounds").headers["cache-control"] == "no-store"


def test_a_path_outside_the_static_folder_is_nothing(embedded: Installation) -> None:
    client = httpx_client(embedded)

    for path in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd"):
        assert client.get(path).status_code == 404


def test_a_page_after_sign_in_stays_on_this_installation(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    client = httpx_client(installation)
    data = {"email": f"secretariat@{tenant}.example", "password": PASSWORD, "next": "//evil.example/x"}

    assert client.post("/sign-in", data=data).url.path == "/"


def test_a_persons_language_is_kept_and_lang_in_the_address_is_for_once(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site
    office = installation.browser(tenant, "secretariat")
    assert '<html lang="nn"' in office.get("/rounds")
    assert '<html lang="sv"' in office.get("/rounds?lang=sv")
    assert '<html lang="nn"' in office.get("/rounds")

    data = {"_csrf": office.token, "lang": "nb", "next": f"/{tenant}/meetings"}
    answer = office.client.post("/profile/language", data=data)

    assert answer.url.path == f"/{tenant}/meetings"
    assert '<html lang="nb"' in answer.text
    assert '<html lang="nb"' in office.get("/points")


def test_a_list_without_points_is_empty(open_site: tuple[Installation, str]) -> None:
    installation, tenant = open_site

    answer = installation.program(tenant, "secretariat").get("/points")

    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


def test_signing_in_makes_a_new_session_and_ends_the_one_the_browser_came_with(
    open_site: tuple[Installation, str],
) -> None:
    installation, tenant = open_site
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")
    before = office.client.cookies["samverk"]
    fields = {"email": f"member@{tenant}.example", "password": PASSWORD}

    forged = office.client.post("/sign-in", data=fields)
    office._keep(office.client.get("/sign-in"))
    office.client.post("/sign-in", data={**fields, "_csrf": office.token})
    after = office.client.cookies["samverk"]
    older = httpx_client(installation)
    older.cookies.set("samverk", before, domain="127.0.0.1")

    assert (forged.status_code, before != after) == (403, True)
    assert older.get(f"/{tenant}/rounds").url.path == "/sign-in"
    assert office.client.get(f"/{tenant}/tasks").url.path == f"/{tenant}/tasks"
