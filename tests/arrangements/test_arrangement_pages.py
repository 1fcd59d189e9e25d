"""The pages and the interface of arrangements and municipalities, through the wrapper."""

import re

import msgspec
import pytest
from tests.region_database import SLUG, Region

from samverk.arrangements.routes import ArrangementFull, ArrangementList, Name, Text


@pytest.mark.parametrize("view", ["", "?view=list", "?view=host", "?view=municipality", "?as_of=2019-05-01"])
def test_every_view_names_every_arrangement(region: Region, view: str) -> None:
    html = region.page(f"/{SLUG}/arrangements{view}")

    names = ("Helsearbeidet (NGLMS)", "PPT", "Regional barnevernsvakt", "Personvernombod", "Tilsyn byggesak")
    assert [name for name in names if name not in html] == []


def test_every_arrangement_and_municipality_has_a_page(region: Region) -> None:
    lists = [region.page(f"/{SLUG}/{one}") for one in ("arrangements", "municipalities")]
    addresses = {
        found
        for html in lists
        for found in re.findall(r'href="(/[^"?#]+/(?:arrangements|municipalities)/[^"?#]+)"', html)
    }

    assert len(addresses) == 7 + 6
    assert {region.get(address).status for address in addresses} == {200}


def test_an_arrangement_shows_statute_and_that_it_is_assumed(region: Region) -> None:
    html = region.page(f"/{SLUG}/arrangements/nglms")

    facts = ("kommuneloven kap. 20", "sengeavdeling", "Kven som er vertskommune, står ikkje i kjelda.", "mark--assumed")
    assert [fact for fact in facts if fact not in html] == []


@pytest.mark.parametrize("address", ["arrangements/nothing", "municipalities/no-0301", "municipalities/x"])
def test_what_is_not_there_is_404(region: Region, address: str) -> None:
    assert region.get(f"/{SLUG}/{address}").status == 404


def test_an_old_code_leads_to_todays_page_and_keeps_the_day(region: Region) -> None:
    sent = region.get(f"/{SLUG}/municipalities/no-0512?as_of=2019-05-01")

    assert sent.status == 303
    assert dict(sent.headers)["location"] == f"/{SLUG}/municipalities/no-3432?as_of=2019-05-01"


def test_a_municipality_bears_the_code_of_the_day_and_unknown_stays_unknown(region: Region) -> None:
    then = region.page(f"/{SLUG}/municipalities/no-3432?as_of=2019-05-01&lang=en")
    now = region.page(f"/{SLUG}/municipalities/no-3432?lang=en")

    assert "<dd>NO 0512</dd>" in then and "<dd>unknown</dd>" in then
    assert "<dd>NO 3432</dd>" in now and "<dd>Innlandet</dd>" in now


def test_the_interface_pages_through_the_list(region: Region) -> None:
    found: list[str] = []
    address: str | None = f"/api/v1/{SLUG}/arrangements?limit=3"
    while address is not None:
        sent = region.get(address)
        assert sent.status == 200
        answer = msgspec.json.decode(sent.body, type=ArrangementList)
        found += [item.key for item in answer.items]
        address = answer.next

    assert found == [
        "nglms",
        "ppt",
        "child_welfare_duty",
        "debt_counselling",
        "data_protection",
        "procurement",
        "building_inspection",
    ]


def test_the_interface_gives_one_with_names_in_every_language(region: Region) -> None:
    sent = region.get(f"/api/v1/{SLUG}/arrangements/debt_counselling")
    answer = msgspec.json.decode(sent.body, type=ArrangementFull)

    assert dict(sent.headers)["etag"] == '"1"'
    assert answer.name == Name(
        "nn",
        "Regional gjeldsrådgjeving",
        (Text("nn", "Regional gjeldsrådgjeving"), Text("nb", "Regional gjeldsrådgivning")),
    )
    assert [(p.name, p.role, p.mark) for p in answer.parties] == [
        (name, "partner", "assumed") for name in ("Dovre", "Lesja", "Lom", "Sel", "Skjåk", "Vågå")
    ]
