"""The heart of the product, through HTTP: seven people run two whole quarters of the INSAM round."""

import re
from typing import Any

import pytest
from tests.installation import Browser, Installation, Program

HOSTS = {
    "nglms": "no-3437",
    "ppt": "no-3434",
    "child_welfare_duty": "no-3435",
    "debt_counselling": "no-3431",
    "data_protection": "no-3432",
    "procurement": "no-3433",
    "building_inspection": "no-3437",
}
CODES = ("3431", "3432", "3433", "3434", "3435", "3437")
NOTHING: dict[str, Any] = {"nothing": True}
HOST_PARTS = ("economy", "attendance", "goals", "challenges", "other")
PARTNER_PARTS = ("economy", "interaction", "information", "goals", "challenges", "other")
HOST: dict[str, Any] = {
    "operations": {"parts": dict.fromkeys(HOST_PARTS, NOTHING)},
    "follow_up": NOTHING,
    "outlook": NOTHING,
    "proposals": {"has": "no"},
    "budget": NOTHING,
}
PARTNER: dict[str, Any] = {
    "summary": NOTHING,
    "delivery": {"parts": dict.fromkeys(PARTNER_PARTS, NOTHING)},
    "outlook": NOTHING,
    "proposals": {"has": "no"},
    "budget": NOTHING,
}


def host_fields(version: str, **more: str) -> dict[str, str]:
    """Return the fields of a host form as a browser posts them, with 'nothing to report' where nothing is said."""
    fields = {"version": version, "language": "nn", "a.proposals.has": "no"}
    fields |= {f"a.operations.{part}.nothing": "1" for part in HOST_PARTS}
    fields |= {f"a.{key}.nothing": "1" for key in ("outlook", "budget")}
    return fields | more


def form_id(program: Program, round_id: str, subject: str, role: str, party: str) -> dict[str, Any]:
    answer = program.get(f"/rounds/{round_id}/forms?limit=200").json()
    return next(
        one
        for one in answer["items"]
        if one["subject"]["id"] == subject and one["role"] == role and one["party"] == party
    )


def answer_everything(programs: dict[str, Program], round_id: str, skip: set[str]) -> None:
    """Let every contact submit what is still open, 'nothing to report' and points under way."""
    for program in programs.values():
        for one in program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]:
            if one["state"] not in ("not_opened", "draft", "returned") or one["id"] in skip:
                continue
            form = program.get(f"/forms/{one['id']}").json()
            points = {p["id"]: {"status": "under_way", "words": "Vi er i gang."} for p in form["asked_points"]}
            body = {"answers": HOST if one["role"] == "host" else PARTNER, "points": points, "language": "nn"}
            sent = program.send("POST", f"/forms/{one['id']}/submit", body, If_Match=f'"{one["version"]}"')
            assert sent.status_code == 200, sent.text


def open_round(secretariat: Browser, year: int, period: int) -> str:
    secretariat.get(f"/rounds/open?cycle=insam&year={year}&period={period}")
    fields = dict(re.findall(r'<input type="hidden" name="(cycle|year|period)" value="([^"]*)"', secretariat.text))
    secretariat.post("/rounds/open", {**fields, "then": "open"})
    found = re.fullmatch(r"/nord-gudbrandsdal/rounds/([0-9a-f-]{36})", secretariat.url)
    assert found is not None, secretariat.text
    return found[1]


def history(program: Program, installation: Installation, number: int) -> list[tuple[str, str, str | None]]:
    """Return (kind, actor, status) of every step of a point."""
    from samverk.points import service as points

    with installation.scope("nord-gudbrandsdal") as scope:
        point = next(one for one in points.list_points(scope) if one.number == number)
        return [(event.kind, event.actor, event.status) for event in points.history(scope, point.id)]


@pytest.mark.slow
def test_seven_people_run_two_quarters(installation: Installation) -> None:
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = installation.browser(tenant, "secretariat")
    sel, lom = installation.browser(tenant, "contact-3437"), installation.browser(tenant, "contact-3434")
    programs = {code: installation.program(tenant, f"contact-{code}") for code in CODES}
    office_program = installation.program(tenant, "secretariat")
    arrangements = office_program.get("/arrangements?limit=200").json()["items"]
    ids = {one["key"]: one["id"] for one in arrangements}
    parties = {
        participant["key"]: participant["party_id"] for one in arrangements for participant in one["participants"]
    }

    # The first quarter is opened: 42 forms, and everybody is told once.
    first = open_round(office, 2026, 1)
    assert "42" in office.text
    forms = office_program.get(f"/rounds/{first}/forms?limit=200").json()["items"]
    assert [sum(1 for f in forms if f["role"] == role) for role in ("host", "partner")] == [7, 35]
    assert office.get("/outbox").count("<li><details>") == 6

    # It is changed: the deadline is extended with a reason, one subject is taken out and a party taken in again.
    version = office_program.get(f"/rounds/{first}").json()["version"]
    office.post(
        f"/rounds/{first}/deadline", {"version": version, "day": "2026-03-05", "reason": ""}, on=f"/rounds/{first}"
    )
    assert office.status == 422
    office.post(
        f"/rounds/{first}/deadline",
        {"version": version, "day": "2026-03-05", "reason": "Vinterferie"},
        on=f"/rounds/{first}",
    )
    assert office.status == 200
    assert "Vinterferie" in office.text
    office.post(
        f"/rounds/{first}/remove",
        {
            "version": office_program.get(f"/rounds/{first}").json()["version"],
            "subject": ids["building_inspection"],
            "reason": "Ordninga er ikkje i gang",
        },
    )
    assert len(office_program.get(f"/rounds/{first}/forms?limit=200").json()["items"]) == 36
    office.post(
        f"/rounds/{first}/add",
        {
            "version": office_program.get(f"/rounds/{first}").json()["version"],
            "subject": ids["ppt"],
            "party": parties["no-3434"],
            "role": "partner",
            "reason": "Prøve",
        },
    )
    assert len(office_program.get(f"/rounds/{first}/forms?limit=200").json()["items"]) == 37
    added = form_id(office_program, first, ids["ppt"], "partner", parties["no-3434"])
    with installation.scope(tenant) as scope:
        from samverk.rounds import changes

        changes.remove_forms(scope, first, "Prøve", form_id=added["id"])

    # Sel, as host, drafts and submits; the office returns it; Sel submits again, takes it back and submits at last.
    installation.at("2026-03-02")
    host_form = form_id(programs["3437"], first, ids["nglms"], "host", parties["no-3437"])["id"]
    sel.get(f"/forms/{host_form}")
    draft = host_fields(sel.version(), **{"a.operations.economy": "Vi har brukt meir enn planlagt."})
    del draft["a.outlook.nothing"]
    sel.post(f"/forms/{host_form}", {**draft, "then": "save"})
    assert sel.status == 200
    sel.post(f"/forms/{host_form}", {**draft, "version": sel.version(), "then": "submit"})
    assert sel.status == 422
    assert "Vi har brukt meir enn planlagt." in sel.text
    whole = host_fields(sel.version(), **{"a.operations.economy": "Vi har brukt meir enn planlagt."})
    sel.post(f"/forms/{host_form}", {**whole, "then": "submit"}, on=f"/forms/{host_form}")
    assert sel.status == 200, sel.text
    assert 'id="receipt"' in sel.text
    office.get(f"/forms/{host_form}")
    office.post(f"/forms/{host_form}/return", {"version": office.version(), "reason": "Tala for februar manglar."})
    assert "Tala for februar manglar." in office.text
    sel.get(f"/forms/{host_form}")
    assert "Tala for februar manglar." in sel.text
    whole["version"] = sel.version()
    sel.post(f"/forms/{host_form}", {**whole, "a.operations.economy": "Vi har brukt 3 prosent meir.", "then": "submit"})
    sel.post(f"/forms/{host_form}/take-back", {"version": sel.version(f"/forms/{host_form}/take-back")})
    assert 'id="receipt"' not in sel.text
    whole["version"] = sel.version()
    sel.post(
        f"/forms/{host_form}", {**whole, "a.operations.economy": "Vi har brukt 3,1 prosent meir.", "then": "submit"}
    )
    assert 'id="receipt"' in sel.text

    # Everybody but Dovre answers in time; Dovre is late, and marked so.
    late = {one["id"] for one in programs["3431"].get(f"/rounds/{first}/forms?limit=200").json()["items"]}
    answer_everything({code: p for code, p in programs.items() if code != "3431"}, first, set())
    installation.at("2026-03-06")
    answer_everything({"3431": programs["3431"]}, first, set())
    states = {
        one["id"]: one["is_late"] for one in office_program.get(f"/rounds/{first}/forms?limit=200").json()["items"]
    }
    assert {one for one, is_late in states.items() if is_late} == late

    # After the deadline Lom disagrees with Sel's answer; the papers put it first.
    lom_form = form_id(programs["3434"], first, ids["nglms"], "partner", parties["no-3434"])["id"]
    lom.get(f"/forms/{lom_form}")
    assert "Vi har brukt 3,1 prosent meir." in lom.text
    lom.post(
        f"/forms/{lom_form}/react",
        {"language": "nn", "r.operations.verdict": "disagree", "r.operations.words": "Vi ser ikkje det same."},
    )
    assert lom.status == 200, lom.text
    office.post("/papers/compile", {"round": first}, on=f"/rounds/{first}")
    paper = office.url
    assert office.text.index("Vi ser ikkje det same.") < office.text.index("Vi har brukt 3,1 prosent meir.")
    printed = office.client.get(f"{paper}/print/pdf").content

    # The meeting: the agenda begins with the disagreement; points for host, partner and the office; comment; approval.
    installation.at("2026-03-11", 10)
    office.post(f"/rounds/{first}/agenda", on=f"/rounds/{first}")
    meeting = office.url.rpartition("/")[2]
    agenda = office_program.get(f"/meetings/{meeting}").json()["items"]
    assert agenda[0]["subject"] == ids["nglms"]
    assert len(agenda) == 6
    item = agenda[0]["id"]
    owners = {1: parties["no-3437"], 2: parties["no-3435"], 3: None, 4: parties["no-3437"]}
    for number, owner in owners.items():
        body = {
            "item": item,
            "text": f"Punkt {number}",
            "language": "nn",
            "owner": owner,
            "raiser": parties["no-3434"],
            "deadline": "2026-12-31",
        }
        sent = office_program.send("POST", f"/meetings/{meeting}/points", body)
        assert (sent.status_code, sent.json()["number"]) == (201, number)
    office.get(f"/meetings/{meeting}")
    item_version = re.search(
        rf'name="item" value="{item}"><input type="hidden" name="version" value="(\d+)"', office.text
    )
    assert item_version is not None
    office.post(
        f"/meetings/{meeting}/summary",
        {"item": item, "version": item_version[1], "summary": "Sel gjer greie for overforbruket.", "language": "nn"},
    )
    version = office_program.get(f"/meetings/{meeting}").json()
    etag = office_program.get(f"/meetings/{meeting}").headers["etag"].strip('"')
    office.post(f"/meetings/{meeting}/send", {"version": etag, "comment_until": "2026-03-20"})
    lom.post(
        f"/meetings/{meeting}/comment", {"text": "Einig i oppsummeringa.", "language": "nn"}, on=f"/meetings/{meeting}"
    )
    assert lom.status == 200, lom.text
    installation.at("2026-03-21")
    etag = office_program.get(f"/meetings/{meeting}").headers["etag"]
    approved = office_program.send("POST", f"/meetings/{meeting}/approve", If_Match=etag)
    assert approved.json()["state"] == "approved"
    office.get(f"/meetings/{meeting}")
    etag = approved.headers["etag"].strip('"')
    office.post(f"/meetings/{meeting}/send", {"version": etag, "comment_until": "2026-04-20"}, on=f"/rounds/{first}")
    assert office.status == 409
    assert version["records"] == "notes"

    # The second quarter asks what became of it, host and partner; nothing was copied by anybody.
    installation.at("2026-05-20")
    second = open_round(office, 2026, 2)
    assert office.client.get(f"{paper}/print/pdf").content == printed
    installation.at("2026-05-27")
    host_form = form_id(programs["3437"], second, ids["nglms"], "host", parties["no-3437"])["id"]
    asked = programs["3437"].get(f"/forms/{host_form}").json()["asked_points"]
    assert [(point["number"], point["text"]) for point in asked] == [(1, "Punkt 1"), (4, "Punkt 4")]
    partner_form = form_id(programs["3435"], second, ids["nglms"], "partner", parties["no-3435"])["id"]
    asked = programs["3435"].get(f"/forms/{partner_form}").json()["asked_points"]
    assert [point["number"] for point in asked] == [2]
    lom_form = form_id(programs["3434"], second, ids["nglms"], "partner", parties["no-3434"])["id"]
    assert "Sel gjer greie for overforbruket." in lom.get(f"/forms/{lom_form}")
    answer_everything(programs, second, set())

    # Lom, who raised them, accepts one, reopens one; the office answers its own; one is dropped with a reason.
    listed = {one["number"]: one for one in programs["3434"].get("/points").json()["items"]}
    etags = {number: "3" if number == 3 else "2" for number in listed}
    accepted = programs["3434"].send(
        "POST", f"/points/{listed[1]['id']}/accept", {"words": "Bra.", "language": "nn"}, If_Match='"2"'
    )
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted"), accepted.text
    stale = programs["3434"].send("POST", f"/points/{listed[2]['id']}/accept", {}, If_Match='"1"')
    assert stale.status_code == 412
    lom.post(
        f"/points/{listed[2]['id']}/reopen",
        {"version": "2", "words": "Ikkje godt nok.", "language": "nn"},
        on=f"/points/{listed[2]['id']}",
    )
    assert lom.status == 200, lom.text
    office.post(
        f"/points/{listed[3]['id']}/answer",
        {"version": "1", "status": "done", "words": "Sendt ut.", "language": "nn"},
        on=f"/points/{listed[3]['id']}",
    )
    assert office.status == 200, office.text
    lom.post(
        f"/points/{listed[4]['id']}/drop",
        {"version": etags[4], "words": "", "language": "nn"},
        on=f"/points/{listed[4]['id']}",
    )
    assert lom.status == 422
    lom.post(
        f"/points/{listed[4]['id']}/drop", {"version": etags[4], "words": "Ikkje lenger aktuelt.", "language": "nn"}
    )
    assert lom.status == 200, lom.text

    raised = ("raised", "secretariat", None)
    under_way = "under_way"
    assert history(office_program, installation, 1) == [
        raised,
        ("answered", "contact-3437", under_way),
        ("accepted", "contact-3434", None),
    ]
    assert history(office_program, installation, 2) == [
        raised,
        ("answered", "contact-3435", under_way),
        ("reopened", "contact-3434", None),
    ]
    assert history(office_program, installation, 3) == [raised, ("answered", "secretariat", "done")]
    assert history(office_program, installation, 4) == [
        raised,
        ("answered", "contact-3437", under_way),
        ("dropped", "contact-3434", None),
    ]
