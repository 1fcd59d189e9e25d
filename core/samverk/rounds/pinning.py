"""Questionnaires kept by the hash of their content: written when a round opens, read for every form of it.

Source: architecture, decisions 3 and 22.
"""

import msgspec
from sqlalchemy import select

from samverk.errors import NotFound
from samverk.rounds.model import PinnedQuestionnaire
from samverk.rounds.questionnaire import Pinned
from samverk.scope import Scope
from samverk.tables import new_id

_PINNED: dict[tuple[str, str], Pinned] = {}


def pinned_questionnaire(scope: Scope, content_hash: str) -> Pinned:
    """Return a pinned questionnaire by its content hash; what is kept in memory is kept for its tenant."""
    known = (scope.tenant_id, content_hash)
    found = _PINNED.get(known)
    if found is None:
        content = scope.session.scalar(
            select(PinnedQuestionnaire.content).where(
                PinnedQuestionnaire.tenant_id == scope.tenant_id, PinnedQuestionnaire.content_hash == content_hash
            )
        )
        if content is None:
            raise NotFound()
        found = msgspec.convert(content, Pinned)
        if len(_PINNED) >= 512:
            _PINNED.pop(next(iter(_PINNED)), None)
        _PINNED[known] = found
    return found


def pin(scope: Scope, pinned: Pinned) -> str:
    """Keep a questionnaire, once each, and return the hash of its content."""
    digest = pinned.content_hash
    known = scope.session.scalar(
        select(PinnedQuestionnaire.id).where(
            PinnedQuestionnaire.tenant_id == scope.tenant_id, PinnedQuestionnaire.content_hash == digest
        )
    )
    if known is None:
        scope.add(PinnedQuestionnaire(id=new_id(), content_hash=digest, content=msgspec.to_builtins(pinned)))
        scope.flush()
    return digest
