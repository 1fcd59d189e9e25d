"""Marking as exempt, lifting, and telling which parts of an object are. The only writer of the table.

What the public then sees is left to the slice that shows the object. Source: offentleglova (NO), OSL (SE): the marking
says the section; each request for access is still answered by a person.
"""

import datetime as dt
from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from samverk.errors import Conflict, Invalid, NotFound, Problem, Stale
from samverk.exemptions.model import Exemption
from samverk.i18n import _
from samverk.scope import Scope
from samverk.tables import Base, new_id
from samverk.tenants import service as tenants

TABLES = {"answer": "form", "item": "agenda_item", "paper": "issued_document", "attachment": "attachment"}
"""What can be exempt, with the table its id is of."""
MAX_STATUTE = 200


class ExemptionView(msgspec.Struct, frozen=True):
    id: str
    about_kind: str
    about_id: str
    part: str
    statute: str
    reassess_on: dt.date
    marked_at: dt.datetime
    marked_by: str
    is_due: bool
    version: int


def mark(scope: Scope, kind: str, object_id: str, part: str, statute: str, reassess_on: dt.date | None) -> str:
    """Mark an object as exempt; return the marking's id.

    Raises Invalid with every fault, NotFound for what is not there, Conflict when it is marked already.
    """
    problems = []
    if not statute.strip():
        problems.append(
            Problem("/statute", _("Name the section that exempts it, such as offl. § 13."), field="statute")
        )
    elif len(statute) > MAX_STATUTE:
        message = _("The text is longer than %(limit)s characters.", limit=MAX_STATUTE)
        problems.append(Problem("/statute", message, field="statute"))
    if reassess_on is None:
        message = _("Give the day by which it is looked at again, written as 2026-09-30.")
        problems.append(Problem("/reassess_on", message, field="reassess_on"))
    elif reassess_on <= scope.today:
        message = _("The day by which it is looked at again must lie ahead.")
        problems.append(Problem("/reassess_on", message, field="reassess_on"))
    table = Base.metadata.tables.get(TABLES.get(kind, ""))
    if table is None or not tenants.is_id(object_id):
        raise NotFound()
    there = scope.session.scalar(
        select(table.c.id).where(table.c.tenant_id == scope.tenant_id, table.c.id == object_id).with_for_update()
    )
    if there is None:
        raise NotFound()
    if problems or reassess_on is None:
        raise Invalid(tuple(problems))
    if part in parts(scope, kind, (object_id,)).get(object_id, {}):
        raise Conflict(_("This is marked as exempt already. Lift the marking first to change it."))
    row = Exemption(
        id=new_id(),
        about_kind=kind,
        about_id=object_id,
        part=part[:100],
        statute=" ".join(statute.split()),
        reassess_on=reassess_on,
        marked_at=scope.now,
        marked_by=scope.actor.name,
    )
    scope.add(row)
    scope.flush()
    return row.id


def lift(scope: Scope, exemption_id: str, *, version: int) -> None:
    """Lift a marking from now on; that it was there is kept. Raises NotFound, Stale."""
    row = scope.session.scalar(
        select(Exemption)
        .where(Exemption.tenant_id == scope.tenant_id, Exemption.id == exemption_id, Exemption.lifted_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.version != version:
        raise Stale(_("Somebody else changed this meanwhile. Look at what stands there now, then change it again."))
    row.lifted_at, row.lifted_by = scope.now, scope.actor.name
    row.version += 1
    scope.flush()


def parts(scope: Scope, kind: str, ids: Iterable[str]) -> dict[str, dict[str, ExemptionView]]:
    """Return {object id: {part: marking}} of what is exempt now among the objects."""
    wanted = tuple(ids)
    if not wanted:
        return {}
    found: dict[str, dict[str, ExemptionView]] = {}
    for row in scope.session.scalars(
        select(Exemption).where(
            Exemption.tenant_id == scope.tenant_id,
            Exemption.about_kind == kind,
            Exemption.about_id.in_(wanted),
            Exemption.lifted_at.is_(None),
        )
    ):
        found.setdefault(row.about_id, {})[row.part] = _view(scope, row)
    return found


def list_living(scope: Scope) -> tuple[ExemptionView, ...]:
    """Return every marking that holds, by the day it must be looked at again."""
    rows = scope.session.scalars(
        select(Exemption)
        .where(Exemption.tenant_id == scope.tenant_id, Exemption.lifted_at.is_(None))
        .order_by(Exemption.reassess_on, Exemption.id)
    )
    return tuple(_view(scope, row) for row in rows)


def _view(scope: Scope, row: Exemption) -> ExemptionView:
    return ExemptionView(
        row.id,
        row.about_kind,
        row.about_id,
        row.part,
        row.statute,
        row.reassess_on,
        row.marked_at,
        row.marked_by,
        row.reassess_on <= scope.today,
        row.version,
    )
