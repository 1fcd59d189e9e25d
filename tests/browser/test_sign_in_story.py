"""From the letter of an invitation to a new password, in a real browser, against a server that is no demonstration."""

import email
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import default
from pathlib import Path
from typing import Any

import pyotp
import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, Page
from tests.accounts.provider_server import running
from tests.browser.conftest import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TENANT = "nord"
BOSS, BOSS_PASSWORD = "boss@council.example", "seks ville hester bak fjøset"
NEW, NEWER = "hest over blå bru", "grøn båt under gul sky"


class Mailbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.arrived.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def link(self, address: str, number: int = 1) -> str:
        """Wait for the letter of this number to an address; return its link."""
        patience = time.monotonic() + 90
        while True:
            found = [message for message in self.arrived if message["To"] == address]
            if len(found) >= number:
                link = re.search(r"http://\S+", found[number - 1].get_content())
                assert link is not None
                return link[0]
            assert time.monotonic() < patience, "the letter did not come"
            time.sleep(0.2)


@dataclass(frozen=True)
class Served:
    address: str
    mailbox: Mailbox


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A region on a server of its own, with mail and a sign-in provider; one administrator, who has a password only."""
    folder, box = tmp_path_factory.mktemp("serve"), Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        mail_port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=mail_port)
    controller.start()
    with running() as issuer:
        (folder / "samverk.toml").write_text(
            f'[[oidc]]\ntenant = "{TENANT}"\nkey = "municipal"\nname = "Municipal sign-in"\nissuer = "{issuer}"\n'
            'client_id = "samverk"\nclient_secret = "a secret"\n',
            "utf-8",
        )
        port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SAMVERK_") or "CHEAP" in k}
        environment = kept | {
            "SAMVERK_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
            "SAMVERK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        _samverk(folder, environment, "tenant", "create", TENANT, "--plugin", "insam_nordgudbrandsdal", "--starter")
        person = ("--tenant", TENANT, "--role", "administrator", "--password", BOSS_PASSWORD)
        _samverk(folder, environment, "user", "add", BOSS, *person)
        command = [sys.executable, "-m", "samverk.cli", "serve", "--data", "data", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
        _wait(process, f"http://127.0.0.1:{port}")
        yield Served(f"http://127.0.0.1:{port}", box)
        process.terminate()
        process.wait(20)
    controller.stop()


def _samverk(folder: Path, environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "samverk.cli", *words, "--data", "data"]
    subprocess.run(command, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _wait(process: "subprocess.Popen[bytes]", address: str) -> None:
    patience = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=1).read()
            return
        except OSError:
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < patience, "the server did not get ready"
            time.sleep(0.2)


def sign_in(page: Page, served: Served, address: str, password: str) -> None:
    page.goto(f"{served.address}/sign-in?next=/{TENANT}/settings/people&lang=en")
    page.fill("#email", address)
    page.fill("#password", password)
    page.click("form.panel button[type=submit]")


def enrol(page: Page) -> tuple[pyotp.TOTP, list[str]]:
    """Set up the code maker from the key that is shown; return it with the recovery codes."""
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    maker = pyotp.TOTP(page.locator("#key").inner_text())
    page.fill("#code", maker.now())
    page.click("form.panel button[type=submit]")
    return maker, page.locator(".recovery-codes code").all_inner_texts()


@pytest.fixture(scope="module")
def boss(chromium: Browser, served: Served) -> Iterator[Page]:
    """The administrator, who had to set up a second factor before anything opened."""
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, served, BOSS, BOSS_PASSWORD)
    enrol(page)
    page.click("main a.ds-button")
    page.wait_for_url(f"{served.address}/{TENANT}/settings/people")
    yield page
    context.close()


def invite(boss: Page, served: Served, address: str, role: str) -> str:
    boss.goto(f"{served.address}/{TENANT}/settings/people?lang=en")
    boss.click("summary:has-text('Invite a person')")
    boss.fill("#email", address)
    boss.select_option("#role", role)
    boss.click("form button:has-text('Send the invitation')")
    return served.mailbox.link(address)


def fresh(chromium: Browser) -> BrowserContext:
    return chromium.new_context(viewport={"width": 320, "height": 700})


def test_from_the_invitation_to_a_new_password(chromium: Browser, served: Served, boss: Page) -> None:
    link = invite(boss, served, "kari@council.example", "administrator")
    context = fresh(chromium)
    page = context.new_page()

    page.goto(link)
    page.fill("#name", "Kari Fjellheim")
    page.fill("#password", NEW)
    page.fill("#again", NEW)
    page.click("form.panel button[type=submit]")
    page.wait_for_url(re.compile(r"/sign-in\?"))
    sign_in(page, served, "kari@council.example", NEW)
    page.goto(f"{served.address}/{TENANT}/settings/people")
    half = page.url
    page.goto(f"{served.address}/sign-in/second-factor?lang=en")
    maker, codes = enrol(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.goto(f"{served.address}/{TENANT}/settings/people?lang=en")
    opened = page.locator("h1").inner_text()

    page.click("form[action='/sign-out'] button")
    sign_in(page, served, "kari@council.example", NEW)
    page.fill("#code", maker.at(time.time() + 30))
    page.click("form.panel button[type=submit]")
    page.wait_for_url(f"{served.address}/{TENANT}/settings/people")

    page.click("form[action='/sign-out'] button")
    page.goto(f"{served.address}/sign-in/forgotten?lang=en")
    page.fill("#email", "kari@council.example")
    page.click("form.panel button[type=submit]")
    page.goto(served.mailbox.link("kari@council.example", 2))
    page.fill("#password", NEWER)
    page.fill("#again", NEWER)
    page.click("form.panel button[type=submit]")
    sign_in(page, served, "kari@council.example", NEW)
    refused = page.locator("#error-summary").count()
    sign_in(page, served, "kari@council.example", NEWER)
    page.fill("#code", codes[0])
    page.click("form.panel button[type=submit]")
    page.wait_for_url(f"{served.address}/{TENANT}/settings/people")
    context.close()

    assert (len(codes), half.partition("?")[0], width) == (10, f"{served.address}/sign-in", 320)
    assert (opened, refused) == ("People", 1)


def test_an_invited_person_binds_a_providers_sign_in_and_signs_in_again(
    chromium: Browser, served: Served, boss: Page
) -> None:
    link = invite(boss, served, "ola@council.example", "secretariat")
    context = fresh(chromium)
    page = context.new_page()

    page.goto(link)
    page.click("a:has-text('Municipal sign-in')")
    page.fill("input[name=sub]", "employee-7")
    page.click("button:has-text('Authorize')")
    page.fill("#name", "Ola Elvebakken")
    page.click("form.panel button[type=submit]")
    page.wait_for_url(f"{served.address}/{TENANT}/")
    page.click("form[action='/sign-out'] button")
    page.goto(f"{served.address}/sign-in?next=/{TENANT}/rounds&lang=en")
    page.click("a:has-text('Municipal sign-in')")
    page.fill("input[name=sub]", "employee-7")
    page.click("button:text-is('Authorize')")
    page.wait_for_url(f"{served.address}/{TENANT}/rounds")
    name = page.locator(".site-person a").first.inner_text()
    context.close()

    stranger = fresh(chromium)
    page = stranger.new_page()
    page.goto(f"{served.address}/sign-in?next=/{TENANT}/rounds&lang=en")
    page.click("a:has-text('Municipal sign-in')")
    page.fill("input[name=sub]", "boss@council.example")
    page.click("button:text-is('Authorize')")
    said = page.locator("h1").inner_text()
    stranger.close()

    assert name == "Ola Elvebakken"
    assert said == "Du er ikkje kjend her enno"
