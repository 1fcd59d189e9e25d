"""What a model must fit of the region it is for: members, sets, tags, keys in use, open rounds.

The model itself is looked at in `meaning.py`.
"""

from collections.abc import Iterator

from samverk.bodies import service as bodies
from samverk.configuration.meaning import Known
from samverk.configuration.walk import Around, Options, Path
from samverk.foundations import service as foundations
from samverk.i18n import _
from samverk.meetings import views as meetings
from samverk.rounds import views as rounds
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants import sets, subjects


def known(scope: Scope) -> Known:
    """Return what the region has, and what of its present model is in use."""
    used = {
        (section, key): _(
            "“%(name)s” cannot go: %(why)s", name=scope.text(getattr(scope.model, section)[key].name), why=why
        )
        for section, key, why in _used(scope)
        if key in getattr(scope.model, section)
    }
    return Known(
        (scope.today.year, scope.today.year + 1),
        frozenset(one.key for one in sets.sets(scope, scope.today)),
        frozenset(one.key for one in tenants.parties(scope)),
        used,
    )


def _used(scope: Scope) -> Iterator[tuple[str, str, str]]:
    for key in sorted({one.cycle_key for one in rounds.list_rounds(scope)}):
        yield "cycles", key, _("there are %(rounds)s of it", rounds=scope.words.form("round", "pl"))
    for key in sorted(meetings.bodies_met(scope)):
        yield "bodies", key, _("%(meetings)s are there", meetings=scope.words.form("meeting", "pl"))
    for key in sorted(bodies.held_keys(scope)):
        yield "bodies", key, _("somebody holds or held a seat in it")
    for key in sorted({one.kind for one in foundations.list_documents(scope)}):
        yield (
            "document_kinds",
            key,
            _("there are %(documents)s of this kind", documents=scope.words.form("document", "pl")),
        )
    for key in sorted({one.kind for one in foundations.list_registers(scope)}):
        yield (
            "register_kinds",
            key,
            _("there are %(registers)s of this kind", registers=scope.words.form("register", "pl")),
        )
    for key in sorted({one.kind for one in subjects.list_subjects(scope)}):
        yield "subject_kinds", key, _("there are subjects of this kind")


def open_rounds(scope: Scope) -> tuple[str, ...]:
    """Return the titles of the rounds that are open: they go on with the forms they were opened with."""
    return tuple(scope.text(one.title) for one in rounds.list_rounds(scope, states=("open",)))


def outside(scope: Scope) -> dict[str, Options]:
    """Return the choices that come from the region: its parties, sets and tags."""
    return {
        "parties": tuple((one.key, one.name) for one in tenants.parties(scope)),
        "sets": tuple((one.key, scope.text(one.name) or one.key) for one in sets.sets(scope, scope.today)),
        "tags": tuple((tag, tag) for tag in subjects.tags(scope)),
    }


def periods(around: Around, path: Path) -> Options:
    """Return the periods in which a question of a place may be asked: those of the cycles that send its form."""
    sent = [
        cycle["every"]
        for cycle in around.data.get("cycles", {}).values()
        if len(path) > 1 and any(form["questionnaire"] == path[1] for form in cycle["forms"].values())
    ]
    every = max(sent, key=lambda one: COUNTS.get(one, 1), default="quarter")
    return tuple((str(number), _period(every, number)) for number in range(1, COUNTS.get(every, 1) + 1))


COUNTS = {"quarter": 4, "tertial": 3, "half_year": 2}


def _period(every: str, index: int) -> str:
    match every:
        case "quarter":
            return _("quarter %(index)s", index=index)
        case "tertial":
            return _("tertial %(index)s", index=index)
        case "half_year":
            return _("half-year %(index)s", index=index)
        case _:
            return _("the only period")
