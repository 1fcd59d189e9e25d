"""The model a region works by: its plugin's definition, or the one its administrators made of it.

What they changed, and how, is `configuration`'s. A model is kept by its content and never changes, so that a process
may remember it.
"""

from collections import OrderedDict
from threading import Lock

import msgspec
from sqlalchemy import bindparam, select

from samverk.database import Unit
from samverk.guard import Prepared
from samverk.regions.definition import Definition
from samverk.registry import RegionPlugin
from samverk.scope import TenantInfo
from samverk.tables import IdType
from samverk.tenants.model import ModelVersion

MOST = 500
"""How many models a process remembers; those asked for longest ago go first."""
_KNOWN: OrderedDict[tuple[str, str], Definition] = OrderedDict()
_lock = Lock()
_CONTENT = Prepared(
    select(ModelVersion.content).where(
        ModelVersion.tenant_id == bindparam("tenant", type_=IdType), ModelVersion.id == bindparam("model", type_=IdType)
    )
)


def model(session: Unit, tenant: TenantInfo, plugin: RegionPlugin) -> Definition:
    """Return the region's effective model. The unit is bound to the tenant."""
    return plugin.definition if tenant.model_id is None else _kept(session, tenant, tenant.model_id)


def last(session: Unit, tenant: TenantInfo) -> Definition | None:
    """Return the model the region was last known to work by, for when its plugin is not there; None where none is."""
    return None if tenant.last_model_id is None else _kept(session, tenant, tenant.last_model_id)


def _kept(session: Unit, tenant: TenantInfo, model_id: str) -> Definition:
    key = (tenant.id, model_id)
    with _lock:
        if key in _KNOWN:
            _KNOWN.move_to_end(key)
            return _KNOWN[key]
    row = _CONTENT.one(session.connection(), {"tenant": tenant.id, "model": model_id})
    if row is None:
        raise LookupError(f"the model {model_id} of the region {tenant.slug} is not kept")
    found = msgspec.convert(row[0], Definition)
    with _lock:
        _KNOWN[key] = found
        if len(_KNOWN) > MOST:
            _KNOWN.popitem(last=False)
    return found
