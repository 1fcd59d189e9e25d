"""The interface for rounds and forms: the same services as the pages, for programs."""

from typing import Any, cast

from samverk.rounds import changes, form_view, opening, planning, reactions, service, views
from samverk.rounds.planning import Choices
from samverk.rounds.shapes import (
    Answers,
    AskedPoint,
    FormAnswer,
    FormItem,
    FormList,
    FormSubject,
    OpenedRound,
    OpenRound,
    React,
    Reacted,
    Return,
    RoundAnswer,
    Saved,
)
from samverk.web.call import Answer, Call, Json, Routes
from samverk.web.shapes import Page, Text

routes = Routes()


def _round_fields(call: Call, round_: views.RoundView) -> dict[str, Any]:
    text, language = call.scope.text_lang(round_.title)
    return {
        "id": round_.id,
        "cycle": round_.cycle_key,
        "year": round_.year,
        "period": round_.period,
        "state": round_.state,
        "title": Text(language, text),
        "opens_on": round_.opens_on,
        "answers_due": round_.answers_due,
        "papers_due": round_.papers_due,
        "meeting_on": round_.meeting_on,
        "meeting": round_.meeting_id,
        "version": round_.version,
    }


def _form_fields(form: views.FormRow) -> dict[str, Any]:
    return {
        "id": form.id,
        "round": form.round_id,
        "role": form.role,
        "state": form.state,
        "is_late": form.is_late,
        "subject": FormSubject("arrangement" if form.role != "member" else "subject", form.subject_id),
        "party": form.party_id,
        "submitted_at": form.submitted_at,
        "version": form.version,
    }


@routes.api(
    "POST",
    "/{tenant}/rounds",
    action="rounds.open",
    body=OpenRound,
    answer=OpenedRound,
    status=201,
    faults=(409,),
    is_idempotent=True,
    is_tagged=True,
    has_location=True,
)
def open_round(call: Call) -> Answer:
    """Open a round; the dates come from the rules where none are given."""
    given: OpenRound = call.json
    scope = call.scope
    names = ("opens", "answers", "papers", "meeting")
    dates = {name: day for name in names if (day := getattr(given, name)) is not None}
    choices = Choices(dates, frozenset(given.without_subjects), frozenset(given.without_items))
    planned = planning.plan(scope, given.cycle, given.year, given.period, choices)
    round_ = views.get_round(scope, opening.open_round(scope, planned, choices))
    location = f"/api/v1/{scope.tenant.slug}/rounds/{round_.id}"
    return Json(OpenedRound(**_round_fields(call, round_), forms=planned.counts), 201, round_.version, location)


@routes.api("GET", "/{tenant}/rounds/{round_id}", action="rounds.read", answer=RoundAnswer, is_tagged=True)
def get_round(call: Call) -> Answer:
    """Get a round."""
    round_ = views.get_round(call.scope, call.path["round_id"])
    return Json(RoundAnswer(**_round_fields(call, round_)), version=round_.version)


@routes.api("GET", "/{tenant}/rounds/{round_id}/forms", action="forms.read", query=Page, answer=FormList)
def list_forms(call: Call) -> Answer:
    """List the forms of a round that one may see."""
    scope = call.scope
    round_ = views.get_round(scope, call.path["round_id"])
    rows = views.forms(scope, round_ids=(round_.id,))
    own = [row for row in rows if service.may_see(scope, row.party_id, row.subject_id)]
    asked = cast(Page, call.asked)
    start, limit = asked.after, asked.limit
    page = own[start : start + limit]
    more = start + limit < len(own)
    following = f"/api/v1/{scope.tenant.slug}/rounds/{round_.id}/forms?after={start + limit}&limit={limit}"
    items = tuple(FormItem(**_form_fields(row)) for row in page)
    return Json(FormList(items, following if more else None))


@routes.api("GET", "/{tenant}/forms/{form_id}", action="forms.read", answer=FormAnswer, is_tagged=True)
def get_form(call: Call) -> Answer:
    """Get a form with its questions, answers and the points it asks."""
    form = form_view.get_form(call.scope, call.path["form_id"])
    value = FormAnswer(
        **_form_fields(form.row),
        language=form.language,
        receipt=form.receipt,
        questions=form.pinned.questions,
        answers=form.answers,
        points=form.point_answers,
        asked_points=tuple(AskedPoint(point.id, point.number, point.text) for point in form.asked),
    )
    return Json(value, version=form.row.version)


@routes.api(
    "PUT",
    "/{tenant}/forms/{form_id}",
    action="forms.answer",
    body=Answers,
    answer=Saved,
    faults=(409,),
    is_versioned=True,
    is_tagged=True,
)
def save_answers(call: Call) -> Answer:
    """Keep a draft, whole or half."""
    given: Answers = call.json
    form_id = call.path["form_id"]
    version = service.save(call.scope, form_id, given.answers, given.points, given.language, version=call.version())
    return Json(Saved(form_id, version), version=version)


@routes.api(
    "POST",
    "/{tenant}/forms/{form_id}/submit",
    action="forms.answer",
    body=Answers,
    answer=service.Receipt,
    faults=(409,),
    is_versioned=True,
    is_idempotent=True,
)
def submit_answers(call: Call) -> Answer:
    """Submit a form with its answers; the receipt carries time and content hash."""
    given: Answers = call.json
    scope, form_id = call.scope, call.path["form_id"]
    receipt = service.submit(scope, form_id, given.answers, given.points, given.language, version=call.version())
    return Json(receipt)


@routes.api(
    "POST",
    "/{tenant}/forms/{form_id}/return",
    action="forms.return",
    body=Return,
    answer=FormItem,
    faults=(409,),
    is_versioned=True,
)
def return_answers(call: Call) -> Answer:
    """Return a submitted form with a reason."""
    given: Return = call.json
    service.return_form(call.scope, call.path["form_id"], given.reason, version=call.version())
    return Json(FormItem(**_form_fields(form_view.get_form(call.scope, call.path["form_id"]).row)))


@routes.api(
    "POST",
    "/{tenant}/forms/{form_id}/reactions",
    action="reactions.write",
    body=React,
    answer=Reacted,
    status=201,
    faults=(409,),
)
def react_to_answer(call: Call) -> Answer:
    """React to one of the host's answers from one's own partner form."""
    given: React = call.json
    reactions.react(call.scope, call.path["form_id"], given.item, given.verdict, given.words, given.language)
    return Json(Reacted(given.item, given.verdict), 201)


@routes.api(
    "POST",
    "/{tenant}/rounds/{round_id}/close",
    action="rounds.change",
    answer=RoundAnswer,
    faults=(409,),
    is_versioned=True,
    is_tagged=True,
)
def close_round(call: Call) -> Answer:
    """Close a round; nothing can be submitted afterwards."""
    changes.close(call.scope, call.path["round_id"], version=call.version())
    round_ = views.get_round(call.scope, call.path["round_id"])
    return Json(RoundAnswer(**_round_fields(call, round_)), version=round_.version)
