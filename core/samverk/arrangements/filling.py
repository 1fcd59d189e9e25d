"""Fills a new tenant's arrangements from a starter.

Reading and changing them afterwards is `service.py`.
"""

import datetime as dt

import msgspec
from sqlalchemy import select

from samverk.arrangements.model import Arrangement, ArrangementForm, ArrangementParty
from samverk.reference.legal_forms import load_legal_forms
from samverk.regions.definition import Marked
from samverk.regions.starter import Span, Starter, StarterArrangement, When
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants
from samverk.tenants.model import MemberSet, Party, Subject


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None


def _written(when: When | None) -> str | None:
    return when.from_ if isinstance(when, Span) else when


def fill(scope: Scope, starter: Starter) -> None:
    """Write every arrangement of the starter with its parties and form."""
    parties = dict(scope.session.execute(select(Party.key, Party.id).where(Party.tenant_id == scope.tenant_id)).all())
    sets = dict(
        scope.session.execute(select(MemberSet.key, MemberSet.id).where(MemberSet.tenant_id == scope.tenant_id)).all()
    )
    for position, (key, one) in enumerate(starter.arrangements.items()):
        subject = Subject(
            id=new_id(),
            kind="arrangement",
            key=key,
            position=one.order or position,
            name=one.name,
            tags=list(one.tags),
            content={},
            marks=tenants.marks(one),
        )
        scope.add(subject)
        scope.flush()
        people = one.participants
        scope.add(
            Arrangement(
                id=subject.id,
                status=one.status,
                area=one.area,
                short_name=one.short,
                parts=list(one.parts),
                text=one.text,
                aims=msgspec.to_builtins(one.aims),
                begins=_written(one.from_),
                ends=_written(one.to),
                participant_count=people.count if people else None,
                candidate_set_id=sets.get(people.among or "") if people else None,
            )
        )
        scope.flush()
        _add_parties(scope, subject.id, one, starter, parties)
        if one.legal_form is not None:
            load_legal_forms().require(one.legal_form.key)
            scope.add(
                ArrangementForm(
                    arrangement_id=subject.id,
                    legal_form_key=one.legal_form.key,
                    valid_from=_day(one.legal_form.from_),
                    valid_to=_day(one.legal_form.to),
                    marks=tenants.marks(one.legal_form),
                )
            )
    scope.flush()


def _add_parties(
    scope: Scope, arrangement_id: str, one: StarterArrangement, starter: Starter, parties: dict[str, str]
) -> None:
    given: dict[str, tuple[str, Marked, dt.date | None, dt.date | None]] = {}
    people = one.participants
    if people is not None:
        chosen = [*people.parties, *people.known]
        if people.set is not None:
            chosen += starter.sets[people.set].members
        for key in chosen:
            given[key] = ("partner", people, _day(_full(_written(one.from_))), None)
    if one.host is not None:
        given[one.host.party] = ("host", one.host, _day(one.host.from_), _day(one.host.to))
    for key in one.observers:
        given[key] = ("observer", one, None, None)
    for outside in one.outside:
        given[outside.party] = (outside.role, outside, None, None)
    for key, (role, marked, since, until) in given.items():
        scope.add(
            ArrangementParty(
                arrangement_id=arrangement_id,
                party_id=parties[key],
                role=role,
                valid_from=since,
                valid_to=until,
                marks=tenants.marks(marked),
            )
        )
    scope.flush()


def _full(written: str | None) -> str | None:
    """Return a date only where the source gives a whole one; a year is no first day."""
    return written if written and len(written) == 10 else None


def set_demonstration_host(scope: Scope, key: str, party_id: str) -> None:
    """Let a party host an arrangement in the demonstration; the source does not say who does."""
    arrangement_id = scope.session.scalar(
        select(Subject.id).where(
            Subject.tenant_id == scope.tenant_id, Subject.kind == "arrangement", Subject.key == key
        )
    )
    row = scope.session.scalar(
        select(ArrangementParty).where(
            ArrangementParty.tenant_id == scope.tenant_id,
            ArrangementParty.arrangement_id == arrangement_id,
            ArrangementParty.party_id == party_id,
        )
    )
    if row is None:
        row = ArrangementParty(arrangement_id=arrangement_id, party_id=party_id, valid_from=None, valid_to=None)
        scope.add(row)
    row.role, row.marks = "host", {"mark": "demonstration"}
    scope.flush()
