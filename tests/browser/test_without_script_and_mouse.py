"""The main jobs by keyboard alone, with and without JavaScript: a host form, reactions of a partner, a meeting."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.browser.conftest import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TENANT = "nord-gudbrandsdal"


class Keyboard:
    """A person without a mouse: everything is reached by Tab and done by keys."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site

    def reach(self, selector: str, most: int = 500) -> None:
        """Press Tab until an element that fits has the focus."""
        for _press in range(most):
            self.page.keyboard.press("Tab")
            if self.page.locator(f":is({selector}):focus").count():
                return
        raise AssertionError(f"Tab never came to {selector}")

    def open(self, selector: str) -> None:
        """Open what is folded, on the same page."""
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def send(self, selector: str) -> None:
        """Press a button and wait until the page it leads to has replaced this one."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def choose(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Space")

    def write(self, selector: str, words: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def sign_in(self, who: str, path: str) -> None:
        self.page.goto(f"{self.site.address}/sign-in?next=/{TENANT}{path}")
        self.write("#email", f"{who}@{TENANT}.example")
        self.write("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(re.escape(f"/{TENANT}{path}")))


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def keyboard(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Keyboard]:
    context = chromium.new_context(java_script_enabled=request.param, viewport={"width": 1280, "height": 900})
    yield Keyboard(context.new_page(), site)
    context.close()


def a_task(page: Page, role: str) -> str:
    """Return the address of the person's first form in a role that is still to be answered."""
    row = (
        page.locator("main li", has_text=role)
        .filter(has_text="1. desember")
        .or_(page.locator("main li", has_text=role))
    )
    address = row.first.locator("a").first.get_attribute("href")
    assert address is not None
    return address


def test_a_host_form_from_task_to_receipt(keyboard: Keyboard, request: pytest.FixtureRequest) -> None:
    who = "contact-3435" if request.node.callspec.id == "script" else "contact-3431"
    keyboard.sign_in(who, "/tasks")
    page = keyboard.page
    address = a_task(page, "vertskommune")
    page.goto(keyboard.site.address + address)
    boxes = page.locator("input[type=checkbox][name$='.nothing']").evaluate_all(
        "all => all.map(one => [one.id, one.checked])"
    )
    keyboard.reach("textarea[name='a.operations.economy']")
    page.keyboard.press("Control+A")
    page.keyboard.type("Skrive med tastatur aleine.")
    for name, is_checked in boxes:
        if not is_checked and name != "a.operations.economy.nothing":
            keyboard.choose(f"[id='{name}']")
            break
    keyboard.send("button[value=save]")
    assert "Skrive med tastatur aleine." in page.locator("textarea[name='a.operations.economy']").input_value()

    for name in page.locator("input[type=checkbox][name$='.nothing']:not(:checked)").evaluate_all(
        "all => all.map(one => one.id)"
    ):
        keyboard.choose(f"[id='{name}']")
    for group in page.locator("fieldset[id$='.status']").evaluate_all("all => all.map(one => one.id)"):
        keyboard.reach(f"[id='{group}'] input")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        keyboard.write(f"textarea[name='{group.removesuffix('.status')}.words']", "Vi er i gang.")
        keyboard.write(f"textarea[name='{group.removesuffix('.status')}.reason']", "Ingen")
    if page.locator("input[name='a.proposals.has']:checked").count() == 0:
        keyboard.reach("input[name='a.proposals.has']")
        page.keyboard.press("Space")
    keyboard.send("button[value=check]")
    assert page.locator(".error-summary").count() == 0, page.inner_text("main")
    keyboard.send("main form button[type=submit]")

    expect(page.locator("#receipt")).to_have_count(1)
    assert re.fullmatch(r"[0-9a-f]{64}", page.locator("#receipt .hash").inner_text())


def test_a_partner_reacts_to_the_host(keyboard: Keyboard, request: pytest.FixtureRequest) -> None:
    keyboard.site.let_deadlines_pass(TENANT)
    who = "contact-3434" if request.node.callspec.id == "script" else "contact-3433"
    keyboard.sign_in(who, "/tasks")
    page = keyboard.page
    address = page.locator("main a[href$='#reactions']").first.get_attribute("href")
    assert address is not None
    page.goto(keyboard.site.address + address.partition("#")[0])

    verdict = "input[name='r.outlook.verdict'][value=disagree]"
    keyboard.reach("input[name='r.outlook.verdict']")
    while not page.locator(verdict).is_checked():
        page.keyboard.press("ArrowRight")
    keyboard.write("textarea[name='r.outlook.words']", "Vi ser det annleis.")
    keyboard.send("#reactions form button[type=submit]")

    expect(page.locator(".notice")).to_have_count(1)
    assert page.locator(verdict).is_checked()
    assert page.locator("textarea[name='r.outlook.words']").input_value() == "Vi ser det annleis."


def test_a_meeting_is_summarised_with_a_point(keyboard: Keyboard, request: pytest.FixtureRequest) -> None:
    keyboard.sign_in("secretariat", "/meetings")
    page = keyboard.page
    day = "2027-05-04" if request.node.callspec.id == "script" else "2027-05-05"
    keyboard.open("details summary")
    keyboard.write("#held_on", day)
    keyboard.send("form[action$='/meetings'] button[type=submit]")
    keyboard.write("#title", "Økonomi i ordningane")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keyboard.write("textarea[name=summary]", "Møtet drøfta økonomien.")
    keyboard.send("form[action$='/summary'] button[type=submit]")
    expect(page.locator(".notice")).to_have_count(1)
    keyboard.open("section.panel details summary")
    keyboard.write("form[action$='/point'] textarea[name=text]", "Sende ut tala for november.")
    keyboard.send("form[action$='/point'] button[type=submit]")

    expect(page.locator("main")).to_contain_text("Sende ut tala for november.")
    assert "Møtet drøfta økonomien." in page.locator("textarea[name=summary]").first.input_value()


def test_a_draft_is_saved_by_itself(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    site.sign_in(page, TENANT, "contact-3434")
    page.goto(f"{site.address}/{TENANT}/tasks")
    page.click("main a.button")
    page.fill("textarea[name='a.outlook']", "Lagra av seg sjølv")
    page.keyboard.press("Tab")
    expect(page.locator("#save-state")).to_have_text(re.compile(r"\d\d\.\d\d"))
    page.reload()

    assert page.input_value("textarea[name='a.outlook']") == "Lagra av seg sjølv"
    page.close()


def test_a_form_sent_while_its_draft_is_on_the_way_does_not_collide_with_itself(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    site.sign_in(page, TENANT, "contact-3432")
    page.goto(f"{site.address}/{TENANT}/tasks")
    page.click("main a.button")
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "then=autosave" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/forms/*", hold)
    page.fill("textarea[name='a.outlook']", "Skrive medan utkastet er på veg")
    with page.expect_request(lambda request: "then=autosave" in (request.post_data or "")):
        page.keyboard.press("Tab")
    page.click("button[value=save]", no_wait_after=True)
    stored = held[0].fetch()
    with page.expect_navigation():
        held[0].fulfill(response=stored)

    assert page.locator(".error-summary").count() == 0, page.inner_text("main")
    assert page.input_value("textarea[name='a.outlook']") == "Skrive medan utkastet er på veg"
    assert page.input_value("form[data-autosave] input[name=version]") > "1"
    page.close()
