"""Which form asks which point: every living point of a party is asked once a round, whoever owns it.

A point about one of the party's subjects stands in that form; a point about none of them, in the party's first.
"""

from sqlalchemy import select

from samverk.points import service as points
from samverk.points.service import PointView
from samverk.rounds.model import Form
from samverk.scope import Scope
from samverk.tenants.model import Subject


def forms_in_order(scope: Scope, round_id: str, party_id: str) -> tuple[tuple[str, str], ...]:
    """Return (form id, subject id) of a party's forms in a round, by the order of the subjects."""
    rows = scope.session.execute(
        select(Form.id, Form.subject_id)
        .join(Subject, (Subject.tenant_id == Form.tenant_id) & (Subject.id == Form.subject_id))
        .where(
            Form.tenant_id == scope.tenant_id,
            Subject.tenant_id == scope.tenant_id,
            Form.round_id == round_id,
            Form.party_id == party_id,
            Form.state != "removed",
        )
        .order_by(Subject.position, Subject.id)
    )
    return tuple((form_id, subject_id) for form_id, subject_id in rows)


def asked_points(scope: Scope, form: Form) -> tuple[PointView, ...]:
    """Return the points that this form asks its party about, by number."""
    return points_of_forms(scope, form.round_id, form.party_id).get(form.id, ())


def points_of_forms(scope: Scope, round_id: str, party_id: str) -> dict[str, tuple[PointView, ...]]:
    """Return {form id: points it asks} for all forms of a party in a round."""
    living = points.list_points(scope, states=points.LIVING, owner_party_ids=frozenset({party_id}))
    if not living:
        return {}
    forms = forms_in_order(scope, round_id, party_id)
    found: dict[str, list[PointView]] = {}
    for point in living:
        about = {subject.id for subject in point.subjects}
        chosen = next((form_id for form_id, subject_id in forms if subject_id in about), None)
        if chosen is None and forms:
            chosen = forms[0][0]
        if chosen is not None:
            found.setdefault(chosen, []).append(point)
    return {form_id: tuple(asked) for form_id, asked in found.items()}
