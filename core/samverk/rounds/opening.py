"""Opening a round: the round, its questionnaires and forms, its meeting, as they were planned (`planning.py`)."""

import msgspec
from sqlalchemy import select

from samverk.errors import Conflict, Invalid, Problem
from samverk.i18n import _
from samverk.meetings import service as meetings
from samverk.rounds import notices, pinning, planning
from samverk.rounds.model import Form, Round, RoundEvent
from samverk.rounds.planning import Choices, Plan
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import effective


def open_round(scope: Scope, planned: Plan, choices: Choices) -> str:
    """Open the round: pin what it asks, make its forms and its meeting, tell those who answer. Returns its id.

    Raises Invalid when the plan has faults or makes no form, Conflict when the period's round is open already.
    """
    if planned.problems:
        raise Invalid(planned.problems)
    if not planned.forms:
        message = _(
            "%(the_round)s would make no form. Take in at least one subject.",
            the_round=scope.words.title("round", "sg_def"),
        )
        raise Invalid((Problem("", message),))
    existing = scope.session.scalar(
        select(Round.id).where(
            Round.tenant_id == scope.tenant_id,
            Round.cycle_key == planned.cycle_key,
            Round.year == planned.year,
            Round.period == planned.period,
            Round.state != "withdrawn",
        )
    )
    if existing is not None:
        raise Conflict(
            _("%(the_round)s of this period has been opened already.", the_round=scope.words.title("round", "sg_def"))
        )
    hashes = {pinned.role: pinning.pin(scope, pinned) for pinned in planned.questionnaires}
    model_id = effective.pin(scope)
    meeting_id = _meeting(scope, planned, choices)
    row = Round(
        id=new_id(),
        cycle_key=planned.cycle_key,
        year=planned.year,
        period=planned.period,
        title=planning.title(planned),
        opens_on=planned.day("opens"),
        answers_due_on=planned.day("answers"),
        answers_due=scope.end_of(planned.day("answers")),
        papers_due_on=planned.day("papers"),
        papers_due=scope.end_of(planned.day("papers")),
        meeting_on=planned.day("meeting"),
        is_moved=choices.is_moved,
        release_rule=planned.cycle.release_host_answers,
        needs_approval=planned.cycle.approval,
        placeholders=msgspec.to_builtins(planned.fills),
        questionnaires=hashes,
        model_id=model_id,
        meeting_id=meeting_id,
        previous_round_id=_previous(scope, planned),
        opened_at=scope.now,
        opened_by=scope.actor.name,
    )
    scope.add(row)
    scope.flush()
    for form in planned.forms:
        scope.add(
            Form(
                id=new_id(),
                round_id=row.id,
                subject_id=form.subject_id,
                party_id=form.party_id,
                role=form.role,
                questionnaire_hash=hashes[form.role],
                answers={},
            )
        )
    content = {"forms": len(planned.forms), "left_out": sorted(planned.left_out)}
    scope.add(RoundEvent(round_id=row.id, at=scope.now, actor=scope.actor.name, kind="opened", content=content))
    scope.flush()
    notices.round_opened(scope, row.id)
    return row.id


def _meeting(scope: Scope, planned: Plan, choices: Choices) -> str:
    known = meetings.of_period(scope, planned.cycle_key, planned.year, planned.period)
    if known is not None:
        return known.id
    cycle = planned.cycle
    return meetings.create_meeting(
        scope,
        cycle.body,
        planned.day("meeting"),
        title=planning.title(planned),
        cycle_key=planned.cycle_key,
        year=planned.year,
        period=planned.period,
        starts_at=cycle.starts_at,
        link=choices.link,
        is_digital=cycle.digital,
        is_moved=choices.is_moved,
    )


def _previous(scope: Scope, planned: Plan) -> str | None:
    """Return the latest earlier round of the cycle that was not withdrawn."""
    number = planned.year * 100 + planned.period
    rows = scope.session.execute(
        select(Round.id, Round.year, Round.period).where(
            Round.tenant_id == scope.tenant_id,
            Round.cycle_key == planned.cycle_key,
            Round.state != "withdrawn",
        )
    )
    earlier = [(row.year * 100 + row.period, row.id) for row in rows if row.year * 100 + row.period < number]
    return max(earlier)[1] if earlier else None
