"""What people and programs do with a region all day, so many requests a second: they read, answer, print, send files.

How long, and what must be true of the server meanwhile, is the test's.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from tests.web.served import TENANT, Region

PASSWORD = "a long enough password"
PDF = b"%PDF-1.7\n1 0 obj\n" + b"%" * 60_000
PAGES = ("/", "/arrangements", "/municipalities", "/bodies", "/rounds", "/meetings", "/points", "/tasks", "/wheel",
         "/history", "/sources", "/decisions", "/papers", "/outbox")  # fmt: skip
SHARES = {
    "read": 35,
    "page": 30,
    "save": 20,
    "submit": 4,
    "sheet": 2,
    "papers": 0.2,
    "file": 2,
    "sign": 0.5,
    "fault": 3,
}
"""Of a hundred things done, how many are of each kind; some are two requests or three."""


@dataclass(frozen=True, slots=True)
class Done:
    """One request: when since the start, what for, its status and seconds."""

    at: float
    kind: str
    status: int
    seconds: float


class Schedule:
    """When the next request is due: all who ask take their turns from here."""

    def __init__(self, rate: float) -> None:
        self.rate, self.began, self.over, self.sent = rate, 0.0, 0.0, 0
        self.lock = threading.Lock()

    def begin(self, seconds: float) -> None:
        self.began = time.monotonic()
        self.over = self.began + seconds

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.over

    def wait(self) -> None:
        with self.lock:
            due = self.began + self.sent / self.rate
            self.sent += 1
        time.sleep(max(0.0, min(due, self.over) - time.monotonic()))


class Somebody(threading.Thread):
    """One who works at the region: a program's token, a browser's session, forms that nobody else touches."""

    def __init__(
        self, number: int, port: int, region: Region, forms: Mapping[str, dict[str, Any]], strange: Mapping[str, str],
        schedule: Schedule, seed: int,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self.base, self.region, self.forms = f"http://127.0.0.1:{port}", region, dict(forms)
        self.versions = dict.fromkeys(forms, 1)
        self.number, self.email, self.strange = number, f"worker-{number}@{TENANT}.example", strange
        self.schedule, self.chance = schedule, random.Random(seed)
        self.done: list[Done] = []
        self.wrong: list[str] = []
        self.program = self._client({"authorization": f"Bearer {region.token}"})
        self.browser = self._client({"origin": self.base, "accept": "text/html"})
        self.others = {slug: self._client({"origin": self.base, "accept": "text/html"}) for slug in strange}

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        return httpx.Client(base_url=self.base, headers=headers, timeout=30)

    def sign_in(self) -> None:
        """Sign in everywhere before the time is taken."""
        self._sign_in(self.browser, self.email)
        for slug, email in self.strange.items():
            self._sign_in(self.others[slug], email)

    def _sign_in(self, client: httpx.Client, email: str) -> None:
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text[:500]

    def run(self) -> None:
        kinds, shares = list(SHARES), list(SHARES.values())
        # Each at least once, also in a short time; but nobody lets eight print the same papers at the same moment.
        first = [kind for kind in self.chance.sample(kinds, len(kinds)) if kind != "papers" or self.number == 0]
        doings: dict[str, Callable[[], None]] = {kind: getattr(self, f"_{kind}") for kind in kinds}
        try:
            while not self.schedule.is_over:
                doings[first.pop() if first else self.chance.choices(kinds, shares)[0]]()
        except Exception as error:  # told by the test, which cannot see into this thread
            self.wrong.append(repr(error))

    def _ask(self, kind: str, client: httpx.Client, method: str, path: str, **more: Any) -> httpx.Response:
        self.schedule.wait()
        began = time.monotonic()
        answer = client.request(method, path, **more)
        self.done.append(Done(began - self.schedule.began, kind, answer.status_code, time.monotonic() - began))
        if answer.status_code >= 400:
            self.wrong.append(f"{answer.status_code} {method} {path} {answer.text[:300]}")
        return answer

    def _form(self) -> str:
        return self.chance.choice(list(self.forms))

    def _api(self, kind: str, method: str, path: str, body: Any = None, version: int | None = None) -> dict[str, Any]:
        headers = {} if version is None else {"if-match": f'"{version}"'}
        found: dict[str, Any] = self._ask(
            kind, self.program, method, f"/api/v1/{TENANT}{path}", json=body, headers=headers
        ).json()
        return found

    def _read(self) -> None:
        path = self.chance.choice((f"/forms/{self._form()}", f"/rounds/{self.region.open_rounds[0]}/forms", "/points"))
        self._api("read", "GET", path)

    def _page(self) -> None:
        region = self.region
        own = (f"/forms/{self._form()}", f"/meetings/{region.meetings[0]}", f"/rounds/{region.open_rounds[0]}")
        self._ask("page", self.browser, "GET", f"/{TENANT}{self.chance.choice((*PAGES, *own))}")

    def _save(self) -> None:
        form = self._form()
        saved = self._api("save", "PUT", f"/forms/{form}", self.forms[form], self.versions[form])
        self.versions[form] = saved["version"]

    def _submit(self) -> None:
        form = self._form()
        self._api("submit", "POST", f"/forms/{form}/submit", self.forms[form], self.versions[form])
        self._api("submit", "POST", f"/forms/{form}/return", {"reason": "ein gong til"}, self.versions[form] + 1)
        self.versions[form] += 2

    def _sheet(self) -> None:
        kind = self.chance.choice(("xlsx", "csv"))
        path = self.chance.choice((f"/rounds/{self.region.open_rounds[0]}/answers/{kind}", f"/points/export/{kind}"))
        self._ask("sheet", self.browser, "GET", f"/{TENANT}{path}")

    def _papers(self) -> None:
        self._api("papers", "POST", f"/rounds/{self.region.open_rounds[0]}/compile")

    def _file(self) -> None:
        """Add a file to a meeting, read it, and take it away."""
        page = f"/{TENANT}/meetings/{self.region.meetings[1]}"
        csrf = {"_csrf": self._csrf(page)}
        name = f"{self.email.partition('@')[0]}.pdf"
        self._ask("file", self.browser, "POST", f"{page}/files", data=csrf, files={"file": (name, PDF)})
        text = self._ask("file", self.browser, "GET", page).text
        found = re.search(rf'href="({page}/files/[0-9a-f-]+)" download>{name}<', text)
        assert found is not None, "the file is not on the page"
        self._ask("file", self.browser, "GET", found[1])
        self._ask("file", self.browser, "POST", f"{found[1]}/remove", data=csrf)

    def _csrf(self, page: str) -> str:
        found = re.search(r'name="_csrf" value="([^"]*)"', self._ask("page", self.browser, "GET", page).text)
        assert found is not None, "the page has no form"
        return found[1]

    def _sign(self) -> None:
        """Sign out and in again."""
        self._ask("sign", self.browser, "POST", "/sign-out", data={"_csrf": self._csrf(f"/{TENANT}/")})
        self._ask("sign", self.browser, "POST", "/sign-in", data={"email": self.email, "password": PASSWORD})

    def _fault(self) -> None:
        """Open a page of a region whose plugin fails."""
        slug = self.chance.choice(list(self.others))
        self._ask("fault", self.others[slug], "GET", f"/{slug}/wheel/2026")
