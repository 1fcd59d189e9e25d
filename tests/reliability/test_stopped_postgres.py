"""K4 of the security figures: PostgreSQL falls as in a power cut while forms are submitted, and comes back.

So does one that only reads for a while, as one that stands by. Kills of our own server are in `test_killed_server.py`.
"""

import http.client
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests import scale
from tests.installation import ORIGIN, Installation
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


def test_connections_to_a_database_that_only_reads_are_given_up_when_it_writes_again(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create_database("standing_by")
    migrate(url)
    region = served.prepare(tmp_path, url=url)
    installation = Installation(url, tmp_path, served.now())
    headers = {"authorization": f"Bearer {region.token}"}
    client = httpx.Client(transport=installation.transport, base_url=ORIGIN, headers=headers)
    meeting = f"/api/v1/{TENANT}/meetings/{region.meetings[0]}"

    def record_point() -> int:
        point = {"item": region.items[0], "text": "Punkt", "language": "nn"}
        return client.post(f"{meeting}/points", json=point).status_code

    # What is set holds for connections that are made from then on.
    postgres._run("ALTER DATABASE {} SET default_transaction_read_only = on", "standing_by")
    installation.database.dispose()
    read, written = client.get(meeting).status_code, [record_point() for _time in range(3)]
    postgres._run("ALTER DATABASE {} RESET default_transaction_read_only", "standing_by")
    afterwards = [record_point() for _time in range(3)]
    installation.close()
    postgres.drop_database("standing_by")

    assert (read, written, afterwards) == (200, [503] * 3, [201] * 3)
