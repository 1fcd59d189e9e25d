"""Changing an arrangement from a day on: its status, its host, who takes part. Earlier days stay as they were.

Reading is `service.py` and `detail.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, or_, select

from samverk.arrangements.model import Arrangement, ArrangementParty
from samverk.arrangements.service import ROLES, arrangement_id
from samverk.errors import Invalid, Problem, Stale
from samverk.i18n import _, format_date
from samverk.scope import Scope
from samverk.tenants import service as tenants

STATUSES = ("proposed", "tentative", "active", "ended")


@dataclass(frozen=True, slots=True)
class Change:
    """What the arrangement is to be from `since` on; `roles` is {party id: role} of everyone who takes part."""

    status: str
    roles: Mapping[str, str]
    since: dt.date | None


def change_arrangement(scope: Scope, id_or_key: str, change: Change, version: int) -> int:
    """Change status and parties from a day on; return the new version.

    Raises NotFound, Invalid with all faults, Stale when somebody else changed it meanwhile.
    """
    scope.require("arrangements.change")
    id_ = arrangement_id(scope, id_or_key)
    row = scope.session.get_one(Arrangement, (scope.tenant_id, id_))
    problems = _problems(scope, id_, change)
    if problems:
        raise Invalid(problems)
    if row.version != version:
        raise Stale(_("Somebody else changed this meanwhile. Look at what stands there now, then change it again."))
    assert change.since is not None
    row.status = change.status
    row.version += 1
    _set_parties(scope, id_, change.roles, change.since)
    scope.flush()
    return row.version


def _problems(scope: Scope, id_: str, change: Change) -> tuple[Problem, ...]:
    found = []
    if change.status not in STATUSES:
        found.append(Problem("/status", _("Choose a status from the list."), field="status"))
    known = tenants.party_names(scope)
    if any(party not in known or role not in ROLES for party, role in change.roles.items()):
        found.append(Problem("/roles", _("Choose the parties from the list."), field="host"))
    if sum(role == "host" for role in change.roles.values()) > 1:
        found.append(
            Problem("/roles", _("Only one can be %(host)s from a day on.", host=scope.words.form("host")), field="host")
        )
    if change.since is None:
        found.append(Problem("/since", _("Write the first day as a date."), field="since"))
        return tuple(found)
    later = scope.session.scalar(
        select(ArrangementParty.valid_from)
        .where(
            ArrangementParty.tenant_id == scope.tenant_id,
            ArrangementParty.arrangement_id == id_,
            ArrangementParty.valid_from > change.since,
        )
        .order_by(ArrangementParty.valid_from.desc())
        .limit(1)
    )
    if later is not None:
        words = _("There is a later change already: choose %(day)s or a day after it.", day=format_date(later))
        found.append(Problem("/since", words, field="since"))
    return tuple(found)


def _set_parties(scope: Scope, id_: str, wanted: Mapping[str, str], since: dt.date) -> None:
    rows = scope.session.scalars(
        select(ArrangementParty).where(
            ArrangementParty.tenant_id == scope.tenant_id,
            ArrangementParty.arrangement_id == id_,
            or_(ArrangementParty.valid_to.is_(None), ArrangementParty.valid_to >= since),
        )
    ).all()
    kept = set()
    for row in rows:
        if wanted.get(row.party_id) == row.role and row.valid_to is None:
            kept.add(row.party_id)
        elif row.valid_from == since:
            # It would have lasted no day at all.
            scope.session.execute(
                delete(ArrangementParty).where(
                    ArrangementParty.tenant_id == scope.tenant_id, ArrangementParty.id == row.id
                )
            )
        else:
            row.valid_to = since - dt.timedelta(days=1)
    for party_id, role in wanted.items():
        if party_id not in kept:
            scope.add(
                ArrangementParty(
                    arrangement_id=id_, party_id=party_id, role=role, valid_from=since, valid_to=None, marks={}
                )
            )
