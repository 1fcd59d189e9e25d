"""Proposals of principle: made from an answer, open until a council decision or a withdrawal is recorded.

The councils' own common decisions, text by text, follow later.
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import func, select

from samverk.decisions.model import Proposal
from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants
from samverk.tenants.model import Subject


class ProposalView(msgspec.Struct, frozen=True):
    id: str
    number: int
    subject_name: LocalText
    subject_key: str
    subject_id: str
    party: str
    text: str
    language: str
    state: str
    made_at: dt.datetime
    outcome: str | None
    outcome_reference: str | None
    outcome_on: dt.date | None
    history: list[Any]
    form_id: str
    version: int


def propose(
    scope: Scope, form_id: str, item_key: str, subject_id: str, party_id: str, text: str, language: str
) -> None:
    """Make a proposal of an answer, or bring the one this answer made before up to date."""
    row = scope.session.scalar(
        select(Proposal).where(
            Proposal.tenant_id == scope.tenant_id, Proposal.form_id == form_id, Proposal.item_key == item_key
        )
    )
    step = {"at": scope.now.isoformat(), "actor": scope.actor.name, "kind": "made", "text": text}
    if row is not None:
        row.text, row.language, row.state = text, language, "open"
        row.history = [*row.history, step]
        row.version += 1
        scope.flush()
        return
    scope.add(
        Proposal(
            id=new_id(),
            number=tenants.next_number(scope, "proposal"),
            form_id=form_id,
            item_key=item_key,
            subject_id=subject_id,
            party_id=party_id,
            text=text,
            language=language,
            made_at=scope.now,
            history=[step],
        )
    )
    scope.flush()


def take_back(scope: Scope, form_id: str) -> None:
    """Withdraw the proposals of a form that was taken back or returned, unless a council has decided."""
    for row in scope.session.scalars(
        select(Proposal).where(
            Proposal.tenant_id == scope.tenant_id, Proposal.form_id == form_id, Proposal.state == "open"
        )
    ):
        row.state = "withdrawn"
        step = {"at": scope.now.isoformat(), "actor": scope.actor.name, "kind": "taken_back"}
        row.history = [*row.history, step]
        row.version += 1
    scope.flush()


def record_outcome(
    scope: Scope, proposal_id: str, kind: str, words: str, reference: str | None, on: dt.date | None, version: int
) -> None:
    """Record a council's decision (`decided`) or a withdrawal (`withdrawn`), with words."""
    row = scope.session.scalar(
        select(Proposal).where(Proposal.tenant_id == scope.tenant_id, Proposal.id == proposal_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.version != version:
        raise Stale(
            _(
                "Somebody else changed %(the_proposal)s meanwhile. Look at what stands there now.",
                the_proposal=scope.words.form("proposal", "sg_def"),
            )
        )
    if row.state != "open":
        raise Conflict(
            _(
                "The outcome of %(the_proposal)s is recorded already.",
                the_proposal=scope.words.form("proposal", "sg_def"),
            )
        )
    problems = []
    if kind not in ("decided", "withdrawn"):
        problems.append(Problem("/kind", _("Choose decided or withdrawn."), field="kind"))
    if not words.strip():
        message = _(
            "Say what was decided, or why you withdraw %(the_proposal)s.",
            the_proposal=scope.words.form("proposal", "sg_def"),
        )
        problems.append(Problem("/outcome", message, field="outcome"))
    if problems:
        raise Invalid(tuple(problems))
    row.state, row.outcome, row.outcome_reference, row.outcome_on = kind, words.strip(), reference, on
    step = {"at": scope.now.isoformat(), "actor": scope.actor.name, "kind": kind, "text": words.strip()}
    row.history = [*row.history, step]
    row.version += 1
    scope.flush()


def list_proposals(scope: Scope, *, state: str | None = None) -> tuple[ProposalView, ...]:
    """Return proposals by number."""
    query = (
        select(
            Proposal.id,
            Proposal.number,
            Subject.name,
            Subject.key,
            Proposal.subject_id,
            Proposal.party_id,
            Proposal.text,
            Proposal.language,
            Proposal.state,
            Proposal.made_at,
            Proposal.outcome,
            Proposal.outcome_reference,
            Proposal.outcome_on,
            Proposal.history,
            Proposal.form_id,
            Proposal.version,
        )
        .join(Subject, (Subject.tenant_id == Proposal.tenant_id) & (Subject.id == Proposal.subject_id))
        .where(Proposal.tenant_id == scope.tenant_id, Subject.tenant_id == scope.tenant_id)
        .order_by(Proposal.number)
    )
    if state is not None:
        query = query.where(Proposal.state == state)
    limited = scope.actor.subjects("decisions.read")
    if limited is not None:
        query = query.where(Proposal.subject_id.in_(limited))
    names = tenants.party_names(scope)
    found = []
    for row in scope.session.execute(query):
        plain: Any = tuple(row)
        found.append(ProposalView(*(*plain[:5], names[row.party_id].name, *plain[6:])))
    return tuple(found)


def get_proposal(scope: Scope, proposal_id: str) -> ProposalView:
    """Return one proposal. Raises NotFound."""
    found = next((one for one in list_proposals(scope) if one.id == proposal_id), None)
    if found is None:
        raise NotFound()
    return found


def count_open(scope: Scope) -> int:
    return (
        scope.session.scalar(
            select(func.count())
            .select_from(Proposal)
            .where(Proposal.tenant_id == scope.tenant_id, Proposal.state == "open")
        )
        or 0
    )
