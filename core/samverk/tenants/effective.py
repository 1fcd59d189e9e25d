"""The model a region works by: its plugin's definition, or the one its administrators made of it.

What they changed, and how, is `configuration`'s. A model is kept by its content and never changes, so that a process
may remember it.
"""

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any

import msgspec
import rfc8785
from sqlalchemy import bindparam, select, update

from samverk.database import Unit, insert_if_absent
from samverk.errors import NotFound
from samverk.guard import Prepared
from samverk.regions import schema_versions
from samverk.regions.definition import Definition
from samverk.registry import RegionPlugin
from samverk.scope import Scope, TenantInfo
from samverk.tables import IdType, new_id
from samverk.tenants.model import ModelVersion, Tenant

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
    found = msgspec.convert(schema_versions.present("region", row[0]), Definition)
    with _lock:
        _KNOWN[key] = found
        if len(_KNOWN) > MOST:
            _KNOWN.popitem(last=False)
    return found


def pin(scope: Scope) -> str:
    """Keep the effective model by the hash of its content; return its id. Source: architecture, decision 3."""
    model_id = keep(scope, scope.model)
    other = (Tenant.last_model_id.is_(None)) | (Tenant.last_model_id != model_id)
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant_id, other).values(last_model_id=model_id))
    return model_id


def keep(scope: Scope, model: Definition) -> str:
    """Keep a model by the hash of its content and return its id; one that is kept already has one."""
    content = msgspec.to_builtins(model)
    digest = hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    known = select(ModelVersion.id).where(
        ModelVersion.tenant_id == scope.tenant_id, ModelVersion.content_hash == digest
    )
    found = scope.session.scalar(known)
    if found is None:
        row = {"tenant_id": scope.tenant_id, "id": new_id(), "content_hash": digest, "content": content}
        # Two that keep the same model at once keep it once: the second finds what the first kept.
        insert_if_absent(scope.session, ModelVersion, {**row, "created_at": scope.now})
        found = scope.session.scalars(known).one()
    return found


def use(scope: Scope, model_id: str, *, is_delivered: bool) -> None:
    """Let the region work by a kept model from the next request on; where it is the plugin's own, it follows that."""
    chosen = {"model_id": None if is_delivered else model_id, "last_model_id": model_id}
    scope.session.execute(update(Tenant).where(Tenant.id == scope.tenant_id).values(chosen))


def kept(scope: Scope, model_id: str) -> dict[str, Any]:
    """Return a model of the region as it was kept, in whatever version of the schema that was. Raises NotFound."""
    content: dict[str, Any] | None = scope.session.scalar(
        select(ModelVersion.content).where(ModelVersion.tenant_id == scope.tenant_id, ModelVersion.id == model_id)
    )
    if content is None:
        raise NotFound()
    return content
