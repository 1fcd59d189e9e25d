"""A region as a program meets it at a real server: open rounds, forms, meetings, points, and one who may do it all.

What is asked of it is the tests'.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import seed
from sqlalchemy import select

from samverk import registry as registries
from samverk.database import Database
from samverk.meetings import agenda_items
from samverk.meetings import service as meetings
from samverk.migrations import runner
from samverk.onboarding import service as onboarding
from samverk.people import service as people
from samverk.points import service as points
from samverk.rounds import opening, planning
from samverk.rounds.model import Form
from samverk.rounds.planning import Choices
from samverk.scope import Scope
from samverk.tenants.model import Party, Subject

TENANT = "answers"
MISSING = "01900000-0000-7000-8000-00000000dead"


@dataclass(frozen=True, slots=True)
class Region:
    """The ids of a prepared region, and the token of one who is the office and every municipality's contact."""

    folder: Path
    token: str
    tenant_id: str
    open_rounds: tuple[str, ...]
    spare_round: str
    forms: tuple[str, ...]
    partner_forms: tuple[str, ...]
    meetings: tuple[str, ...]
    items: tuple[str, ...]
    points: tuple[str, ...]
    parties: tuple[str, ...]
    arrangements: tuple[str, ...]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@contextmanager
def system_scope(database: Database, slug: str, moment: dt.datetime) -> Iterator[Scope]:
    with database.unit(write=True) as session:
        session.info["system"] = True
        yield onboarding.open_system_scope(session, registries.discover(), slug, moment)


def prepare(folder: Path, *, url: str | None = None, arrangements: int = 6, members: int = 4) -> Region:
    """Write the region into a data folder, or into the migrated database at `url`."""
    registry, moment = registries.discover(), now()
    folder.mkdir(parents=True, exist_ok=True)
    if url is None:
        url = seed.url(folder)
        runner.migrate(url)
    database, plugin = Database(url), seed.insam_plugin(registry)
    seed.add_region(
        database, registry, plugin, TENANT, moment, arrangements=arrangements, members=members, each=members
    )
    with system_scope(database, TENANT, moment) as scope:
        parties = scope.session.scalars(select(Party.id).where(Party.tenant_id == scope.tenant_id, Party.is_member))
        party_ids = tuple(parties)
        person = people.add_person(scope.session, "office@answers.example", "office", moment)
        people.grant(scope, person, "secretariat")
        for party in party_ids:
            people.grant(scope, person, "contact", party_id=party)
        token = people.create_token(scope.session, person, scope.tenant_id, moment)
        first = seed.open_round(scope, plugin)
        spare = _another_round(scope)
        forms = scope.session.execute(
            select(Form.id, Form.role).where(Form.tenant_id == scope.tenant_id, Form.round_id == first)
        ).all()
        planned = [
            meetings.create_meeting(scope, body, moment.date() + dt.timedelta(days=30)) for body in _bodies(scope)
        ]
        items = tuple(agenda_items.add_item(scope, planned[0], {"nn": f"Sak {number}"}) for number in range(3))
        raised = tuple(
            points.raise_point(scope, f"Punkt {number}", "nn", owner_party_id=party_ids[0]) for number in range(8)
        )
        for point in raised:
            points.answer(scope, point, "done", "Gjort", language="nn")
        subjects = scope.session.scalars(
            select(Subject.id).where(Subject.tenant_id == scope.tenant_id, Subject.kind == "arrangement")
        )
        found = Region(
            folder, token, scope.tenant_id, (first,), spare, tuple(one.id for one in forms),
            tuple(one.id for one in forms if one.role == "partner"), tuple(planned), items, raised, party_ids,
            tuple(subjects),
        )  # fmt: skip
    database.dispose()
    return found


def _bodies(scope: Scope) -> tuple[str, ...]:
    return tuple(scope.model.bodies)[:2] * 2


def _another_round(scope: Scope) -> str:
    """Open the period after the one of now, to be closed by whoever wants to."""
    key = next(iter(scope.model.cycles))
    cycle = scope.model.cycles[key]
    year, period = planning.current_period(scope, cycle)
    year, period = (year, period + 1) if period < cycle.periods_a_year else (year + 1, 1)
    days = {name: scope.today + dt.timedelta(days=at) for name, at in
            {"opens": -3, "answers": 20, "papers": 22, "meeting": 30}.items()}  # fmt: skip
    choices = Choices(days, is_moved=True)
    return opening.open_round(scope, planning.plan(scope, key, year, period, choices), choices)
