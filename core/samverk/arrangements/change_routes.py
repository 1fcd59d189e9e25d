"""The secretariat's page for changing an arrangement from a day on."""

import datetime as dt

from samverk.arrangements.changes import STATUSES, Change, change_arrangement
from samverk.arrangements.detail import get_arrangement
from samverk.errors import Invalid, Problem, Stale
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/arrangements/{arrangement_id}/change", action="arrangements.change")
def show_arrangement_change(call: Call) -> Answer:
    return _page(call, (), 200)


@routes.page("POST", "/{tenant}/arrangements/{arrangement_id}/change", action="arrangements.change")
def do_arrangement_change(call: Call) -> Answer:
    scope, form = call.scope, call.form
    roles = dict.fromkeys(form.all("observer"), "observer") | dict.fromkeys(form.all("partner"), "partner")
    if form.get("host"):
        roles[form.get("host")] = "host"
    change = Change(form.get("status"), roles, form_day(call, "since"))
    try:
        change_arrangement(scope, call.path["arrangement_id"], change, call.version())
    except Invalid as error:
        return _page(call, error.problems, 422)
    except Stale as error:
        return _page(call, (Problem("", str(error)),), 412)
    target = f"/{scope.tenant.slug}/arrangements/{call.path['arrangement_id']}?as_of={form.get('since')}"
    return Redirect(target, _("The change is saved."))


def form_day(call: Call, name: str) -> dt.date | None:
    """Return a date of the form; None when it is none."""
    try:
        return dt.date.fromisoformat(call.form.get(name))
    except ValueError:
        return None


def _page(call: Call, problems: tuple[Problem, ...], status: int) -> Page:
    scope, form = call.scope, call.form
    found = get_arrangement(scope, call.path["arrangement_id"], scope.today)
    row = found.row
    roles = {one.party_id: one.role for one in row.participants}
    if problems:
        # What was chosen is given back; the version is that of what stands there now.
        roles = dict.fromkeys(form.all("observer"), "observer") | dict.fromkeys(form.all("partner"), "partner")
        roles |= {form.get("host"): "host"} if form.get("host") else {}
    context = {
        "arrangement": found,
        "statuses": STATUSES,
        "status": form.get("status") or row.status,
        "since": form.get("since") or scope.today.isoformat(),
        "parties": tenants.parties(scope),
        "roles": roles,
        "host": next((party for party, role in roles.items() if role == "host"), ""),
    }
    slug = scope.tenant.slug
    crumbs = (
        (f"/{slug}/", _("Front page")),
        (f"/{slug}/arrangements", scope.words.title("arrangement", "pl")),
        (f"/{slug}/arrangements/{row.id}", row.title),
    )
    return Page("arrangements/change.html", _("Change"), context, crumbs, status, problems)
