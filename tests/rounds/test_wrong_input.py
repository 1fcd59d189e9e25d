"""What a form answers to wrong input: all faults at once, no word lost, and the right status."""

from typing import Any

import pytest
from tests.installation import Installation, Program
from tests.stories.test_two_quarters import HOST, HOSTS, PARTNER, open_round


@pytest.fixture
def quarter(embedded: Installation) -> tuple[Installation, str, str]:
    """An open INSAM round: (installation, tenant, round)."""
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    return embedded, tenant, open_round(embedded.browser(tenant, "secretariat"), 2026, 1)


def own_form(program: Program, round_id: str, role: str) -> dict[str, Any]:
    return next(
        one for one in program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"] if one["role"] == role
    )


def test_a_quarter_makes_42_forms_and_36_without_the_tentative_one(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = embedded.program(tenant, "secretariat")
    whole = office.send("POST", "/rounds", {"cycle": "insam", "year": 2026, "period": 1})
    less = {"cycle": "insam", "year": 2026, "period": 2, "without_subjects": ["building_inspection"]}

    assert (whole.status_code, whole.json()["forms"]) == (201, {"host": 7, "partner": 35})
    assert office.send("POST", "/rounds", less).json()["forms"] == {"host": 6, "partner": 30}


def test_faults_come_all_at_once_with_pointers(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    program = installation.program(tenant, "contact-3437")
    form = own_form(program, round_id, "host")
    answers = {
        "operations": {"parts": {"economy": {"text": "x" * 20_001}}},
        "outlook": {"text": 5},
        "proposals": {"has": "perhaps"},
        "nonsense": {"text": "?"},
    }

    sent = program.send(
        "POST", f"/forms/{form['id']}/submit", {"answers": answers, "language": "nn"}, If_Match=f'"{form["version"]}"'
    )

    assert sent.status_code == 422
    assert sent.headers["content-type"] == "application/problem+json"
    assert {error["pointer"] for error in sent.json()["errors"]} == {
        "/answers",
        "/answers/operations/parts/economy/text",
        "/answers/outlook/text",
        "/answers/proposals/has",
        "/answers/budget",
    }


def test_a_page_keeps_every_word_of_a_faulty_form(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    form = own_form(installation.program(tenant, "contact-3437"), round_id, "host")
    sel = installation.browser(tenant, "contact-3437")
    sel.get(f"/forms/{form['id']}")

    sel.post(
        f"/forms/{form['id']}",
        {
            "version": sel.version(),
            "language": "nn",
            "then": "submit",
            "a.outlook": "Det eg skreiv om <framtida> & meir",
            "a.foreign": "x",
        },
    )

    assert sel.status == 422
    assert "Det eg skreiv om &lt;framtida&gt; &amp; meir" in sel.text
    assert sel.text.count('href="#a.') >= 3


def test_a_stale_version_is_412_and_shows_both_texts(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    installation.add_person(tenant, f"second@{tenant}.example", "contact", "no-3437")
    one, two = installation.browser(tenant, "contact-3437"), installation.browser(tenant, "second")
    form = own_form(installation.program(tenant, "contact-3437"), round_id, "host")["id"]
    one.get(f"/forms/{form}")
    two.get(f"/forms/{form}")
    version = one.version()

    one.post(f"/forms/{form}", {"version": version, "language": "nn", "then": "save", "a.outlook": "Fyrste tekst"})
    two.post(f"/forms/{form}", {"version": version, "language": "nn", "then": "save", "a.outlook": "Andre tekst"})

    assert one.status == 200
    assert two.status == 412
    assert "Fyrste tekst" in two.text
    assert "Andre tekst" in two.text


@pytest.mark.parametrize(("header", "status"), [({}, 428), ({"If_Match": '"99"'}, 412), ({"If_Match": '"x"'}, 428)])
def test_a_change_needs_its_version(
    quarter: tuple[Installation, str, str], header: dict[str, str], status: int
) -> None:
    installation, tenant, round_id = quarter
    program = installation.program(tenant, "contact-3437")
    form = own_form(program, round_id, "host")

    sent = program.send("PUT", f"/forms/{form['id']}", {"answers": {}, "language": "nn"}, **header)

    assert sent.status_code == status


def test_submitting_to_a_closed_round_is_409(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    office, program = installation.program(tenant, "secretariat"), installation.program(tenant, "contact-3437")
    form = own_form(program, round_id, "host")
    etag = office.get(f"/rounds/{round_id}").headers["etag"]
    assert office.send("POST", f"/rounds/{round_id}/close", If_Match=etag).status_code == 200

    body = {"answers": HOST, "language": "nn"}
    sent = program.send("POST", f"/forms/{form['id']}/submit", body, If_Match=f'"{form["version"]}"')

    assert (sent.status_code, sent.json()["type"]) == (409, "urn:samverk:problem:conflict")


def test_foreign_and_unknown_ids_look_the_same(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    other = installation.add_tenant("varnesregionen")
    stranger = installation.program(other, "secretariat")
    form = own_form(installation.program(tenant, "contact-3437"), round_id, "host")["id"]
    unknown = "019a0000-0000-7000-8000-000000000000"

    def without_the_requests_id(path: str) -> tuple[int, str]:
        answer = stranger.get(path)
        assert answer.json()["instance"] == f"urn:uuid:{answer.headers['request-id']}"
        return answer.status_code, answer.text.replace(answer.headers["request-id"], "")

    foreign, missing = without_the_requests_id(f"/forms/{form}"), without_the_requests_id(f"/forms/{unknown}")

    assert (foreign[0], foreign) == (404, missing)
    assert without_the_requests_id(f"/rounds/{round_id}") == without_the_requests_id(f"/rounds/{unknown}")


def test_another_municipality_sees_no_form_of_ours(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    form = own_form(installation.program(tenant, "contact-3437"), round_id, "host")["id"]

    assert installation.program(tenant, "contact-3431").get(f"/forms/{form}").status_code == 404
    assert installation.program(tenant, "member").get(f"/forms/{form}").status_code == 403
    assert installation.program(tenant, "auditor").get(f"/forms/{form}").status_code == 404


def test_an_idempotency_key_submits_once(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    program = installation.program(tenant, "contact-3437")
    form = own_form(program, round_id, "partner")
    body = {"answers": PARTNER, "language": "nb"}
    headers = {"If_Match": f'"{form["version"]}"', "Idempotency_Key": "one"}

    first = program.send("POST", f"/forms/{form['id']}/submit", body, **headers)
    again = program.send("POST", f"/forms/{form['id']}/submit", body, **headers)
    other = program.send("POST", f"/forms/{form['id']}/submit", {**body, "language": "nn"}, **headers)
    without = program.send("POST", f"/forms/{form['id']}/submit", body, Idempotency_Key="one")

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert without.status_code == 428
    assert first.json() == again.json()


def test_hosts_answers_are_hidden_until_the_deadline(quarter: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = quarter
    program = installation.program(tenant, "contact-3437")
    form = own_form(program, round_id, "host")
    answers = HOST | {"outlook": {"text": "Ein løyndom til fristen"}}
    body = {"answers": answers, "language": "nn"}
    assert program.send("POST", f"/forms/{form['id']}/submit", body, If_Match='"1"').status_code == 200
    lom_program = installation.program(tenant, "contact-3434")
    listed = lom_program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
    subject = form["subject"]["id"]
    partner = next(one for one in listed if one["subject"]["id"] == subject)
    lom = installation.browser(tenant, "contact-3434")

    assert "Ein løyndom" not in lom.get(f"/forms/{partner['id']}")
    early = lom_program.send(
        "POST", f"/forms/{partner['id']}/reactions", {"item": "outlook", "verdict": "agree", "language": "nn"}
    )
    assert early.status_code == 409
    installation.at("2026-03-04")
    assert "Ein løyndom" in lom.get(f"/forms/{partner['id']}")


def test_words_survive_the_end_of_a_session(quarter: tuple[Installation, str, str]) -> None:
    """Without JavaScript: the post after the session ended asks for the password and carries the words along."""
    import re

    from tests.installation import PASSWORD

    installation, tenant, round_id = quarter
    form = own_form(installation.program(tenant, "contact-3437"), round_id, "host")["id"]
    sel = installation.browser(tenant, "contact-3437")
    sel.get(f"/forms/{form}")
    version, token = sel.version(), sel.token
    installation.at("2026-02-20", 11)

    asked = sel.client.post(
        f"/{tenant}/forms/{form}",
        data={
            "_csrf": token,
            "version": version,
            "language": "nn",
            "then": "save",
            "a.outlook": "Lang tekst\nto linjer",
        },
    )
    assert asked.status_code == 401
    kept = dict(re.findall(r'name="(keep:[^"]+)" value="([^"]*)"', asked.text))
    assert kept["keep:a.outlook"] == "Lang tekst\nto linjer"
    fields = kept | {"next": f"/{tenant}/forms/{form}", "email": sel.email, "password": PASSWORD}
    resumed = sel.client.post("/sign-in", data=fields)
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', resumed.text))
    saved = sel.client.post(f"/{tenant}/forms/{form}", data=again)

    assert saved.status_code == 200
    assert "Lang tekst\nto linjer</textarea>" in saved.text
