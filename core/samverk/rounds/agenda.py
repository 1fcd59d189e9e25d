"""The agenda of a round's meeting: one item a subject, disagreements first, then open points, then the rest."""

from sqlalchemy import select

from samverk.errors import Conflict
from samverk.i18n import _
from samverk.meetings import agenda_items
from samverk.meetings import service as meetings
from samverk.points import service as points
from samverk.rounds import form_view, pinning, views
from samverk.rounds.model import Form, Reaction
from samverk.scope import Scope

RANK = {"disagreement": 0, "points": 1, "proposal": 2, None: 3}


def make(scope: Scope, round_id: str) -> str:
    """Make the agenda of the round's meeting; return the meeting's id. Raises Conflict when it has one already."""
    round_ = views.get_round(scope, round_id)
    if round_.meeting_id is None:
        raise Conflict(
            _(
                "No %(meetings)s are planned in %(the_round)s.",
                meetings=scope.words.form("meeting", "pl"),
                the_round=scope.words.form("round", "sg_def"),
            )
        )
    if meetings.agenda(scope, round_.meeting_id):
        raise Conflict(
            _(
                "%(The_meeting)s has an agenda already. Add items there.",
                The_meeting=scope.words.title("meeting", "sg_def"),
            )
        )
    forms = views.forms(scope, round_ids=(round_id,))
    disputed = disagreements(scope, round_id)
    living = {subject.id for point in points.list_points(scope, states=points.LIVING) for subject in point.subjects}
    proposed = _with_proposal(scope, forms)
    subjects = list(dict.fromkeys((form.subject_id, tuple(sorted(form.subject_name.items()))) for form in forms))

    def reason(subject_id: str) -> str | None:
        if subject_id in disputed:
            return "disagreement"
        if subject_id in living:
            return "points"
        return "proposal" if subject_id in proposed else None

    ordered = sorted(enumerate(subjects), key=lambda entry: (RANK[reason(entry[1][0])], entry[0]))
    for _number, (subject_id, name) in ordered:
        agenda_items.add_item(scope, round_.meeting_id, dict(name), subject_id=subject_id, reason=reason(subject_id))
    return round_.meeting_id


def disagreements(scope: Scope, round_id: str) -> dict[str, int]:
    """Return {subject id: number of reactions that say partly or disagree} of a round."""
    rows = scope.session.execute(
        select(Form.subject_id)
        .join(Reaction, (Reaction.tenant_id == Form.tenant_id) & (Reaction.host_form_id == Form.id))
        .where(
            Form.tenant_id == scope.tenant_id,
            Reaction.tenant_id == scope.tenant_id,
            Form.round_id == round_id,
            Reaction.verdict.in_(("partly", "disagree")),
        )
    )
    found: dict[str, int] = {}
    for (subject_id,) in rows:
        found[subject_id] = found.get(subject_id, 0) + 1
    return found


def _with_proposal(scope: Scope, forms: tuple[views.FormRow, ...]) -> frozenset[str]:
    found = set()
    for form in forms:
        sent = form_view.latest_submission(scope, form.id) if form.state == "submitted" else None
        if sent is None:
            continue
        entity = scope.session.get(Form, (scope.tenant_id, form.id))
        assert entity is not None
        pinned = pinning.pinned_questionnaire(scope, entity.questionnaire_hash)
        answers = sent[0].get("items", {})
        if any(q.principle and answers.get(q.key, {}).get("has") == "yes" for q in pinned.questions):
            found.add(form.subject_id)
    return frozenset(found)
