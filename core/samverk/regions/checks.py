"""Checks of meaning that a schema cannot make: names that point to nothing, rules that nobody can fulfil.

Every check collects all faults. Shape is the loader's.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from samverk.errors import RegionFault
from samverk.i18n import N_, _
from samverk.regions import placeholders, terms, times
from samverk.regions.definition import Definition, LocalText, Marked, TermForms
from samverk.regions.naming import quoted

REGION = "region.toml"
RULE_FORMS = ("date", "between", "on", "span", "nth_in_month", "before", "after", "quarters", "in_")
CHOICE_KINDS = {"choice"}
UNKNOWN = {
    "source": N_("there is no source %(word)s"),
    "post": N_("there is no post %(word)s"),
    "seat of this body": N_("there is no seat %(word)s in this body"),
    "seat of the body": N_("there is no seat %(word)s in the body"),
    "body": N_("there is no body %(word)s"),
    "other question": N_("there is no other question %(word)s"),
    "choice": N_("there is no choice %(word)s"),
    "kind of subject": N_("there is no kind of subject %(word)s"),
    "questionnaire": N_("there is no questionnaire %(word)s"),
    "entry of the wheel": N_("there is no entry of the wheel %(word)s"),
    "layer": N_("there is no layer %(word)s"),
    "set": N_("there is no set %(word)s"),
    "set of the starter": N_("there is no set of the starter %(word)s"),
    "kind of document": N_("there is no kind of document %(word)s"),
    "kind of register": N_("there is no kind of register %(word)s"),
    "arrangement": N_("there is no arrangement %(word)s"),
    "cycle": N_("there is no cycle %(word)s"),
    "question": N_("there is no question %(word)s"),
    "subject": N_("there is no subject %(word)s"),
}
ROLES = ("secretariat", "administrator", "host", "partner", "council", "county", "members")


def nearest(word: str, known: Iterable[str]) -> str | None:
    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    return close[0] if close else None


def unknown(file: str, path: str, what: str, word: str, known: Iterable[str]) -> RegionFault:
    return RegionFault(file, path, _(UNKNOWN[what], word=quoted(word)), nearest(word, known), rule="known")


def texts(value: object, path: str) -> Iterator[tuple[str, LocalText]]:
    """Yield every text per language of a struct tree with its path."""
    if isinstance(value, dict):
        if value and all(isinstance(inner, str) for inner in value.values()) and set(value) <= set(terms.LOCALES):
            yield path, value
            return
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{path}.{number}")
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name), f"{path}.{name.rstrip('_')}" if path else name)


def source_faults(value: object, path: str, known: Mapping[str, object], file: str) -> Iterator[RegionFault]:
    if isinstance(value, Marked) and value.source is not None and value.source not in known:
        yield unknown(file, f"{path}.source", "source", value.source, known)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from source_faults(inner, f"{path}.{key}" if path else str(key), known, file)
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            yield from source_faults(inner, f"{path}.{number}", known, file)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from source_faults(getattr(value, name), f"{path}.{name.rstrip('_')}" if path else name, known, file)


def definition_faults(definition: Definition) -> list[RegionFault]:
    """Return every fault of meaning of a definition, in the order of the file's tables."""
    lead = definition.locales[0]
    faults = list(source_faults(definition, "", definition.sources, REGION))
    for path, text in texts(definition, ""):
        if lead not in text and not path.startswith("terms."):
            faults.append(
                RegionFault(
                    REGION,
                    path,
                    _("the text in the leading language %(language)s is missing", language=quoted(lead)),
                    rule="leading-language",
                )
            )
        for locale, words in text.items():
            faults += [
                RegionFault(
                    REGION,
                    f"{path}.{locale}",
                    _("the placeholder {%(name)s} is not known", name=name),
                    hint,
                    rule="placeholder",
                )
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
                yield RegionFault(
                    REGION,
                    f"terms.{key}.{locale}",
                    _("the term has no forms in %(language)s", language=quoted(locale)),
                    rule="term-forms",
                )
        for locale, forms in by_locale.items():
            for form in missing_forms(forms):
                yield RegionFault(
                    REGION,
                    f"terms.{key}.{locale}.{form}",
                    _("the form %(form)s of the term is missing", form=quoted(form)),
                    rule="term-forms",
                )


def missing_forms(forms: TermForms) -> tuple[str, ...]:
    """Return the forms that a term needs and lacks: all four when countable, two when not, one when a name."""
    needed = () if forms.name else ("sg_def", "pl", "pl_def") if forms.countable else ("sg_def",)
    return tuple(form for form in needed if getattr(forms, form) is None)


def _body_faults(definition: Definition) -> Iterator[RegionFault]:
    for key, body in definition.bodies.items():
        for seat_key, seat in body.seats.items():
            path = f"bodies.{key}.seats.{seat_key}"
            if seat.post is not None and seat.post not in definition.posts:
                yield unknown(REGION, f"{path}.post", "post", seat.post, definition.posts)
            if seat.among is not None and seat.among not in body.seats:
                yield unknown(REGION, f"{path}.among", "seat of this body", seat.among, body.seats)
            if seat.of_body is not None and seat.of_body not in definition.bodies:
                yield unknown(REGION, f"{path}.of_body", "body", seat.of_body, definition.bodies)
            if seat.organisations and seat.count is not None and len(seat.organisations) != seat.count:
                yield RegionFault(
                    REGION,
                    f"{path}.organisations",
                    _("as many organisations as seats must be named"),
                    rule="counts-agree",
                )


def _questionnaire_faults(definition: Definition) -> Iterator[RegionFault]:
    every_item = {f"{q}.{item}" for q, body in definition.questionnaires.items() for item in body.items}
    for key, questionnaire in definition.questionnaires.items():
        numbers = sorted(item.order for item in questionnaire.items.values())
        if numbers != list(range(1, len(numbers) + 1)):
            path = f"questionnaires.{key}.items"
            yield RegionFault(
                REGION,
                path,
                _("the questions must be numbered 1 to %(number)s, each once", number=len(numbers)),
                rule="numbered",
            )
        for item_key, item in questionnaire.items.items():
            path = f"questionnaires.{key}.items.{item_key}"
            if item.pairs_with is not None and item.pairs_with not in every_item:
                message = _("it is paired with %(word)s, and there is no such question", word=quoted(item.pairs_with))
                yield RegionFault(
                    REGION, f"{path}.pairs_with", message, nearest(item.pairs_with, every_item), rule="known"
                )
            needs = {"sections": "parts", "choice": "options", "scale": "poles"}.get(item.kind)
            if needs and not getattr(item, needs):
                yield RegionFault(
                    REGION,
                    path,
                    _("a question of kind %(kind)s needs %(needs)s", kind=quoted(item.kind), needs=needs),
                    rule="kind-needs",
                )
            if item.kind == "grid" and not (item.rows and item.columns):
                yield RegionFault(
                    REGION, path, _("a question of kind 'grid' needs rows and columns"), rule="kind-needs"
                )
            if item.rule is not None:
                other = questionnaire.items.get(item.rule.item)
                if other is None or item.rule.item == item_key:
                    yield unknown(REGION, f"{path}.rule.item", "other question", item.rule.item, questionnaire.items)
                elif other.kind not in CHOICE_KINDS:
                    message = _("a rule can only look at a question of kind 'choice'")
                    yield RegionFault(REGION, f"{path}.rule.item", message, rule="kind-needs")
                else:
                    for choice in item.rule.is_:
                        if choice not in other.options:
                            yield unknown(REGION, f"{path}.rule.is", "choice", choice, other.options)


def _cycle_faults(definition: Definition) -> Iterator[RegionFault]:
    kinds = {"arrangement", "region", *definition.subject_kinds}
    for key, cycle in definition.cycles.items():
        path = f"cycles.{key}"
        if cycle.body not in definition.bodies:
            yield unknown(REGION, f"{path}.body", "body", cycle.body, definition.bodies)
        if cycle.subjects.kind not in kinds:
            yield unknown(REGION, f"{path}.subjects.kind", "kind of subject", cycle.subjects.kind, kinds)
        for form_key, form in cycle.forms.items():
            where = f"{path}.forms.{form_key}"
            if form.questionnaire not in definition.questionnaires:
                known = definition.questionnaires
                yield unknown(REGION, f"{where}.questionnaire", "questionnaire", form.questionnaire, known)
            if form.role in ("host", "partner") and cycle.subjects.kind != "arrangement":
                yield RegionFault(
                    REGION, f"{where}.role", _("only an arrangement has host and partners; use 'member'"), rule="role"
                )
            if form.period and set(form.period) != {str(n) for n in range(1, cycle.periods_a_year + 1)}:
                message = _(
                    "give one text for each of the %(number)s periods, keyed 1, 2, …", number=cycle.periods_a_year
                )
                yield RegionFault(REGION, f"{where}.period", message, rule="periods")
        for name in ("meeting", "opens", "answers", "papers"):
            entry = getattr(cycle.dates, name)
            if entry not in definition.wheel:
                yield unknown(REGION, f"{path}.dates.{name}", "entry of the wheel", entry, definition.wheel)


def _wheel_faults(definition: Definition) -> Iterator[RegionFault]:
    for key, entry in definition.wheel.items():
        path = f"wheel.{key}"
        if entry.layer not in definition.layers:
            yield unknown(REGION, f"{path}.layer", "layer", entry.layer, definition.layers)
        given = [form for form in RULE_FORMS if getattr(entry.rule, form) is not None]
        if len(given) != 1:
            forms = ", ".join(form.rstrip("_") for form in RULE_FORMS)
            yield RegionFault(REGION, f"{path}.rule", _("give exactly one of: %(forms)s", forms=forms), rule="one-rule")
            continue
        rule = entry.rule
        if rule.nth_in_month is not None and rule.weekday is None:
            yield RegionFault(REGION, f"{path}.rule.weekday", _("nth_in_month needs a weekday"), rule="one-rule")
        for side in ("before", "after"):
            other = getattr(rule, side)
            if other is None:
                continue
            if other not in definition.wheel:
                message = _("it is relative to %(word)s, and there is no such entry", word=quoted(other))
                yield RegionFault(
                    REGION, f"{path}.rule.{side}", message, nearest(other, definition.wheel), rule="known"
                )
            elif _circles(definition, key):
                yield RegionFault(
                    REGION,
                    f"{path}.rule.{side}",
                    _("the entries are relative to each other in a circle"),
                    rule="acyclic",
                )
            if rule.days is None and rule.working_days is None:
                yield RegionFault(
                    REGION, f"{path}.rule", _("%(side)s needs days or working_days", side=quoted(side)), rule="one-rule"
                )


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
