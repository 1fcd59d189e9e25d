"""Checks of meaning of a region's facts and of its demonstration, held against the definition and the places.

Checks of the definition itself are `checks.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from samverk.errors import RegionFault
from samverk.i18n import _
from samverk.regions import times
from samverk.regions.checks import REGION, nearest, source_faults, texts, unknown
from samverk.regions.definition import Definition
from samverk.regions.demonstration import Demonstration
from samverk.regions.naming import quoted
from samverk.regions.starter import Starter

if TYPE_CHECKING:
    from samverk.regions.loader import PlaceNames

STARTER, DEMONSTRATION = "starter.toml", "demonstration.toml"


def starter_faults(starter: Starter, definition: Definition, places: PlaceNames | None) -> list[RegionFault]:
    """Return every fault of meaning of a starter, held against its definition and the register of places."""
    lead = definition.locales[0]
    faults = list(source_faults(starter, "", starter.sources, STARTER))
    for path, text in texts(starter, ""):
        if lead not in text:
            faults.append(
                RegionFault(
                    STARTER,
                    path,
                    _("the text in the leading language %(language)s is missing", language=quoted(lead)),
                    rule="leading-language",
                )
            )
    faults += times.starter_faults(starter, STARTER)
    for key, cycle in definition.cycles.items():
        if cycle.members is not None and cycle.members not in starter.sets:
            faults.append(unknown(REGION, f"cycles.{key}.members", "set of the starter", cycle.members, starter.sets))
    for key, body in definition.bodies.items():
        for seat_key, seat in body.seats.items():
            for number, party in enumerate(seat.parties):
                faults += _party_fault(
                    REGION, f"bodies.{key}.seats.{seat_key}.parties.{number}", party, starter, places
                )
    for path, party in _party_refs(starter):
        faults += _party_fault(STARTER, path, party, starter, places)
    for key, arrangement in starter.arrangements.items():
        people = arrangement.participants
        for name in ("set", "among"):
            chosen = getattr(people, name, None)
            if chosen is not None and chosen not in starter.sets:
                where = f"arrangements.{key}.participants.{name}"
                faults.append(unknown(STARTER, where, "set", chosen, starter.sets))
    for key, document in starter.documents.items():
        if document.kind not in definition.document_kinds:
            known = definition.document_kinds
            faults.append(unknown(STARTER, f"documents.{key}.kind", "kind of document", document.kind, known))
        if document.point_count is not None and len(document.points) > document.point_count:
            message = _("there are more points than point_count says")
            faults.append(RegionFault(STARTER, f"documents.{key}.points", message, rule="counts-agree"))
    for key, register in starter.registers.items():
        if register.kind not in definition.register_kinds:
            known = definition.register_kinds
            faults.append(unknown(STARTER, f"registers.{key}.kind", "kind of register", register.kind, known))
        if register.count is not None and register.count != len(register.entries):
            message = _(
                "the source has %(count)s entries, here are %(number)s",
                count=register.count,
                number=len(register.entries),
            )
            faults.append(RegionFault(STARTER, f"registers.{key}.entries", message, rule="counts-agree"))
    for kind in starter.subjects:
        if kind not in definition.subject_kinds:
            faults.append(unknown(STARTER, f"subjects.{kind}", "kind of subject", kind, definition.subject_kinds))
    for key, holder in starter.holders.items():
        faults += _holder_faults(STARTER, f"holders.{key}", holder.body, holder.seat, definition)
    return faults


def _holder_faults(file: str, path: str, body: str, seat: str, definition: Definition) -> Iterator[RegionFault]:
    if body not in definition.bodies:
        yield unknown(file, f"{path}.body", "body", body, definition.bodies)
    elif seat not in definition.bodies[body].seats:
        yield unknown(file, f"{path}.seat", "seat of the body", seat, definition.bodies[body].seats)


def _party_refs(starter: Starter) -> Iterator[tuple[str, str]]:
    for key, members in starter.sets.items():
        for number, member in enumerate(members.members):
            yield f"sets.{key}.members.{number}", member
        for member in members.member_from:
            yield f"sets.{key}.member_from.{member}", member
    for key, arrangement in starter.arrangements.items():
        path = f"arrangements.{key}"
        if arrangement.host is not None:
            yield f"{path}.host.party", arrangement.host.party
        if arrangement.participants is not None:
            for name in ("parties", "known"):
                for number, party in enumerate(getattr(arrangement.participants, name)):
                    yield f"{path}.participants.{name}.{number}", party
        for number, party in enumerate(arrangement.observers):
            yield f"{path}.observers.{number}", party
        for number, outside in enumerate(arrangement.outside):
            yield f"{path}.outside.{number}.party", outside.party
    for key, document in starter.documents.items():
        for number, adoption in enumerate(document.adoptions):
            yield f"documents.{key}.adoptions.{number}.party", adoption.party
    for number, counterpart in enumerate(starter.counterpart_places):
        yield f"counterpart_places.{number}.place", counterpart.place
    for key, holder in starter.holders.items():
        if holder.party is not None:
            yield f"holders.{key}.party", holder.party


def _party_fault(
    file: str, path: str, party: str, starter: Starter, places: PlaceNames | None
) -> Iterator[RegionFault]:
    if party in starter.parties:
        return
    if places is None:
        return
    if not places.exists(party):
        near = places.nearest(party)
        hint = near[0] if near else nearest(party, starter.parties)
        yield RegionFault(
            file, path, _("there is no municipality or party %(party)s", party=quoted(party)), hint, rule="known"
        )


def demonstration_faults(
    demonstration: Demonstration, definition: Definition, starter: Starter, places: PlaceNames | None
) -> list[RegionFault]:
    """Return every fault of meaning of the invented life."""
    faults: list[RegionFault] = []
    for key, party in demonstration.hosts.items():
        if key not in starter.arrangements:
            faults.append(unknown(DEMONSTRATION, f"hosts.{key}", "arrangement", key, starter.arrangements))
        faults += _party_fault(DEMONSTRATION, f"hosts.{key}", party, starter, places)
    for key, holder in demonstration.holders.items():
        faults += _holder_faults(DEMONSTRATION, f"holders.{key}", holder.body, holder.seat, definition)
    subjects = {"region", *starter.arrangements, *(k for group in starter.subjects.values() for k in group)}
    for number, one in enumerate(demonstration.rounds):
        path = f"rounds.{number}"
        if one.cycle not in definition.cycles:
            faults.append(unknown(DEMONSTRATION, f"{path}.cycle", "cycle", one.cycle, definition.cycles))
            continue
        for index, answer in enumerate(one.answers):
            where = f"{path}.answers.{index}"
            if answer.subject not in subjects:
                faults.append(unknown(DEMONSTRATION, f"{where}.subject", "subject", answer.subject, subjects))
            faults += _party_fault(DEMONSTRATION, f"{where}.party", answer.party, starter, places)
            form = next((f for f in definition.cycles[one.cycle].forms.values() if f.role == answer.role), None)
            questionnaire = definition.questionnaires.get(form.questionnaire) if form else None
            if form is not None and questionnaire is None:
                continue  # said of the cycle already
            items = questionnaire.items if questionnaire else {}
            for item in answer.items:
                if item not in items:
                    faults.append(unknown(DEMONSTRATION, f"{where}.items.{item}", "question", item, items))
        for index, agenda in enumerate(one.agenda):
            if agenda.subject not in subjects:
                where = f"{path}.agenda.{index}.subject"
                faults.append(unknown(DEMONSTRATION, where, "subject", agenda.subject, subjects))
    return faults
