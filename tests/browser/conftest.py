"""A real server with the demonstration, and a real Chromium (found by `SAMVERK_CHROMIUM` or on the path)."""

import datetime as dt
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PASSWORD = "a password for the browser"
AXE = Path(__file__).parents[2] / "core" / "assets" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Site:
    address: str
    database: Path

    def let_deadlines_pass(self, tenant: str) -> None:
        """Let the deadline of the tenant's open rounds lie a minute back; the papers are still to come."""
        past = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
        with sqlite3.connect(self.database, timeout=10) as rows:
            rows.execute(
                "UPDATE round SET answers_due = ? WHERE state = 'open'"
                " AND tenant_id = (SELECT id FROM tenant WHERE slug = ?)",
                (past, tenant),
            )

    def sign_in(self, page: Page, tenant: str, who: str) -> None:
        page.goto(f"{self.address}/sign-in?next=/{tenant}/")
        page.fill("#email", f"{who}@{tenant}.example")
        page.fill("#password", PASSWORD)
        page.click("form.panel button[type=submit]")
        page.wait_for_url(f"{self.address}/{tenant}/")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, prepared afresh and served by the real server."""
    data, port = tmp_path_factory.mktemp("demo"), free_port()
    command = [sys.executable, "-m", "samverk.cli", "demo", "--data", str(data / "d"), "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SAMVERK_") or "CHEAP" in k}
    process = subprocess.Popen([*command, "--password", PASSWORD], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    patience = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=1).read()
            break
        except OSError:
            assert process.poll() is None, "the demonstration did not start"
            assert time.monotonic() < patience, "the demonstration did not get ready"
            time.sleep(0.3)
    yield Site(address, data / "d" / "samverk.sqlite3")
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("SAMVERK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()
