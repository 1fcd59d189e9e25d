"""Points: the list with its filters, one point with its history, and what may be done with it."""

from typing import Literal, cast

import msgspec

from samverk.attachments import handling
from samverk.attachments import service as attachments
from samverk.errors import Conflict, Invalid, NotAllowed, NotFound
from samverk.i18n import _
from samverk.points import service
from samverk.points.service import PointView
from samverk.points.shapes import PointAnswer, point_answer
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.web import sheets
from samverk.web.call import Answer, Call, File, Json, Page, Redirect, Routes
from samverk.web.layout import state_word
from samverk.web.shapes import Language, Words
from samverk.web.shapes import Page as Paged

routes = Routes()
STATES = ("living", "open", "answered", "reopened", "accepted", "dropped", "all")


def _chosen_states(chosen: str) -> tuple[str, ...] | None:
    if chosen == "all":
        return None
    return service.LIVING if chosen not in STATES or chosen == "living" else (chosen,)


@routes.page("GET", "/{tenant}/points", action="points.read")
def show_points(call: Call) -> Answer:
    scope = call.scope
    chosen, owner = call.query.get("state", "living"), call.query.get("owner")
    parties = tenants.parties(scope, members_only=True)
    known = {party.key: party.id for party in parties}
    points = service.list_points(
        scope,
        states=_chosen_states(chosen),
        owner_party_ids=frozenset({known[owner]}) if owner in known else None,
        secretariat_only=owner == "secretariat",
    )
    return Page(
        "points/list.html",
        scope.words.title("point", "pl"),
        {"points": points, "chosen": chosen, "owner": owner, "parties": parties, "states": STATES},
    )


@routes.page("GET", "/{tenant}/points/export/{kind}", action="exports.read")
def export_points(call: Call) -> Answer:
    """Give all points with their last answer as XLSX or CSV."""
    scope = call.scope
    head = (
        _("No."),
        scope.words.title("point"),
        _("Language"),
        _("State"),
        _("Owner"),
        _("Raised by"),
        _("Raised"),
        scope.words.title("deadline"),
        _("About"),
        _("Said last"),
        _("Words"),
    )
    rows = (
        (
            str(point.number),
            point.text,
            point.language,
            state_word(point.state),
            point.owner,
            point.raiser,
            point.raised_on.isoformat(),
            point.deadline.isoformat() if point.deadline else "",
            ", ".join(scope.text(subject.name) for subject in point.subjects),
            state_word(point.last_status) if point.last_status else "",
            point.last_words or "",
        )
        for point in service.list_points(scope, limit=100_000)
    )
    content, media_type, name = sheets.write(call.path["kind"], f"{scope.tenant.slug}-points", head, rows)
    return File(content, media_type, name)


@routes.page("GET", "/{tenant}/points/{point_id}", action="points.read")
def show_point(call: Call) -> Answer:
    return _point_page(call)


def _point_page(call: Call, error: Invalid | None = None) -> Page:
    scope = call.scope
    point = service.get_point(scope, call.path["point_id"])
    context = {
        "point": point,
        "history": service.history(scope, point.id),
        "can_answer": service.may_answer(scope, point),
        "can_accept": service.may_accept(scope, point),
        "kept": call.form,
        "statuses": service.STATUSES,
        "files": attachments.list_of(scope, "point", point.id),
    }
    title = _("%(point)s %(number)s", point=scope.words.title("point"), number=point.number)
    crumbs = ((f"/{scope.tenant.slug}/points", scope.words.title("point", "pl")),)
    if error is not None:
        return Page("points/point.html", title, context, crumbs, 422, error.problems)
    return Page("points/point.html", title, context, crumbs)


@routes.steps(
    "/{tenant}/points/{point_id}",
    {"answer": "points.answer"} | dict.fromkeys(("accept", "reopen", "drop"), "points.accept"),
)
def change_point(call: Call) -> Answer:
    scope, point_id = call.scope, call.path["point_id"]
    words, language = call.form.get("words"), scope.content_locale(call.form.get("language"))
    version = call.version()
    try:
        match call.step:
            case "answer":
                reason = call.form.get("reason")
                status = call.form.get("status")
                service.answer(scope, point_id, status, words, reason=reason, language=language, version=version)
                done = _("The answer is stored.")
            case "accept":
                service.accept(scope, point_id, words, language=language, version=version)
                done = _("You have accepted and closed %(the_point)s.", the_point=scope.words.form("point", "sg_def"))
            case "reopen":
                service.reopen(scope, point_id, words, language=language, version=version)
                done = _("You have reopened %(the_point)s.", the_point=scope.words.form("point", "sg_def"))
            case "drop":
                service.drop(scope, point_id, words, language=language, version=version)
                done = _(
                    "You have dropped %(the_point)s, with the reason.", the_point=scope.words.form("point", "sg_def")
                )
            case _:
                raise NotFound()
    except Invalid as error:
        return _point_page(call, error)
    return Redirect(f"/{scope.tenant.slug}/points/{point_id}", done)


@routes.page("POST", "/{tenant}/points/{point_id}/files", action="points.answer", takes_files=True)
def add_point_files(call: Call) -> Answer:
    scope = call.scope
    point = service.get_point(scope, call.path["point_id"])
    _hold_open(scope, point)
    try:
        return handling.add(call, "point", point.id, f"/{scope.tenant.slug}/points/{point.id}")
    except Invalid as error:
        return _point_page(call, error)


@routes.page("GET", "/{tenant}/points/{point_id}/files/{attachment_id}", action="points.read")
def give_point_file(call: Call) -> Answer:
    point = service.get_point(call.scope, call.path["point_id"])
    return handling.give(call, "point", point.id)


@routes.page("POST", "/{tenant}/points/{point_id}/files/{attachment_id}/remove", action="points.answer")
def remove_point_file(call: Call) -> Answer:
    scope = call.scope
    point = service.get_point(scope, call.path["point_id"])
    _hold_open(scope, point)
    return handling.remove(call, "point", point.id, f"/{scope.tenant.slug}/points/{point.id}")


def _hold_open(scope: Scope, point: PointView) -> None:
    """Files change only while a point is answered, and by whom it is answered. Raises Conflict, NotAllowed."""
    if not point.is_living:
        raise Conflict(_("Work on %(the_point)s has ended already.", the_point=scope.words.form("point", "sg_def")))
    if not service.may_answer(scope, point):
        raise NotAllowed()


class PointChange(msgspec.Struct, forbid_unknown_fields=True):
    """Words about a point, with their language."""

    words: Words = ""
    language: Language = "en"


class PointsAsked(Paged, frozen=True, forbid_unknown_fields=True):
    """Which points: by number after one, in a state; `living` is open, answered or reopened."""

    state: Literal["living", "open", "answered", "reopened", "accepted", "dropped", "all"] = "all"


class PointList(msgspec.Struct, frozen=True):
    """One page of points; `next` is the address of the following page."""

    items: tuple[PointAnswer, ...]
    next: str | None


@routes.api("GET", "/{tenant}/points", action="points.read", query=PointsAsked, answer=PointList)
def list_points(call: Call) -> Answer:
    """List points by number."""
    asked = cast(PointsAsked, call.asked)
    limit = asked.limit
    found = service.list_points(call.scope, states=_chosen_states(asked.state), after=asked.after, limit=limit + 1)
    page = found[:limit]
    following = None
    if len(found) > limit:
        following = f"/api/v1/{call.scope.tenant.slug}/points?after={page[-1].number}&limit={limit}"
        if asked.state != "all":
            following += f"&state={asked.state}"
    return Json(PointList(tuple(point_answer(point) for point in page), following))


@routes.api(
    "POST",
    "/{tenant}/points/{point_id}/accept",
    action="points.accept",
    body=PointChange,
    answer=PointAnswer,
    faults=(409,),
    is_idempotent=True,
    is_versioned=True,
    is_tagged=True,
)
def accept_point(call: Call) -> Answer:
    """Accept an answered point."""
    given: PointChange = call.json
    point_id = call.path["point_id"]
    service.accept(call.scope, point_id, given.words, language=given.language, version=call.version())
    point = service.get_point(call.scope, point_id)
    return Json(point_answer(point), version=point.version)
