"""A person's tasks by deadline: own forms of open rounds, own points, points to accept, summaries to comment."""

import datetime as dt

import msgspec

from samverk.meetings import service as meetings
from samverk.points import service as points
from samverk.regions.definition import LocalText
from samverk.rounds import reactions, service, views
from samverk.scope import Scope


class Task(msgspec.Struct, frozen=True):
    """One thing to do. `kind`: form, reaction, approval, point, acceptance, comment."""

    kind: str
    address: str
    name: LocalText | None
    words: str
    language: str
    party: str
    role: str
    state: str
    due: dt.date | None
    days_left: int | None
    is_late: bool


def tasks(scope: Scope) -> tuple[Task, ...]:
    """Return what the actor owes: late ones first, then by deadline."""
    actor, today = scope.actor, scope.today
    found: list[Task] = []

    def add(
        kind: str,
        address: str,
        name: LocalText | None,
        words: str,
        language: str,
        party: str,
        role: str,
        state: str,
        due: dt.date | None,
    ) -> None:
        left = (due - today).days if due else None
        late = left is not None and left < 0
        found.append(Task(kind, address, name, words, language, party, role, state, due, left, late))

    answering, approving = actor.parties("contact"), actor.parties("approver")
    for round_ in views.list_rounds(scope, states=("open",)) if answering or approving else ():
        rows = views.forms(scope, round_ids=(round_.id,), party_ids=answering | approving)
        hosts = {row.subject_id: row for row in views.forms(scope, round_ids=(round_.id,)) if row.role == "host"}
        reacted = reactions.reacted(scope, tuple(host.id for host in hosts.values()))
        for row in rows:
            address = f"/forms/{row.id}"
            if actor.acts_for(row.party_id, row.subject_id, "approver") and row.state == "awaiting_approval":
                add(
                    "approval", address, row.subject_name, "", "", row.party, row.role, row.state, round_.answers_due_on
                )
            if not service.may_answer(scope, row.party_id, row.subject_id):
                continue
            if row.state in service.EDITABLE:
                add("form", address, row.subject_name, "", "", row.party, row.role, row.state, round_.answers_due_on)
            if row.role == "partner" and scope.now <= round_.papers_due:
                host = hosts.get(row.subject_id)
                if (
                    host is not None
                    and views.is_released(scope, round_, host.state)
                    and (host.id, row.party_id) not in reacted
                ):
                    reaction_due = round_.papers_due_on
                    place = f"{address}#reactions"
                    add("reaction", place, row.subject_name, "", "", row.party, row.role, row.state, reaction_due)
    for point in points.list_points(scope, states=points.LIVING):
        mine = point.owner_party_id in answering or (point.owner_party_id is None and actor.has("secretariat"))
        if mine and point.state in ("open", "reopened"):
            add(
                "point",
                f"/points/{point.id}",
                None,
                point.text,
                point.language,
                point.owner,
                "",
                point.state,
                point.deadline,
            )
        raised = point.raiser_party_id in answering or (point.raiser_party_id is None and actor.has("secretariat"))
        if raised and point.state == "answered":
            add(
                "acceptance",
                f"/points/{point.id}",
                None,
                point.text,
                point.language,
                point.owner,
                "",
                point.state,
                None,
            )
    if actor.may("summaries.comment"):
        for meeting in meetings.list_meetings(scope, limit=20):
            if meeting.summary_state == "comment" and meeting.comment_until and meeting.comment_until >= today:
                add(
                    "comment",
                    f"/meetings/{meeting.id}",
                    meeting.title,
                    "",
                    "",
                    "",
                    "",
                    "comment",
                    meeting.comment_until,
                )
    far = dt.date.max
    return tuple(sorted(found, key=lambda task: (not task.is_late, task.due or far, task.kind)))
