"""The page on which a contact lets another person stand in during absence."""

import datetime as dt

from samverk.errors import Problem
from samverk.i18n import _
from samverk.membership import absence, invitations
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


def days_of(call: Call) -> tuple[dt.date | None, dt.date | None, tuple[Problem, ...]]:
    """Return first and last day of a form, None where it is empty, and what is wrong with them."""
    found: list[dt.date | None] = []
    faults: list[Problem] = []
    for name in ("from", "to"):
        raw, day = call.form.get(name), None
        try:
            day = dt.date.fromisoformat(raw) if raw else None
        except ValueError:
            faults.append(Problem(f"/{name}", _("Write the date as 2026-09-30."), field=name))
        found.append(day)
    return found[0], found[1], tuple(faults)


@routes.page("GET", "/{tenant}/delegate", action="contacts.delegate")
def show_stand_ins(call: Call) -> Answer:
    return _page(call)


def _page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    scope = call.scope
    context = {
        "stand_ins": absence.stand_ins(scope),
        "party_choices": tuple((party.id, party.name) for party in absence.own_parties(scope)),
        "colleague_choices": (
            ("", _("somebody else, by e-mail")),
            *((id_, f"{name} ({email})") for id_, name, email in absence.colleagues(scope)),
        ),
        "kept": call.form,
    }
    status = 422 if problems else 200
    return Page("membership/delegate.html", _("Absence"), context, status=status, problems=problems)


@routes.page("POST", "/{tenant}/delegate", action="contacts.delegate")
def delegate(call: Call) -> Answer:
    scope, form = call.scope, call.form
    contact = scope.actor.person_id
    assert contact is not None  # the action needs a person
    known = {id_: email.casefold() for id_, _name, email in absence.colleagues(scope)}
    chosen, email, party = form.get("person"), form.get("email").casefold(), form.get("party")
    if not chosen:
        chosen = next((id_ for id_, address in known.items() if address == email), "")
    first, last, faults = days_of(call)
    if chosen not in known:
        faults += invitations.email_problems(email)
    unread = {problem.field for problem in faults}
    faults += tuple(one for one in absence.problems(scope, party, first, last) if one.field not in unread)
    if faults:
        return _page(call, faults)
    assert first is not None and last is not None  # no problem was found
    if chosen in known:
        absence.stand_in(scope, contact, chosen, party, first, last)
        done = _("You are both told by e-mail.")
    else:
        invitations.send(scope, call.settings.secret, email, "contact", party, first, last, contact)
        done = _("The invitation is on its way.")
    return Redirect(f"/{scope.tenant.slug}/delegate", done)


@routes.page("POST", "/{tenant}/delegate/end", action="contacts.delegate")
def end_stand_in(call: Call) -> Answer:
    absence.end(call.scope, call.form.get("person"), call.form.get("party"))
    return Redirect(f"/{call.scope.tenant.slug}/delegate", _("The standing in has ended. You are both told by e-mail."))
