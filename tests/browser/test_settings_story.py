"""An administrator changes the own region's model in a real browser: draft, dry run, activation, a round, and back."""

import re

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Administrator:
    """One administrator before one region's pages."""

    def __init__(self, site: Site, browser: Browser, tenant: str, lang: str) -> None:
        self.site, self.tenant = site, tenant
        self.page: Page = browser.new_context(locale=lang).new_page()
        site.sign_in(self.page, tenant, "administrator")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site.address}/{self.tenant}{path}")

    def text(self) -> str:
        return self.page.inner_text("main")

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f'[id="{name.replace("__", ".")}"]', value)

    def keep(self) -> None:
        """Keep the form of the place in the draft."""
        self.page.click('form[action$="/save"] .actions button[type=submit]')
        assert self.page.query_selector(".error-summary") is None, self.text()

    def add(
        self, collection: str, choices: dict[str, str], boxes: tuple[str, ...] = (), key: str = "", **fields: str
    ) -> None:
        self.go(f"/settings/model/{collection.rpartition('.')[0]}")
        self.page.click(f'a[href$="/settings/model/{collection}/add"]')
        self.page.click("form.panel > details > summary")
        self.page.fill("#key", key)
        self.fill(**fields)
        for name, value in choices.items():
            self.page.select_option(f'[id="{name}"]', value)
        for label in boxes:
            self.page.get_by_label(label, exact=True).check()
        self.page.click('form[action$="/add"] .actions button[type=submit]')
        assert self.page.query_selector(".error-summary") is None, self.text()

    def changes(self) -> str:
        self.go("/settings/changes")
        return self.text()

    def activate(self, reason: str) -> None:
        self.page.fill("#reason", reason)
        self.page.click('form[action$="/activate"] button[type=submit]')
        assert self.page.url.endswith("/settings/versions"), self.text()

    def back_to_the_plugin(self) -> None:
        self.go("/settings/versions")
        self.page.click('form[action$="/versions/0/restore"] button')

    def open_round(self, cycle: str, year: int, period: int) -> str:
        """Open a round as the page proposes it; return the address of the round."""
        self.go(f"/rounds/open?cycle={cycle}&year={year}&period={period}")
        for name in ("opens", "answers", "papers", "meeting"):
            assert self.page.input_value(f"#{name}"), self.text()
        self.page.click('button[name="then"][value="open"]')
        assert re.search(r"/rounds/[0-9a-f-]{36}$", self.page.url), self.text()
        return self.page.url

    def questions(self, round_address: str, role: str) -> str:
        """Return the text of a form of the round in that role, as it can be printed."""
        self.page.goto(round_address)
        found = self.page.query_selector(f'a[href*="/forms/"]:has-text("{role}")')
        assert found is not None, self.text()
        self.page.goto(f"{self.site.address}{found.get_attribute('href')}/blank")
        return self.text()


def test_the_administrator_of_nord_gudbrandsdal_changes_the_model_and_takes_it_back(
    site: Site, chromium: Browser
) -> None:
    one = Administrator(site, chromium, "nord-gudbrandsdal", "nn-NO")
    new = "Korleis har kommunen brukt tilbodet i {period}?"

    one.add(
        "questionnaires.partner.items",
        {"kind": "text", "pairs_with": "host.operations"},
        ("1. kvartal", "3. kvartal"),
        text__nn=new,
        text__nb="Hvordan har kommunen brukt tilbudet i {period}?",
        key="use_of_the_service",
    )
    for term, forms in RENAMED.items():
        one.go(f"/settings/model/terms.{term}")
        one.fill(**forms)
        one.keep()
    one.go("/settings/model/wheel.council_report")
    one.fill(rule__date="04-15")
    one.keep()
    seen = one.changes()
    assert "«Skjema til samarbeidskommunen» får nytt spørsmål 6 neste gong det blir sendt ut" in seen
    assert [word for word in ("KOMSAM-ordninga", "INSAM-ordninga", "03-31", "04-15") if word not in seen] == []
    one.activate("Vedteke i kommunedirektørnettverket")
    assert "KOMSAM-ordningar" in one.page.inner_text("body")

    first = one.open_round("insam", 2027, 1)
    asked = "Korleis har kommunen brukt tilbodet i"
    assert asked in one.questions(first, "samarbeidskommune")
    one.back_to_the_plugin()
    assert "«Skjema til samarbeidskommunen» mistar spørsmål 6 neste gong det blir sendt ut" in one.text()
    one.activate("Det vart ikkje til hjelp")
    assert "INSAM-ordningar" in one.page.inner_text("body")
    second = one.open_round("insam", 2027, 3)

    assert asked not in one.questions(second, "samarbeidskommune")
    assert asked in one.questions(first, "samarbeidskommune")


RENAMED = {
    "insam": {"nn__sg": "KOMSAM", "nn__compound": "KOMSAM-", "nb__sg": "KOMSAM", "nb__compound": "KOMSAM-"},
    "arrangement": {
        "nn__sg": "KOMSAM-ordning", "nn__sg_def": "KOMSAM-ordninga", "nn__pl": "KOMSAM-ordningar",
        "nn__pl_def": "KOMSAM-ordningane", "nn__compound": "KOMSAM-", "nb__sg": "KOMSAM-ordning",
        "nb__sg_def": "KOMSAM-ordningen", "nb__pl": "KOMSAM-ordninger", "nb__pl_def": "KOMSAM-ordningene",
        "nb__compound": "KOMSAM-",
    },
    "insam_meeting": {
        "nn__sg": "KOMSAM-møte", "nn__sg_def": "KOMSAM-møtet", "nn__pl": "KOMSAM-møte", "nn__pl_def": "KOMSAM-møta",
        "nn__compound": "KOMSAM-møte", "nb__sg": "KOMSAM-møte", "nb__sg_def": "KOMSAM-møtet",
        "nb__pl": "KOMSAM-møter", "nb__pl_def": "KOMSAM-møtene", "nb__compound": "KOMSAM-møte",
    },
}  # fmt: skip


def test_the_administrator_of_kobyt_adds_a_cost_type_and_takes_it_back(site: Site, chromium: Browser) -> None:
    one = Administrator(site, chromium, "kobyt", "sv-SE")
    costs = "questionnaires.three_alternatives.items.costs"

    one.add(f"{costs}.rows", {}, text__sv="Licenser och system", group="costs", key="licences")
    one.go("/settings/model/wheel.annual_report")
    one.fill(rule__date="05-02")
    one.keep()
    seen = one.changes()
    assert [word for word in ("Licenser och system", "ny", "04-15", "05-02") if word not in seen] == []
    one.activate("Begärt av ekonomicheferna")
    first = one.open_round("alternatives", 2027, 1)
    assert "Licenser och system" in one.questions(first, "")
    one.back_to_the_plugin()
    one.activate("Tillbaka till den gemensamma modellen")
    second = one.open_round("alternatives", 2028, 1)

    assert "Licenser och system" not in one.questions(second, "")
    assert "Licenser och system" in one.questions(first, "")
