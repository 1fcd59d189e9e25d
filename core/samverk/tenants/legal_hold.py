"""Legal holds: a region that is under one keeps everything, whatever retention and erasure would take.

Source: security, rule 25 and figure E1.
"""

import datetime as dt

from sqlalchemy import select, update

from samverk.database import Unit
from samverk.errors import Invalid, Problem
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.tenants.model import Tenant


def hold(session: Unit, slug: str, reason: str, now: dt.datetime) -> None:
    """Put a region under legal hold. Raises NotFound, and Invalid without a reason."""
    words = " ".join(reason.split())
    if not words:
        raise Invalid((Problem("/reason", _("Say why."), field="reason"),))
    tenant = tenants.find(session, slug)
    session.execute(update(Tenant).where(Tenant.id == tenant.id).values(held_since=now, hold_reason=words))


def release(session: Unit, slug: str) -> None:
    """End the legal hold of a region. Raises NotFound."""
    tenant = tenants.find(session, slug)
    session.execute(update(Tenant).where(Tenant.id == tenant.id).values(held_since=None, hold_reason=None))


def held(session: Unit) -> dict[str, str]:
    """Return {tenant id: reason} of the regions under legal hold."""
    rows = session.execute(select(Tenant.id, Tenant.hold_reason).where(Tenant.held_since.is_not(None)))
    return {tenant_id: reason or "" for tenant_id, reason in rows}
