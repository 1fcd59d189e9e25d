"""The list of what is exempt, and the two steps from any page: marking and lifting."""

import datetime as dt

from samverk.errors import Invalid
from samverk.exemptions import service
from samverk.i18n import _
from samverk.people.arriving import safe_target
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


def _page(call: Call, error: Invalid | None = None) -> Page:
    scope = call.scope
    base = f"/{scope.tenant.slug}"
    context = {
        "found": service.list_living(scope),
        "where": {"answer": f"{base}/forms/", "paper": f"{base}/papers/"},
        "kept": call.form,
        "kinds": {
            "answer": _("an answer"),
            "item": _("an agenda item"),
            "paper": scope.words.form("papers"),
            "attachment": _("a file"),
        },
    }
    crumbs = call.settings_crumbs()
    title = _("Exempt from public access")
    if error is not None:
        return Page("exemptions/list.html", title, context, crumbs, 422, error.problems)
    return Page("exemptions/list.html", title, context, crumbs)


@routes.page("GET", "/{tenant}/exemptions", action="exemptions.mark")
def show_exemptions(call: Call) -> Answer:
    return _page(call)


@routes.page("POST", "/{tenant}/exemptions", action="exemptions.mark")
def mark_exempt(call: Call) -> Answer:
    form = call.form
    try:
        until = dt.date.fromisoformat(form.get("reassess_on"))
    except ValueError:
        until = None
    try:
        service.mark(
            call.scope, form.get("about_kind"), form.get("about"), form.get("part"), form.get("statute"), until
        )
    except Invalid as error:
        return _page(call, error)
    return Redirect(_back(call), _("Marked as exempt from public access."))


@routes.page("POST", "/{tenant}/exemptions/{exemption_id}/lift", action="exemptions.mark")
def lift_exemption(call: Call) -> Answer:
    service.lift(call.scope, call.path["exemption_id"], version=call.version())
    return Redirect(_back(call), _("The marking is lifted."))


def _back(call: Call) -> str:
    home = f"/{call.scope.tenant.slug}/exemptions"
    target = safe_target(call.form.get("next") or home)
    return target if target.startswith(f"/{call.scope.tenant.slug}/") else home
