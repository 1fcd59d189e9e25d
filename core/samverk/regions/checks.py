"""Checks of meaning that a schema cannot make: names that point to nothing, rules that nobody can fulfil.

Every check collects all faults. Shape is the loader's.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from samverk.errors import RegionFault
from samverk.regions import placeholders, terms, times
from samverk.regions.definition import Definition, LocalText, Marked, TermForms
from samverk.regions.demonstration import Demonstration
from samverk.regions.starter import Starter

if TYPE_CHECKING:
    from samverk.regions.loader import PlaceNames

REGION, STARTER, DEMONSTRATION = "region.toml", "starter.toml", "demonstration.toml"
RULE_FORMS = ("date", "between", "on", "span", "nth_in_month", "before", "after", "quarters", "in_")
CHOICE_KINDS = {"choice"}
ROLES = ("secretariat", "administrator", "host", "partner", "council", "county", "members")


def _nearest(word: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    return close[0] if close else None


def _unknown(file: str, path: str, what: str, word: str, known: Iterable[str]) -> RegionFault:
    return RegionFault(file, path, f"there is no {what} {word!r}", _nearest(word, known))


def _texts(value: object, path: str) -> Iterator[tuple[str, LocalText]]:
    """Yield every text per language of a struct tree with its path."""
    if isinstance(value, dict):
        if value and all(isinstance(inner, str) for inner in value.values()) and set(value) <= set(terms.LOCALES):
            yield path, value
            return
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{number}")
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name), f"{path}.{name.rstrip('_')}" if path else name)


def _sources(value: object, path: str, known: Mapping[str, object], file: str) -> Iterator[RegionFault]:
    if isinstance(value, Marked) and value.source is not None and value.source not in known:
        yield _unknown(file, f"{path}.source", "source", value.source, known)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _sources(inner, f"{path}.{key}" if path else str(key), known, file)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from _sources(inner, f"{path}.{number}", known, file)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from _sources(getattr(value, name), f"{path}.{name.rstrip('_')}" if path else name, known, file)


def definition_faults(definition: Definition) -> list[RegionFault]:
    """Return every fault of meaning of a definition, in the order of the file's tables."""
    lead = definition.locales[0]
    faults = list(_sources(definition, "", definition.sources, REGION))
    for path, text in _texts(definition, ""):
        if lead not in text and not path.startswith("terms."):
            faults.append(RegionFault(REGION, path, f"the text in the leading language {lead!r} is missing"))
        for locale, words in text.items():
            faults += [
                RegionFault(REGION, f"{path}.{locale}", f"the placeholder {{{name}}} is not known", hint)
                for name, hint in placeholders.unknown(words)
            ]
    faults += _term_faults(definition)
    faults += _body_faults(definition)
    faults += _questionnaire_faults(definition)
    faults += _cycle_faults(definition)
    faults += _wheel_faults(definition)
    faults += times.definition_faults(definition, REGION)
    return faults


def _term_faults(definition: Definition) -> Iterator[RegionFault]:
    for key, by_locale in definition.terms.items():
        for locale in definition.locales:
            if locale not in by_locale:
                yield RegionFault(REGION, f"terms.{key}.{locale}", f"the term has no forms in {locale!r}")
        for locale, forms in by_locale.items():
            for form in missing_forms(forms):
                yield RegionFault(REGION, f"terms.{key}.{locale}.{form}", f"the form {form!r} of the term is missing")


def missing_forms(forms: TermForms) -> tuple[str, ...]:
    """Return the forms that a term needs and lacks: all four when countable, two when not, one when a name."""
    needed = () if forms.name else ("sg_def", "pl", "pl_def") if forms.countable else ("sg_def",)
    return tuple(form for form in needed if getattr(forms, form) is None)


def _body_faults(definition: Definition) -> Iterator[RegionFault]:
    for key, body in definition.bodies.items():
        for seat_key, seat in body.seats.items():
            path = f"bodies.{key}.seats.{seat_key}"
            if seat.post is not None and seat.post not in definition.posts:
                yield _unknown(REGION, f"{path}.post", "post", seat.post, definition.posts)
            if seat.among is not None and seat.among not in body.seats:
                yield _unknown(REGION, f"{path}.among", "seat of this body", seat.among, body.seats)
            if seat.of_body is not None and seat.of_body not in definition.bodies:
                yield _unknown(REGION, f"{path}.of_body", "body", seat.of_body, definition.bodies)
            if seat.organisations and seat.count is not None and len(seat.organisations) != seat.count:
                yield RegionFault(REGION, f"{path}.organisations", "as many organisations as seats must be named")


def _questionnaire_faults(definition: Definition) -> Iterator[RegionFault]:
    every_item = {f"{q}.{item}" for q, body in definition.questionnaires.items() for item in body.items}
    for key, questionnaire in definition.questionnaires.items():
        numbers = sorted(item.order for item in questionnaire.items.values())
        if numbers != list(range(1, len(numbers) + 1)):
            path = f"questionnaires.{key}.items"
            yield RegionFault(REGION, path, f"the questions must be numbered 1 to {len(numbers)}, each once")
        for item_key, item in questionnaire.items.items():
            path = f"questionnaires.{key}.items.{item_key}"
            if item.pairs_with is not None and item.pairs_with not in every_item:
                message = f"it is paired with {item.pairs_with!r}, and there is no such question"
                yield RegionFault(REGION, f"{path}.pairs_with", message, _nearest(item.pairs_with, every_item))
            needs = {"sections": "parts", "choice": "options", "scale": "poles"}.get(item.kind)
            if needs and not getattr(item, needs):
                yield RegionFault(REGION, path, f"a question of kind {item.kind!r} needs {needs}")
            if item.kind == "grid" and not (item.rows and item.columns):
                yield RegionFault(REGION, path, "a question of kind 'grid' needs rows and columns")
            if item.rule is not None:
                other = questionnaire.items.get(item.rule.item)
                if other is None or item.rule.item == item_key:
                    yield _unknown(REGION, f"{path}.rule.item", "other question", item.rule.item, questionnaire.items)
                elif other.kind not in CHOICE_KINDS:
                    message = "a rule can only look at a question of kind 'choice'"
                    yield RegionFault(REGION, f"{path}.rule.item", message)
                else:
                    for choice in item.rule.is_:
                        if choice not in other.options:
                            yield _unknown(REGION, f"{path}.rule.is", "choice", choice, other.options)


def _cycle_faults(definition: Definition) -> Iterator[RegionFault]:
    kinds = {"arrangement", "region", *definition.subject_kinds}
    for key, cycle in definition.cycles.items():
        path = f"cycles.{key}"
        if cycle.body not in definition.bodies:
            yield _unknown(REGION, f"{path}.body", "body", cycle.body, definition.bodies)
        if cycle.subjects.kind not in kinds:
            yield _unknown(REGION, f"{path}.subjects.kind", "kind of subject", cycle.subjects.kind, kinds)
        for form_key, form in cycle.forms.items():
            where = f"{path}.forms.{form_key}"
            if form.questionnaire not in definition.questionnaires:
                known = definition.questionnaires
                yield _unknown(REGION, f"{where}.questionnaire", "questionnaire", form.questionnaire, known)
            if form.role in ("host", "partner") and cycle.subjects.kind != "arrangement":
                yield RegionFault(REGION, f"{where}.role", "only an arrangement has host and partners; use 'member'")
            if form.period and set(form.period) != {str(n) for n in range(1, cycle.periods_a_year + 1)}:
                message = f"give one text for each of the {cycle.periods_a_year} periods, keyed 1, 2, …"
                yield RegionFault(REGION, f"{where}.period", message)
        for name in ("meeting", "opens", "answers", "papers"):
            entry = getattr(cycle.dates, name)
            if entry not in definition.wheel:
                yield _unknown(REGION, f"{path}.dates.{name}", "entry of the wheel", entry, definition.wheel)


def _wheel_faults(definition: Definition) -> Iterator[RegionFault]:
    for key, entry in definition.wheel.items():
        path = f"wheel.{key}"
        if entry.layer not in definition.layers:
            yield _unknown(REGION, f"{path}.layer", "layer", entry.layer, definition.layers)
        given = [form for form in RULE_FORMS if getattr(entry.rule, form) is not None]
        if len(given) != 1:
            forms = ", ".join(form.rstrip("_") for form in RULE_FORMS)
            yield RegionFault(REGION, f"{path}.rule", f"give exactly one of: {forms}")
            continue
        rule = entry.rule
        if rule.nth_in_month is not None and rule.weekday is None:
            yield RegionFault(REGION, f"{path}.rule.weekday", "nth_in_month needs a weekday")
        for side in ("before", "after"):
            other = getattr(rule, side)
            if other is None:
                continue
            if other not in definition.wheel:
                message = f"it is relative to {other!r}, and there is no such entry"
                yield RegionFault(REGION, f"{path}.rule.{side}", message, _nearest(other, definition.wheel))
            elif _circles(definition, key):
                yield RegionFault(REGION, f"{path}.rule.{side}", "the entries are relative to each other in a circle")
            if rule.days is None and rule.working_days is None:
                yield RegionFault(REGION, f"{path}.rule", f"{side!r} needs days or working_days")


def _circles(definition: Definition, start: str) -> bool:
    seen, key = {start}, start
    while key in definition.wheel:
        rule = definition.wheel[key].rule
        following = rule.before or rule.after
        if following is None:
            return False
        if following in seen:
            return True
        seen.add(following)
        key = following
    return False


def starter_faults(starter: Starter, definition: Definition, places: PlaceNames | None) -> list[RegionFault]:
    """Return every fault of meaning of a starter, held against its definition and the register of places."""
    lead = definition.locales[0]
    faults = list(_sources(starter, "", starter.sources, STARTER))
    for path, text in _texts(starter, ""):
        if lead not in text:
            faults.append(RegionFault(STARTER, path, f"the text in the leading language {lead!r} is missing"))
    faults += times.starter_faults(starter, STARTER)
    for key, cycle in definition.cycles.items():
        if cycle.members is not None and cycle.members not in starter.sets:
            faults.append(_unknown(REGION, f"cycles.{key}.members", "set of the starter", cycle.members, starter.sets))
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
                faults.append(_unknown(STARTER, where, "set", chosen, starter.sets))
    for key, document in starter.documents.items():
        if document.kind not in definition.document_kinds:
            known = definition.document_kinds
            faults.append(_unknown(STARTER, f"documents.{key}.kind", "kind of document", document.kind, known))
        if document.point_count is not None and len(document.points) > document.point_count:
            message = "there are more points than point_count says"
            faults.append(RegionFault(STARTER, f"documents.{key}.points", message))
    for key, register in starter.registers.items():
        if register.kind not in definition.register_kinds:
            known = definition.register_kinds
            faults.append(_unknown(STARTER, f"registers.{key}.kind", "kind of register", register.kind, known))
        if register.count is not None and register.count != len(register.entries):
            message = f"the source has {register.count} entries, here are {len(register.entries)}"
            faults.append(RegionFault(STARTER, f"registers.{key}.entries", message))
    for kind in starter.subjects:
        if kind not in definition.subject_kinds:
            faults.append(_unknown(STARTER, f"subjects.{kind}", "kind of subject", kind, definition.subject_kinds))
    for key, holder in starter.holders.items():
        faults += _holder_faults(STARTER, f"holders.{key}", holder.body, holder.seat, definition)
    return faults


def _holder_faults(file: str, path: str, body: str, seat: str, definition: Definition) -> Iterator[RegionFault]:
    if body not in definition.bodies:
        yield _unknown(file, f"{path}.body", "body", body, definition.bodies)
    elif seat not in definition.bodies[body].seats:
        yield _unknown(file, f"{path}.seat", "seat of the body", seat, definition.bodies[body].seats)


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
        nearest = places.nearest(party)
        hint = nearest[0] if nearest else _nearest(party, starter.parties)
        yield RegionFault(file, path, f"there is no municipality or party {party!r}", hint)


def demonstration_faults(
    demonstration: Demonstration, definition: Definition, starter: Starter, places: PlaceNames | None
) -> list[RegionFault]:
    """Return every fault of meaning of the invented life."""
    faults: list[RegionFault] = []
    for key, party in demonstration.hosts.items():
        if key not in starter.arrangements:
            faults.append(_unknown(DEMONSTRATION, f"hosts.{key}", "arrangement", key, starter.arrangements))
        faults += _party_fault(DEMONSTRATION, f"hosts.{key}", party, starter, places)
    for key, holder in demonstration.holders.items():
        faults += _holder_faults(DEMONSTRATION, f"holders.{key}", holder.body, holder.seat, definition)
    subjects = {"region", *starter.arrangements, *(k for group in starter.subjects.values() for k in group)}
    for number, one in enumerate(demonstration.rounds):
        path = f"rounds.{number}"
        if one.cycle not in definition.cycles:
            faults.append(_unknown(DEMONSTRATION, f"{path}.cycle", "cycle", one.cycle, definition.cycles))
            continue
        for index, answer in enumerate(one.answers):
            where = f"{path}.answers.{index}"
            if answer.subject not in subjects:
                faults.append(_unknown(DEMONSTRATION, f"{where}.subject", "subject", answer.subject, subjects))
            faults += _party_fault(DEMONSTRATION, f"{where}.party", answer.party, starter, places)
            form = next((f for f in definition.cycles[one.cycle].forms.values() if f.role == answer.role), None)
            questionnaire = definition.questionnaires.get(form.questionnaire) if form else None
            if form is not None and questionnaire is None:
                continue  # said of the cycle already
            items = questionnaire.items if questionnaire else {}
            for item in answer.items:
                if item not in items:
                    faults.append(_unknown(DEMONSTRATION, f"{where}.items.{item}", "question", item, items))
        for index, agenda in enumerate(one.agenda):
            if agenda.subject not in subjects:
                where = f"{path}.agenda.{index}.subject"
                faults.append(_unknown(DEMONSTRATION, where, "subject", agenda.subject, subjects))
    return faults
