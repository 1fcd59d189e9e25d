"""What the region's plugin is told of a form that comes in, and what it objects to.

Calls are guarded by the breaker (security, rule 26).
"""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import select

from samverk.breaker import service as breaker
from samverk.errors import Problem
from samverk.hookspecs import AnsweredForm
from samverk.regions.definition import in_locale
from samverk.rounds import pinning
from samverk.rounds.model import Form
from samverk.scope import Scope
from samverk.tenants.model import Party, Subject


class RoundState(msgspec.Struct, frozen=True):
    """What the use cases of a form must know of its round, read with the row held."""

    id: str
    state: str
    answers_due: dt.datetime
    needs_approval: bool
    cycle_key: str
    year: int
    period: int


def problems(scope: Scope, round_: RoundState, form: Form, items: dict[str, Any], language: str) -> tuple[Problem, ...]:
    """Return what the plugin objects to in answers that are about to be sent in."""
    if not scope.plugin.has("samverk_answer_problems"):
        return ()
    asked = answered(scope, round_, form, items, language)
    found = breaker.call(scope, "samverk_answer_problems", form=asked)
    return tuple(
        Problem(f"/answers/{one.item}", in_locale(dict(one.message), scope.locale)[0], field=f"a.{one.item}")
        for one in found
    )


def answered(
    scope: Scope, round_: RoundState, form: Form, items: dict[str, Any] | None = None, language: str | None = None
) -> AnsweredForm:
    """Return a form as plugins see it, with the answers it holds where no others are given."""
    subject = scope.session.scalar(
        select(Subject.key).where(Subject.tenant_id == scope.tenant_id, Subject.id == form.subject_id)
    )
    party = scope.session.scalar(select(Party.key).where(Party.tenant_id == scope.tenant_id, Party.id == form.party_id))
    pinned = pinning.pinned_questionnaire(scope, form.questionnaire_hash)
    return AnsweredForm(
        round_.cycle_key,
        round_.year,
        round_.period,
        form.role,
        subject or "",
        party or "",
        pinned.key,
        language or form.language,
        items if items is not None else form.answers.get("items", {}),
    )
