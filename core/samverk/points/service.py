"""Points through their life: raised, answered by the owner, accepted, reopened or dropped; every step is kept.

The only writer of points. Who is asked in which form is decided by `rounds`.
"""

import datetime as dt
from typing import Any

from sqlalchemy import select

from samverk.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.points.model import Point, PointEvent, PointSubject
from samverk.points.views import (
    LIVING,
    STATUSES,
    EventView,
    PointView,
    SubjectName,
    count_living,
    get_point,
    history,
    list_points,
    may_accept,
    may_answer,
    owes,
)
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants

# The service is the slice's door: other slices read through it too.
__all__ = [
    "LIVING",
    "STATUSES",
    "EventView",
    "PointView",
    "SubjectName",
    "count_living",
    "get_point",
    "history",
    "list_points",
    "may_accept",
    "may_answer",
    "owes",
]


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
        raise Invalid(
            (
                Problem(
                    "/text",
                    _("Say what %(the_point)s is.", the_point=scope.words.form("point", "sg_def")),
                    field="text",
                ),
            )
        )
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


def check_version(scope: Scope, point: Point, version: int | None) -> None:
    """Raises Stale when the point was changed meanwhile."""
    if version is not None and point.version != version:
        raise Stale(
            _(
                "Somebody else changed %(the_point)s meanwhile. Look at what stands there now.",
                the_point=scope.words.form("point", "sg_def"),
            )
        )


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
    check_version(scope, point, version)
    if not _may_answer(scope, point):
        raise NotAllowed(
            _(
                "Only the owner of %(the_point)s, or %(the_secretariat)s for it, answers.",
                the_point=scope.words.form("point", "sg_def"),
                the_secretariat=scope.words.form("secretariat", "sg_def"),
            )
        )
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
        raise Conflict(_("Work on %(the_point)s has ended.", the_point=scope.words.form("point", "sg_def")))
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
    check_version(scope, point, version)
    _require_accepting(scope, point)
    if point.state != "answered":
        raise Conflict(_("Only what is answered can be accepted."))
    _move(scope, point, "accepted", words, language)


def reopen(scope: Scope, point_id: str, words: str, *, language: str, version: int | None = None) -> None:
    """Send an answered or accepted point back to its owner, with words."""
    point = _locked(scope, point_id)
    check_version(scope, point, version)
    _require_accepting(scope, point)
    if point.state not in ("answered", "accepted"):
        raise Conflict(_("Only what is answered or accepted can be reopened."))
    if not words.strip():
        raise Invalid(
            (
                Problem(
                    "/words",
                    _("Say why you reopen %(the_point)s.", the_point=scope.words.form("point", "sg_def")),
                    field="words",
                ),
            )
        )
    _move(scope, point, "reopened", words, language)


def drop(scope: Scope, point_id: str, reason: str, *, language: str, version: int | None = None) -> None:
    """Drop a point, only with a reason and only by the secretariat or the one who raised it."""
    point = _locked(scope, point_id)
    check_version(scope, point, version)
    _require_accepting(scope, point)
    if point.state not in LIVING:
        raise Conflict(_("Work on %(the_point)s has ended already.", the_point=scope.words.form("point", "sg_def")))
    if not reason.strip():
        raise Invalid(
            (
                Problem(
                    "/reason",
                    _("Say why you drop %(the_point)s.", the_point=scope.words.form("point", "sg_def")),
                    field="words",
                ),
            )
        )
    _move(scope, point, "dropped", reason, language)


def _move(scope: Scope, point: Point, state: str, words: str, language: str) -> None:
    point.state = state
    point.version += 1
    _keep(scope, point.id, state, words=words.strip() or None, language=language if words.strip() else None)


def _is_system(scope: Scope) -> bool:
    """Work of the installation itself (filling the demonstration) acts for everybody."""
    return scope.actor.person_id is None and scope.session.info.get("system") is True


def _may_answer(scope: Scope, point: Point) -> bool:
    return _is_system(scope) or scope.actor.reaches("points.answer", point.owner_party_id or "")


def _may_accept(scope: Scope, point: Point) -> bool:
    raiser = point.raiser_party_id if point.accepts == "raiser" else None
    return _is_system(scope) or scope.actor.reaches("points.accept", raiser or "")


def _require_accepting(scope: Scope, point: Point) -> None:
    """Raises NotAllowed for one who neither raised the point nor acts for whoever did."""
    if not _may_accept(scope, point):
        message = _(
            "Only the one who raised %(the_point)s, or %(the_secretariat)s for them, may do this.",
            the_point=scope.words.form("point", "sg_def"),
            the_secretariat=scope.words.form("secretariat", "sg_def"),
        )
        raise NotAllowed(message)
