"""Subjects that are no arrangement: focus areas, strategy areas, tasks, the region itself.

Arrangements have a room of their own; what is asked about a subject is `rounds`'s.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.errors import NotFound
from samverk.regions.definition import LocalText
from samverk.scope import Scope
from samverk.tenants.model import Subject
from samverk.tenants.service import is_id


@dataclass(frozen=True, slots=True)
class SubjectView:
    """A subject as pages show it; `content` holds state, direction, aims, members (party keys) and step."""

    id: str
    kind: str
    key: str
    name: str
    lang: str
    state: LocalText | None
    direction: LocalText | None
    aims: tuple[dict[str, Any], ...]
    member_keys: tuple[str, ...]
    step: int | None
    marks: dict[str, Any]


def list_subjects(scope: Scope, kind: str | None = None) -> tuple[SubjectView, ...]:
    """Return the subjects of a kind, or all that are neither arrangement nor the region, in order."""
    statement = select(
        Subject.id, Subject.kind, Subject.key, Subject.name, Subject.content, Subject.marks, Subject.position
    ).where(Subject.tenant_id == scope.tenant_id)
    if kind is not None:
        statement = statement.where(Subject.kind == kind)
    else:
        statement = statement.where(Subject.kind.not_in(("arrangement", "region")))
    rows = scope.session.execute(statement.order_by(Subject.position, Subject.key)).all()
    return tuple(_view(scope, row) for row in rows)


def tags(scope: Scope) -> tuple[str, ...]:
    """Return every tag that a subject of the region bears, in the order of the alphabet."""
    rows = scope.session.scalars(select(Subject.tags).where(Subject.tenant_id == scope.tenant_id))
    return tuple(sorted({tag for found in rows for tag in found}))


def get_subject(scope: Scope, id_or_key: str) -> SubjectView:
    """Return a subject by its id or by `kind.key`. Raises NotFound; also for arrangements, which have a page."""
    kind, _dot, key = id_or_key.partition(".")
    condition = (Subject.id == id_or_key,) if is_id(id_or_key) else (Subject.kind == kind, Subject.key == key)
    row = scope.session.execute(
        select(Subject.id, Subject.kind, Subject.key, Subject.name, Subject.content, Subject.marks).where(
            Subject.tenant_id == scope.tenant_id, *condition
        )
    ).one_or_none()
    if row is None or row.kind == "arrangement":
        raise NotFound()
    return _view(scope, row)


def _view(scope: Scope, row: Any) -> SubjectView:
    name, lang = scope.text_lang(row.name)
    content = row.content
    return SubjectView(
        row.id,
        row.kind,
        row.key,
        name,
        lang,
        content.get("state"),
        content.get("direction"),
        tuple(content.get("aims", ())),
        tuple(content.get("members", ())),
        content.get("step"),
        row.marks,
    )
