"""Pages of a form: answering with drafts, the page before submission, receipt, reactions, return, approval, print.

The list of what a person has to do is in `home`.
"""

import functools

from samverk.attachments import handling
from samverk.attachments import service as attachments
from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.exemptions import service as exemptions
from samverk.i18n import _, format_time
from samverk.rounds import answering, form_view, reactions, reading, service, views
from samverk.web.call import Answer, Call, Json, Page, Redirect, Routes

routes = Routes()


def _crumbs(call: Call, form: form_view.FormView) -> tuple[tuple[str, str], ...]:
    base = f"/{call.scope.tenant.slug}"
    if call.scope.actor.may("rounds.read"):
        rounds = (f"{base}/rounds", call.scope.words.title("round", "pl"))
        return (rounds, (f"{base}/rounds/{form.round.id}", call.scope.text(form.round.title)))
    if call.scope.actor.may("granted.read"):
        return ((f"{base}/granted", _("What you may audit")),)
    return ((f"{base}/tasks", _("My tasks")),)


def _title(call: Call, form: form_view.FormView) -> str:
    scope = call.scope
    role = scope.words.form(form.row.role) if form.row.role in ("host", "partner") else ""
    party = f"{form.row.party}, {role}" if role else form.row.party
    return _("%(subject)s: %(party)s", subject=scope.text(form.row.subject_name), party=party)


def _page(
    call: Call,
    form: form_view.FormView,
    *,
    items: dict[str, object] | None = None,
    points: dict[str, object] | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    theirs: dict[str, object] | None = None,
) -> Page:
    """Show a form; `items` and `points` are the person's words when they are not stored yet."""
    scope = call.scope
    context = {
        "form": form,
        "items": form.answers if items is None else items,
        "given": form.point_answers if points is None else points,
        "language": scope.content_locale(call.form.get("language"), form.language),
        "statuses": reading.STATUSES,
        "verdicts": reactions.VERDICTS,
        "theirs": theirs,
        "may_return": scope.actor.has("secretariat", "administrator")
        and form.row.state in ("submitted", "awaiting_approval")
        and form.round.state == "open",
        "may_take_back": form.may_answer
        and form.round.state == "open"
        and form.row.state in ("submitted", "awaiting_approval")
        and scope.now <= form.round.answers_due,
        "may_approve": form.row.state == "awaiting_approval"
        and scope.actor.acts_for(form.row.party_id, form.row.subject_id, "approver"),
        "next_form": _next_form(call, form),
        "is_past_deadline": scope.now > form.round.answers_due,
        "kept": call.form,
        "version": form.row.version,
        "views_said": functools.partial(form_view.said, scope),
        "files": attachments.list_of(scope, "form", form.row.id),
        "exempt": exemptions.parts(scope, "answer", (form.row.id,)).get(form.row.id, {}),
        "has_point_question": any(question.kind == "points" for question in form.pinned.questions),
    }
    return Page("rounds/form.html", _title(call, form), context, _crumbs(call, form), status, problems)


def _next_form(call: Call, form: form_view.FormView) -> str | None:
    """Return the id of the person's next form that is not submitted yet."""
    scope = call.scope
    parties = scope.actor.parties("contact")
    if not parties:
        return None
    rows = views.forms(scope, round_ids=(form.round.id,), party_ids=parties)
    own = [row for row in rows if service.may_answer(scope, row.party_id, row.subject_id)]
    at = next((number for number, row in enumerate(own) if row.id == form.row.id), -1)
    ordered = own[at + 1 :] + own[: max(at, 0)]
    return next((row.id for row in ordered if row.state in service.EDITABLE), None)


@routes.page("GET", "/{tenant}/granted", action="granted.read")
def show_granted(call: Call) -> Answer:
    """Show an auditor what was sent in about the subjects that were granted, for as long as they are."""
    return Page("rounds/granted.html", _("What you may audit"), {"rounds": views.granted_forms(call.scope)})


@routes.page("GET", "/{tenant}/forms/{form_id}", action="forms.read")
def show_form(call: Call) -> Answer:
    return _page(call, form_view.get_form(call.scope, call.path["form_id"]))


@routes.page("GET", "/{tenant}/forms/{form_id}/blank", action="forms.read")
def show_blank(call: Call) -> Answer:
    """Show the form without answers, to print."""
    form = form_view.get_form(call.scope, call.path["form_id"])
    return Page("rounds/blank.html", _title(call, form), {"form": form}, _crumbs(call, form))


@routes.page("POST", "/{tenant}/forms/{form_id}", action="forms.answer")
def answer_form(call: Call) -> Answer:
    """Save a draft, go to the page before submission, or submit: whatever the button said."""
    scope, form_id, then = call.scope, call.path["form_id"], call.form.get("then")
    form = form_view.get_form(scope, form_id)
    if not form.may_answer:
        raise NotFound()
    items, problems = reading.read_posted(form.pinned, call.form.fields)
    asked = {point.id: point.number for point in form.asked}
    points, more = reading.read_point_answers(call.form.fields, asked)
    problems = (*problems, *more)
    language = call.form.get("language") or scope.content_locale()
    version = call.version()
    try:
        if then == "submit":
            try:
                service.submit(scope, form_id, items, points, language, version=version)
            except Invalid as error:
                raise Invalid(_together(problems, error.problems)) from error
            if problems:
                raise Invalid(problems)
            return Redirect(f"/{scope.tenant.slug}/forms/{form_id}", _("Submitted. The receipt is below."))
        found = (*problems, *reading.shape_problems(form.pinned, form.pinned.content_hash, items))
        if then != "autosave" and found:
            raise Invalid(found)
        saved = service.save(scope, form_id, items, points, language, version=version)
    except Invalid as error:
        if then == "autosave":
            raise
        every = error.problems
        return _page(call, form, items=items, points=points, problems=every, status=422)
    except Stale as error:
        if then == "autosave":
            raise
        said = Problem("", str(error))
        theirs = form.answers
        return _page(call, form, items=items, points=points, problems=(said,), status=412, theirs=theirs)
    if then == "autosave":
        message = _("Saved at %(time)s", time=format_time(scope.now, scope.tenant.zone))
        return Json({"version": saved, "message": message})
    if then == "check":
        return Redirect(f"/{scope.tenant.slug}/forms/{form_id}/submit")
    return Redirect(f"/{scope.tenant.slug}/forms/{form_id}", _("The draft is saved."))


def _together(one: tuple[Problem, ...], other: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return the faults of both, each place once."""
    places = {problem.pointer for problem in one}
    return (*one, *(problem for problem in other if problem.pointer not in places))


@routes.page("GET", "/{tenant}/forms/{form_id}/submit", action="forms.answer")
def show_before_submission(call: Call) -> Answer:
    """List the blanks, and ask for the last word before submission."""
    scope = call.scope
    form = form_view.get_form(scope, call.path["form_id"])
    if not form.is_editable:
        raise Conflict(_("The form has been submitted already."))
    asked = {point.id: point.number for point in form.asked}
    problems = (
        *reading.final_problems(form.pinned, form.answers, scope.words),
        *reading.point_problems(form.point_answers, asked, scope.words, final=True),
    )
    context = {
        "form": form,
        "blanks": answering.blanks(form.pinned, form.answers),
        "missing": problems,
        "is_past_deadline": scope.now > form.round.answers_due,
        "said": {q.key: form_view.said(scope, q, form.answers.get(q.key)) for q in form.pinned.questions},
        "given": form.point_answers,
    }
    crumbs = (*_crumbs(call, form), (f"/{scope.tenant.slug}/forms/{form.row.id}", _title(call, form)))
    return Page("rounds/before.html", _("Before you submit"), context, crumbs)


@routes.page("POST", "/{tenant}/forms/{form_id}/submit", action="forms.answer")
def submit_form(call: Call) -> Answer:
    """Submit what was saved, from the page before submission."""
    scope, form_id = call.scope, call.path["form_id"]
    form = form_view.get_form(scope, form_id)
    language = form.language or scope.content_locale()
    try:
        service.submit(scope, form_id, form.answers, form.point_answers, language, version=call.version())
    except Invalid as error:
        return _page(call, form, problems=error.problems, status=422)
    return Redirect(f"/{scope.tenant.slug}/forms/{form_id}", _("Submitted. The receipt is below."))


@routes.steps(
    "/{tenant}/forms/{form_id}",
    {
        "take-back": "forms.take_back",
        "return": "forms.return",
        "approve": "forms.approve",
        "react": "reactions.write",
    },
)
def change_form(call: Call) -> Answer:
    scope, form_id = call.scope, call.path["form_id"]
    here = f"/{scope.tenant.slug}/forms/{form_id}"
    form = form_view.get_form(scope, form_id)
    try:
        match call.step:
            case "take-back":
                service.take_back(scope, form_id, version=call.version())
                done = _(
                    "The form is yours again. Submit it before %(the_deadline)s.",
                    the_deadline=scope.words.form("deadline", "sg_def"),
                )
                return Redirect(here, done)
            case "return":
                service.return_form(scope, form_id, call.form.get("reason"), version=call.version())
                return Redirect(here, _("The form is returned, with the reason."))
            case "approve":
                service.approve(scope, form_id, version=call.version())
                return Redirect(here, _("The form is approved."))
            case "react":
                return _react(call, form)
            case _:
                raise NotFound()
    except Invalid as error:
        return _page(call, form, problems=error.problems, status=422)


@routes.page("POST", "/{tenant}/forms/{form_id}/files", action="forms.answer", takes_files=True)
def add_form_files(call: Call) -> Answer:
    """Add files to a form that is still to be sent in; its words are saved by their own button."""
    form = _own_form(call)
    try:
        return handling.add(call, "form", form.row.id, f"/{call.scope.tenant.slug}/forms/{form.row.id}")
    except Invalid as error:
        return _page(call, form, problems=error.problems, status=422)


@routes.page("GET", "/{tenant}/forms/{form_id}/files/{attachment_id}", action="forms.read")
def give_form_file(call: Call) -> Answer:
    form = form_view.get_form(call.scope, call.path["form_id"])
    return handling.give(call, "form", form.row.id)


@routes.page("POST", "/{tenant}/forms/{form_id}/files/{attachment_id}/remove", action="forms.answer")
def remove_form_file(call: Call) -> Answer:
    form = _own_form(call)
    return handling.remove(call, "form", form.row.id, f"/{call.scope.tenant.slug}/forms/{form.row.id}")


def _own_form(call: Call) -> form_view.FormView:
    """Return a form whose files the person may change. Raises NotFound, Conflict once it was sent in."""
    form = form_view.get_form(call.scope, call.path["form_id"])
    if not form.may_answer:
        raise NotFound()
    if not form.is_editable:
        raise Conflict(_("The form has been submitted. Take it back to change it."))
    return form


def _react(call: Call, form: form_view.FormView) -> Answer:
    """Keep all reactions of the page; those without a choice are left alone."""
    scope = call.scope
    language = scope.content_locale(call.form.get("language"))
    problems: list[Problem] = []
    count = 0
    for answer in form.host_answers:
        key = answer.question.key
        verdict, words = call.form.get(f"r.{key}.verdict"), call.form.get(f"r.{key}.words")
        if not verdict and not words:
            continue
        try:
            reactions.react(scope, form.row.id, key, verdict, words, language)
            count += 1
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(tuple(problems))
    if count == 0:
        raise Invalid((Problem("", _("Choose agree, partly or disagree for at least one answer.")),))
    return Redirect(f"/{scope.tenant.slug}/forms/{form.row.id}#reactions", _("Your reactions are stored."))
