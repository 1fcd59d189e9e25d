"""The people of a region, managed by its administrator: invitations, roles with days, disabling, and the limits."""

import datetime as dt
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select
from tests.installation import PASSWORD, Browser, Installation, httpx_client

from samverk.membership.model import Invitation
from samverk.people import service as people
from samverk.people.model import Person, RoleGrant

NEW = "hest over blå bru"
PEOPLE = "/settings/people"
LOM = "no-3434"


@pytest.fixture
def site(installation: Installation) -> tuple[Installation, str]:
    return installation, installation.add_tenant("insam_nordgudbrandsdal")


@pytest.fixture
def boss(site: tuple[Installation, str]) -> Browser:
    return site[0].browser(site[1], "administrator")


def invite(boss: Browser, email: str, role: str = "member", **more: str) -> int:
    boss.post(f"{PEOPLE}/invite", {"email": email, "role": role, **more}, on=PEOPLE)
    return boss.status


def accept(installation: Installation, link: str, **more: str) -> httpx.Response:
    fields = {"name": "Kari Fjellheim", "password": NEW, "again": NEW, **more}
    return httpx_client(installation).post(link, data=fields)


def person_id(installation: Installation, email: str) -> str:
    with installation.database.unit(write=False) as session:
        return people.person_by_email(session, email)


def grants(
    installation: Installation, tenant: str, email: str
) -> list[tuple[str, bool, dt.date | None, dt.date | None]]:
    id_ = person_id(installation, email)
    with installation.scope(tenant) as scope:
        rows = scope.session.execute(
            select(RoleGrant.role, RoleGrant.party_id.is_not(None), RoleGrant.valid_from, RoleGrant.valid_to)
            .where(RoleGrant.tenant_id == scope.tenant_id, RoleGrant.person_id == id_)
            .order_by(RoleGrant.id)
        )
        return [tuple(row) for row in rows]


def test_an_invited_person_sets_name_and_password_and_signs_in(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    assert invite(boss, "Kari@Lom.example", "contact", party=LOM, to="2026-12-31") == 200
    link = installation.link("kari@lom.example")

    opened = [httpx_client(installation).get(link).status_code for _turn in range(3)]
    answer = accept(installation, link)
    client = httpx_client(installation)
    client.post("/sign-in", data={"email": "kari@lom.example", "password": NEW})

    assert opened == [200, 200, 200]
    assert answer.url.path == "/sign-in"
    assert client.get(f"/{tenant}/tasks").url.path == f"/{tenant}/tasks"
    assert grants(installation, tenant, "kari@lom.example") == [("contact", True, None, dt.date(2026, 12, 31))]
    assert "Kari Fjellheim" in boss.get(PEOPLE)


def test_a_link_is_taken_once_and_ends_with_a_newer_one_its_withdrawal_or_its_time(boss: Browser) -> None:
    installation = boss.installation
    statuses = []
    invite(boss, "a@lom.example")
    taken = installation.link("a@lom.example")
    statuses += [accept(installation, taken).status_code, accept(installation, taken).status_code]
    invite(boss, "b@lom.example")
    older = installation.link("b@lom.example")
    found = re.search(rf"{PEOPLE}/invitations/([0-9a-f-]+)/again", boss.get(PEOPLE))
    assert found is not None
    installation.now += dt.timedelta(seconds=1)
    boss.post(f"{PEOPLE}/invitations/{found[1]}/again", on=PEOPLE)
    statuses += [accept(installation, older).status_code]
    newer = installation.link("b@lom.example")
    found = re.search(rf"{PEOPLE}/invitations/([0-9a-f-]+)/withdraw", boss.get(PEOPLE))
    assert found is not None
    boss.post(f"{PEOPLE}/invitations/{found[1]}/withdraw", on=PEOPLE)
    statuses += [accept(installation, newer).status_code]
    invite(boss, "c@lom.example")
    late = installation.link("c@lom.example")
    installation.now += dt.timedelta(days=15)
    statuses += [accept(installation, late).status_code]

    assert statuses == [200, 404, 404, 404, 404]


def test_a_known_person_takes_the_role_without_a_new_password(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    other = installation.add_tenant("kobyt")
    email = f"member@{other}.example"
    invite(boss, email, "auditor")
    link = installation.link(email)

    page = httpx_client(installation).get(link).text
    accept(installation, link, name="Somebody Else")
    signed_in = httpx_client(installation).post("/sign-in", data={"email": email, "password": PASSWORD})

    assert 'name="password"' not in page
    assert signed_in.url.path == "/"
    assert grants(installation, tenant, email) == [("auditor", False, None, None)]
    with installation.database.unit(write=False) as session:
        assert session.scalar(select(Person.name).where(Person.email == email)) == "member"


def test_what_is_wrong_with_an_invitation_is_said_at_once(boss: Browser) -> None:
    fields = {"email": "not an address", "role": "contact", "from": "x", "to": "2020-01-01"}

    boss.post(f"{PEOPLE}/invite", fields, on=PEOPLE)

    assert boss.status == 422
    assert boss.text.count("field-fault") == 4
    assert 'value="not an address"' in boss.text


def test_the_operator_is_no_role_of_a_region(boss: Browser) -> None:
    id_ = person_id(boss.installation, f"member@{boss.tenant}.example")

    assert invite(boss, "kari@lom.example", "operator") == 422
    boss.post(f"{PEOPLE}/{id_}/roles", {"role": "operator", "is_operator": "1"}, on=f"{PEOPLE}/{id_}")
    assert boss.status == 422
    boss.post(f"{PEOPLE}/{id_}/roles", {"role": "auditor", "is_operator": "1", "person_id": "x"}, on=f"{PEOPLE}/{id_}")

    assert boss.status == 200
    with boss.installation.database.unit(write=False) as session:
        assert session.scalars(select(Person.email).where(Person.is_operator)).all() == []
    with boss.installation.scope(boss.tenant) as scope:
        assert scope.session.scalars(select(Invitation.id).where(Invitation.tenant_id == scope.tenant_id)).all() == []


def test_the_days_of_a_role_are_changed_with_its_version_and_end_the_sessions(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    office = installation.browser(tenant, "secretariat")
    office.get("/rounds")
    id_ = person_id(installation, office.email)
    page = f"{PEOPLE}/{id_}"
    found = re.search(rf'action="/{tenant}({page}/roles/[0-9a-f-]+)"', boss.get(page))
    assert found is not None
    version = boss.version(found[1])

    boss.post(found[1], {"version": version, "to": "2026-06-30"}, on=page)
    first = boss.status
    boss.post(found[1], {"version": version, "to": "2026-07-31"}, on=page)

    assert (first, boss.status) == (200, 412)
    assert grants(installation, tenant, office.email) == [("secretariat", False, None, dt.date(2026, 6, 30))]
    assert office.client.get(f"/{tenant}/rounds").url.path == "/sign-in"


def test_a_role_is_ended_at_once(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    office = installation.browser(tenant, "secretariat")
    page = f"{PEOPLE}/{person_id(installation, office.email)}"
    found = re.search(rf'action="/{tenant}({page}/roles/[0-9a-f-]+/end)"', boss.get(page))
    assert found is not None

    boss.post(found[1], {"version": boss.version(found[1])}, on=page)
    office.get("/rounds")

    assert (boss.status, office.status) == (200, 403)
    assert "secretariat@" in boss.get(PEOPLE)


def test_a_disabled_person_loses_sessions_and_tokens_at_once_and_gets_the_roles_back(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    office, program = installation.browser(tenant, "secretariat"), installation.program(tenant, "secretariat")
    office.get("/rounds")
    page = f"{PEOPLE}/{person_id(installation, office.email)}"

    boss.post(f"{page}/disable", on=page)
    ended = (office.client.get(f"/{tenant}/rounds").url.path, program.get("/points").status_code)
    office.signed_in_at = None
    office.get("/rounds")
    while_off = office.status
    boss.post(f"{page}/enable", on=page)
    office.get("/rounds")

    assert ended == ("/sign-in", 401)
    assert (while_off, office.status) == (403, 200)
    assert program.get("/points").status_code == 401


def test_the_last_administrator_stays(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    page = f"{PEOPLE}/{person_id(installation, boss.email)}"
    found = re.search(rf'action="/{tenant}({page}/roles/[0-9a-f-]+)"', boss.get(page))
    assert found is not None
    version, statuses = boss.version(found[1]), []

    for path, fields in (
        (f"{found[1]}/end", {"version": version}),
        (found[1], {"version": version, "to": "2026-12-31"}),
        (found[1], {"version": version, "from": "2027-01-01"}),
        (f"{page}/disable", {}),
    ):
        boss.post(path, fields, on=page)
        statuses.append(boss.status)
    with installation.scope(tenant) as scope:
        installation._person(scope, "second@lom.example", "administrator")
    boss.post(f"{page}/disable", on=page)

    assert statuses == [409] * 4
    assert boss.url.startswith("/sign-in")
    assert grants(installation, tenant, boss.email) == [("administrator", False, None, None)]


def test_two_administrators_do_not_remove_each_other_at_the_same_moment(boss: Browser) -> None:
    installation, tenant = boss.installation, boss.tenant
    with installation.scope(tenant) as scope:
        installation._person(scope, "administrator@lom.example", "administrator")
    both = [boss, Browser(installation, tenant, "administrator@lom.example")]
    pages = [f"{PEOPLE}/{person_id(installation, other.email)}" for other in reversed(both)]
    for one, page in zip(both, pages, strict=True):
        one.get(page)

    def disable(number: int) -> int:
        fields = {"_csrf": both[number].token}
        return both[number].client.post(f"/{tenant}{pages[number]}/disable", data=fields).status_code

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(disable, (0, 1)))

    with installation.scope(tenant) as scope:
        left = scope.session.scalars(
            select(RoleGrant.id).where(
                RoleGrant.tenant_id == scope.tenant_id,
                RoleGrant.role == "administrator",
                RoleGrant.suspended_at.is_(None),
            )
        ).all()
    assert len(left) == 1


def test_people_of_another_region_are_not_reached(boss: Browser) -> None:
    installation = boss.installation
    other = installation.add_tenant("kobyt")
    stranger = f"secretariat@{other}.example"
    id_ = person_id(installation, stranger)
    with installation.scope(other) as scope:
        grant = scope.session.scalar(
            select(RoleGrant.id).where(RoleGrant.tenant_id == scope.tenant_id, RoleGrant.person_id == id_)
        )
    before, statuses = grants(installation, other, stranger), []

    boss.get(PEOPLE)
    for path in ("/disable", "/enable", "/roles", f"/roles/{grant}", f"/roles/{grant}/end"):
        fields = {"_csrf": boss.token, "role": "administrator", "version": "1", "to": "2026-12-31"}
        statuses.append(boss.client.post(f"/{boss.tenant}{PEOPLE}/{id_}{path}", data=fields).status_code)
    statuses.append(boss.client.get(f"/{boss.tenant}{PEOPLE}/{id_}").status_code)
    statuses.append(boss.client.get(f"/{boss.tenant}{PEOPLE}/not-an-id").status_code)

    assert statuses == [404] * 7
    assert grants(installation, other, stranger) == before
    assert stranger not in boss.get(PEOPLE)


@pytest.mark.parametrize("who", ["secretariat", "contact-3434", "member", "auditor"])
def test_only_an_administrator_manages_people(site: tuple[Installation, str], who: str) -> None:
    installation, tenant = site
    browser = installation.browser(tenant, who)
    browser.get("/tasks")
    fields = {"_csrf": browser.token, "email": "x@lom.example", "role": "administrator"}

    read = browser.client.get(f"/{tenant}{PEOPLE}").status_code
    written = browser.client.post(f"/{tenant}{PEOPLE}/invite", data=fields).status_code

    assert (read, written) == (403, 403)


def test_known_and_unknown_addresses_are_invited_alike(boss: Browser) -> None:
    installation = boss.installation
    other = installation.add_tenant("kobyt")

    pages = []
    for email in (f"member@{other}.example", "nobody@lom.example"):
        invite(boss, email)
        pages.append(re.sub(r'nonce="[^"]*"|value="[^"]*"|invitations/[0-9a-f-]+', "", boss.text).replace(email, "E"))
        found = re.search(rf"{PEOPLE}/invitations/([0-9a-f-]+)/withdraw", boss.get(PEOPLE))
        assert found is not None
        boss.post(f"{PEOPLE}/invitations/{found[1]}/withdraw", on=PEOPLE)

    assert pages[0] == pages[1]


def test_every_post_about_people_needs_the_sessions_token(boss: Browser) -> None:
    from samverk.app import all_routes

    boss.get(PEOPLE)
    id_ = "01900000-0000-7000-8000-000000000000"
    paths = [r.path for r in all_routes() if r.writes and not r.is_api and ("/settings/people" in r.path)]

    statuses = {
        path: boss.client.post(re.sub(r"\{\w+_id\}", id_, path).replace("{tenant}", boss.tenant), data={"_csrf": "x"})
        for path in paths
    }

    assert len(paths) == 8
    assert {answer.status_code for answer in statuses.values()} == {403}


def test_the_operator_prints_the_link_of_an_invitation_that_waits(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    embedded.now = dt.datetime.now(dt.UTC)  # the command has no other clock
    boss = embedded.browser(tenant, "administrator")
    invite(boss, "Kari@Lom.example")
    data = embedded.settings.data
    env = os.environ | {"SAMVERK_SECRET": embedded.settings.secret}

    def printed(email: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "samverk.cli", "user", "invitation", email, "--tenant", tenant]
        return subprocess.run([*command, "--data", str(data)], capture_output=True, text=True, env=env, timeout=60)

    link = printed("kari@lom.example").stdout.strip()
    taken = accept(embedded, link.removeprefix("http://127.0.0.1:8000"))
    afterwards = printed("kari@lom.example")

    assert link.endswith(embedded.link("kari@lom.example"))
    assert taken.status_code == 200
    assert "No invitation to kari@lom.example waits in" in afterwards.stderr
    assert afterwards.stdout == ""
    assert "smv_invite_" not in boss.get(PEOPLE)
