"""A questionnaire of the draft as one who answers would see it: the role, the period, a real subject of the region.

Nothing is stored and nobody is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from samverk.configuration import service, views
from samverk.configuration.views import FindingView
from samverk.errors import BadRegion, NotFound
from samverk.i18n import period_name
from samverk.regions import overlay
from samverk.regions.definition import Cycle, Definition
from samverk.rounds import planning
from samverk.rounds.planning import Choices, Plan
from samverk.rounds.questionnaire import Pinned
from samverk.scope import Scope
from samverk.tenants import service as tenants


class Query(Protocol):
    """What was chosen on the page."""

    def get(self, name: str, default: str = "") -> str: ...


@dataclass(frozen=True, slots=True)
class Preview:
    """The form, for whom it is, and what else can be chosen; `form` is None where the draft cannot be opened yet."""

    title: str
    key: str
    form: Pinned | None
    role: str = ""
    subject: str = ""
    party: str = ""
    roles: tuple[str, ...] = ()
    periods: tuple[tuple[int, str], ...] = ()
    period: int = 1
    subjects: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    findings: tuple[FindingView, ...] = ()


def of(scope: Scope, key: str, query: Query) -> Preview:
    """Return the preview of a questionnaire of the draft. Raises NotFound for one the draft has not."""
    stands = service.state(scope)
    questionnaire = stands.wanted.get("questionnaires", {}).get(key)
    if questionnaire is None:
        raise NotFound()
    title = scope.text(questionnaire.get("title"))
    faults = views.findings_of(service.findings(scope, stands.wanted))
    if faults:
        return Preview(title, key, None, findings=faults)
    try:
        model = overlay.of_data(stands.wanted)
    except BadRegion:
        return Preview(title, key, None)
    sent = _sent(model, key)
    if not sent:
        return Preview(title, key, None)
    role = query.get("role") if query.get("role") in sent else next(iter(sent))
    cycle_key, cycle = sent[role]
    year, now = planning.current_period(scope, cycle)
    written = query.get("period")
    period = int(written) if written in {str(n) for n in range(1, cycle.periods_a_year + 1)} else now
    plan = planning.plan(replace(scope, model=model), cycle_key, year, period, Choices({}))
    return _seen(scope, plan, title, key, role, tuple(sent), query.get("subject"))


def _sent(model: Definition, key: str) -> Mapping[str, tuple[str, Cycle]]:
    """Return {role: (key of the cycle, cycle)} of those that send the questionnaire."""
    found: dict[str, tuple[str, Cycle]] = {}
    for cycle_key, cycle in model.cycles.items():
        for form in cycle.forms.values():
            if form.questionnaire == key:
                found.setdefault(form.role, (cycle_key, cycle))
    return found


def _seen(scope: Scope, plan: Plan, title: str, key: str, role: str, roles: tuple[str, ...], wanted: str) -> Preview:
    forms = [form for form in plan.forms if form.role == role]
    subjects = {form.subject_key: scope.text(form.subject_name) for form in forms}
    chosen = wanted if wanted in subjects else next(iter(subjects), "")
    one = next((form for form in forms if form.subject_key == chosen), None)
    party = tenants.party_names(scope).get(one.party_id) if one else None
    return Preview(
        title,
        key,
        next((form for form in plan.questionnaires if (form.key, form.role) == (key, role)), None),
        role,
        subjects.get(chosen, ""),
        party.name if party else "",
        roles,
        tuple((n, period_name(plan.cycle.every, plan.year, n)) for n in range(1, plan.cycle.periods_a_year + 1)),
        plan.period,
        tuple(subjects.items()),
        chosen,
    )
