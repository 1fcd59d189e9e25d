"""One's own account: name, password, sessions, tokens, a second factor of one's own will."""

import datetime as dt
import re

import httpx
import pyotp
import pytest
from sqlalchemy import select
from tests.installation import PASSWORD, Browser, Installation, httpx_client

from samverk.people.model import ApiToken, Person

NEW = "hest over blå bru"


@pytest.fixture
def office(installation: Installation) -> Browser:
    return installation.browser(installation.add_tenant("insam_nordgudbrandsdal"), "secretariat")


def send(browser: Browser, path: str, fields: dict[str, str]) -> httpx.Response:
    browser._sign_in()
    text = browser.client.get("/profile").text
    token = re.search(r'name="_csrf" value="([^"]+)"', text)
    assert token is not None
    return browser.client.post(path, data={"_csrf": token[1], **fields})


def test_name_and_language_are_changed_and_unknown_fields_change_nothing(office: Browser) -> None:
    fields = {"name": "Kari Fjellheim", "locale": "sv", "is_operator": "true", "email": "other@lom.example"}

    answer = send(office, "/profile", fields)

    assert "Kari Fjellheim" in answer.text
    assert '<html lang="sv"' in answer.text
    with office.installation.database.unit(write=False) as session:
        row = session.execute(select(Person.name, Person.email, Person.is_operator).where(Person.email == office.email))
        assert row.one() == ("Kari Fjellheim", office.email, False)


def test_every_fault_is_said_at_once_and_what_was_written_stays(office: Browser) -> None:
    answer = send(office, "/profile", {"name": "x" * 101, "locale": "xx"})

    assert answer.status_code == 422
    assert (answer.text.count("field-fault"), "x" * 101 in answer.text) == (2, True)


def test_a_new_password_needs_the_old_one_ends_other_sessions_and_rotates_this_one(office: Browser) -> None:
    installation = office.installation
    other = installation.browser(office.tenant, "secretariat")
    other.get("/rounds")
    office.get("/rounds")
    before = office.client.cookies["samverk"]

    wrong = send(office, "/profile/password", {"old": "not the password", "password": NEW, "again": NEW})
    right = send(office, "/profile/password", {"old": PASSWORD, "password": NEW, "again": NEW})

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert office.client.cookies["samverk"] != before
    assert office.client.get(f"/{office.tenant}/rounds").url.path == f"/{office.tenant}/rounds"
    for cookie in (before, other.client.cookies["samverk"]):
        stranger = httpx_client(installation)
        stranger.cookies.set("samverk", cookie, domain="127.0.0.1")
        assert stranger.get(f"/{office.tenant}/rounds").url.path == "/sign-in"


def test_sessions_are_listed_and_ended_one_by_one_or_all_others(office: Browser) -> None:
    installation = office.installation
    others = [installation.browser(office.tenant, "secretariat") for _number in range(3)]
    for other in others:
        other.get("/rounds")
    stranger = installation.browser(office.tenant, "member")
    stranger.get("/tasks")
    office._sign_in()
    listed = re.findall(r'name="session" value="([0-9a-f-]{36})"', office.client.get("/profile").text)
    foreign = re.findall(r'name="session" value="([0-9a-f-]{36})"', stranger.client.get("/profile").text)

    def alive() -> int:
        return sum(one.client.get(f"/{office.tenant}/rounds").url.path != "/sign-in" for one in others)

    counts = [alive()]
    send(office, "/profile/sessions/end", {"session": listed[0]})
    counts.append(alive())
    send(stranger, "/profile/sessions/end", {"session": listed[1]})
    counts.append(alive())
    send(office, "/profile/sessions/end", {"session": "others"})
    counts.append(alive())

    assert (len(listed), foreign, counts) == (3, [], [3, 2, 2, 0])
    assert office.client.get("/profile").url.path == "/profile"


def make_token(browser: Browser, **changed: str) -> tuple[int, str]:
    with browser.installation.scope(browser.tenant) as scope:
        tenant_id = scope.tenant_id
    fields = {"token_name": "sheets", "region": tenant_id, "scope": "read", "days": "30", **changed}
    answer = send(browser, "/profile/tokens", fields)
    found = re.search(r"smv_api_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", answer.text)
    return answer.status_code, found[0] if found else ""


def program(browser: Browser, token: str) -> httpx.Client:
    client = httpx_client(browser.installation)
    client.headers.update({"authorization": f"Bearer {token}", "accept": "application/json"})
    return client


def test_a_token_is_shown_once_used_by_day_and_revoked(office: Browser) -> None:
    status, token = make_token(office)
    client, address = program(office, token), f"/api/v1/{office.tenant}/points"

    before = client.get(address).status_code
    page = office.client.get("/profile").text
    with office.installation.database.unit(write=False) as session:
        used = session.scalars(select(ApiToken.last_used_on)).all()
    found = re.search(r'name="token" value="([0-9a-f-]{36})"', page)
    assert found is not None
    send(office, "/profile/tokens/revoke", {"token": found[1]})

    assert (status, before, token in page, used) == (200, 200, False, [dt.date(2026, 2, 20)])
    assert client.get(address).status_code == 401


def test_a_token_to_read_changes_nothing(office: Browser) -> None:
    body = {"cycle": "insam", "year": 2026, "period": 1}
    address = f"/api/v1/{office.tenant}/rounds"
    reading, writing = (program(office, make_token(office, scope=scope)[1]) for scope in ("read", "read write"))

    refused, opened = reading.post(address, json=body), writing.post(address, json=body)

    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert refused.json()["type"] == "urn:samverk:problem:not-allowed"
    assert opened.status_code == 201
    assert reading.get(f"/api/v1/{office.tenant}/points").status_code == 200


def test_a_token_ends_by_its_day(office: Browser) -> None:
    _status, token = make_token(office, days="2")
    client, address = program(office, token), f"/api/v1/{office.tenant}/points"

    statuses = [client.get(address).status_code]
    office.installation.now += dt.timedelta(days=2, minutes=1)
    statuses.append(client.get(address).status_code)

    assert statuses == [200, 401]


@pytest.mark.parametrize(
    "changed",
    [
        {"days": "366"},
        {"days": "0"},
        {"days": "-1"},
        {"days": "٣"},
        {"scope": "admin"},
        {"region": "x"},
        {"region": "01900000-0000-7000-8000-000000000000"},
        {"token_name": ""},
    ],
)
def test_a_token_beyond_the_rules_is_not_made(office: Browser, changed: dict[str, str]) -> None:
    assert make_token(office, **changed) == (422, "")


def test_a_second_factor_of_ones_own_will(office: Browser) -> None:
    installation = office.installation
    page = send(office, "/profile/second-factor", {"old": PASSWORD})
    found = re.search(r'id="key">([A-Z2-7]+)<', page.text)
    assert found is not None
    maker = pyotp.TOTP(found[1])
    before = office.client.cookies["samverk"]

    wrong = send(office, "/profile/second-factor/confirm", {"code": "12345"})
    right = send(office, "/profile/second-factor/confirm", {"code": maker.at(installation.now)})
    fresh = httpx_client(installation)
    asked = fresh.post("/sign-in", data={"email": office.email, "password": PASSWORD}).text
    refused = send(office, "/profile/second-factor/remove", {"old": "not the password"})
    send(office, "/profile/second-factor/remove", {"old": PASSWORD})
    fresh = httpx_client(installation)
    unasked = fresh.post("/sign-in", data={"email": office.email, "password": PASSWORD})

    assert (wrong.status_code, right.status_code, refused.status_code) == (422, 200, 422)
    assert office.client.cookies["samverk"] != before
    assert 'autocomplete="one-time-code"' in asked
    assert unasked.url.path == "/"


def test_new_recovery_codes_take_the_place_of_the_old_ones(office: Browser) -> None:
    now, codes = office.installation.now, r"<li><code>([a-z2-7-]{19})</code>"
    page = send(office, "/profile/second-factor", {"old": PASSWORD})
    found = re.search(r'id="key">([A-Z2-7]+)<', page.text)
    assert found is not None
    first = re.findall(
        codes, send(office, "/profile/second-factor/confirm", {"code": pyotp.TOTP(found[1]).at(now)}).text
    )

    refused = send(office, "/profile/second-factor/codes", {"old": "not the password"})
    second = re.findall(codes, send(office, "/profile/second-factor/codes", {"old": PASSWORD}).text)
    taken = []
    for code in (first[0], second[0]):
        client = httpx_client(office.installation)
        half = client.post("/sign-in", data={"email": office.email, "password": PASSWORD}).text
        token = re.search(r'name="_csrf" value="([^"]+)"', half)
        assert token is not None
        taken.append(client.post("/sign-in/second-factor", data={"_csrf": token[1], "code": code}).status_code)

    assert (refused.status_code, len(first), len(set(first) | set(second)), taken) == (422, 10, 20, [422, 200])


def test_a_role_that_demands_a_second_factor_keeps_it(embedded: Installation) -> None:
    boss = embedded.browser(embedded.add_tenant("insam_nordgudbrandsdal"), "administrator")

    assert send(boss, "/profile/second-factor/remove", {"old": PASSWORD}).status_code == 403


def test_every_post_of_the_account_needs_the_sessions_token(office: Browser) -> None:
    from samverk.app import all_routes

    office.get("/rounds")
    paths = [route.path for route in all_routes() if route.path.startswith("/profile") and route.writes]

    statuses = {path: office.client.post(path, data={"_csrf": "x"}).status_code for path in paths}

    assert len(paths) >= 9
    assert set(statuses.values()) == {403}
