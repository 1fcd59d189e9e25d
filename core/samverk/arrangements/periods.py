"""Who took part in an arrangement in which role, under which legal form, and on which days.

What the law says of a form comes from the register (`reference/legal_forms.py`).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.arrangements.model import ArrangementForm, ArrangementParty
from samverk.arrangements.service import ROLES
from samverk.i18n import N_, _, format_date
from samverk.reference.legal_forms import LegalForm, load_legal_forms
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.service import PartyView

VALIDITY = {
    "not_yet": N_("The form did not exist yet on the day looked at."),
    "perhaps": N_("Whether the form was in force on the day looked at differs from place to place."),
    "valid": N_("The form was in force on the day looked at."),
    "closed_for_new": N_(
        "The form was closed for new cooperation on the day looked at; those that had it could keep it."
    ),
    "ended": N_("The form had ended on the day looked at."),
}


@dataclass(frozen=True, slots=True)
class PartyPeriod:
    """One party's role and its days; None is unknown for the first day, and open for the last."""

    party: PartyView
    role: str
    since: dt.date | None
    until: dt.date | None
    marks: dict[str, Any]
    is_today: bool


@dataclass(frozen=True, slots=True)
class FormPeriod:
    """The legal form and the days on which the arrangement has had it; `law` is what the register knows."""

    law: LegalForm
    name: str
    lang: str
    statute: str
    since: dt.date | None
    until: dt.date | None
    validity: str
    successors: tuple[str, ...]
    marks: dict[str, Any]
    is_today: bool

    @property
    def validity_words(self) -> str:
        return _(VALIDITY[self.validity])

    @property
    def warns(self) -> bool:
        return self.validity in ("ended", "not_yet")

    @property
    def law_period(self) -> str:
        """The days on which the form exists in law, as far as they are known."""
        first, last = (
            _law_day(self.law.valid_from, self.law.valid_from_span),
            _law_day(self.law.valid_to, self.law.valid_to_span),
        )
        if first and last:
            return _("%(first)s to %(last)s", first=first, last=last)
        if last:
            return _("until %(last)s; from when is not known", last=last)
        return _("from %(first)s", first=first) if first else _("not known from when")


def _law_day(day: dt.date | None, span: tuple[dt.date, dt.date] | None) -> str:
    if span is not None:
        return _("a day between %(first)s and %(last)s", first=format_date(span[0]), last=format_date(span[1]))
    return format_date(day)


def _covers(since: dt.date | None, until: dt.date | None, on: dt.date) -> bool:
    return (since is None or since <= on) and (until is None or until >= on)


def of_parties(scope: Scope, id_: str, on: dt.date) -> tuple[PartyPeriod, ...]:
    """Return who took part, hosts first, in the order of the region\'s parties and by the first day."""
    names = tenants.party_names(scope, on)
    place = {party_id: number for number, party_id in enumerate(names)}
    rows = scope.session.execute(
        select(
            ArrangementParty.party_id,
            ArrangementParty.role,
            ArrangementParty.valid_from,
            ArrangementParty.valid_to,
            ArrangementParty.marks,
        ).where(ArrangementParty.tenant_id == scope.tenant_id, ArrangementParty.arrangement_id == id_)
    )
    found = [
        PartyPeriod(names[party_id], role, since, until, marks, _covers(since, until, on))
        for party_id, role, since, until, marks in rows
    ]
    return tuple(sorted(found, key=lambda one: (ROLES.index(one.role), place[one.party.id], one.since or dt.date.min)))


def of_forms(scope: Scope, id_: str, on: dt.date) -> tuple[FormPeriod, ...]:
    """Return the legal forms it has had, the first one first; `is_today` is of the day looked at."""
    rows = scope.session.execute(
        select(
            ArrangementForm.legal_form_key, ArrangementForm.valid_from, ArrangementForm.valid_to, ArrangementForm.marks
        )
        .where(ArrangementForm.tenant_id == scope.tenant_id, ArrangementForm.arrangement_id == id_)
        .order_by(ArrangementForm.valid_from, ArrangementForm.id)
    )
    register, found = load_legal_forms(), []
    for key, since, until, marks in rows:
        law = register.require(key)
        name = law.name(scope.content_locale())
        heirs = tuple(heir.name(scope.content_locale()).text for heir in register.successors_on(key, scope.today))
        found.append(
            FormPeriod(
                law,
                name.text,
                name.language,
                statute(law),
                since,
                until,
                law.validity_on(on),
                () if "any" in law.successor_keys else heirs,
                marks,
                _covers(since, until, on),
            )
        )
    return tuple(found)


def statute(law: LegalForm) -> str:
    """Return statute and first sections as the office writes them: kommuneloven kap. 20, §§ 20-1–20-9."""
    return ", ".join((law.statute, *law.sections[:1])).replace(" to ", "–")
