"""K4 of the security figures: PostgreSQL falls as in a power cut while forms are submitted, and comes back.

A server of ours that is killed is `test_killed_server.py`'s.
"""

import http.client
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import scale
from tests.postgres_server import PostgresServer, durable_server, migrate
from tests.reliability.streams import Stream, Victim
from tests.web import served
from tests.web.served import TENANT, Region

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
BETWEEN, DOWN_SECONDS, BACK_SECONDS = 40, 0.5, 10.0
"""Submissions between two stops, how long the database stays away, how soon all goes on after it is back."""


@pytest.fixture
def durable() -> Iterator[PostgresServer]:
    with durable_server() as server:
        yield server


def asked(port: int, region: Region, path: str) -> tuple[int, str | None, object, str | None]:
    """Ask for something; return status, type, the problem's own status and Retry-After."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", f"/api/v1/{TENANT}{path}", headers={"authorization": f"Bearer {region.token}"})
        answer = connection.getresponse()
        value = json.loads(answer.read())
        return answer.status, answer.headers["content-type"], value.get("status"), answer.headers["retry-after"]
    finally:
        connection.close()


def test_a_database_that_falls_is_a_pause_and_loses_nothing(
    durable: PostgresServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(1), scale.seed()
    chance = random.Random(seed)
    url = durable.create_database("fallen")
    migrate(url)
    region = served.prepare(tmp_path, url=url, arrangements=8, members=9)
    victim = Victim(region.folder, url)
    stream = Stream(region, url, victim.port)
    process, refused, back = victim.process.pid, 0, []
    stream.start()
    try:
        for _stop in range(wanted):
            stream.wait_for(stream.acknowledged + BETWEEN)
            time.sleep(chance.random() * 0.1)
            durable.stop_at_once()
            told, until = stream.refused, time.monotonic() + DOWN_SECONDS
            acknowledged = stream.acknowledged
            while time.monotonic() < until:
                answer = asked(victim.port, region, f"/forms/{region.forms[0]}")
                assert answer == (503, "application/problem+json", 503, "2")
                refused += 1
            # What came before the stop was perhaps not yet counted by the clients; afterwards nothing comes.
            assert stream.acknowledged <= acknowledged + len(stream.clients)
            assert stream.refused > told, "no client was told to wait"
            durable.start_again()
            began, many = time.monotonic(), stream.acknowledged
            stream.wait_for(many + 2 * len(stream.clients), BACK_SECONDS)
            back.append(time.monotonic() - began)
        stream.wait_for(stream.acknowledged + BETWEEN)
        assert victim.process.poll() is None and victim.process.pid == process
    finally:
        stream.end()
        victim.stop()

    stream.check()
    with capsys.disabled():
        print(f"\n{refused + stream.refused} answers 503, {stream.acknowledged} acknowledged, back {max(back):.2f} s")
        scale.made("K4", "stops of PostgreSQL during submissions", wanted, wanted, seed)
