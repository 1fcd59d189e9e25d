"""Points as pages show them: values, lists with their filters, history. Reads only; `service.py` writes."""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from samverk.errors import NotFound
from samverk.points.model import Point, PointEvent, PointSubject
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject

LIVING = ("open", "answered", "reopened")
"""States in which a point is still asked for: a point leaves only by acceptance or by being dropped."""
STATUSES = ("done", "under_way", "not_started", "will_not_be_done")


class SubjectName(msgspec.Struct, frozen=True):
    id: str
    key: str
    kind: str
    name: LocalText


class PointView(msgspec.Struct, frozen=True):
    """A point as pages show it. `owner` and `raiser` are names; the secretariat has no party."""

    id: str
    number: int
    text: str
    language: str
    state: str
    owner: str
    owner_party_id: str | None
    owner_role: str | None
    raiser: str
    raiser_party_id: str | None
    accepts: str
    deadline: dt.date | None
    raised_on: dt.date
    meeting_id: str | None
    agenda_item_id: str | None
    version: int
    subjects: tuple[SubjectName, ...]
    last_status: str | None
    last_words: str | None
    last_language: str | None
    is_overdue: bool
    age_days: int

    @property
    def is_living(self) -> bool:
        return self.state in LIVING


class EventView(msgspec.Struct, frozen=True):
    """One step of a point's history."""

    at: dt.datetime
    actor: str
    kind: str
    status: str | None
    words: str | None
    language: str | None
    content: dict[str, Any]


_COLUMNS = (
    Point.id,
    Point.number,
    Point.text,
    Point.language,
    Point.state,
    Point.owner_party_id,
    Point.owner_role,
    Point.raiser_party_id,
    Point.accepts,
    Point.deadline,
    Point.raised_on,
    Point.meeting_id,
    Point.agenda_item_id,
    Point.version,
)


_OWED = (
    select(Point.id)
    .where(
        Point.tenant_id == bindparam("tenant"),
        Point.owner_party_id == bindparam("party"),
        Point.state.in_(LIVING),
    )
    .limit(1)
)


def owes(scope: Scope, party_id: str) -> bool:
    """Say whether a party owns any point that is still asked for."""
    given = {"tenant": scope.tenant_id, "party": party_id}
    return scope.session.connection().execute(_OWED, given).first() is not None


def list_points(
    scope: Scope,
    *,
    states: tuple[str, ...] | None = None,
    owner_party_ids: frozenset[str] | None = None,
    subject_id: str | None = None,
    meeting_id: str | None = None,
    ids: tuple[str, ...] | None = None,
    secretariat_only: bool = False,
    limit: int = 1000,
    after: int = 0,
) -> tuple[PointView, ...]:
    """Return points by number; each filter narrows the list."""
    query = select(*_COLUMNS).where(Point.tenant_id == scope.tenant_id, Point.number > after)
    if states is not None:
        query = query.where(Point.state.in_(states))
    if owner_party_ids is not None:
        query = query.where(Point.owner_party_id.in_(owner_party_ids))
    if secretariat_only:
        query = query.where(Point.owner_party_id.is_(None))
    if meeting_id is not None:
        query = query.where(Point.meeting_id == meeting_id)
    if ids is not None:
        query = query.where(Point.id.in_(ids))
    if subject_id is not None:
        query = query.where(Point.id.in_(_about(scope, (subject_id,))))
    limited = scope.actor.subjects("points.read")
    if limited is not None:
        query = query.where(Point.id.in_(_about(scope, tuple(limited))))
    rows = scope.session.execute(query.order_by(Point.number).limit(limit)).all()
    return _views(scope, rows)


def _about(scope: Scope, subject_ids: tuple[str, ...]) -> Any:
    return select(PointSubject.point_id).where(
        PointSubject.tenant_id == scope.tenant_id, PointSubject.subject_id.in_(subject_ids)
    )


def _views(scope: Scope, rows: Any) -> tuple[PointView, ...]:
    if not rows:
        return ()
    ids = tuple(row.id for row in rows)
    names = tenants.party_names(scope)
    subjects: dict[str, list[SubjectName]] = {}
    for row in scope.session.execute(
        select(PointSubject.point_id, Subject.id, Subject.key, Subject.kind, Subject.name)
        .join(Subject, (Subject.tenant_id == PointSubject.tenant_id) & (Subject.id == PointSubject.subject_id))
        .where(PointSubject.tenant_id == scope.tenant_id, PointSubject.point_id.in_(ids))
        .order_by(Subject.position)
    ):
        subjects.setdefault(row[0], []).append(SubjectName(row[1], row[2], row[3], row[4]))
    said: dict[str, Any] = {}
    for event in scope.session.execute(
        select(PointEvent.point_id, PointEvent.kind, PointEvent.status, PointEvent.words, PointEvent.language)
        .where(
            PointEvent.tenant_id == scope.tenant_id,
            PointEvent.point_id.in_(ids),
            PointEvent.kind.in_(("answered", "taken_back")),
        )
        .order_by(PointEvent.at, PointEvent.id)
    ):
        said[event.point_id] = event if event.kind == "answered" else None
    today, office = scope.today, scope.words.title("secretariat", "sg_def")

    def name(party_id: str | None) -> str:
        return names[party_id].name if party_id in names else office

    found = []
    for row in rows:
        last = said.get(row.id)
        found.append(
            PointView(
                row.id,
                row.number,
                row.text,
                row.language,
                row.state,
                name(row.owner_party_id),
                row.owner_party_id,
                row.owner_role,
                name(row.raiser_party_id),
                row.raiser_party_id,
                row.accepts,
                row.deadline,
                row.raised_on,
                row.meeting_id,
                row.agenda_item_id,
                row.version,
                tuple(subjects.get(row.id, ())),
                last.status if last else None,
                last.words if last else None,
                last.language if last else None,
                row.deadline is not None and row.deadline < today and row.state in LIVING,
                (today - row.raised_on).days,
            )
        )
    return tuple(found)


def get_point(scope: Scope, point_id: str) -> PointView:
    """Return one point. Raises NotFound."""
    found = list_points(scope, ids=(point_id,))
    if not found:
        raise NotFound()
    return found[0]


def history(scope: Scope, point_id: str) -> tuple[EventView, ...]:
    """Return every step of a point, oldest first."""
    rows = scope.session.execute(
        select(
            PointEvent.at,
            PointEvent.actor,
            PointEvent.kind,
            PointEvent.status,
            PointEvent.words,
            PointEvent.language,
            PointEvent.content,
        )
        .where(PointEvent.tenant_id == scope.tenant_id, PointEvent.point_id == point_id)
        .order_by(PointEvent.at, PointEvent.id)
    )
    return tuple(EventView(*row) for row in rows)


def count_living(scope: Scope) -> int:
    """Return how many points are still asked for."""
    query = select(func.count()).select_from(Point).where(Point.tenant_id == scope.tenant_id, Point.state.in_(LIVING))
    limited = scope.actor.subjects("points.read")
    if limited is not None:
        query = query.where(Point.id.in_(_about(scope, tuple(limited))))
    return scope.session.scalar(query) or 0


def may_answer(scope: Scope, point: PointView) -> bool:
    """Say whether the actor may answer the point; for the buttons of a page."""
    if not point.is_living:
        return False
    return scope.actor.reaches("points.answer", point.owner_party_id or "")


def may_accept(scope: Scope, point: PointView) -> bool:
    raiser = point.raiser_party_id if point.accepts == "raiser" else None
    return scope.actor.reaches("points.accept", raiser or "")
