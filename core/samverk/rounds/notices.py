"""What people are told about a round: opened, changed, reminders, returned, papers ready.

One message a person for each occasion, naming all their forms, in the person's own language.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select

from samverk import i18n
from samverk.errors import Conflict, NotFound
from samverk.i18n import _, format_date, ngettext
from samverk.outbox import service as outbox
from samverk.people import service as people
from samverk.regions.definition import in_locale
from samverk.rounds.model import Form, Round
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject

PENDING = ("not_opened", "draft", "returned")
FormLine = tuple[str, str, str, str, dict[str, str]]
"""(form id, party id, subject id, role, subject name)."""


def _forms(scope: Scope, round_id: str, states: Iterable[str] | None = None) -> list[FormLine]:
    """Return the forms of a round in the order of the subjects."""
    query = (
        select(Form.id, Form.party_id, Form.subject_id, Form.role, Subject.name)
        .join(Subject, (Subject.tenant_id == Form.tenant_id) & (Subject.id == Form.subject_id))
        .where(
            Form.tenant_id == scope.tenant_id,
            Subject.tenant_id == scope.tenant_id,
            Form.round_id == round_id,
            Form.state != "removed",
        )
        .order_by(Subject.position, Subject.id)
    )
    if states is not None:
        query = query.where(Form.state.in_(tuple(states)))
    return [(a, b, c, d, e) for a, b, c, d, e in scope.session.execute(query)]


def _round(scope: Scope, round_id: str) -> Round:
    """Return a round. Raises NotFound."""
    row = scope.session.get(Round, (scope.tenant_id, round_id))
    if row is None:
        raise NotFound()
    return row


def _tell(
    scope: Scope,
    round_id: str,
    kind: str,
    occasion: str,
    intro: str,
    *,
    states: Iterable[str] | None = None,
    form_ids: frozenset[str] | None = None,
    reason: str = "",
) -> int:
    """Queue one message for each contact with forms in the round; return how many were queued.

    `intro` is a msgid with %(round)s and %(deadline)s and the region's words; it is translated for each person.
    """
    round_ = _round(scope, round_id)
    forms = [f for f in _forms(scope, round_id, states) if form_ids is None or f[0] in form_ids]
    queued = 0
    for person_id, (email, locale, own) in _by_person(scope, forms).items():
        with i18n.using(locale):
            title = in_locale(round_.title, locale, *scope.model.locales)[0]
            given = {"round": title, "deadline": format_date(round_.answers_due_on), **_words(scope, locale)}
            lines = [_(intro, **given), ""]
            if reason:
                lines += [_("Reason: %(reason)s", reason=reason), ""]
            lines += [*_form_lines(scope, own, locale), "", _where(scope)]
            heading = _(HEADINGS[kind], **given)
        queued += outbox.queue(
            scope, person_id, email, locale, kind, occasion, heading, "\n".join(lines), about_id=round_id
        )
    return queued


def _words(scope: Scope, locale: str) -> dict[str, str]:
    """Return the region's words that a letter may take; those that begin a sentence have a capital in their name."""
    words = scope.vocabulary(locale)
    return {
        "the_round": words.form("round", "sg_def"),
        "The_round": words.title("round", "sg_def"),
        "the_papers": words.form("papers", "pl_def"),
        "The_papers": words.title("papers", "pl_def"),
        "The_secretariat": words.title("secretariat", "sg_def"),
        "The_deadline": words.title("deadline", "sg_def"),
        "the_meeting": words.form("meeting", "sg_def"),
    }


def _by_person(scope: Scope, forms: list[FormLine]) -> dict[str, tuple[str, str, list[FormLine]]]:
    """Return {person: (e-mail, language, own forms)} of the contacts who have one of the forms."""
    found: dict[str, tuple[str, str, list[FormLine]]] = {}
    for person_id, email, _name, locale, party_id, subject_id in people.contacts(scope):
        own = [f for f in forms if f[1] == party_id and (subject_id is None or f[2] == subject_id)]
        if own:
            entry = found.setdefault(person_id, (email, locale or scope.tenant.locale, []))
            entry[2].extend(form for form in own if form not in entry[2])
    return found


def _form_lines(scope: Scope, own: list[FormLine], locale: str) -> list[str]:
    names = tenants.party_names(scope)
    lines = [ngettext("It is about %(number)s form:", "It is about %(number)s forms:", len(own))]
    for _id, party_id, _subject, role, subject in own:
        words = scope.vocabulary(locale).form(role) if role in ("host", "partner") else ""
        about = in_locale(subject, locale, *scope.model.locales)[0]
        lines.append(f"– {about} ({names[party_id].name}{', ' + words if words else ''})")
    return lines


def _where(scope: Scope) -> str:
    return _("You find them under “My tasks”: %(address)s", address=f"/{scope.tenant.slug}/tasks")


HEADINGS = {
    "opened": i18n.N_("%(round)s: your forms are open"),
    "changed": i18n.N_("%(round)s: %(the_round)s was changed"),
    "withdrawn": i18n.N_("%(round)s: %(the_round)s was withdrawn"),
    "reminder": i18n.N_("%(round)s: reminder about forms not yet submitted"),
    "returned": i18n.N_("%(round)s: a form was returned"),
    "papers": i18n.N_("%(round)s: %(the_papers)s are ready"),
}


def round_opened(scope: Scope, round_id: str) -> int:
    intro = i18n.N_("The forms before %(round)s are open. Please answer by %(deadline)s.")
    return _tell(scope, round_id, "opened", f"opened:{round_id}", intro)


def round_changed(
    scope: Scope, round_id: str, change_id: str, reason: str, form_ids: frozenset[str] | None = None
) -> int:
    intro = i18n.N_("%(The_round)s before %(round)s was changed. %(The_deadline)s is %(deadline)s.")
    occasion = f"changed:{round_id}:{change_id}"
    return _tell(scope, round_id, "changed", occasion, intro, form_ids=form_ids, reason=reason)


def round_withdrawn(scope: Scope, round_id: str, reason: str) -> int:
    intro = i18n.N_("%(The_round)s before %(round)s was withdrawn. You need not answer.")
    return _tell(scope, round_id, "withdrawn", f"withdrawn:{round_id}", intro, reason=reason)


def form_returned(scope: Scope, form_id: str, round_id: str) -> int:
    intro = i18n.N_("%(The_secretariat)s returned a form of %(round)s. Please answer again.")
    form = scope.session.get(Form, (scope.tenant_id, form_id))
    assert form is not None
    occasion = f"returned:{form_id}:{form.version}"
    only = frozenset({form_id})
    return _tell(scope, round_id, "returned", occasion, intro, form_ids=only, reason=form.return_reason or "")


def papers_ready(scope: Scope, round_id: str, number: int) -> int:
    intro = i18n.N_("%(The_papers)s for %(round)s are ready. They stand beside %(the_meeting)s.")
    return _tell(scope, round_id, "papers", f"papers:{round_id}:{number}", intro)


def remind(scope: Scope, round_id: str, occasion: str) -> int:
    """Remind those who have not submitted; return how many messages were queued. Raises NotFound, Conflict."""
    if _round(scope, round_id).state != "open":
        message = _(
            "Nobody is reminded, for %(the_round)s takes no answers now.", the_round=scope.words.form("round", "sg_def")
        )
        raise Conflict(message)
    return remind_about(scope, (round_id,), occasion)


def remind_about(scope: Scope, round_ids: tuple[str, ...], occasion: str) -> int:
    """Remind about several rounds in one message a person, naming all their forms; return how many were queued."""
    intro = i18n.N_("These forms before %(round)s are not submitted yet. %(The_deadline)s is %(deadline)s.")
    texts: dict[str, tuple[str, str, list[str], list[str]]] = {}
    for round_id in round_ids:
        round_ = _round(scope, round_id)
        for person_id, (email, locale, own) in _by_person(scope, _forms(scope, round_id, PENDING)).items():
            with i18n.using(locale):
                title = in_locale(round_.title, locale, *scope.model.locales)[0]
                lines = [
                    _(intro, round=title, deadline=format_date(round_.answers_due_on), **_words(scope, locale)),
                    "",
                ]
                lines += [*_form_lines(scope, own, locale), ""]
            _email, _locale, titles, body = texts.setdefault(person_id, (email, locale, [], []))
            titles.append(title)
            body += lines
    queued = 0
    about = round_ids[0] if len(round_ids) == 1 else None
    for person_id, (email, locale, titles, body) in texts.items():
        with i18n.using(locale):
            heading = _(HEADINGS["reminder"], round=", ".join(titles))
            text = "\n".join([*body, _where(scope)])
        queued += outbox.queue(scope, person_id, email, locale, "reminder", occasion, heading, text, about_id=about)
    return queued


def to_remind(scope: Scope, round_id: str) -> tuple[str, ...]:
    """Return the names of those a reminder would go to."""
    forms = _forms(scope, round_id, PENDING)
    found = [
        name
        for _person, _email, name, _locale, party_id, subject_id in people.contacts(scope)
        if any(f[1] == party_id and (subject_id is None or f[2] == subject_id) for f in forms)
    ]
    return tuple(dict.fromkeys(found))


def due_today(scope: Scope) -> int:
    """Send the day's reminders of all open rounds: 7 and 2 days before, 1 day after. Safe to call again."""
    rows = scope.session.execute(
        select(Round.id, Round.answers_due_on)
        .where(Round.tenant_id == scope.tenant_id, Round.state == "open")
        .order_by(Round.answers_due_on, Round.id)
    )
    days = (dt.timedelta(days=7), dt.timedelta(days=2), dt.timedelta(days=-1))
    due = tuple(round_id for round_id, deadline in rows if deadline - scope.today in days)
    return remind_about(scope, due, f"reminder:{scope.today.isoformat()}") if due else 0
