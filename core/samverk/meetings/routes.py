"""Meetings: list, one meeting before, during and after, its calendar file, and the same for programs."""

import datetime as dt
from typing import Any

from samverk.attachments import handling
from samverk.attachments import service as attachments
from samverk.errors import Invalid, NotFound, Problem, Stale
from samverk.exemptions import service as exemptions
from samverk.i18n import _
from samverk.meetings import agenda_items, api, service, views
from samverk.meetings.calendar_file import calendar_file
from samverk.meetings.views import public_agenda
from samverk.points import service as points
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, File, Page, Redirect, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/meetings", action="meetings.read")
def show_meetings(call: Call) -> Answer:
    scope = call.scope
    found = service.list_meetings(scope)
    coming = tuple(sorted((m for m in found if m.held_on >= scope.today), key=lambda m: m.held_on))
    past = tuple(m for m in found if m.held_on < scope.today)
    bodies = scope.model.bodies | {one.body_key: views.body_of(scope, one.body_key) for one in found}
    context = {"coming": coming, "past": past, "bodies": bodies}
    return Page("meetings/list.html", scope.words.title("meeting", "pl"), context)


@routes.page("POST", "/{tenant}/meetings", action="meetings.run")
def plan_meeting(call: Call) -> Answer:
    scope = call.scope
    day = _date(call, "held_on")
    meeting_id = service.create_meeting(
        scope,
        call.form.get("body"),
        day,
        starts_at=call.form.get("starts_at") or None,
        place=call.form.get("place") or None,
        link=call.form.get("link") or None,
        is_digital="link" in call.form and bool(call.form.get("link")),
    )
    done = _("You have planned %(the_meeting)s.", the_meeting=scope.words.form("meeting", "sg_def"))
    return Redirect(f"/{scope.tenant.slug}/meetings/{meeting_id}", done)


def _date(call: Call, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(call.form.get(name))
    except ValueError as error:
        raise Invalid((Problem(f"/{name}", _("Write the date as 2026-09-30."), field=name),)) from error


@routes.page("GET", "/{tenant}/meetings/{meeting_id}", action="meetings.read")
def show_meeting(call: Call) -> Answer:
    return _meeting_page(call)


def _meeting_page(call: Call, error: Invalid | Stale | None = None) -> Page:
    scope = call.scope
    meeting = service.get_meeting(scope, call.path["meeting_id"])
    may_run = scope.actor.may("meetings.run")
    may_comment = scope.actor.may("summaries.comment")
    is_inside = scope.actor.person_id is not None and bool(scope.actor.grants)
    items = service.agenda(scope, meeting.id)
    exempt = exemptions.parts(scope, "item", (item.id for item in items))
    if not is_inside:
        items = public_agenda(items, exempt)
    # The public sees that a meeting is held and what it is about; what was said there is internal.
    context: dict[str, Any] = {
        "meeting": meeting,
        "body": views.body_of(scope, meeting.body_key),
        "items": items,
        "is_inside": is_inside,
        "may_run": may_run and not meeting.is_frozen,
        "may_correct": may_run and meeting.is_frozen,
        "may_comment": may_comment and meeting.summary_state == "comment",
        "comments": service.comments(scope, meeting.id) if is_inside else (),
        "events": service.events(scope, meeting.id) if may_run else (),
        "parties": tenants.parties(scope, members_only=True),
        "earlier_points": _earlier_points(call, meeting, items) if is_inside else {},
        "kept": call.form,
        "stale": error if isinstance(error, Stale) else None,
        "exempt": exempt,
        "files": attachments.list_of(scope, "meeting", meeting.id) if _sees_files(scope) else (),
    }
    title = scope.text(meeting.title)
    crumbs = ((f"/{scope.tenant.slug}/meetings", scope.words.title("meeting", "pl")),)
    if isinstance(error, Invalid):
        return Page("meetings/meeting.html", title, context, crumbs, 422, error.problems)
    if isinstance(error, Stale):
        return Page("meetings/meeting.html", title, context, crumbs, 412, (Problem("", str(error)),))
    return Page("meetings/meeting.html", title, context, crumbs)


def _sees_files(scope: Scope) -> bool:
    """Files of a meeting are for those inside, and for auditors of everything."""
    return scope.actor.may("points.read") and scope.actor.subjects("points.read") is None


def _earlier_points(
    call: Call, meeting: service.MeetingView, items: tuple[service.ItemView, ...]
) -> dict[str, tuple[points.PointView, ...]]:
    """Return {item id: living points of its subject from earlier meetings}: they stand on top of the item."""
    living = points.list_points(call.scope, states=points.LIVING)
    return {
        item.id: tuple(
            point
            for point in living
            if point.meeting_id != meeting.id and any(one.id == item.subject_id for one in point.subjects)
        )
        for item in items
        if item.subject_id is not None
    }


@routes.steps(
    "/{tenant}/meetings/{meeting_id}",
    dict.fromkeys(("summary", "point", "item", "held", "send", "approve"), "meetings.run")
    | {"comment": "summaries.comment"},
)
def change_meeting(call: Call) -> Answer:
    scope, meeting_id = call.scope, call.path["meeting_id"]
    try:
        done, anchor = _change(call, meeting_id, call.step)
    except (Invalid, Stale) as error:
        return _meeting_page(call, error)
    return Redirect(f"/{scope.tenant.slug}/meetings/{meeting_id}{anchor}", done)


def _change(call: Call, meeting_id: str, step: str) -> tuple[str, str]:
    scope, form = call.scope, call.form
    item_id = form.get("item")
    language = scope.content_locale(form.get("language"))
    if item_id and item_id not in {item.id for item in service.agenda(scope, meeting_id)}:
        raise NotFound()
    match step:
        case "summary":
            agenda_items.write_summary(scope, item_id, form.get("summary"), language, version=call.version())
            agenda_items.record_attendance(scope, item_id, form.all("present"))
            return _(
                "You have stored %(the_summary)s.", the_summary=scope.words.form("summary", "sg_def")
            ), f"#item-{item_id}"
        case "point":
            owner, raiser = form.get("owner"), form.get("raiser")
            agenda_items.record_point(
                scope,
                item_id,
                form.get("text"),
                language,
                owner_party_id=None if owner == "secretariat" else owner,
                raiser_party_id=raiser or None,
                owner_role=form.get("owner_role") or None,
                deadline=_date(call, "deadline") if form.get("deadline") else None,
                accepts=service.accepts_points(call.scope, meeting_id),
            )
            return _("You have noted %(the_point)s.", the_point=scope.words.form("point", "sg_def")), f"#item-{item_id}"
        case "item":
            title = form.get("title")
            if not title:
                raise Invalid((Problem("/title", _("Fill in this field."), field="title"),))
            agenda_items.add_item(scope, meeting_id, {language: title})
            return _("The item is added."), ""
        case "held":
            service.mark_held(scope, meeting_id, version=call.version())
            return _(
                "You have noted that %(the_meeting)s has taken place.",
                the_meeting=scope.words.form("meeting", "sg_def"),
            ), ""
        case "send":
            service.send_for_comment(scope, meeting_id, _date(call, "comment_until"), version=call.version())
            return _(
                "You have sent %(the_summary)s out for comment.", the_summary=scope.words.form("summary", "sg_def")
            ), ""
        case "approve":
            service.approve_summary(scope, meeting_id, version=call.version())
            done = _(
                "You have approved %(the_summary)s. The next %(round)s shows the text and asks about %(the_points)s.",
                the_summary=scope.words.form("summary", "sg_def"),
                round=scope.words.form("round"),
                the_points=scope.words.form("point", "pl_def"),
            )
            return done, ""
        case "comment":
            parties = sorted(scope.actor.parties("contact", "approver", "member"))
            party_id = parties[0] if parties else None
            service.comment(scope, meeting_id, item_id or None, form.get("text"), language, party_id)
            return _("The comment is stored."), ""
        case _:
            raise NotFound()


@routes.page("POST", "/{tenant}/meetings/{meeting_id}/files", action="meetings.run", takes_files=True)
def add_meeting_files(call: Call) -> Answer:
    meeting = service.get_meeting(call.scope, call.path["meeting_id"])
    try:
        return handling.add(call, "meeting", meeting.id, f"/{call.scope.tenant.slug}/meetings/{meeting.id}")
    except Invalid as error:
        return _meeting_page(call, error)


@routes.page("GET", "/{tenant}/meetings/{meeting_id}/files/{attachment_id}", action="points.read")
def give_meeting_file(call: Call) -> Answer:
    meeting = service.get_meeting(call.scope, call.path["meeting_id"])
    if not _sees_files(call.scope):
        raise NotFound()
    return handling.give(call, "meeting", meeting.id)


@routes.page("POST", "/{tenant}/meetings/{meeting_id}/files/{attachment_id}/remove", action="meetings.run")
def remove_meeting_file(call: Call) -> Answer:
    meeting = service.get_meeting(call.scope, call.path["meeting_id"])
    return handling.remove(call, "meeting", meeting.id, f"/{call.scope.tenant.slug}/meetings/{meeting.id}")


@routes.page("GET", "/{tenant}/meetings/{meeting_id}/calendar.ics", action="meetings.read")
def show_calendar_file(call: Call) -> Answer:
    scope = call.scope
    meeting = service.get_meeting(scope, call.path["meeting_id"])
    address = f"{call.settings.public_url}/{scope.tenant.slug}/meetings/{meeting.id}"
    name = f"{meeting.held_on.isoformat()}-{scope.tenant.slug}.ics"
    return File(calendar_file(scope, meeting, address), "text/calendar; charset=utf-8", name)


routes.routes += api.routes.routes
