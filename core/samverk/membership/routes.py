"""Pages of the people of a region for its administrator: list, invitations, roles, disabling.

Invitations are taken in `joining.py`, standing in for a contact is in `delegating.py`.
"""

from samverk.errors import Problem
from samverk.i18n import _
from samverk.membership import delegating, invitations, joining, roles, words
from samverk.membership.delegating import days_of
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()
routes.routes += [*joining.routes.routes, *delegating.routes.routes]


def _here(call: Call) -> str:
    return f"/{call.scope.tenant.slug}/settings/people"


@routes.page("GET", "/{tenant}/settings/people", action="people.manage")
def show_people(call: Call) -> Answer:
    return _list_page(call)


def _list_page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    scope = call.scope
    everybody = roles.members(scope)
    context = {
        "people": [one for one in everybody if one.living],
        "former": [one for one in everybody if not one.living],
        "invitations": invitations.waiting(scope),
        "sends": call.settings.smtp_url is not None,
        **_choices(call),
    }
    status = 422 if problems else 200
    return Page("membership/people.html", _("People"), context, call.settings_crumbs(), status, problems)


def _choices(call: Call) -> dict[str, object]:
    parties = tenants.parties(call.scope, members_only=True)
    return {
        "role_name": lambda role: words.role_name(call.scope, role),
        "role_choices": tuple((role, words.role_name(call.scope, role)) for role in roles.GRANTABLE),
        "party_choices": (("", "–"), *((party.key, party.name) for party in parties)),
        "kept": call.form,
    }


@routes.page("POST", "/{tenant}/settings/people/invite", action="people.manage")
def invite(call: Call) -> Answer:
    form = call.form
    first, last, faults = days_of(call)
    faults += invitations.problems(call.scope, form.get("email"), form.get("role"), form.get("party"), first, last)
    if faults:
        return _list_page(call, faults)
    key, email = call.settings.secret, form.get("email")
    invitations.invite(call.scope, key, email, form.get("role"), form.get("party"), first, last)
    return Redirect(_here(call), _("The invitation is on its way."))


@routes.page("POST", "/{tenant}/settings/people/invitations/{invitation_id}/again", action="people.manage")
def send_again(call: Call) -> Answer:
    invitations.send_again(call.scope, call.settings.secret, call.path["invitation_id"])
    return Redirect(_here(call), _("The invitation is sent again; the older link has ended."))


@routes.page("POST", "/{tenant}/settings/people/invitations/{invitation_id}/withdraw", action="people.manage")
def withdraw(call: Call) -> Answer:
    invitations.withdraw(call.scope, call.path["invitation_id"])
    return Redirect(_here(call), _("The invitation is withdrawn."))


@routes.page("GET", "/{tenant}/settings/people/{person_id}", action="people.manage")
def show_person(call: Call) -> Answer:
    return _person_page(call)


def _person_page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    found = roles.member(call.scope, call.path["person_id"])
    crumbs = (*call.settings_crumbs(), (_here(call), _("People")))
    status = 422 if problems else 200
    context = {"person": found, **_choices(call)}
    return Page("membership/person.html", found.name, context, crumbs, status, problems)


def _of_person(call: Call) -> str:
    return f"{_here(call)}/{call.path['person_id']}"


@routes.page("POST", "/{tenant}/settings/people/{person_id}/roles", action="people.manage")
def give_role(call: Call) -> Answer:
    form = call.form
    first, last, faults = days_of(call)
    faults += roles.problems(call.scope, form.get("role"), form.get("party"), first, last)
    if faults:
        return _person_page(call, faults)
    roles.give(call.scope, call.path["person_id"], form.get("role"), form.get("party"), first, last)
    return Redirect(_of_person(call), _("The role is given. The person signs in anew."))


@routes.page("POST", "/{tenant}/settings/people/{person_id}/roles/{grant_id}", action="people.manage")
def change_role(call: Call) -> Answer:
    first, last, faults = days_of(call)
    faults += roles.date_problems(call.scope, first, last)
    if faults:
        return _person_page(call, faults)
    roles.change(call.scope, call.path["person_id"], call.path["grant_id"], call.version(), first, last)
    return Redirect(_of_person(call), _("The days of the role are changed. The person signs in anew."))


@routes.page("POST", "/{tenant}/settings/people/{person_id}/roles/{grant_id}/end", action="people.manage")
def end_role(call: Call) -> Answer:
    roles.end(call.scope, call.path["person_id"], call.path["grant_id"], call.version())
    return Redirect(_of_person(call), _("The role has ended."))


@routes.page("POST", "/{tenant}/settings/people/{person_id}/disable", action="people.manage")
def disable(call: Call) -> Answer:
    roles.disable(call.scope, call.path["person_id"])
    return Redirect(_of_person(call), _("The person can do nothing here any more."))


@routes.page("POST", "/{tenant}/settings/people/{person_id}/enable", action="people.manage")
def enable(call: Call) -> Answer:
    roles.enable(call.scope, call.path["person_id"])
    return Redirect(_of_person(call), _("The person has the roles again."))
