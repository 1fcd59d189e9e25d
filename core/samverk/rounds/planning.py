"""What opening a round would send: its dates, forms and questions, and what stands in the way. Nothing of it is stored.

Source of the dates: the cycle's entries of the wheel; of the forms: (subject × party × role), architecture section 1.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from samverk import i18n
from samverk.arrangements import service as arrangements
from samverk.calendar import rules
from samverk.errors import NotFound, Problem
from samverk.i18n import _
from samverk.reference import meeting_days
from samverk.regions.definition import Cycle, LocalText
from samverk.regions.placeholders import fill
from samverk.regions.terms import LOCALES
from samverk.rounds.questionnaire import Pinned, compile_questionnaire
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject

DATES = ("opens", "answers", "papers", "meeting")


@dataclass(frozen=True, slots=True)
class DateChoice:
    """One of the four dates, with why it may be unwise and the nearest good days."""

    name: str
    day: dt.date
    warning: str | None = None
    before: dt.date | None = None
    after: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PlannedForm:
    """A form that would be made."""

    subject_id: str
    subject_key: str
    subject_name: LocalText
    party_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What opening would do; nothing of it is stored."""

    cycle_key: str
    cycle: Cycle
    year: int
    period: int
    dates: tuple[DateChoice, ...]
    forms: tuple[PlannedForm, ...]
    questionnaires: tuple[Pinned, ...]
    fills: Mapping[str, Mapping[str, Mapping[str, str]]]
    without_host: tuple[LocalText, ...]
    left_out: frozenset[str]
    problems: tuple[Problem, ...]

    def day(self, name: str) -> dt.date:
        return next(choice.day for choice in self.dates if choice.name == name)

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of forms by role."""
        found: dict[str, int] = {}
        for form in self.forms:
            found[form.role] = found.get(form.role, 0) + 1
        return found

    @property
    def by_subject(self) -> tuple[tuple[str, LocalText, dict[str, int]], ...]:
        """Return (subject key, name, forms by role) in the order of the subjects."""
        found: dict[str, tuple[LocalText, dict[str, int]]] = {}
        for form in self.forms:
            _name, counts = found.setdefault(form.subject_key, (form.subject_name, {}))
            counts[form.role] = counts.get(form.role, 0) + 1
        return tuple((key, name, counts) for key, (name, counts) in found.items())


@dataclass(frozen=True, slots=True)
class Choices:
    """What the secretariat changed before opening: dates by name, subjects and questions left out."""

    dates: Mapping[str, dt.date]
    without_subjects: frozenset[str] = frozenset()
    without_items: frozenset[str] = frozenset()
    link: str | None = None
    is_moved: bool = False


def current_period(scope: Scope, cycle: Cycle) -> tuple[int, int]:
    """Return (year, period) of today for a cycle; a cycle that runs once has period 1."""
    today = scope.today
    return today.year, rules.period_index(today, cycle.periods_a_year) if cycle.every != "once" else 1


def plan(scope: Scope, cycle_key: str, year: int, period: int, choices: Choices) -> Plan:
    """Work out what opening the round would send. Raises NotFound for an unknown cycle or period."""
    cycle = scope.model.cycles.get(cycle_key)
    if cycle is None or not 1 <= period <= cycle.periods_a_year or not 1990 <= year <= 2200:
        raise NotFound()
    keys = {name: getattr(cycle.dates, name) for name in DATES}
    ruled = rules.dates_of(scope.model, keys, year, period, cycle.periods_a_year)
    problems: list[Problem] = []
    days: dict[str, dt.date] = {}
    for name in DATES:
        day = choices.dates.get(name) or ruled.get(name)
        if day is None:
            message = _("The rules give no date here. Write one.")
            problems.append(Problem(f"/{name}", message, field=name))
            continue
        days[name] = day
    for earlier, later in (("opens", "answers"), ("answers", "papers"), ("papers", "meeting")):
        if earlier in days and later in days and days[earlier] > days[later]:
            message = _(
                "The dates are in the wrong order: forms open, answers, %(papers)s, %(meeting)s.",
                papers=scope.words.form("papers", "pl"),
                meeting=scope.words.form("meeting"),
            )
            problems.append(Problem(f"/{later}", message, field=later))
    fills = {form.role: placeholders(scope, cycle_key, cycle, year, period, form.role) for form in cycle.forms.values()}
    forms, without_host = _forms(scope, cycle, days.get("meeting", scope.today), choices.without_subjects)
    questionnaires = tuple(
        compile_questionnaire(
            form.questionnaire,
            scope.model.questionnaires[form.questionnaire],
            form.role,
            period,
            fills[form.role],
            frozenset(
                key.partition(".")[2] for key in choices.without_items if key.partition(".")[0] == form.questionnaire
            ),
        )
        for form in cycle.forms.values()
    )
    return Plan(
        cycle_key,
        cycle,
        year,
        period,
        tuple(_date_choice(scope, name, days[name]) for name in DATES if name in days),
        forms,
        questionnaires,
        fills,
        without_host,
        choices.without_subjects,
        tuple(problems),
    )


def _date_choice(scope: Scope, name: str, day: dt.date) -> DateChoice:
    country: Any = scope.model.country
    why = meeting_days.why_nobody_meets(day, country)
    if why is None:
        return DateChoice(name, day)
    before, after = meeting_days.nearest_good_days(day, country)
    return DateChoice(name, day, why.name(scope.content_locale()), before, after)


def _forms(
    scope: Scope, cycle: Cycle, on: dt.date, without: frozenset[str]
) -> tuple[tuple[PlannedForm, ...], tuple[LocalText, ...]]:
    """Return the forms in the order of subjects, and the arrangements whose host is not known."""
    roles = {form.role for form in cycle.forms.values()}
    forms: list[PlannedForm] = []
    without_host: list[LocalText] = []
    if cycle.subjects.kind == "arrangement":
        for one in arrangements.tagged(scope, cycle.subjects.tagged, on):
            if one.key in without:
                continue
            if one.host_party_id is None:
                without_host.append(one.name)
            elif "host" in roles:
                forms.append(PlannedForm(one.id, one.key, one.name, one.host_party_id, "host"))
            if "partner" in roles:
                forms += [PlannedForm(one.id, one.key, one.name, p, "partner") for p in one.partner_party_ids]
    if "member" in roles:
        members = tenants.set_members(scope, cycle.members, on)
        for row in subjects_of(scope, cycle):
            if row.key not in without:
                forms += [PlannedForm(row.id, row.key, row.name, member, "member") for member in members]
    return tuple(forms), tuple(without_host)


def subjects_of(scope: Scope, cycle: Cycle) -> tuple[Any, ...]:
    """Return (id, key, name) of the subjects of a cycle, in order."""
    rows = scope.session.execute(
        select(Subject.id, Subject.key, Subject.name, Subject.tags)
        .where(Subject.tenant_id == scope.tenant_id, Subject.kind == cycle.subjects.kind)
        .order_by(Subject.position, Subject.id)
    )
    tag = cycle.subjects.tagged
    return tuple(row for row in rows if tag is None or tag in row.tags)


def placeholders(
    scope: Scope, cycle_key: str, cycle: Cycle, year: int, period: int, role: str
) -> dict[str, dict[str, str]]:
    """Return {locale: {placeholder: words}} for one role of one period."""
    form = next((form for form in cycle.forms.values() if form.role == role), None)
    before_year, before = rules.step_period(year, period, cycle.periods_a_year, -1)
    found: dict[str, dict[str, str]] = {}
    for locale in dict.fromkeys((*scope.model.locales, *LOCALES)):
        with i18n.using(locale):
            years = {
                "year": str(year),
                "previous_year": str(year - 1),
                "next_year": str(year + 1),
                "budget_year": str(year + 1),
            }
            words = years | {"quarter": i18n.period_name(cycle.every, year, period)}
            texts = (form.period if form else {}).get(str(period))
            words["period"] = fill(_of(texts, locale), years) if texts else words["quarter"]
            names = cycle.meeting_name.get(locale) or next(iter(cycle.meeting_name.values()), None)
            for prefix, when in (("meeting", (year, period)), ("previous_meeting", (before_year, before))):
                quarter = {"quarter": i18n.period_name(cycle.every, *when), "year": str(when[0])}
                if names is None:
                    words[prefix] = words[f"{prefix}.definite"] = f"{_of(cycle.name, locale)} {quarter['quarter']}"
                    continue
                words[prefix] = fill(names.indefinite, quarter)
                words[f"{prefix}.definite"] = fill(names.definite, quarter)
                words[f"{prefix}.compound"] = fill(names.compound or names.indefinite, quarter)
            found[locale] = words
    return found


def _of(text: LocalText, locale: str) -> str:
    return text.get(locale) or next(iter(text.values()))


def title(planned: Plan) -> LocalText:
    """Return the round's title in the region's languages: the meeting's name with its quarter."""
    fills = next(iter(planned.fills.values()))
    return {locale: words["meeting"] for locale, words in fills.items()}


def with_dates(choices: Choices, dates: Mapping[str, dt.date]) -> Choices:
    return replace(choices, dates={**choices.dates, **dates})
