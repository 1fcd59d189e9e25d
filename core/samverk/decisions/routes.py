"""Proposals of principle: the list, one proposal, and the outcome recorded."""

import datetime as dt

from samverk.decisions import service
from samverk.errors import Invalid, Problem
from samverk.i18n import _
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/decisions", action="decisions.read")
def show_decisions(call: Call) -> Answer:
    scope = call.scope
    title = scope.words.title("proposal", "pl")
    return Page("decisions/list.html", title, {"proposals": service.list_proposals(scope)})


@routes.page("GET", "/{tenant}/decisions/{proposal_id}", action="decisions.read")
def show_decision(call: Call) -> Answer:
    return _page(call)


def _page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    scope = call.scope
    proposal = service.get_proposal(scope, call.path["proposal_id"])
    title = _("%(proposal)s %(number)s", proposal=scope.words.title("proposal"), number=proposal.number)
    crumbs = ((f"/{scope.tenant.slug}/decisions", scope.words.title("proposal", "pl")),)
    context = {"proposal": proposal, "kept": call.form, "may_record": scope.actor.may("decisions.record")}
    return Page("decisions/proposal.html", title, context, crumbs, 422 if problems else 200, problems)


@routes.page("POST", "/{tenant}/decisions/{proposal_id}", action="decisions.record")
def record_decision(call: Call) -> Answer:
    scope, form = call.scope, call.form
    try:
        on = dt.date.fromisoformat(form.get("on")) if form.get("on") else None
    except ValueError:
        return _page(call, (Problem("/on", _("Write the date as 2026-09-30."), field="on"),))
    try:
        service.record_outcome(
            scope,
            call.path["proposal_id"],
            form.get("kind"),
            form.get("outcome"),
            form.get("reference") or None,
            on,
            call.version(),
        )
    except Invalid as error:
        return _page(call, error.problems)
    return Redirect(f"/{scope.tenant.slug}/decisions/{call.path['proposal_id']}", _("The outcome is recorded."))
