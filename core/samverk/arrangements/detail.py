"""One arrangement in full, seen on a day: its parties through time, its legal form with what the law says, its aims.

Lists are `service.py`'s; how many forms a round makes of it is the round's business.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.arrangements import periods, service
from samverk.arrangements.model import Arrangement
from samverk.arrangements.periods import FormPeriod, PartyPeriod
from samverk.arrangements.service import ArrangementRow, Participant
from samverk.i18n import _, format_date, ngettext
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tenants import written
from samverk.tenants.model import Subject
from samverk.tenants.sets import set_sizes


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, and the mark of the fact in it: a guess is never shown as a fact."""

    words: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class ArrangementView:
    """What the page of one arrangement shows."""

    row: ArrangementRow
    tags: tuple[str, ...]
    text: LocalText | None
    parts: tuple[LocalText, ...]
    aims: tuple[dict[str, Any], ...]
    begins: str | None
    ends: str | None
    version: int
    parties: tuple[PartyPeriod, ...]
    forms: tuple[FormPeriod, ...]
    said: tuple[Said, ...]

    @property
    def party_notes(self) -> dict[str, Any]:
        """The source and note that the parties' roles share; empty where there is none."""
        return next((one.marks for one in self.parties if one.marks.get("note") or one.marks.get("source")), {})

    @property
    def form(self) -> FormPeriod | None:
        """The legal form on the day looked at."""
        return next((one for one in self.forms if one.is_today), None)


def get_arrangement(scope: Scope, id_or_key: str, on: dt.date) -> ArrangementView:
    """Return one arrangement as it was on the day. Raises NotFound."""
    id_ = service.arrangement_id(scope, id_or_key)
    found: Any = scope.session.execute(
        select(
            Subject.key,
            Subject.position,
            Subject.name,
            Subject.tags,
            Subject.marks,
            Arrangement.short_name,
            Arrangement.area,
            Arrangement.status,
            Arrangement.text,
            Arrangement.parts,
            Arrangement.aims,
            Arrangement.begins,
            Arrangement.ends,
            Arrangement.participant_count,
            Arrangement.candidate_set_id,
            Arrangement.version,
        )
        .join(Arrangement, (Arrangement.tenant_id == Subject.tenant_id) & (Arrangement.id == Subject.id))
        .where(Subject.tenant_id == scope.tenant_id, Subject.id == id_)
    ).one()
    parties, forms = periods.of_parties(scope, id_, on), periods.of_forms(scope, id_, on)
    title, lang = scope.text_lang(found.name)
    form = next((one for one in forms if one.is_today), None)
    row = ArrangementRow(
        id_,
        found.key,
        found.position,
        title,
        lang,
        found.name,
        found.short_name,
        found.area,
        service.status_on(found.status, found.begins, found.ends, on),
        form.law.key if form else None,
        service.participants(scope, on, id_),
        found.participant_count,
        set_sizes(scope, on).get(found.candidate_set_id) if found.candidate_set_id else None,
        found.marks,
    )
    return ArrangementView(
        row,
        tuple(found.tags),
        found.text,
        tuple(found.parts),
        tuple(found.aims),
        found.begins,
        found.ends,
        found.version,
        parties,
        forms,
        say(scope, row, form, found.begins, parties),
    )


def say(
    scope: Scope,
    row: ArrangementRow,
    form: FormPeriod | None,
    begins: str | None,
    parties: tuple[PartyPeriod, ...],
) -> tuple[Said, ...]:
    """Say who does this for whom, under which law and since when; what is unknown is said to be so."""
    host_word = scope.words.form("host")
    number, said = len(row.partners), []
    partner_mark = _common_mark(row.partners)
    if row.hosts:
        words = _("%(names)s is %(host)s of %(title)s.", names=_names(row.hosts), host=host_word, title=row.title)
        said.append(Said(words, _common_mark(row.hosts)))
        if number:
            words = ngettext("%(number)s other party takes part.", "%(number)s other parties take part.", number)
            said.append(Said(words, partner_mark))
    elif number:
        said.append(
            Said(ngettext("%(number)s party takes part.", "%(number)s parties take part.", number), partner_mark)
        )
    if row.is_wholly_unknown:
        said.append(Said(_("Who takes part is not known.")))
    elif row.unknown:
        said.append(Said(_open_places(row)))
    if not row.hosts:
        said.append(Said(_("Who is %(host)s is not known.", host=host_word)))
    since = next((one.since for one in parties if one.role == "host" and one.is_today and one.since), None)
    if since or begins:
        said.append(Said(_("Since %(when)s.", when=format_date(since) if since else written.say(begins))))
    if form is not None:
        words = _(
            "%(legal_form)s is %(form)s (%(statute)s).",
            legal_form=scope.words.title("legal_form", "sg_def"),
            form=form.name,
            statute=form.statute,
        )
        said.append(Said(words, form.marks.get("mark")))
    return tuple(said)


def _names(hosts: tuple[Participant, ...]) -> str:
    first, last = hosts[:-1], hosts[-1].name
    return _("%(first)s and %(last)s", first=", ".join(one.name for one in first), last=last) if first else last


def _open_places(row: ArrangementRow) -> str:
    number = row.participant_count or 0
    if row.candidate_count is None:
        return ngettext(
            "%(number)s takes part; it is not yet known which.",
            "%(number)s take part; it is not yet known which.",
            number,
        )
    return ngettext(
        "%(number)s of %(candidates)s takes part; it is not yet known which.",
        "%(number)s of %(candidates)s take part; it is not yet known which.",
        number,
        candidates=row.candidate_count,
    )


def _common_mark(participants: tuple[Participant, ...]) -> str | None:
    return next((one.mark for one in participants if one.mark), None)
