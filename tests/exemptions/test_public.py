"""What is exempt is not there for the public: no title, no name, no count, no gap."""

import re

import pytest
from tests.installation import Installation, httpx_client
from tests.stories.test_two_quarters import HOST, HOSTS, open_round


@pytest.fixture
def meeting(installation: Installation) -> tuple[Installation, str, str, list[str]]:
    """A meeting with three items: (installation, tenant, meeting, items)."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = installation.browser(tenant, "secretariat")
    program = installation.program(tenant, "secretariat")
    made = program.send("POST", "/meetings", {"body": "directors", "held_on": "2026-05-05"}).json()["id"]
    for title in ("Godkjenning", "Personalsak i tenesta", "Orientering"):
        office.post(f"/meetings/{made}/item", {"title": title, "language": "nn"}, on=f"/meetings/{made}")
    items = [one["id"] for one in program.get(f"/meetings/{made}").json()["items"]]
    return installation, tenant, made, items


def public_page(installation: Installation, address: str) -> str:
    return httpx_client(installation).get(address).text


def test_an_exempt_item_leaves_nothing_for_the_public_to_see(
    meeting: tuple[Installation, str, str, list[str]],
) -> None:
    installation, tenant, made, items = meeting
    office = installation.browser(tenant, "secretariat")
    before = public_page(installation, f"/{tenant}/meetings/{made}")
    assert "Personalsak i tenesta" in before
    marking = {"about_kind": "item", "about": items[1], "next": f"/{tenant}/meetings/{made}"}
    office.post("/exemptions", {**marking, "statute": "", "reassess_on": "2020-01-01"}, on=f"/meetings/{made}")
    assert office.status == 422
    assert office.text.count("<li>") >= 2
    office.post("/exemptions", {**marking, "statute": "offl. § 13", "reassess_on": "2027-05-05"})
    assert office.status == 200, office.text

    page = public_page(installation, f"/{tenant}/meetings/{made}")
    assert [word for word in ("Personalsak", items[1], "offl", "Unnateke") if word in page] == []
    assert re.findall(r'class="number">(\d)\.</span> (\w+)', page) == [("1", "Godkjenning"), ("2", "Orientering")]
    assert page.count('class="panel"') == before.count('class="panel"') - 1
    inside = installation.browser(tenant, "member").get(f"/meetings/{made}")
    assert "Personalsak i tenesta" in inside
    assert "offl. § 13" in inside
    for path in ("/", "/meetings", "/wheel/2026", f"/meetings/{made}/calendar.ics"):
        assert "Personalsak" not in public_page(installation, f"/{tenant}{path}")


def test_a_marking_is_lifted_and_the_log_says_so(meeting: tuple[Installation, str, str, list[str]]) -> None:
    installation, tenant, made, items = meeting
    office = installation.browser(tenant, "secretariat")
    given = {"about_kind": "item", "about": items[0], "statute": "offl. § 14", "reassess_on": "2027-01-01"}
    office.post("/exemptions", given, on=f"/meetings/{made}")
    office.post("/exemptions", given)
    assert office.status == 409
    listed = office.get("/exemptions")
    found = re.search(rf'action="/{tenant}/exemptions/([0-9a-f-]+)/lift"', listed)
    assert found is not None
    office.post(f"/exemptions/{found[1]}/lift", {"version": "7"})
    assert office.status == 412
    office.post(f"/exemptions/{found[1]}/lift", {"version": "1"}, on="/exemptions")

    assert "Godkjenning" in public_page(installation, f"/{tenant}/meetings/{made}")
    assert "offl. § 14" not in office.get("/exemptions")


def test_only_the_office_marks_and_nothing_of_others(meeting: tuple[Installation, str, str, list[str]]) -> None:
    installation, tenant, made, _items = meeting
    contact, office = installation.browser(tenant, "contact-3437"), installation.browser(tenant, "secretariat")
    given = {"about_kind": "item", "about": made, "statute": "offl. § 13", "reassess_on": "2027-01-01"}
    contact.get("/tasks")
    contact.post("/exemptions", given)
    assert contact.status == 403
    statuses = []
    office.get("/exemptions")
    for kind, about in (("item", made), ("nonsense", made), ("paper", "x"), ("person", made)):
        office.get("/")
        office.post("/exemptions", {**given, "about_kind": kind, "about": about}, on="/outbox")
        statuses.append(office.status)
    assert statuses == [404, 404, 404, 404]


def test_an_exempt_answer_says_so_in_the_papers(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = embedded.browser(tenant, "secretariat")
    round_id = open_round(office, 2026, 1)
    program = embedded.program(tenant, "contact-3437")
    form = next(
        one for one in program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"] if one["role"] == "host"
    )
    answers = {**HOST, "outlook": {"text": "Sjukefråværet i den vesle eininga er høgt."}}
    body = {"answers": answers, "points": {}, "language": "nn"}
    sent = program.send("POST", f"/forms/{form['id']}/submit", body, If_Match=f'"{form["version"]}"')
    assert sent.status_code == 200, sent.text
    given = {
        "about_kind": "answer",
        "about": form["id"],
        "part": "outlook",
        "statute": "offl. § 13",
        "reassess_on": "2027-01-01",
    }
    office.post("/exemptions", given, on=f"/forms/{form['id']}")

    assert "offl. § 13" in office.get(f"/forms/{form['id']}")
    office.post("/papers/compile", {"round": round_id}, on=f"/rounds/{round_id}")
    assert "Sel (unnateke: offl. § 13)" in office.text


def test_the_link_of_a_digital_meeting_is_not_in_the_public_calendar_file(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    body = {"body": "directors", "held_on": "2026-05-05", "link": "https://meet.example/secret-room"}
    made = embedded.program(tenant, "secretariat").send("POST", "/meetings", body).json()["id"]
    member = embedded.browser(tenant, "member")
    member.get("/")

    assert "secret-room" in member.client.get(f"/{tenant}/meetings/{made}/calendar.ics").text
    assert "secret-room" not in public_page(embedded, f"/{tenant}/meetings/{made}/calendar.ics")
