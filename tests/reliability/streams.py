"""A stream of submissions to a real server that falls and comes back, and what must stand in the database afterwards.

How and when the server or its database falls is decided by the tests.
"""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import seed as seeding
from bench import servers
from sqlalchemy import func, select
from tests.web import served
from tests.web.served import TENANT, Region

from samverk.audit.model import AuditEntry
from samverk.database import Database
from samverk.outbox.model import MailDue, Message
from samverk.points.model import Point
from samverk.rounds import pinning
from samverk.rounds.model import Form, Submission

CLIENTS = 8
SAMVERK = str(Path(sys.executable).parent / "samverk")


class Fallen(Exception):
    """The server did not answer, or said that it could not now."""


class Client(threading.Thread):
    """Submits its forms again and again, asks anew where no answer came, and keeps what was acknowledged."""

    def __init__(self, number: int, port: int, region: Region, forms: dict[str, dict[str, Any]]) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.region, self.forms = number, port, region, forms
        self.acknowledged: Counter[tuple[str, int, str]] = Counter()
        self.given_back: Counter[str] = Counter()
        self.versions = dict.fromkeys(forms, 1)
        self.points: list[str] = []
        self.wrong: list[str] = []
        self.refused = 0
        self.over = threading.Event()
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        turn = 0
        while not self.over.is_set():
            for form, body in self.forms.items():
                if self.over.is_set():
                    return
                turn += 1
                try:
                    self._submit(form, body, turn)
                except Exception as error:  # told by the test, which cannot see into this thread
                    self.wrong.append(repr(error))
                    return

    def _submit(self, form: str, body: dict[str, Any], turn: int) -> None:
        version = self.versions[form]
        key = f"{form}-{version}"
        sent = {"if-match": f'"{version}"', "idempotency-key": key}
        receipt = self._until(lambda: self.ask("POST", f"/forms/{form}/submit", body, sent))
        self.acknowledged[(form, receipt["number"], receipt["content_hash"])] += 1
        if turn % 5 == 0:
            meeting, item = self.region.meetings[0], self.region.items[0]
            point = {"item": item, "text": f"Punkt {self.number} {turn}", "language": "nn"}
            named = {"idempotency-key": f"point-{self.number}-{turn}"}
            made = self._until(lambda: self.ask("POST", f"/meetings/{meeting}/points", point, named))
            self.points.append(made["id"])
        self.versions[form] = version + 2
        try:
            self._give_back(form, version + 1)
        except Fallen:
            self._until(lambda: self._give_back_once(form, version + 1))
        # Of the three it is this step that somebody is written to about.
        self.given_back[f"returned:{form}:{version + 2}"] += 1

    def _give_back(self, form: str, version: int) -> dict[str, Any]:
        sent = {"if-match": f'"{version}"'}
        return self.ask("POST", f"/forms/{form}/return", {"reason": "ein gong til"}, sent)

    def _give_back_once(self, form: str, version: int) -> dict[str, Any]:
        """Give a form back unless that was done before the answer was lost."""
        now = self.ask("GET", f"/forms/{form}")
        return now if now["state"] == "returned" else self._give_back(form, version)

    def _until(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Do the work until it is answered, as a program does that was told to send again with the same key."""
        patience = time.monotonic() + 60
        while True:
            try:
                return work()
            except Fallen:
                if time.monotonic() > patience:
                    raise
                time.sleep(0.02)

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, more: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Send one request. Raises Fallen where no answer came and for a 503, which must be one by the book."""
        headers = {"authorization": f"Bearer {self.region.token}", "content-type": "application/json"}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            content = json.dumps(body) if body is not None else None
            self.connection.request(method, f"/api/v1/{TENANT}{path}", content, headers | (more or {}))
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection = None
            raise Fallen from error
        if answer.status == 503:
            kind, wait = answer.headers["content-type"], answer.headers["retry-after"]
            assert (kind, json.loads(text)["status"], wait.isdigit()) == ("application/problem+json", 503, True)
            self.refused += 1
            raise Fallen
        assert answer.status < 300, (answer.status, method, path, text[:300])
        value: dict[str, Any] = json.loads(text)
        return value


class Victim:
    """A server that is started, killed with all its processes, and started again on the same folder and port."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder, self.port = folder, servers.free_port()
        self.env = os.environ | servers.UNHURRIED | ({"SAMVERK_DATABASE_URL": url} if url else {})
        self.ready_after: list[float] = []
        self.processor: list[float] = []
        self.start()

    def start(self) -> None:
        command = [SAMVERK, "serve", "--port", str(self.port), "--data", str(self.folder)]
        began = time.perf_counter()
        self.process = subprocess.Popen(command, env=self.env, start_new_session=True)
        while not servers._is_ready(self.port):
            assert self.process.poll() is None, "the server did not come up"
            assert time.perf_counter() - began < 30, "the server did not come up in half a minute"
            time.sleep(0.005)
        self.ready_after.append(time.perf_counter() - began)
        server = servers.Server(self.process.pid, self.port, self.ready_after[-1])
        self.processor.append(server.cpu(server.tree()))

    def kill(self) -> None:
        """Kill the whole session at once: the server's process, its worker, whatever it has started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


class Stream:
    """All clients at one server, and what they were told."""

    def __init__(self, region: Region, url: str, port: int) -> None:
        self.region, self.url = region, url
        self.database = Database(url)
        forms = bodies(self.database, region)
        ids = list(forms)
        self.clients = [
            Client(number, port, region, {form: forms[form] for form in ids[number::CLIENTS]})
            for number in range(CLIENTS)
        ]

    def start(self) -> None:
        for client in self.clients:
            client.start()

    @property
    def acknowledged(self) -> int:
        return sum(sum(client.acknowledged.values()) for client in self.clients)

    @property
    def refused(self) -> int:
        return sum(client.refused for client in self.clients)

    @property
    def wrong(self) -> list[str]:
        return [words for client in self.clients for words in client.wrong]

    def wait_for(self, enough: int, seconds: float = 60) -> None:
        """Wait until so many submissions are acknowledged; fail when they are not in time."""
        patience = time.monotonic() + seconds
        while self.acknowledged < enough and not self.wrong:
            assert time.monotonic() < patience, f"{self.acknowledged} of {enough} acknowledged in {seconds:.0f} s"
            time.sleep(0.005)

    def end(self) -> None:
        """Let every client finish what it is about, and have its answer."""
        for client in self.clients:
            client.over.set()
        for client in self.clients:
            if client.is_alive():
                client.join(70)

    def check(self) -> None:
        """Hold what is stored against what was acknowledged: nothing lost, nothing doubled, each with what it leaves.

        Every client went on asking until it had its answer, so the two are equal.
        """
        said: Counter[tuple[str, int, str]] = Counter()
        told: Counter[str] = Counter()
        for client in self.clients:
            said.update(client.acknowledged)
            told.update(client.given_back)
        # The connection that this process holds may have fallen with its server.
        self.database.dispose()
        with served.system_scope(self.database, TENANT, served.now()) as scope:
            run, own = scope.session.execute, scope.tenant_id
            kept = (Submission.form_id, Submission.number, Submission.content_hash)
            stored = Counter(tuple(row) for row in run(select(*kept).where(Submission.tenant_id == own)))
            entries = run(
                select(AuditEntry.operation, AuditEntry.subject, func.count())
                .where(AuditEntry.tenant_id == own)
                .group_by(AuditEntry.operation, AuditEntry.subject)
            ).all()
            numbers = scope.session.scalars(select(Point.number).where(Point.tenant_id == own)).all()
            points = set(scope.session.scalars(select(Point.id).where(Point.tenant_id == own)))
            letters = run(
                select(Message.occasion, func.count().label("letters"))
                .where(Message.tenant_id == own, Message.kind == "returned")
                .group_by(Message.occasion)
            ).all()
            due = scope.session.scalar(select(MailDue.due_at).where(MailDue.id == own))
        self.database.dispose()
        logged: dict[str, Counter[str]] = {}
        for operation, subject, count in entries:
            logged.setdefault(operation, Counter())[subject.partition("/")[2]] += count
        made = [point for client in self.clients for point in client.points]

        assert self.wrong == [], self.wrong
        assert stored == said
        assert logged.get("submit_answers", Counter()) == Counter(form for form, _number, _hash in said.elements())
        assert logged.get("return_answers", Counter()) == Counter(words.split(":")[1] for words in told.elements())
        assert sum(logged.get("record_point", Counter()).values()) == len(made)
        # One person is every municipality's contact: each return is one letter.
        assert {row.occasion: row.letters for row in letters} == told
        assert due is not None, "nobody would look after the letters"
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert len(set(made)) == len(made)
        assert points == set(made) | set(self.region.points)
        assert self.url.startswith("postgresql") or integrity(self.region.folder) == "ok"
        verified = subprocess.run(
            [SAMVERK, "audit", "verify", "--data", str(self.region.folder)],
            env=os.environ | {"SAMVERK_DATABASE_URL": self.url}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert (verified.returncode, "no faults" in verified.stdout) == (0, True), verified.stdout


def bodies(database: Database, region: Region) -> dict[str, dict[str, Any]]:
    """Return {form: what is sent in} for every form but those that are asked for points."""
    with served.system_scope(database, TENANT, served.now()) as scope:
        rows = scope.session.execute(
            select(Form.id, Form.questionnaire_hash).where(
                Form.tenant_id == scope.tenant_id,
                Form.round_id == region.open_rounds[0],
                Form.party_id != region.parties[0],
            )
        ).all()
        return {
            row.id: {
                "answers": seeding.answers_to(pinning.pinned_questionnaire(scope, row.questionnaire_hash), number),
                "language": "nn",
            }
            for number, row in enumerate(rows)
        }


def integrity(folder: Path) -> str:
    connection = sqlite3.connect(folder / "samverk.sqlite3")
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()
