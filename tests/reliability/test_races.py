"""C1 to C4 and C6 of the security figures: what many clients do at once comes out as if they had taken turns.

What a killed server leaves behind is `test_killed_server.py`'s.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import seed as seeding
from sqlalchemy import func, select, update
from tests import scale
from tests.installation import ORIGIN, Installation
from tests.web import served
from tests.web.served import TENANT, Region

from samverk.audit.model import AuditEntry
from samverk.database import Database
from samverk.errors import Conflict
from samverk.meetings.model import Meeting
from samverk.points import service as points
from samverk.points.model import Point
from samverk.rounds import pinning
from samverk.rounds import service as rounds
from samverk.rounds.model import Form, Round, Submission
from samverk.scope import Scope
from samverk.tenants import service as tenants

pytestmark = pytest.mark.slow
CLIENTS = 4
Says = Callable[[], None]


class Site:
    """One region on one engine, asked by many clients at once."""

    def __init__(self, url: str, folder: Path, now: Any) -> None:
        self.region = served.prepare(folder, url=url, arrangements=8, members=4)
        # One address and one person stand for many here.
        self.installation = Installation(url, folder, now, threads=8, most_per_minute=10_000_000)
        self.engine = "SQLite" if self.installation.settings.is_sqlite else "PostgreSQL"
        self.clients = [self._client() for _number in range(CLIENTS)]
        self.pool = ThreadPoolExecutor(CLIENTS)

    def _client(self) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.region.token}"}
        return httpx.Client(
            transport=self.installation.transport, base_url=f"{ORIGIN}/api/v1/{TENANT}", headers=headers
        )

    def at_once(self, sends: list[Callable[[httpx.Client], httpx.Response]]) -> list[httpx.Response]:
        """Let each client send one request; none before all are ready."""
        barrier = threading.Barrier(len(sends))

        def work(send: Callable[[httpx.Client], httpx.Response], client: httpx.Client) -> httpx.Response:
            barrier.wait(20)
            return send(client)

        jobs = [self.pool.submit(work, *pair) for pair in zip(sends, self.clients, strict=False)]
        return [job.result(60) for job in jobs]

    def scope(self) -> Any:
        return served.system_scope(self.installation.database, TENANT, self.installation.now)

    def close(self) -> None:
        self.pool.shutdown()
        self.installation.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    import datetime as dt

    made = Site(database_url, tmp_path, dt.datetime.now(dt.UTC))
    yield made
    made.close()


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., None]]:
    def say(*what: Any) -> None:
        with capsys.disabled():
            scale.made(*what)

    yield say


def test_of_many_changes_to_one_version_exactly_one_is_kept(site: Site, says: Callable[..., None]) -> None:
    wanted, form = scale.count(200), site.region.forms[0]
    version, wrong = 1, []
    for turn in range(wanted):
        tag = {"if-match": f'"{version}"'}

        def put(client: httpx.Client, tag: dict[str, str] = tag, turn: int = turn) -> httpx.Response:
            answers = {"outlook": {"text": f"{turn} {threading.get_ident()}"}}
            return client.put(f"/forms/{form}", json={"answers": answers, "language": "nn"}, headers=tag)

        statuses = sorted(answer.status_code for answer in site.at_once([put] * CLIENTS))
        if statuses != [200, 412, 412, 412]:
            wrong.append(statuses)
            break
        version += statuses.count(200)
    last = site.clients[0].get(f"/forms/{form}").headers["etag"]

    assert (wrong, last) == ([], f'"{version}"')
    assert version == 1 + wanted
    says("C1", f"changes to one version at once, {site.engine}", wanted, wanted)


def bodies(site: Site) -> dict[str, dict[str, Any]]:
    """Return {form: what is sent in}, one that the form takes."""
    with site.scope() as scope:
        rows = scope.session.execute(
            select(Form.id, Form.questionnaire_hash).where(
                Form.tenant_id == scope.tenant_id,
                Form.round_id == site.region.open_rounds[0],
                Form.party_id != site.region.parties[0],  # who is asked for points too
            )
        ).all()
        return {
            row.id: {
                "answers": seeding.answers_to(pinning.pinned_questionnaire(scope, row.questionnaire_hash), 1),
                "language": "nn",
            }
            for row in rows
        }


def test_every_acknowledged_submission_is_there_exactly_once(site: Site, says: Callable[..., None]) -> None:
    wanted, sent = scale.count(500), bodies(site)
    acknowledged: Counter[tuple[str, int]] = Counter()
    versions = dict.fromkeys(sent, 1)
    forms = list(sent)
    shares = [forms[number::CLIENTS] for number in range(CLIENTS)]

    def stream(client: httpx.Client, share: list[str]) -> list[tuple[str, int]]:
        kept = []
        for form in share:
            tag = {"if-match": f'"{versions[form]}"'}
            answer = client.post(f"/forms/{form}/submit", json=sent[form], headers=tag)
            assert answer.status_code == 200, answer.text
            kept.append((form, answer.json()["number"]))
        return kept

    while sum(acknowledged.values()) < wanted:
        jobs = [site.pool.submit(stream, client, share) for client, share in zip(site.clients, shares, strict=True)]
        for job in jobs:
            acknowledged.update(job.result(120))
        with site.scope() as scope:
            for form in forms:
                rounds.return_form(scope, form, "ein gong til")
            scope.flush()
            rows = scope.session.execute(select(Form.id, Form.version).where(Form.tenant_id == scope.tenant_id))
            versions = {row.id: row.version for row in rows}
    with site.scope() as scope:
        stored = scope.session.execute(
            select(Submission.form_id, Submission.number).where(Submission.tenant_id == scope.tenant_id)
        ).all()

    assert Counter(tuple(row) for row in stored) == acknowledged
    assert set(acknowledged.values()) == {1}
    says("C2", f"acknowledged submissions as a set, {site.engine}", sum(acknowledged.values()), wanted)


def test_one_key_sent_four_times_at_once_has_one_effect_and_one_answer(site: Site, says: Callable[..., None]) -> None:
    wanted, wrong = scale.count(100), []
    with site.scope() as scope:
        count = select(func.count()).select_from(Meeting).where(Meeting.tenant_id == scope.tenant_id)
        before = scope.session.scalar(count) or 0
    for turn in range(wanted):

        def post(client: httpx.Client, turn: int = turn) -> httpx.Response:
            meeting = {"body": "directors", "held_on": "2027-01-15", "place": f"rom {turn}"}
            return client.post("/meetings", json=meeting, headers={"idempotency-key": f"key-{turn}"})

        answers = site.at_once([post] * CLIENTS)
        same = {(one.status_code, one.content, one.headers.get("location"), one.headers.get("etag")) for one in answers}
        if len(same) != 1 or answers[0].status_code != 201:
            wrong.append([(one.status_code, one.text[:80]) for one in answers])
    with site.scope() as scope:
        made = (scope.session.scalar(count) or 0) - before

    assert (wrong, made) == ([], wanted)
    says("C3", f"keys sent four times at once, {site.engine}", wanted, wanted)


def test_nothing_is_accepted_after_a_round_has_closed(site: Site, says: Callable[..., None]) -> None:
    wanted, sent, round_id = scale.count(50), bodies(site), site.region.open_rounds[0]
    chance, seed = random.Random(scale.seed()), scale.seed()
    tally: Counter[int] = Counter()
    late = []
    for _turn in range(wanted):
        with site.scope() as scope:
            _open_again(scope, round_id)
            versions = {
                row.id: row.version
                for row in scope.session.execute(select(Form.id, Form.version).where(Form.tenant_id == scope.tenant_id))
            }
            version = scope.session.scalar(
                select(Round.version).where(Round.tenant_id == scope.tenant_id, Round.id == round_id)
            )
            last = scope.session.scalar(select(func.max(AuditEntry.seq)).where(AuditEntry.tenant_id == scope.tenant_id))
        chosen = chance.sample(list(sent), CLIENTS - 1)

        def close(client: httpx.Client, version: int | None = version) -> httpx.Response:
            return client.post(f"/rounds/{round_id}/close", headers={"if-match": f'"{version}"'})

        def submit(form: str, versions: dict[str, int] = versions) -> Callable[[httpx.Client], httpx.Response]:
            tag = {"if-match": f'"{versions[form]}"'}
            return lambda client: client.post(f"/forms/{form}/submit", json=sent[form], headers=tag)

        sends = [close, *(submit(form) for form in chosen)]
        chance.shuffle(sends)
        tally.update(answer.status_code for answer in site.at_once(sends))
        with site.scope() as scope:
            order = scope.session.scalars(
                select(AuditEntry.operation)
                .where(AuditEntry.tenant_id == scope.tenant_id, AuditEntry.seq > (last or 0))
                .order_by(AuditEntry.seq)
            ).all()
        if "close_round" not in order or order.index("close_round") != len(order) - 1:
            late.append(list(order))

    # The log's numbers are given in the order of the commits.
    assert late == []
    assert set(tally) <= {200, 409}, tally
    assert min(tally.values()) > 0, "the races never went both ways"
    says("C4", f"closing against submitting, {site.engine}", wanted, wanted, seed)


def _open_again(scope: Scope, round_id: str) -> None:
    scope.session.execute(
        update(Round).where(Round.tenant_id == scope.tenant_id, Round.id == round_id).values(state="open")
    )
    scope.session.execute(
        update(Form).where(Form.tenant_id == scope.tenant_id, Form.round_id == round_id).values(state="draft")
    )


class Undone(Exception):
    """Ends a unit of work on purpose."""


@pytest.mark.parametrize("series", ["point", "document", "proposal"])
def test_numbers_are_unique_and_without_gap_also_where_work_is_undone(
    site: Site, says: Callable[..., None], series: str
) -> None:
    seed, wanted = scale.seed(), scale.count(70)
    region: Region = site.region
    database: Database = site.installation.database

    def work(number: int) -> int | None:
        is_undone = random.Random(seed + number).random() < 0.4
        for _try in range(8):
            try:
                with served.system_scope(database, TENANT, site.installation.now) as scope:
                    if series == "point":
                        made = points.raise_point(scope, f"Nr. {number}", "nn", owner_party_id=region.parties[0])
                        given = points.get_point(scope, made).number
                    else:
                        given = tenants.next_number(scope, series)
                    if is_undone:
                        raise Undone
                    return given
            except Undone:
                return None
        raise Conflict("the work was never done")

    with ThreadPoolExecutor(8) as pool:
        given = [number for number in pool.map(work, range(wanted)) if number is not None]
    with site.scope() as scope:
        stored = scope.session.scalars(select(Point.number).where(Point.tenant_id == scope.tenant_id)).all()
        entries = scope.session.scalars(select(AuditEntry.seq).where(AuditEntry.tenant_id == scope.tenant_id)).all()

    first = len(region.points) + 1 if series == "point" else 1
    assert sorted(given) == list(range(first, first + len(given)))
    assert sorted(stored) == list(range(1, len(stored) + 1))
    assert sorted(entries) == list(range(1, len(entries) + 1))
    says("C6", f"numbers of the series {series} with work undone, {site.engine}", wanted, wanted, seed)
