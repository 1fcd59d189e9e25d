"""The interface for meetings and their points: the same services as the pages, for programs."""

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta

from samverk.errors import NotFound
from samverk.meetings import agenda_items, service
from samverk.points import service as points
from samverk.points.shapes import PointAnswer, point_answer
from samverk.scope import Scope
from samverk.web.call import Answer, Call, Json, Routes
from samverk.web.shapes import GivenId, Id, Key, Language, Line, Reason, Text

routes = Routes()


class NewMeeting(msgspec.Struct, forbid_unknown_fields=True):
    body: Key
    held_on: dt.date
    starts_at: Annotated[str, Meta(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")] | None = None
    place: Line | None = None
    link: Annotated[str, Meta(pattern=service.LINK, max_length=500)] | None = None


class NewPoint(msgspec.Struct, forbid_unknown_fields=True):
    item: GivenId
    text: Reason
    language: Language
    owner: GivenId | None = None
    raiser: GivenId | None = None
    owner_role: Line | None = None
    deadline: dt.date | None = None


class ItemAnswer(msgspec.Struct, frozen=True):
    """One item of an agenda with its points."""

    id: Id
    position: int
    subject: Id | None
    summary: Text | None
    points: tuple[PointAnswer, ...]


class MeetingAnswer(msgspec.Struct, frozen=True):
    """A meeting as the interface gives it."""

    id: Id
    body: str
    title: Text
    held_on: dt.date
    starts_at: str | None
    link: str | None
    records: str
    state: str
    items: tuple[ItemAnswer, ...]


def as_json(scope: Scope, meeting: service.MeetingView, items: tuple[service.ItemView, ...]) -> MeetingAnswer:
    title, language = scope.text_lang(meeting.title)
    return MeetingAnswer(
        meeting.id,
        meeting.body_key,
        Text(language, title),
        meeting.held_on,
        meeting.starts_at,
        meeting.link,
        meeting.records,
        meeting.state,
        tuple(
            ItemAnswer(
                item.id,
                item.position,
                item.subject_id,
                Text(item.summary_language or scope.content_locale(), item.summary) if item.summary else None,
                tuple(point_answer(point) for point in item.points),
            )
            for item in items
        ),
    )


@routes.api("GET", "/{tenant}/meetings/{meeting_id}", action="points.read", answer=MeetingAnswer, is_tagged=True)
def get_meeting(call: Call) -> Answer:
    """Get a meeting with its agenda and points."""
    meeting = service.get_meeting(call.scope, call.path["meeting_id"])
    items = service.agenda(call.scope, meeting.id)
    return Json(as_json(call.scope, meeting, items), version=meeting.version)


@routes.api(
    "POST",
    "/{tenant}/meetings",
    action="meetings.run",
    body=NewMeeting,
    answer=MeetingAnswer,
    status=201,
    is_idempotent=True,
    is_tagged=True,
    has_location=True,
)
def create_meeting(call: Call) -> Answer:
    """Plan a meeting of a body."""
    given: NewMeeting = call.json
    scope = call.scope
    meeting_id = service.create_meeting(
        scope,
        given.body,
        given.held_on,
        starts_at=given.starts_at,
        place=given.place,
        link=given.link,
        is_digital=given.link is not None,
    )
    meeting = service.get_meeting(scope, meeting_id)
    location = f"/api/v1/{scope.tenant.slug}/meetings/{meeting_id}"
    return Json(as_json(scope, meeting, ()), 201, meeting.version, location)


@routes.api(
    "POST",
    "/{tenant}/meetings/{meeting_id}/points",
    action="meetings.run",
    body=NewPoint,
    answer=PointAnswer,
    status=201,
    faults=(409,),
    is_idempotent=True,
)
def record_point(call: Call) -> Answer:
    """Note a point under an item of a meeting; without owner it is the secretariat's."""
    given: NewPoint = call.json
    scope, meeting_id = call.scope, call.path["meeting_id"]
    if given.item not in {item.id for item in service.agenda(scope, meeting_id)}:
        raise NotFound()
    point_id = agenda_items.record_point(
        scope,
        given.item,
        given.text,
        given.language,
        owner_party_id=given.owner,
        raiser_party_id=given.raiser,
        owner_role=given.owner_role,
        deadline=given.deadline,
        accepts=service.accepts_points(scope, meeting_id),
    )
    return Json(point_answer(points.get_point(scope, point_id)), 201)


@routes.api(
    "POST",
    "/{tenant}/meetings/{meeting_id}/approve",
    action="meetings.run",
    answer=MeetingAnswer,
    faults=(409,),
    is_versioned=True,
    is_tagged=True,
)
def approve_summary(call: Call) -> Answer:
    """Approve the summary of a meeting; it is frozen from then on."""
    scope, meeting_id = call.scope, call.path["meeting_id"]
    service.approve_summary(scope, meeting_id, version=call.version())
    meeting = service.get_meeting(scope, meeting_id)
    return Json(as_json(scope, meeting, service.agenda(scope, meeting_id)), version=meeting.version)
