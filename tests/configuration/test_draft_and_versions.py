"""What an administrator does to the own region's model: draft, dry run, activation, bringing back; what is refused."""

import json
import re
from html import unescape
from typing import Any

import httpx
import pytest
from tests.installation import ORIGIN, Browser, Installation
from tests.page_forms import form_to

from samverk.configuration import service, walk
from samverk.regions import overlay
from samverk.tenants import service as tenants

OURS = b'{"format": "samverk-settings-1", "plugin": "insam_nordgudbrandsdal", "made_on": MADE_ON, "patch": '
"""The beginning of a file; MADE_ON stands for the plugin's definition."""


@pytest.fixture
def council(installation: Installation) -> tuple[Installation, str, Browser]:
    """A region with its administrator, on each engine."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal")
    return installation, tenant, installation.browser(tenant, "administrator")


@pytest.fixture
def small(embedded: Installation) -> tuple[Installation, str, Browser]:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    return embedded, tenant, embedded.browser(tenant, "administrator")


def save(who: Browser, place: str, **fields: str | list[str]) -> str:
    """Change fields of a place's form and keep them in the draft; __ stands for a dot."""
    address = f"/settings/model/{place}"
    form = form_to(who.get(address), f"{address}/save")
    return who.post(f"{address}/save", {**form.sent, **{n.replace("__", "."): v for n, v in fields.items()}})


def step(who: Browser, place: str, name: str, on: str, **fields: str) -> str:
    """Press a button of one step, as it stands on a page."""
    version = re.search(r'name="version" value="(\d+)"', who.get(f"/settings/{on}"))
    assert version is not None
    return who.post(f"/settings/model/{place}/{name}", {"version": version[1], **fields})


def activate(who: Browser, reason: str = "vedteke") -> str:
    form = form_to(who.get("/settings/changes"), "/changes/activate")
    return who.post("/settings/changes/activate", {**form.sent, "reason": reason})


def words(page: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def model_of(installation: Installation, tenant: str) -> Any:
    with installation.scope(tenant) as scope:
        return scope.model


def wanted(installation: Installation, tenant: str) -> Any:
    with installation.scope(tenant) as scope:
        return service.state(scope).wanted


def test_nothing_counts_before_it_is_activated_and_everything_after(
    council: tuple[Installation, str, Browser],
) -> None:
    installation, tenant, administrator = council
    delivered = model_of(installation, tenant)

    save(administrator, "wheel.council_report", rule__date="04-15")
    assert model_of(installation, tenant) == delivered
    page = words(administrator.get("/settings/changes"))
    assert "Rapport om INSAM til kommunestyra › Når det skjer" in page
    assert "03-31" in page
    assert "04-15" in page
    activate(administrator, "Kommunestyra ville ha meir tid")

    assert model_of(installation, tenant).wheel["council_report"].rule.date == "04-15"
    assert overlay.data_of(model_of(installation, tenant)) == wanted(installation, tenant)
    with installation.scope(tenant) as scope:
        (only,) = service.versions(scope)
    assert (only.number, only.reason, only.activated_by, only.restored) == (
        1, "Kommunestyra ville ha meir tid", "administrator", None,
    )  # fmt: skip
    assert only.patch == {"wheel": {"council_report": {"rule": {"date": "04-15"}}}}
    assert "endra innstillingane til regionen" in administrator.get("/settings/audit")
    assert "Utkastet endrar ingenting" in words(administrator.get("/settings/changes"))


def test_a_version_is_brought_back_and_the_list_keeps_all(council: tuple[Installation, str, Browser]) -> None:
    installation, tenant, administrator = council
    delivered = model_of(installation, tenant)
    for date in ("04-15", "05-15"):
        save(administrator, "wheel.council_report", rule__date=date)
        activate(administrator, date)

    administrator.post("/settings/versions/1/restore", on="/settings/versions", fields={"version": "0"})
    assert "04-15" in words(administrator.text)
    activate(administrator, "det første var betre")
    assert model_of(installation, tenant).wheel["council_report"].rule.date == "04-15"
    administrator.post("/settings/versions/0/restore", on="/settings/versions", fields={"version": "0"})
    activate(administrator, "som levert")

    assert model_of(installation, tenant) == delivered
    with installation.scope(tenant) as scope:
        found = [(one.number, one.reason, one.restored) for one in service.versions(scope)]
        assert tenants.find(scope.session, tenant).model_id is None
    assert found == [(4, "som levert", 0), (3, "det første var betre", 1), (2, "05-15", None), (1, "04-15", None)]


def test_two_administrators_do_not_write_over_each_other(council: tuple[Installation, str, Browser]) -> None:
    installation, tenant, one = council
    other = Browser(installation, tenant, f"administrator@{tenant}.example")
    form = form_to(other.get("/settings/model/terms.insam"), "/save")
    save(one, "terms.insam", nn__sg="KOMSAM")

    other.post("/settings/model/terms.insam/save", {**form.sent, "nn.sg": "SAMSAM"})
    assert other.status == 412
    assert wanted(installation, tenant)["terms"]["insam"]["nn"]["sg"] == "KOMSAM"
    other.post("/settings/changes/activate", {"version": "7", "reason": "no"}, on="/settings/changes")
    assert other.status == 412
    other.post("/settings/changes/discard", {"version": "1"}, on="/settings/changes")
    assert other.status == 200
    assert wanted(installation, tenant)["terms"]["insam"]["nn"]["sg"] == "INSAM"


def test_all_faults_are_told_at_once_in_the_language_and_lead_to_their_fields(
    small: tuple[Installation, str, Browser],
) -> None:
    installation, tenant, administrator = small
    save(administrator, "wheel.insam_answers", rule__days="1", rule__working_days="")
    save(administrator, "wheel.insam_papers", rule__days="5", rule__working_days="")
    save(administrator, "terms.insam_meeting", nn__pl_def="")
    step(administrator, "layers.county_themes", "remove", "model/layers")
    save(administrator, "questionnaires.partner.items.delivery", pairs_with="")
    step(administrator, "questionnaires.host.items.operations", "remove", "model/questionnaires.host")

    page = administrator.get("/settings/changes")
    said = words(page)
    told = (
        "forma 'pl_def' av termen manglar",
        "det finst ikkje noko lag 'county_themes'",
        "etter «Møtedokumenta skal vere klare»",
    )
    assert [one for one in told if one not in said] == [], said
    assert f'href="/{tenant}/settings/model/terms.insam_meeting#nn.pl_def"' in page
    assert f'href="/{tenant}/settings/model/cycles.insam#dates.answers"' in page
    assert 'action="/nord-gudbrandsdal/settings/changes/activate"' not in page
    swedish = words(administrator.get("/settings/changes?lang=sv"))
    assert "termens form 'pl_def' saknas" in swedish
    assert "is missing" not in said + swedish
    version = form_to(page, "/discard").sent["version"][0]
    administrator.post("/settings/changes/activate", {"version": version, "reason": "likevel"})
    assert administrator.status == 422
    with installation.scope(tenant) as scope:
        assert service.versions(scope) == ()


def test_what_is_in_use_cannot_go(small: tuple[Installation, str, Browser]) -> None:
    installation, tenant, administrator = small
    program = installation.program(tenant, "secretariat")
    program.send("POST", "/meetings", {"body": "regional_board", "held_on": "2026-05-05"})

    step(administrator, "bodies.regional_board", "remove", "model/bodies")
    step(administrator, "document_kinds.handbook", "remove", "model/document_kinds")

    said = words(administrator.get("/settings/changes"))
    assert "«Regionstyret» kan ikkje takast ut" in said
    assert "det finst møte her" in said
    assert "det finst dokument av denne typen" in said


def test_an_open_round_keeps_its_form_and_the_next_has_the_new_one(council: tuple[Installation, str, Browser]) -> None:
    _installation, tenant, administrator = council
    text = "Kva kosta ordninga kommunen i {period}?"

    def open_round(period: int) -> str:
        fields = {"cycle": "insam", "year": "2026", "period": str(period), "then": "open"}
        administrator.post("/rounds/open", fields, on=f"/rounds/open?cycle=insam&year=2026&period={period}")
        return administrator.url

    def asked(address: str) -> bool:
        page = administrator.get(address.removeprefix(f"/{tenant}"))
        form = re.search(r'href="/[^/]+(/forms/[0-9a-f-]{36})"[^>]*>(?:(?!</a>).)*samarbeidskommune', page, re.S)
        assert form is not None
        return "Kva kosta ordninga" in administrator.get(f"{form[1]}/blank")

    before = open_round(2)
    collection = "/settings/model/questionnaires.partner.items"
    form = form_to(administrator.get(f"{collection}/add"), "/add")
    administrator.post(f"{collection}/add", {**form.sent, "kind": "money", "text.nn": text, "text.nb": text})
    activate(administrator)
    after = open_round(3)

    assert (asked(before), asked(after)) == (False, True)


def test_questions_are_added_moved_copied_taken_out_and_brought_back_and_stay_numbered(
    small: tuple[Installation, str, Browser],
) -> None:
    installation, tenant, administrator = small
    place, page = "questionnaires.partner.items", "model/questionnaires.partner"

    def order() -> list[str]:
        items = walk.value_at(wanted(installation, tenant), ("questionnaires", "partner", "items"))
        assert sorted(one["order"] for one in items.values()) == list(range(1, len(items) + 1))
        return [key for key, _item in walk.in_order(items)]

    delivered = ["summary", "delivery", "outlook", "proposals", "budget"]
    assert order() == delivered
    step(administrator, f"{place}.budget", "up", page)
    assert order() == ["summary", "delivery", "outlook", "budget", "proposals"]
    save(administrator, f"{place}.budget", order="1")
    assert order() == ["budget", "summary", "delivery", "outlook", "proposals"]
    step(administrator, f"{place}.budget", "copy", page)
    assert order() == ["budget", "budget_2", "summary", "delivery", "outlook", "proposals"]
    step(administrator, f"{place}.summary", "remove", page)
    assert order() == ["budget", "budget_2", "delivery", "outlook", "proposals"]
    assert "Teke ut av dykk" in words(administrator.get(f"/settings/{page}"))
    step(administrator, f"{place}.summary", "back", page)
    step(administrator, f"{place}.budget_2", "remove", page)
    step(administrator, "questionnaires.partner", "back", page)

    assert order() == delivered
    assert not service_has_changes(installation, tenant)


def service_has_changes(installation: Installation, tenant: str) -> bool:
    with installation.scope(tenant) as scope:
        return service.state(scope).has_changes


def test_a_new_entry_says_what_it_lacks_and_keeps_what_was_written(small: tuple[Installation, str, Browser]) -> None:
    installation, tenant, administrator = small
    address = "/settings/model/wheel/add"
    form = form_to(administrator.get(address), "/wheel/add")

    administrator.post(address, {**form.sent, "name.nn": "Sommarmøte på Lalm", "layer": ""})
    assert administrator.status == 422
    assert [name for name in ("layer", "rule") if f'href="#{name}"' not in administrator.text] == []
    assert "Sommarmøte på Lalm" in form_to(administrator.text, "/add").sent["name.nn"]
    given = {**form.sent, "name.nn": "Sommarmøte på Lalm", "layer": "region", "rule.date": "13-40"}
    administrator.post(address, given)
    assert 'href="#rule.date"' in administrator.text
    assert "skriv månad og dag som 09-30" in words(administrator.text)
    administrator.post(address, {**given, "rule.date": "06-20", "key": "insam_meeting"})
    assert "insam_meeting" in words(administrator.text)
    assert administrator.status == 422
    administrator.post(address, {**given, "rule.date": "06-20", "key": ""})

    assert administrator.status == 200
    assert wanted(installation, tenant)["wheel"]["sommarmote_pa_lalm"]["rule"] == {"date": "06-20"}


def test_only_administrators_of_the_region_come_near(small: tuple[Installation, str, Browser]) -> None:
    installation, tenant, _administrator = small
    neighbour = installation.add_tenant("insam_nordgudbrandsdal", slug="nabo")
    pages = (
        "/settings/model",
        "/settings/model/terms.insam",
        "/settings/changes",
        "/settings/versions",
        "/settings/file",
    )

    for who in ("secretariat", "member", "auditor", "contact-3432"):
        browser = installation.browser(tenant, who)
        for page in pages:
            browser.get(page)
            assert browser.status == 403, (who, page)
    stranger = installation.browser(neighbour, "administrator")
    stranger.get("/settings/model")
    stranger.tenant = tenant
    for page in pages:
        stranger.get(page)
        assert stranger.status == 403, page


def upload(who: Browser, content: bytes, version: str = "0") -> httpx.Response:
    who.get("/settings/versions")
    return who.client.post(
        f"/{who.tenant}/settings/file",
        data={"_csrf": who.token, "version": version},
        files={"file": ("settings.json", content, "application/json")},
        headers={"origin": ORIGIN},
        follow_redirects=True,
    )


def test_the_configuration_goes_out_as_a_file_and_into_a_neighbour(small: tuple[Installation, str, Browser]) -> None:
    installation, tenant, administrator = small
    neighbour = installation.add_tenant("insam_nordgudbrandsdal", slug="nabo")
    other = installation.browser(neighbour, "administrator")
    save(administrator, "terms.insam", nn__sg="KOMSAM", nb__sg="KOMSAM")
    activate(administrator)

    administrator.get("/settings/file")
    sent = administrator.text.encode()
    answer = upload(other, sent)
    assert "KOMSAM" in words(answer.text)
    activate(other)

    assert model_of(installation, neighbour) == model_of(installation, tenant)
    assert json.loads(sent)["patch"] == {"terms": {"insam": {"nn": {"sg": "KOMSAM"}, "nb": {"sg": "KOMSAM"}}}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "ikkje JSON i UTF-8"),
        (b"\xff\xfe", "ikkje JSON i UTF-8"),
        (b"[" * 100_000, "ikkje JSON i UTF-8"),
        (b"[]", "ikkje eksportert frå innstillingane"),
        (OURS.replace(b"insam_nordgudbrandsdal", b"kobyt") + b"{}}", "'kobyt'"),
        (OURS.replace(b'"made_on": MADE_ON, ', b"") + b"{}}", "ikkje eksportert frå innstillingane"),
        (OURS.replace(b"MADE_ON", b"{}") + b"{}}", "schema_version"),
        (OURS.replace(b"MADE_ON", b'{"schema_version": 7}') + b"{}}", "versjon 7 av formatet"),
        # What says which plugin it is can be changed by nobody, also not by a file that was written by hand.
        (OURS + b'{"key": "kobyt"}}', "key: dette må vere 'insam_nordgudbrandsdal'"),
        (OURS + b'{"country": "SE"}}', "country: dette må vere 'NO'"),
        (OURS.replace(b"MADE_ON", b"OTHER") + b"{}}", "key: dette må vere 'insam_nordgudbrandsdal'"),
        (OURS + b'{"wheels": {}}}', "wheels"),
        (OURS + b'{"name": 3}}', "name"),
        (OURS + b'{"a": ' + b'{"a":' * 60 + b"1" + b"}" * 61 + b"}", "40"),
        (b" " * 2_000_001, "2000"),
        (OURS + b'{"\\ud800": {"a": "\\u0000"}}}', "ikkje JSON i UTF-8"),
        (OURS + b'{"name": {"nn": "\\ud800"}}}', "ikkje JSON i UTF-8"),
        (OURS + b'{"name": NaN}}', "name"),
        (OURS + b'{"name": 9223372036854775808}}', "name"),
    ],
)
def test_a_file_that_is_none_is_told_in_words(
    small: tuple[Installation, str, Browser], content: bytes, told: str
) -> None:
    installation, tenant, administrator = small

    with installation.scope(tenant) as scope:
        made_on = json.dumps(service.state(scope).delivered).encode()
    other = made_on.replace(b'"key": "insam_nordgudbrandsdal"', b'"key": "kobyt"', 1)
    answer = upload(administrator, content.replace(b"MADE_ON", made_on).replace(b"OTHER", other))

    assert answer.status_code == 422
    assert told in words(answer.text)
    assert not service_has_changes(installation, tenant)
