"""The main jobs without JavaScript, and by keyboard alone."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TENANT = "nord-gudbrandsdal"
HOST_FORM = re.compile(r"vertskommune")


def task(page: Page, site: Site, role: str) -> str:
    """Return the address of a form of the person's tasks in a role."""
    page.goto(f"{site.address}/{TENANT}/tasks?lang=nn")
    row = page.locator("li", has_text=role).filter(has_text="skjema").first
    return str(row.locator("a").first.get_attribute("href"))


def fill_form(page: Page) -> None:
    """Answer everything: nothing to report, no proposal, points under way."""
    for box in page.locator("input[type=checkbox][name$='.nothing']").all():
        box.check()
    for area in page.locator("textarea[name^='a.']").all():
        area.fill("")
    for radio in page.locator("input[type=radio][name$='.has'][value=no]").all():
        radio.check()
    for radio in page.locator("input[type=radio][name$='.status'][value=under_way]").all():
        radio.check()
    for area in page.locator("textarea[name^='p.'][name$='.words']").all():
        area.fill("Vi er i gang.")


def test_a_host_form_without_javascript(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, TENANT, "contact-3435")
    address = task(page, site, "vertskommune")
    page.goto(f"{site.address}{address}?lang=nn")
    fill_form(page)
    page.fill("textarea[name='a.outlook']", "Ein ny tilsett byrjar i januar.")

    page.click("button[value=check]")
    assert page.locator(".error-summary").count() == 0, page.inner_text("main")
    page.click("main form button[type=submit]")

    assert page.locator(".error-summary").count() == 0, page.inner_text("main")
    assert page.locator("#receipt").count() == 1
    assert page.locator(".hash").inner_text() != ""
    context.close()


def tab_to(page: Page, selector: str, most: int = 400) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never came to {selector}")


def test_a_form_by_keyboard_alone(chromium: Browser, site: Site) -> None:
    page = chromium.new_page()
    page.goto(f"{site.address}/sign-in?next=/{TENANT}/tasks")
    tab_to(page, "#email")
    page.keyboard.type(f"contact-3433@{TENANT}.example")
    page.keyboard.press("Tab")
    page.keyboard.type("a password for the browser")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/{TENANT}/tasks")
    tab_to(page, "main a.button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/forms/"))
    tab_to(page, "textarea[name^='a.']")
    page.keyboard.type("Skrive med tastatur aleine.")
    tab_to(page, "button[value=save]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice")

    assert "Skrive med tastatur aleine." in page.content()
    page.close()


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


def test_a_partner_reacts_without_javascript_and_a_meeting_is_minuted(chromium: Browser, site: Site) -> None:
    """After the deadline was moved to today's past by closing nothing: the host's answers of a finished round show."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    site.sign_in(page, TENANT, "secretariat")
    page.goto(f"{site.address}/{TENANT}/rounds?lang=nn")
    page.locator("tbody tr").first.locator("th a").click()
    page.get_by_role("button", name=re.compile("saklista|Make the agenda")).click()
    page.locator("textarea[name=summary]").first.fill("Møtet drøfta drifta.")
    page.locator("form[action$='/summary'] button[type=submit]").first.click()
    assert page.locator(".notice").count() == 1
    page.locator("section.panel details summary").first.click()
    form = page.locator("form[action$='/point']").first
    form.locator("textarea[name=text]").fill("Sende ut tala for november.")
    form.locator("button[type=submit]").click()

    assert "Sende ut tala for november." in page.content()
    context.close()
