"""C5 of the security figures: two changes at once, each allowed by itself, do not break together what must hold.

Of the rules that look at several rows the product has one: somebody administers the region. Councils decide outside
of it, so there is no quorum, and a municipality may be without an approver. Changes of one row are `test_races.py`'s.
"""

import datetime as dt
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from tests import scale
from tests.installation import ORIGIN, Installation

from samverk.people import service as people
from samverk.people import sessions
from samverk.people.model import RoleGrant, SignIn

pytestmark = pytest.mark.slow
WAYS = ("end", "days", "disable")


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of two who administer a region alone, with a fresh session."""

    person: str
    grant: str
    version: int
    cookie: str
    csrf: str


class Office:
    """A region with two administrators on one engine."""

    def __init__(self, url: str, folder: Path) -> None:
        self.installation = Installation(url, folder, dt.datetime.now(dt.UTC), threads=4)
        self.engine = "SQLite" if self.installation.settings.is_sqlite else "PostgreSQL"
        self.tenant = self.installation.add_tenant("insam_nordgudbrandsdal")
        self.installation.add_person(self.tenant, f"second@{self.tenant}.example", "administrator")
        self.pool = ThreadPoolExecutor(2)
        self.clients = [httpx.Client(transport=self.installation.transport, base_url=ORIGIN) for _one in range(2)]

    def begin(self) -> list[Administrator]:
        """Give both their role and a session anew."""
        now, found = self.installation.now, []
        with self.installation.scope(self.tenant) as scope:
            own = (RoleGrant.tenant_id == scope.tenant_id, RoleGrant.role == "administrator")
            scope.session.execute(update(RoleGrant).where(*own).values(valid_to=None, suspended_at=None))
            for row in scope.session.execute(
                select(RoleGrant.person_id, RoleGrant.id, RoleGrant.version).where(*own).order_by(RoleGrant.id)
            ).all():
                people.roles_changed(scope, row.person_id)
                cookie = people.begin(scope.session, row.person_id, now)
                csrf = scope.session.scalar(select(SignIn.csrf).where(SignIn.secret_hash == sessions.digest(cookie)))
                found.append(Administrator(*row, cookie, csrf or ""))
        return found

    def remove(self, number: int, one: Administrator, other: Administrator, way: str) -> tuple[str, int]:
        """Let one take the role from the other, in one of the ways the pages have."""
        yesterday = (self.installation.now.date() - dt.timedelta(days=1)).isoformat()
        fields = {"_csrf": one.csrf, "version": str(other.version)}
        path = {"end": f"/roles/{other.grant}/end", "days": f"/roles/{other.grant}", "disable": "/disable"}[way]
        if way == "days":
            fields |= {"from": "2026-01-01", "to": yesterday}
        answer = self.clients[number].post(
            f"/{self.tenant}/settings/people/{other.person}{path}",
            data=fields,
            headers={"origin": ORIGIN, "cookie": f"samverk={one.cookie}", "accept": "text/html"},
        )
        return answer.headers.get("location", ""), answer.status_code

    def administrators(self) -> int:
        today = self.installation.now.date()
        with self.installation.scope(self.tenant) as scope:
            rows = scope.session.execute(
                select(RoleGrant.valid_to, RoleGrant.suspended_at).where(
                    RoleGrant.tenant_id == scope.tenant_id, RoleGrant.role == "administrator"
                )
            ).all()
        return sum((last is None or last >= today) and suspended is None for last, suspended in rows)

    def close(self) -> None:
        self.pool.shutdown()
        self.installation.close()


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    made = Office(database_url, tmp_path)
    yield made
    made.close()


def test_two_administrators_who_remove_each_other_leave_one(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, seed = scale.count(50), scale.seed()
    chance = random.Random(seed)
    left, tally = Counter[int](), Counter[tuple[int, ...]]()
    removed = re.compile(rf"/{office.tenant}/settings/people/[0-9a-f-]+")
    for _turn in range(wanted):
        two, barrier = office.begin(), threading.Barrier(2)

        def work(
            number: int, way: str, two: list[Administrator] = two, barrier: threading.Barrier = barrier
        ) -> tuple[str, int]:
            barrier.wait(20)
            return office.remove(number, two[number], two[1 - number], way)

        jobs = [office.pool.submit(work, number, chance.choice(WAYS)) for number in range(2)]
        answers = [job.result(60) for job in jobs]
        left[office.administrators()] += 1
        done = [bool(removed.fullmatch(location)) for location, _status in answers]
        assert done.count(True) == 1, answers
        tally[tuple(sorted(status for _location, status in answers))] += 1

    assert left == {1: wanted}
    with capsys.disabled():
        print(f"\n{dict(tally)}")
        scale.made("C5", f"administrators removing each other at once, {office.engine}", wanted, wanted, seed)
