"""Mail through a real SMTP server: one message a person, nothing lost or doubled when the worker is killed."""

import datetime as dt
import email
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select
from tests.installation import Installation
from tests.stories.test_two_quarters import HOSTS, answer_everything, open_round

from samverk.outbox import delivery, service
from samverk.outbox.model import Message
from samverk.people import service as people
from samverk.reminders import worker


class Mailbox:
    """Keeps what arrives; can be slow, so that a worker may be killed in the middle."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []
        self.pause = 0.0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        import asyncio

        await asyncio.sleep(self.pause)
        self.arrived.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


def test_opening_a_round_tells_each_contact_once_naming_all_forms(
    embedded: Installation, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    settings = replace(embedded.settings, smtp_url=url)
    open_round(embedded.browser(tenant, "secretariat"), 2026, 1)

    for _turn in range(3):
        worker.work_once(embedded.database, embedded.registry, settings, lambda: embedded.now)

    assert sorted(message["To"] for message in box.arrived) == sorted(
        f"contact-{code}@{tenant}.example" for code in ("3431", "3432", "3433", "3434", "3435", "3437")
    )
    assert {message.get_content().count("– ") for message in box.arrived} == {7}
    assert all(message["Message-ID"].endswith("@samverk>") for message in box.arrived)


def test_reminders_go_seven_and_two_days_before_and_one_after_to_those_who_owe(
    embedded: Installation, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    settings = replace(embedded.settings, smtp_url=url)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    answer_everything({"3437": embedded.program(tenant, "contact-3437")}, round_id, set())
    worker.work_once(embedded.database, embedded.registry, settings, lambda: embedded.now)
    box.arrived.clear()

    counts = {}
    for day in range(23, 29):
        embedded.at(f"2026-02-{day}", 9)
        for _turn in range(2):
            worker.work_once(embedded.database, embedded.registry, settings, lambda: embedded.now)
        counts[day] = len(box.arrived)
    for day in range(1, 6):
        embedded.at(f"2026-03-0{day}", 9)
        worker.work_once(embedded.database, embedded.registry, settings, lambda: embedded.now)
        counts[100 + day] = len(box.arrived)

    # The deadline is 3 March: reminders on 24 February, 1 and 4 March, to the five who have not submitted.
    assert counts == {23: 0, 24: 5, 25: 5, 26: 5, 27: 5, 28: 5, 101: 10, 102: 10, 103: 10, 104: 15, 105: 15}
    assert f"contact-3437@{tenant}.example" not in {message["To"] for message in box.arrived}


def test_a_header_takes_no_line_break(embedded: Installation) -> None:
    claimed = delivery.Claimed("t", "i", "a@b.example", "nb", "Hei\r\nBcc: x@y.example", "Tekst", None, 1)

    message = delivery.compose(claimed, embedded.settings)

    assert message["Subject"] == "Hei Bcc: x@y.example"
    assert message["Bcc"] is None


@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nothing(embedded: Installation, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    with embedded.scope(tenant) as scope:
        person = people.person_by_email(scope.session, f"secretariat@{tenant}.example")
        for number in range(60):
            service.queue(
                scope,
                person,
                "office@example.example",
                "nb",
                "test",
                f"number:{number}",
                f"Melding {number}",
                "Tekst",
                not_before=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
            )
    box.pause = 0.02
    environment = os.environ | {"SAMVERK_DATABASE_URL": embedded.database.url, "SAMVERK_SMTP_URL": url}
    command = [sys.executable, "-m", "samverk.cli", "worker", "--data", str(embedded.settings.data)]
    for _kill in range(3):
        process = subprocess.Popen(command, env=environment)
        before, patience = len(box.arrived), time.monotonic() + 20
        while len(box.arrived) < before + 5 and time.monotonic() < patience:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()

    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    settings = replace(embedded.settings, smtp_url=url)
    while delivery.deliver_once(embedded.database, settings, lambda: later):
        pass

    titles = {message["Subject"] for message in box.arrived if message["Subject"].startswith("Melding")}
    assert titles == {f"Melding {number}" for number in range(60)}
    ids = [message["Message-ID"] for message in box.arrived if message["Subject"].startswith("Melding")]
    # A kill between the server's 250 and our commit sends that one message again under the same Message-ID.
    assert len(ids) - len(set(ids)) <= 3
    with embedded.scope(tenant) as scope:
        left = scope.session.scalar(
            select(func.count())
            .select_from(Message)
            .where(Message.tenant_id == scope.tenant_id, Message.kind == "test", Message.state != "sent")
        )
    assert left == 0


def test_owners_are_told_of_their_points_once_the_summary_is_approved(embedded: Installation) -> None:
    from samverk.meetings import agenda_items
    from samverk.meetings import service as meetings
    from samverk.tenants import service as tenants

    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    with embedded.scope(tenant) as scope:
        meeting = meetings.create_meeting(scope, "directors", dt.date(2026, 2, 19))
        item = agenda_items.add_item(scope, meeting, {"nn": "Sak"})
        sel = tenants.party_id(scope, "no-3437")
        agenda_items.record_point(scope, item, "Gjer dette", "nn", owner_party_id=sel)
        agenda_items.record_point(scope, item, "Gjer dette au", "nn", owner_party_id=sel)
        agenda_items.record_point(scope, item, "Kontoret gjer dette", "nn", owner_party_id=None)
        before = {message.person for message in service.list_messages(scope)[0]}
        meetings.approve_summary(scope, meeting)
        told = {message.person: message.body.count("– ") for message in service.list_messages(scope)[0]}

    assert before == set()
    assert told == {"contact-3437": 2, "secretariat": 1}
