"""Points through their life: raised, answered by the owner, accepted, reopened or dropped; every step is kept.

The only writer of points. Who is asked in which form is decided by `rounds`.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from samverk.database import new_id
from samverk.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, Stale
from samverk.i18n import _
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


def raise_point(
    scope: Scope,
    text: str,
    language: str,
    *,
    owner_party_id: str | None,
    raiser_party_id: str | None = None,
    owner_role: str | None = None,
    deadline: dt.date | None = None,
    subject_ids: tuple[str, ...] = (),
    meeting_id: str | None = None,
    agenda_item_id: str | None = None,
    accepts: str = "raiser",
    raised_on: dt.date | None = None,
) -> str:
    """Raise a point and give it the tenant's next number; return its id. Raises Invalid."""
    words = text.strip()
    if not words:
        raise Invalid((Problem("/text", _("Say what the point is."), field="text"),))
    if len(words) > 4000:
        raise Invalid((Problem("/text", _("The text is longer than %(limit)s characters.", limit=4000), field="text"),))
    point = Point(
        id=new_id(),
        number=tenants.next_number(scope, "point"),
        text=words,
        language=language,
        raiser_party_id=raiser_party_id,
        owner_party_id=owner_party_id,
        owner_role=owner_role,
        accepts=accepts,
        deadline=deadline,
        meeting_id=meeting_id,
        agenda_item_id=agenda_item_id,
        raised_on=raised_on or scope.today,
    )
    scope.add(point)
    scope.flush()
    for subject_id in dict.fromkeys(subject_ids):
        scope.add(PointSubject(point_id=point.id, subject_id=subject_id))
    _keep(scope, point.id, "raised", words=words, language=language)
    return point.id


def _keep(
    scope: Scope,
    point_id: str,
    kind: str,
    *,
    status: str | None = None,
    words: str | None = None,
    language: str | None = None,
    form_id: str | None = None,
    content: dict[str, Any] | None = None,
) -> None:
    scope.add(
        PointEvent(
            point_id=point_id,
            at=scope.now,
            actor=scope.actor.name,
            actor_id=scope.actor.person_id,
            kind=kind,
            status=status,
            words=words,
            language=language,
            form_id=form_id,
            content=content or {},
        )
    )
    scope.flush()


def _locked(scope: Scope, point_id: str) -> Point:
    point = scope.session.scalar(
        select(Point).where(Point.tenant_id == scope.tenant_id, Point.id == point_id).with_for_update()
    )
    if point is None:
        raise NotFound()
    return point


def check_version(point: Point, version: int | None) -> None:
    """Raises Stale when the point was changed meanwhile."""
    if version is not None and point.version != version:
        raise Stale(_("Somebody else changed the point meanwhile. Look at it again."), current=point.version)


def answer(
    scope: Scope,
    point_id: str,
    status: str,
    words: str,
    *,
    reason: str | None = None,
    language: str,
    form_id: str | None = None,
    version: int | None = None,
) -> None:
    """Keep the owner's answer. Raises Invalid for a missing status, words or reason, Conflict for a closed point."""
    point = _locked(scope, point_id)
    check_version(point, version)
    if not _may_answer(scope, point):
        raise NotAllowed(_("Only the owner of the point, or the secretariat for it, answers."))
    problems = []
    if status not in STATUSES:
        problems.append(Problem("/status", _("Choose one of the four states."), field="status"))
    if not words.strip():
        problems.append(Problem("/words", _("Say in words what was done."), field="words"))
    if status == "will_not_be_done" and not (reason or "").strip():
        problems.append(Problem("/reason", _("Give the reason why it will not be done."), field="reason"))
    if problems:
        raise Invalid(tuple(problems))
    if point.state not in LIVING:
        raise Conflict(_("The point is closed."))
    before = point.state
    point.state = "answered"
    point.version += 1
    content = {"before": before} | ({"reason": reason.strip()} if reason and reason.strip() else {})
    _keep(
        scope,
        point.id,
        "answered",
        status=status,
        words=words.strip(),
        language=language,
        form_id=form_id,
        content=content,
    )


def take_back_answers(scope: Scope, form_id: str) -> None:
    """Undo the answers that came with a form when it is taken back or returned; the history keeps both steps."""
    rows = scope.session.scalars(
        select(PointEvent)
        .where(PointEvent.tenant_id == scope.tenant_id, PointEvent.form_id == form_id, PointEvent.kind == "answered")
        .order_by(PointEvent.at.desc(), PointEvent.id.desc())
    ).all()
    done: set[str] = set()
    for event in rows:
        if event.point_id in done:
            continue
        done.add(event.point_id)
        point = _locked(scope, event.point_id)
        if point.state != "answered":
            continue
        point.state = event.content.get("before", "open")
        point.version += 1
        _keep(scope, point.id, "taken_back", form_id=form_id)


def accept(scope: Scope, point_id: str, words: str = "", *, language: str, version: int | None = None) -> None:
    """Accept an answered point: it is closed. Raises Conflict when it has no answer, NotAllowed."""
    point = _locked(scope, point_id)
    check_version(point, version)
    if not _may_accept(scope, point):
        raise NotAllowed(_("Only the one who raised the point, or the secretariat for them, accepts it."))
    if point.state != "answered":
        raise Conflict(_("Only an answered point can be accepted."))
    _move(scope, point, "accepted", words, language)


def reopen(scope: Scope, point_id: str, words: str, *, language: str, version: int | None = None) -> None:
    """Send an answered or accepted point back to its owner, with words."""
    point = _locked(scope, point_id)
    check_version(point, version)
    if not _may_accept(scope, point):
        raise NotAllowed(_("Only the one who raised the point, or the secretariat for them, reopens it."))
    if point.state not in ("answered", "accepted"):
        raise Conflict(_("Only an answered or accepted point can be reopened."))
    if not words.strip():
        raise Invalid((Problem("/words", _("Say why the point is reopened."), field="words"),))
    _move(scope, point, "reopened", words, language)


def drop(scope: Scope, point_id: str, reason: str, *, language: str, version: int | None = None) -> None:
    """Drop a point, only with a reason and only by the secretariat or the one who raised it."""
    point = _locked(scope, point_id)
    check_version(point, version)
    if not _may_accept(scope, point):
        raise NotAllowed(_("Only the one who raised the point, or the secretariat for them, drops it."))
    if point.state not in LIVING:
        raise Conflict(_("The point is closed already."))
    if not reason.strip():
        raise Invalid((Problem("/reason", _("A point is dropped only with a reason."), field="words"),))
    _move(scope, point, "dropped", reason, language)


def _move(scope: Scope, point: Point, state: str, words: str, language: str) -> None:
    point.state = state
    point.version += 1
    _keep(scope, point.id, state, words=words.strip() or None, language=language if words.strip() else None)


def _is_system(scope: Scope) -> bool:
    """Work of the installation itself (filling the demonstration) acts for everybody."""
    return scope.actor.person_id is None and scope.session.info.get("system") is True


def _may_answer(scope: Scope, point: Point) -> bool:
    if _is_system(scope) or scope.actor.has("secretariat", "administrator"):
        return True
    return point.owner_party_id is not None and point.owner_party_id in scope.actor.parties("contact", "approver")


def _may_accept(scope: Scope, point: Point) -> bool:
    if _is_system(scope) or scope.actor.has("secretariat", "administrator"):
        return True
    if point.accepts != "raiser" or point.raiser_party_id is None:
        return False
    return point.raiser_party_id in scope.actor.parties("contact")


def may_answer(scope: Scope, point: PointView) -> bool:
    """Say whether the actor may answer the point; for the buttons of a page."""
    if not point.is_living:
        return False
    if scope.actor.has("secretariat", "administrator"):
        return True
    return point.owner_party_id is not None and point.owner_party_id in scope.actor.parties("contact", "approver")


def may_accept(scope: Scope, point: PointView) -> bool:
    if scope.actor.has("secretariat", "administrator"):
        return True
    return point.accepts == "raiser" and point.raiser_party_id in scope.actor.parties("contact")


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
        query = query.join(
            PointSubject, (PointSubject.tenant_id == Point.tenant_id) & (PointSubject.point_id == Point.id)
        ).where(PointSubject.tenant_id == scope.tenant_id, PointSubject.subject_id == subject_id)
    rows = scope.session.execute(query.order_by(Point.number).limit(limit)).all()
    return _views(scope, rows)


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
    return (
        scope.session.scalar(
            select(func.count()).select_from(Point).where(Point.tenant_id == scope.tenant_id, Point.state.in_(LIVING))
        )
        or 0
    )
