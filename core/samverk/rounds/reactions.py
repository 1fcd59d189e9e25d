"""Partners' reactions to the host's answers: agree, partly, disagree, with words; a record of its own.

From the release moment until the papers are due (regions.md, the loop).
"""

from sqlalchemy import select

from samverk.errors import Conflict, Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.rounds import pinning, service, views
from samverk.rounds.model import Form, Reaction
from samverk.scope import Scope
from samverk.tables import new_id

VERDICTS = ("agree", "partly", "disagree")


def react(scope: Scope, form_id: str, item_key: str, verdict: str, words: str, language: str) -> None:
    """Keep a partner's reaction; `form_id` is the partner's own form. A later one takes the place of the first.

    Raises NotFound, Conflict outside the time for reactions, Invalid (a disagreement needs words).
    """
    form = scope.session.scalar(select(Form).where(Form.tenant_id == scope.tenant_id, Form.id == form_id))
    if form is None or form.role != "partner" or not service.may_answer(scope, form.party_id, form.subject_id):
        raise NotFound()
    round_ = views.get_round(scope, form.round_id)
    if round_.state != "open" or scope.now > round_.papers_due:
        raise Conflict(_("The time for reactions is over."))
    host = scope.session.scalar(
        select(Form).where(
            Form.tenant_id == scope.tenant_id,
            Form.round_id == form.round_id,
            Form.subject_id == form.subject_id,
            Form.role == "host",
            Form.state != "removed",
        )
    )
    if host is None or not views.is_released(scope, round_, host.state):
        raise Conflict(
            _("The answers of %(the_host)s are not released yet.", the_host=scope.words.form("host", "sg_def"))
        )
    pinned = pinning.pinned_questionnaire(scope, host.questionnaire_hash)
    problems = []
    if pinned.question(item_key) is None:
        raise NotFound()
    if verdict not in VERDICTS:
        problems.append(Problem("/verdict", _("Choose agree, partly or disagree."), field=f"r.{item_key}.verdict"))
    if verdict in ("partly", "disagree") and not words.strip():
        message = _("Say in words what you do not agree with.")
        problems.append(Problem("/words", message, field=f"r.{item_key}.words"))
    if len(words) > 10_000:
        message = _("The text is longer than %(limit)s characters.", limit=10_000)
        problems.append(Problem("/words", message, field=f"r.{item_key}.words"))
    if problems:
        raise Invalid(tuple(problems))
    row = scope.session.scalar(
        select(Reaction).where(
            Reaction.tenant_id == scope.tenant_id,
            Reaction.host_form_id == host.id,
            Reaction.item_key == item_key,
            Reaction.party_id == form.party_id,
        )
    )
    if row is None:
        row = Reaction(id=new_id(), host_form_id=host.id, item_key=item_key, party_id=form.party_id, version=0)
        scope.add(row)
    row.verdict, row.words, row.language = verdict, words.strip() or None, language
    row.actor, row.at = scope.actor.name, scope.now
    row.version += 1
    scope.flush()


def reacted(scope: Scope, host_form_ids: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Return (host form, party) for every party that has reacted to one of the host forms."""
    if not host_form_ids:
        return frozenset()
    rows = scope.session.execute(
        select(Reaction.host_form_id, Reaction.party_id).where(
            Reaction.tenant_id == scope.tenant_id, Reaction.host_form_id.in_(host_form_ids)
        )
    )
    return frozenset((form_id, party_id) for form_id, party_id in rows)
