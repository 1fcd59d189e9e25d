"""The approver's step, where the region wants it: a submitted form waits, is approved or returned with a reason."""

import datetime as dt
from pathlib import Path

import pytest
from tests.installation import Installation
from tests.regions import ring

from samverk import registry
from samverk.registry import Registry


@pytest.fixture
def invented(sqlite_url: str, tmp_path: Path) -> Installation:
    plugins = Registry([registry.load("ring", ring)])
    return Installation(sqlite_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC), registry=plugins)


def approving_cycle() -> str:
    definition = registry.load("ring", ring).definition
    return next(key for key, cycle in definition.cycles.items() if cycle.approval)


def test_a_form_waits_for_its_approver(invented: Installation) -> None:
    tenant = invented.add_tenant("ring")
    office = invented.program(tenant, "secretariat")
    dates = {"opens": "2026-02-20", "answers": "2026-03-20", "papers": "2026-03-25", "meeting": "2026-03-30"}
    opened = office.send("POST", "/rounds", {"cycle": approving_cycle(), "year": 2026, "period": 1, **dates})
    assert opened.status_code == 201, opened.text
    with invented.scope(tenant) as scope:
        from samverk.tenants import service as tenants

        place = next(party.key for party in tenants.parties(scope, members_only=True) if party.kind == "municipality")
    invented.add_person(tenant, f"approver@{tenant}.example", "approver", place)
    contact = invented.program(tenant, f"contact-{place[3:]}")
    form = contact.get(f"/rounds/{opened.json()['id']}/forms").json()["items"][0]
    questions = contact.get(f"/forms/{form['id']}").json()["questions"]
    answers = {question["key"]: {"nothing": True} for question in questions if question["kind"] != "points"}
    answers |= {q["key"]: {"has": "no"} for q in questions if q["kind"] == "proposal"}
    answers |= {
        q["key"]: {"parts": {p["key"]: {"nothing": True} for p in q["parts"]}}
        for q in questions
        if q["kind"] == "sections"
    }
    body = {"answers": answers, "language": "nb"}

    sent = contact.send("POST", f"/forms/{form['id']}/submit", body, If_Match='"1"')
    assert (sent.status_code, sent.json()["state"]) == (200, "awaiting_approval"), sent.text
    approver = invented.browser(tenant, "approver")
    assert f"/forms/{form['id']}" in approver.get("/tasks")
    approver.get(f"/forms/{form['id']}")
    approver.post(f"/forms/{form['id']}/return", {"version": approver.version(), "reason": "Mangler tall"})
    assert approver.status == 200
    assert contact.get(f"/forms/{form['id']}").json()["state"] == "returned"
    version = contact.get(f"/forms/{form['id']}").headers["etag"]
    contact.send("POST", f"/forms/{form['id']}/submit", body, If_Match=version)
    approver.get(f"/forms/{form['id']}")
    approver.post(f"/forms/{form['id']}/approve", {"version": approver.version()})
    assert contact.get(f"/forms/{form['id']}").json()["state"] == "submitted"

    invented.close()


def test_an_arrangement_with_four_participants_makes_one_and_three(invented: Installation) -> None:
    tenant = invented.add_tenant("ring")
    office = invented.program(tenant, "secretariat")
    definition = registry.load("ring", ring).definition
    quarterly = next(key for key, cycle in definition.cycles.items() if cycle.every == "quarter")

    opened = office.send("POST", "/rounds", {"cycle": quarterly, "year": 2026, "period": 2})
    forms = office.get(f"/rounds/{opened.json()['id']}/forms?limit=200").json()["items"]
    by_subject: dict[str, list[str]] = {}
    for form in forms:
        by_subject.setdefault(form["subject"]["id"], []).append(form["role"])

    assert ["host", "partner", "partner", "partner"] in by_subject.values()
    invented.close()
