"""The description of the interface says what every operation takes and gives, and the routes keep it."""

from typing import Any, get_args

import httpx
import jsonschema
import jsonschema_rs
import msgspec
import pytest
from tests.installation import Installation
from tests.rounds.test_wrong_input import own_form
from tests.stories.test_two_quarters import HOST, HOSTS, PARTNER

from samverk import i18n
from samverk.app import all_routes
from samverk.hooks import values
from samverk.meetings import agenda_items
from samverk.regions import terms
from samverk.web.openapi import describe, faults_of
from samverk.web.shapes import Language, Reason

INTERFACE = tuple(route for route in all_routes() if route.is_api)
DOCUMENT = describe(all_routes())


def operation(name: str) -> dict[str, Any]:
    return next(one for path in DOCUMENT["paths"].values() for one in path.values() if one["operationId"] == name)


@pytest.mark.parametrize("route", INTERFACE, ids=lambda route: route.name)
def test_every_operation_declares_its_answer_and_its_one_success(route: Any) -> None:
    assert isinstance(route.answer, type), f"{route.name} declares no answer= type"
    assert issubclass(route.answer, msgspec.Struct)
    responses = operation(route.name)["responses"]

    assert [int(status) for status in responses if status < "300"] == [route.status]
    assert {int(status) for status in responses if status >= "300"} == set(faults_of(route))
    assert route.status == 201 if route.has_location else route.status in (200, 201)


def test_what_is_written_has_a_language_of_content_and_what_is_asked_for_one_of_the_product() -> None:
    asked = next(one for one in operation("list_points")["parameters"] if one["name"] == "lang")

    assert set(get_args(Language)) == set(terms.LOCALES) == values.LOCALES
    assert asked["schema"] == {"enum": list(i18n.locales())}


def test_ids_are_uuids_and_queries_have_bounds() -> None:
    listed = {one["name"]: one for one in operation("list_points")["parameters"]}
    form = {one["name"]: one for one in operation("get_form")["parameters"]}

    assert form["form_id"]["schema"]["format"] == "uuid"
    assert listed["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert set(listed) == {"tenant", "lang", "limit", "after", "state"}


def holds(name: str, answer: httpx.Response) -> dict[str, Any]:
    """Hold an answer against what its operation says of it; return its value."""
    response = operation(name)["responses"][str(answer.status_code)]
    (kind, content), *more = response["content"].items()
    assert (answer.headers["content-type"], more) == (kind, [])
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(answer.json())
    assert ("etag" in answer.headers, "location" in answer.headers) == (
        "ETag" in response["headers"],
        "Location" in response["headers"],
    )
    value: dict[str, Any] = answer.json()
    return value


def test_a_story_through_every_operation_keeps_the_description(installation: Installation) -> None:
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office, sel = installation.program(tenant, "secretariat"), installation.program(tenant, "contact-3437")
    dovre = installation.program(tenant, "contact-3431")

    listed = holds("list_arrangements", office.get("/arrangements?limit=1"))
    holds("list_arrangements", office.client.get(listed["next"]))
    holds("get_arrangement", office.get(f"/arrangements/{listed['items'][0]['id']}"))
    opened = office.send("POST", "/rounds", {"cycle": "insam", "year": 2026, "period": 1}, Idempotency_Key="a")
    again = office.send("POST", "/rounds", {"cycle": "insam", "year": 2026, "period": 1}, Idempotency_Key="a")
    round_id = holds("open_round", opened)["id"]
    assert (again.status_code, again.text, again.headers["location"]) == (201, opened.text, opened.headers["location"])
    round_ = holds("get_round", office.client.get(opened.headers["location"]))
    holds("list_forms", office.get(f"/rounds/{round_id}/forms?limit=3&after=3"))
    form = own_form(sel, round_id, "host")
    holds("get_form", sel.get(f"/forms/{form['id']}"))
    body = {"answers": HOST, "language": "nn"}
    saved = sel.send("PUT", f"/forms/{form['id']}", body, If_Match='"1"')
    holds("save_answers", saved)
    sent = sel.send("POST", f"/forms/{form['id']}/submit", body, If_Match=saved.headers["etag"])
    holds("submit_answers", sent)
    tag = sel.get(f"/forms/{form['id']}").headers["etag"]
    holds("return_answers", office.send("POST", f"/forms/{form['id']}/return", {"reason": "x"}, If_Match=tag))
    tag = sel.get(f"/forms/{form['id']}").headers["etag"]
    assert sel.send("POST", f"/forms/{form['id']}/submit", body, If_Match=tag).status_code == 200
    partner = next(
        one
        for one in dovre.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
        if one["subject"]["id"] == form["subject"]["id"]
    )
    answers = {"answers": PARTNER, "language": "nn"}
    assert dovre.send("POST", f"/forms/{partner['id']}/submit", answers, If_Match='"1"').status_code == 200
    installation.at("2026-03-04")
    agreed = {"item": "outlook", "verdict": "agree", "language": "nn"}
    holds("react_to_answer", dovre.send("POST", f"/forms/{partner['id']}/reactions", agreed))
    tag = f'"{round_["version"]}"'
    holds("close_round", office.send("POST", f"/rounds/{round_id}/close", If_Match=tag))
    holds("compile_round", office.send("POST", f"/rounds/{round_id}/compile"))
    with installation.scope(tenant) as scope:
        agenda_items.add_item(scope, round_["meeting"], {"nn": "Sak"}, subject_id=form["subject"]["id"], summary="Ord")
    meeting = office.get(f"/meetings/{round_['meeting']}")
    item = holds("get_meeting", meeting)["items"][0]["id"]
    holds("create_meeting", office.send("POST", "/meetings", {"body": "directors", "held_on": "2026-04-01"}))
    point = {"item": item, "text": "Gjer dette", "language": "nn", "owner": form["party"]}
    noted = holds("record_point", office.send("POST", f"/meetings/{round_['meeting']}/points", point))
    holds("list_points", office.get("/points?limit=1&state=living"))
    asked = office.get(f"/meetings/{round_['meeting']}").headers["etag"]
    holds("approve_summary", office.send("POST", f"/meetings/{round_['meeting']}/approve", If_Match=asked))
    browser = installation.browser(tenant, "contact-3437")
    browser.get(f"/points/{noted['id']}")
    browser.post(
        f"/points/{noted['id']}/answer",
        {"version": browser.version(), "status": "done", "words": "Gjort", "language": "nn"},
    )
    accepted = office.send("POST", f"/points/{noted['id']}/accept", {}, If_Match='"2"')
    assert holds("accept_point", accepted)["state"] == "accepted"


def test_every_fault_of_a_body_and_of_a_query_comes_at_once(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    office = embedded.program(tenant, "secretariat")

    sent = office.send("POST", "/rounds?lang=xx&x=1", {"cycle": 5, "year": 1, "y/z": 2})
    asked = office.get("/points?limit=201&after=x&state=none&lang=sv")
    twice = office.get("/points?limit=2&limit=3")

    assert (sent.status_code, [one["pointer"] for one in sent.json()["errors"]]) == (422, ["/x", "/lang"])
    body = office.send("POST", "/rounds", {"cycle": 5, "year": 1, "y/z": 2})
    assert [one["pointer"] for one in body.json()["errors"]] == ["/y~1z", "/cycle", "/year", "/period"]
    assert (asked.status_code, {one["pointer"] for one in asked.json()["errors"]}) == (
        422,
        {"/limit", "/after", "/state"},
    )
    assert twice.status_code == 400
    assert office.client.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    "link", ["http://meet.example/x", "https://", "https://[", "https://meet.example:x", "https://a b", "https://-/"]
)
def test_a_link_that_nothing_can_open_is_refused_by_page_and_interface(link: str, embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    given = {"body": "directors", "held_on": "2026-05-05", "link": link}

    answer = embedded.program(tenant, "secretariat").send("POST", "/meetings", given)
    office = embedded.browser(tenant, "secretariat")
    office.post("/meetings", given, on="/meetings")

    assert (answer.status_code, office.status) == (422, 422)
    assert "ei heil adresse som byrjar med https://" in office.text


@pytest.mark.parametrize("link", ["https://meet.example", "https://meet.example:8443/rom/7?pwd=a%20b#start"])
def test_a_link_that_can_be_opened_is_kept_as_it_was_given(link: str, embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    given = {"body": "directors", "held_on": "2026-05-05", "link": link}

    assert embedded.program(tenant, "secretariat").send("POST", "/meetings", given).json()["link"] == link


def test_words_that_must_say_something_are_judged_alike_by_every_reader_of_the_description() -> None:
    """White space is not the same to Python, to ECMAScript and to the validators; the description writes it out."""
    schema = DOCUMENT["components"]["schemas"]["NewPoint"]["properties"]["text"]
    blanks = [chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF and chr(code).isspace()]
    blanks = [one for one in blanks if one >= " " or one in "\t\n\r"]

    fast = jsonschema_rs.Draft202012Validator(schema)
    said = [(one * 3, False) for one in blanks] + [(f"{one}ord{one}", True) for one in (*blanks, "\ufeff")]
    for words, is_said in said:
        assert fast.is_valid(words) is is_said, repr(words)
        assert jsonschema.Draft202012Validator(schema).is_valid(words) is is_said, repr(words)
        try:
            msgspec.convert(words, Reason)
            taken = True
        except msgspec.ValidationError:
            taken = False
        assert taken is is_said, repr(words)
    assert len(blanks) > 20
