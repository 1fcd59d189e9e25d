"""Pages of rounds for the secretariat: list, opening with its preview, the status grid, changes, closing.

Forms themselves are in `form_routes`, the interface for programs in `api`; this module gathers them all.
"""

import datetime as dt
from typing import Any

from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import _, ngettext, period_name
from samverk.outbox import service as outbox
from samverk.people import service as people
from samverk.rounds import agenda, api, changes, exports, form_routes, notices, opening, planning, views
from samverk.rounds.planning import Choices
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, File, Page, Redirect, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/rounds", action="rounds.read")
def show_rounds(call: Call) -> Answer:
    scope = call.scope
    suggestions = [(key, cycle, *planning.current_period(scope, cycle)) for key, cycle in scope.model.cycles.items()]
    context = {
        "rounds": views.list_rounds(scope),
        "suggestions": suggestions,
        "period_name": period_name,
        "cycles": scope.model.cycles,
    }
    return Page("rounds/list.html", scope.words.title("round", "pl"), context)


def _choices(call: Call, fields: Any) -> Choices:
    """Read what was changed on the opening page; a date that is none becomes a problem."""
    dates, problems = {}, []
    for name in planning.DATES:
        written = fields.get(name)
        if not written:
            continue
        try:
            dates[name] = dt.date.fromisoformat(written)
        except ValueError:
            problems.append(Problem(f"/{name}", _("Write the date as 2026-09-30."), field=name))
    if problems:
        raise Invalid(tuple(problems))
    without = frozenset(fields.all("without")) if "chosen" not in fields else _not_chosen(fields, "subject")
    items = frozenset(fields.all("without_item")) if "chosen" not in fields else _not_chosen(fields, "item")
    return Choices(dates, without, items, fields.get("link") or None)


def _not_chosen(fields: Any, name: str) -> frozenset[str]:
    return frozenset(fields.all(f"{name}.all")) - frozenset(fields.all(name))


def _period(call: Call, fields: Any) -> tuple[str, int, int]:
    cycle, year, period = fields.get("cycle"), fields.get("year"), fields.get("period")
    if not (year.isascii() and year.isdigit() and period.isascii() and period.isdigit()) or len(year + period) > 8:
        raise NotFound()
    return cycle, int(year), int(period)


@routes.page("GET", "/{tenant}/rounds/open", action="rounds.open")
def show_opening(call: Call) -> Answer:
    return _opening_page(call, call.query)


def _opening_page(call: Call, fields: Any, problems: tuple[Problem, ...] = (), status: int = 200) -> Page:
    scope = call.scope
    cycle_key, year, period = _period(call, fields)
    try:
        choices = _choices(call, fields)
    except Invalid as error:
        choices, problems, status = Choices({}), error.problems, 422
    whole = planning.plan(scope, cycle_key, year, period, Choices(choices.dates))
    planned = planning.plan(scope, cycle_key, year, period, choices)
    context = {
        "planned": planned,
        "whole": whole,
        "choices": choices,
        "questionnaires": scope.model.questionnaires,
        "period": period_name(planned.cycle.every, year, period),
        "fields": fields,
    }
    title = _(
        "Open %(the_round)s: %(title)s",
        the_round=scope.words.form("round", "sg_def"),
        title=scope.text(planning.title(planned)),
    )
    crumbs = ((f"/{scope.tenant.slug}/rounds", scope.words.title("round", "pl")),)
    every = problems or planned.problems
    return Page("rounds/open.html", title, context, crumbs, status, every)


@routes.page("POST", "/{tenant}/rounds/open", action="rounds.open")
def preview_or_open(call: Call) -> Answer:
    """Show the preview again with what was changed, or open the round after the confirm."""
    scope, form = call.scope, call.form
    if form.get("then") != "open":
        return _opening_page(call, form)
    cycle_key, year, period = _period(call, form)
    try:
        choices = _choices(call, form)
        planned = planning.plan(scope, cycle_key, year, period, choices)
        round_id = opening.open_round(scope, planned, choices)
    except Invalid as error:
        return _opening_page(call, form, error.problems, 422)
    count = len(planned.forms)
    done = ngettext(
        "You have opened %(the_round)s: %(number)s form.",
        "You have opened %(the_round)s: %(number)s forms.",
        count,
        the_round=scope.words.form("round", "sg_def"),
    )
    return Redirect(f"/{scope.tenant.slug}/rounds/{round_id}", done)


@routes.page("GET", "/{tenant}/rounds/{round_id}", action="rounds.read")
def show_round(call: Call) -> Answer:
    return _round_page(call)


def _round_page(call: Call, error: Invalid | None = None) -> Page:
    scope = call.scope
    round_ = views.get_round(scope, call.path["round_id"])
    forms = views.forms(scope, round_ids=(round_.id,))
    parties = [party for party in tenants.parties(scope) if any(form.party_id == party.id for form in forms)]
    subjects = {form.subject_id: form.subject_name for form in forms}
    cells = {(form.subject_id, form.party_id): form for form in forms}
    counts: dict[str, int] = {}
    for form in forms:
        counts[form.shown_state] = counts.get(form.shown_state, 0) + 1
    names = tenants.party_names(scope)
    contacts = [
        (person_id, name, email, party_id, names[party_id].name)
        for person_id, email, name, _locale, party_id, _subject in people.contacts(scope)
        if party_id in names
    ]
    reminded = notices.to_remind(scope, round_.id) if round_.state == "open" else ()
    context = {
        "round": round_,
        "forms": forms,
        "parties": parties,
        "subjects": subjects,
        "cells": cells,
        "counts": counts,
        "events": views.round_events(scope, round_.id),
        "messages": outbox.list_messages(scope, about_id=round_.id)[0],
        "to_remind": reminded,
        "contacts": contacts,
        "all_parties": tenants.parties(scope),
        "roles": sorted({form.role for form in forms}),
        "today": scope.today,
        "kept": call.form,
    }
    title = scope.text(round_.title)
    crumbs = ((f"/{scope.tenant.slug}/rounds", scope.words.title("round", "pl")),)
    if error is not None:
        return Page("rounds/round.html", title, context, crumbs, 422, error.problems)
    return Page("rounds/round.html", title, context, crumbs)


@routes.steps(
    "/{tenant}/rounds/{round_id}",
    dict.fromkeys(("deadline", "add", "remove", "contact", "withdraw", "close", "remind", "agenda"), "rounds.change"),
)
def change_round(call: Call) -> Answer:
    try:
        done, target = _change(call)
    except Invalid as error:
        return _round_page(call, error)
    return Redirect(target, done)


def _change(call: Call) -> tuple[str, str]:
    scope, form = call.scope, call.form
    round_id, reason = call.path["round_id"], form.get("reason")
    here = f"/{scope.tenant.slug}/rounds/{round_id}"
    match call.step:
        case "deadline":
            try:
                day = dt.date.fromisoformat(form.get("day"))
            except ValueError as error:
                raise Invalid((Problem("/day", _("Write the date as 2026-09-30."), field="day"),)) from error
            changes.extend_deadline(scope, round_id, day, reason, version=call.version())
            done = _(
                "%(The_deadline)s has a later day, and those concerned are told.",
                The_deadline=scope.words.title("deadline", "sg_def"),
            )
            return done, here
        case "add":
            subject, party, role = form.get("subject"), form.get("party"), form.get("role")
            if subject not in {one.subject_id for one in views.forms(scope, round_ids=(round_id,))}:
                raise NotFound()
            if party not in tenants.party_names(scope):
                raise NotFound()
            changes.add_form(scope, round_id, subject, party, role, reason, version=call.version())
            return _("The form is added, and those concerned are told."), here
        case "remove":
            subject = form.get("subject")
            changes.remove_forms(scope, round_id, reason, subject_id=subject, version=call.version())
            return _("The forms are taken out, and those concerned are told."), here
        case "contact":
            party, old = form.get("party"), form.get("old") or None
            if party not in tenants.party_names(scope):
                raise NotFound()
            changes.replace_contact(scope, round_id, party, old, form.get("email"), reason)
            return _("The contact is replaced, and both are told."), here
        case "withdraw":
            changes.withdraw(scope, round_id, reason, version=call.version())
            return _(
                "You have withdrawn %(the_round)s, and those concerned are told.",
                the_round=scope.words.form("round", "sg_def"),
            ), here
        case "close":
            changes.close(scope, round_id, version=call.version())
            return _("You have closed %(the_round)s.", the_round=scope.words.form("round", "sg_def")), here
        case "remind":
            number = notices.remind(scope, round_id, f"asked:{scope.now.date().isoformat()}:{round_id}")
            if number == 0:
                return _("Nobody was reminded: everybody has submitted or was reminded today."), here
            done = ngettext("%(number)s person is reminded.", "%(number)s persons are reminded.", number)
            return done, here
        case "agenda":
            meeting_id = agenda.make(scope, round_id)
            done = _("The agenda is made from %(the_round)s.", the_round=scope.words.form("round", "sg_def"))
            return done, f"/{scope.tenant.slug}/meetings/{meeting_id}"
        case _:
            raise NotFound()


@routes.page("GET", "/{tenant}/rounds/{round_id}/answers/{kind}", action="exports.read")
def export_answers(call: Call) -> Answer:
    """Give the answers in long form as XLSX or CSV."""
    content, media_type, name = exports.answers(call.scope, call.path["round_id"], call.path["kind"])
    return File(content, media_type, name)


@routes.page("GET", "/{tenant}/questionnaires/{key}", action="region.read")
def show_questionnaire(call: Call) -> Answer:
    """Show the questions of a questionnaire as a blank form that can be printed."""
    scope, key = call.scope, call.path["key"]
    questionnaire = scope.model.questionnaires.get(key)
    if questionnaire is None:
        raise NotFound()
    title = scope.text(questionnaire.title)
    periods = [
        (int(period), words)
        for cycle in scope.model.cycles.values()
        for form in cycle.forms.values()
        if form.questionnaire == key
        for period, words in form.period.items()
    ]
    context = {
        "questionnaire": questionnaire,
        "key": key,
        "sources": tenants.sources(scope),
        "periods": sorted(periods, key=lambda entry: entry[0]),
    }
    return Page("rounds/questionnaire.html", title, context)


routes.routes += form_routes.routes.routes
routes.routes += api.routes.routes
