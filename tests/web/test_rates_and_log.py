"""Rules 34 and 50: who asks too much waits, whose address is believed, and what the log says and never says."""

import datetime as dt
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests import scale
from tests.installation import PASSWORD, InProcess, Installation, httpx_client
from tests.rounds.test_wrong_input import own_form
from tests.stories.test_two_quarters import HOST, HOSTS
from tests.web import raw

from samverk import app as application
from samverk import settings as read_settings
from samverk.errors import SettingsError, TooManyRequests
from samverk.settings import Settings
from samverk.web import address, record
from samverk.web.rates import MOST_COUNTERS, Rates

PROXY = (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("1.2.3.4", "9.9.9.9", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 9.9.9.9, 10.0.0.7", "9.9.9.9"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "9.9.9.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "9.9.9.9\r\nx", "10.0.0.1"),
        ("10.0.0.1", "::ffff:9.9.9.9", "9.9.9.9"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("", "9.9.9.9", ""),
    ],
)
def test_an_address_is_believed_from_trusted_proxies_only(peer: str, forwarded: str, found: str) -> None:
    assert address.client(peer, forwarded, PROXY) == found
    assert address.client(peer, forwarded, ()) == peer


def test_counters_go_by_person_address_and_kind_and_begin_anew_each_minute() -> None:
    rates = Rates(reads=2, writes=1)
    rates.of_person("t", "p", 0.0, writes=True)
    rates.of_person("t", "p", 0.0, writes=False)
    rates.of_person("u", "p", 0.0, writes=True)

    with pytest.raises(TooManyRequests) as stopped:
        rates.of_person("t", "p", 59.0, writes=True)
    rates.of_person("t", "p", 60.0, writes=True)
    for _turn in range(5):
        rates.of_address("1.2.3.4", 61.0, writes=True)
    with pytest.raises(TooManyRequests):
        rates.of_address("1.2.3.4", 61.0, writes=True)
    for number in range(MOST_COUNTERS + 10):
        rates.of_address(f"a{number}", 61.0, writes=False)

    assert stopped.value.args[1] == 1
    assert len(rates._counts) <= MOST_COUNTERS


@pytest.fixture
def one_minute() -> Iterator[None]:
    """Let the clock stand still: requests are counted by the minute, and a test may meet the end of one."""
    with time_machine.travel(dt.datetime(2026, 4, 1, 10, 0, 20, tzinfo=dt.UTC), tick=False):
        yield


def limited(installation: Installation, **changed: Any) -> Installation:
    """Put other settings to the same installation."""
    installation.transport.stop()
    installation.settings = replace(installation.settings, **changed)
    installation.litestar = application.create(
        installation.settings, registry=installation.registry, database=installation.database,
        clock=lambda: installation.now,
    )  # fmt: skip
    installation.transport = InProcess(installation.litestar)
    return installation


@pytest.mark.usefixtures("one_minute")
def test_who_asks_too_much_is_told_to_wait(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    limited(embedded, reads_per_minute=3, writes_per_minute=2)
    office, member = embedded.program(tenant, "secretariat"), embedded.program(tenant, "member")

    reads = [office.get("/points") for _turn in range(4)]
    writes = [office.send("POST", "/meetings", {"body": "nothing", "held_on": "2026-04-01"}) for _turn in range(3)]

    assert [one.status_code for one in reads] == [200, 200, 200, 429]
    assert [one.status_code for one in writes] == [404, 404, 429]
    assert (reads[3].headers["content-type"], 1 <= int(reads[3].headers["retry-after"]) <= 60) == (
        "application/problem+json",
        True,
    )
    assert member.get("/points").status_code == 200
    strangers = [httpx_client(embedded).get(f"/{tenant}/").status_code for _turn in range(12)]
    assert (strangers[0], strangers[-1]) == (200, 429)


@pytest.mark.usefixtures("one_minute")
def test_behind_a_trusted_proxy_each_address_is_counted_by_itself(embedded: Installation) -> None:
    limited(embedded, reads_per_minute=1, trusted_proxies=(ip_network("127.0.0.0/8"),))

    def ask(said: bytes) -> int:
        return raw.ask(embedded, "GET", b"/healthz", ((b"x-forwarded-for", said),)).status

    assert [ask(b"9.9.9.9") for _turn in range(6)] == [200] * 5 + [429]
    assert ask(b"8.8.8.8") == 200
    assert ask(b"1.1.1.1, 9.9.9.9") == 429


def test_eight_clients_that_hand_in_2400_forms_are_not_stopped_by_default() -> None:
    default = Settings(Path(), "sqlite://", "x", "http://127.0.0.1:8000")
    rates = Rates(default.reads_per_minute, default.writes_per_minute)

    for number in range(2_400):
        rates.of_person("t", f"client-{number % 8}", 0.0, writes=True)
        rates.of_address("127.0.0.1", 0.0, writes=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAMVERK_READS_PER_MINUTE", "0"),
        ("SAMVERK_WRITES_PER_MINUTE", "many"),
        ("SAMVERK_TRUSTED_PROXIES", "10.0.0.300"),
        ("SAMVERK_LOG", "xml"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        read_settings.read(tmp_path)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON lines, as `SAMVERK_LOG=json` writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(record.JsonLines())
    root = logging.getLogger()
    levels = {logger: logger.level for logger in (root, record.requests, record.security)}
    root.addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.INFO)
    # The client that asks is no part of the installation.
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    yield written
    root.removeHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)


def test_a_story_leaves_lines_without_a_word_of_what_was_said(embedded: Installation, lines: io.StringIO) -> None:
    """L1: names, mails, answers, tokens, cookies and queries of a whole story, none in any line."""
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    other = embedded.add_tenant("varnesregionen")
    email = f"secretariat@{tenant}.example"
    office, program = embedded.browser(tenant, "secretariat"), embedded.program(tenant, "contact-3437")
    opened = embedded.program(tenant, "secretariat").send(
        "POST", "/rounds", {"cycle": "insam", "year": 2026, "period": 1}
    )
    form = own_form(program, opened.json()["id"], "host")["id"]
    body = {"answers": HOST | {"outlook": {"text": "cnry-answer\nfalsk linje"}}, "language": "nn"}
    program.send("POST", f"/forms/{form}/submit", body, If_Match='"1"', Idempotency_Key="cnry-key")
    program.send("POST", f"/forms/{form}/return", {"reason": "cnry-reason"}, If_Match='"2"')
    program.send("PUT", f"/forms/{form}?cnry-query=1", {"cnry-field": 1}, If_Match='"1"')
    program.client.get(f"/api/v1/{tenant}/cnry-path")
    program.client.get(f"/api/v1/{other}/points")
    httpx_client(embedded).post("/sign-in", data={"email": "cnry-mail@x.example", "password": "cnry-password"})
    httpx_client(embedded).post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/cnry-next"})
    office.get("/rounds?q=cnry-search")
    office.client.post(f"/{tenant}/meetings", data={"_csrf": "cnry-csrf", "title": "cnry-title"})
    office.client.get(f"/{other}/rounds", headers={"user-agent": "cnry-agent\r\nx", "referer": "cnry-referer"})
    raw.ask(embedded, "GET", b"/", host=b"cnry.evil.example")
    cookie, token = office.client.cookies["samverk"], program.client.headers["authorization"].split()[1]

    written = [json.loads(line) for line in lines.getvalue().splitlines()]
    told = lines.getvalue()
    leaked = [one for one in ("cnry", "@", "falsk", cookie, token, office.token, PASSWORD, "smv_") if one in told]
    assert leaked == []
    requests = [one for one in written if one["logger"] == "samverk.requests" and one["message"] == "request"]
    submitted = next(one for one in requests if one.get("action") == "forms.answer" and one["status"] == 200)
    assert set(submitted) == {
        "at", "level", "logger", "message", "request", "tenant", "actor", "action", "status", "ms",
    }  # fmt: skip
    assert dt.datetime.fromisoformat(submitted["at"]).utcoffset() == dt.timedelta(0)
    events = {one["event"] for one in written if one["logger"] == "samverk.security"}
    assert events == {"sign-in-failed", "forged-form", "other-region", "wrong-host"}
    assert len(requests) >= 14
    scale.made("L1", "stories scanned", 1, 1)


def test_a_fault_is_logged_as_one_line_without_the_words_of_the_driver(lines: io.StringIO) -> None:
    try:
        raise ValueError("cnry-value\nsecond line")
    except ValueError:
        record.requests.exception("fault at x", extra={"request": "r"})

    (line,) = lines.getvalue().splitlines()
    assert "cnry" not in line
    assert json.loads(line)["fault"] == "ValueError"
    assert json.loads(line)["where"][-1].endswith("test_a_fault_is_logged_as_one_line_without_the_words_of_the_driver")
