"""Q2 of the security figures: more requests than the server can do are refused at once, and none is left waiting.

How the requests are sent is `crowd.py`'s.
"""

import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from tests import scale
from tests.reliability import crowd
from tests.reliability.streams import Victim
from tests.web import served
from tests.web.served import TENANT, Region

from samverk.database import Database
from samverk.points.model import Point

pytestmark = pytest.mark.slow
SECONDS, TIMES = 3, 5
"""How long the crowd stays, and how many times as much as the server can do it asks for."""
VISITORS, USUAL = 600, 8
ACCEPTED_SECONDS, NORMAL_SECONDS = 2.0, 10.0


class Requests:
    """What is asked: forms to read, and one in five a point to write."""

    def __init__(self, region: Region, port: int) -> None:
        self.region, self.port = region, port

    def __call__(self, chance: random.Random) -> bytes:
        region, root = self.region, f"/api/v1/{TENANT}"
        if chance.random() < 0.2:
            point = {"item": region.items[0], "text": f"Punkt {chance.random()}", "language": "nn"}
            path = f"{root}/meetings/{region.meetings[0]}/points"
            return crowd.request("POST", path, self.port, region.token, json.dumps(point).encode())
        return crowd.request("GET", f"{root}/forms/{chance.choice(region.forms)}", self.port, region.token)


@pytest.mark.alone
def test_a_crowd_is_refused_in_time_and_nothing_is_left_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(SECONDS), scale.seed()
    chance = random.Random(seed)
    region = served.prepare(tmp_path / "data", arrangements=4, members=5)
    victim = Victim(region.folder)
    requests = Requests(region, victim.port)
    try:
        crowd.come(victim.port, requests, chance, visitors=USUAL, seconds=0.5)
        usual = crowd.come(victim.port, requests, chance, visitors=USUAL, seconds=1)
        capacity = len(usual.answers)
        began = time.monotonic()
        found = crowd.come(victim.port, requests, chance, visitors=VISITORS, seconds=wanted, rate=TIMES * capacity)
        took, left = time.monotonic() - began, time.monotonic()
        while True:
            again = crowd.come(victim.port, requests, chance, visitors=USUAL, seconds=0.5)
            is_normal = again.seconds_of(0.5, 200, 201) <= 2 * usual.seconds_of(0.5, 200, 201)
            if is_normal and {one.status for one in again.answers} <= {200, 201} and not again.dropped:
                break
            assert time.monotonic() - left < NORMAL_SECONDS, "the server did not come to rest"
        normal = time.monotonic() - left
    finally:
        victim.stop()
    statuses = Counter(one.status for one in found.answers)
    made = [json.loads(one.body)["id"] for one in found.answers if one.status == 201]
    database = Database(f"sqlite:///{region.folder / 'samverk.sqlite3'}")
    with served.system_scope(database, TENANT, served.now()) as scope:
        stored = set(scope.session.scalars(select(Point.id).where(Point.tenant_id == scope.tenant_id)))
    database.dispose()
    refused = [one for one in found.answers if one.status not in (200, 201)]
    p99 = found.seconds_of(0.99, 200, 201)

    with capsys.disabled():
        print(
            f"\n{capacity} a second usually; {found.sent} sent in {took:.1f} s: {dict(statuses)},"
            f" accepted p99 {p99:.2f} s, refused p99 {found.seconds_of(0.99, 429, 503):.2f} s,"
            f" normal after {normal:.1f} s"
        )
    assert found.dropped == 0
    assert set(statuses) <= {200, 201, 429, 503}
    assert all(b"\r\nretry-after: " in one.head for one in refused)
    assert all(b"application/problem+json" in one.head for one in refused)
    assert p99 <= ACCEPTED_SECONDS
    assert len(refused) > 0 and found.sent >= 2 * capacity * wanted, "this was no crowd"
    assert set(made) <= stored
    with capsys.disabled():
        scale.made("Q2", "seconds of more than the server can do", int(took), wanted, seed)
