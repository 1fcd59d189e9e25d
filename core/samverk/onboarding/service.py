"""Creates tenants and fills them; the only writer here is each slice's service."""

import datetime as dt

from samverk.arrangements import filling as arrangements
from samverk.bodies import service as bodies
from samverk.database import Database, Unit
from samverk.errors import NotFound
from samverk.foundations import filling as foundations
from samverk.i18n import _
from samverk.reference import service as reference
from samverk.registry import Registry
from samverk.scope import Scope, TenantInfo
from samverk.tenants import effective
from samverk.tenants import filling as tenant_filling
from samverk.tenants import service as tenants


def create_tenant(
    database: Database,
    registry: Registry,
    plugin_key: str,
    now: dt.datetime,
    *,
    slug: str | None = None,
    name: str | None = None,
    locale: str | None = None,
    with_starter: bool = False,
    is_demonstration: bool = False,
) -> TenantInfo:
    """Create a tenant of a plugin, filled from the starter when asked.

    Raises NotFound, BadRegion, Conflict, Invalid.
    """
    plugin = registry.get(plugin_key)
    if plugin is None:
        raise NotFound(_("There is no plugin %(key)s.", key=plugin_key))
    files = plugin.files(reference.place_names())
    starter = files.starter if with_starter else None
    names = {plugin.definition.locales[0]: name} if name else starter.name if starter else plugin.definition.name
    with database.unit(write=True) as session:
        tenant = tenants.create(
            session,
            slug or (starter.slug if starter else plugin_key.replace("_", "-")),
            plugin,
            names,
            now,
            locale=locale,
            zone=starter.zone if starter else "Europe/Oslo",
            is_demonstration=is_demonstration,
        )
        session.bind_tenant(tenant.id)
        scope = tenants.system_scope(session, tenant, plugin, now)
        if starter is not None:
            tenant_filling.fill(scope, starter)
            arrangements.fill(scope, starter)
            foundations.fill(scope, starter)
        bodies.fill(scope, starter)
        effective.pin(scope)
    return tenant


def open_system_scope(session: Unit, registry: Registry, slug: str, now: dt.datetime) -> Scope:
    """Open the scope of a tenant for work that no person asked for. Raises NotFound."""
    tenant = tenants.find(session, slug)
    plugin = registry.get(tenant.plugin_key)
    if plugin is None:
        raise NotFound(_("There is no plugin %(key)s.", key=tenant.plugin_key))
    session.bind_tenant(tenant.id)
    return tenants.system_scope(session, tenant, plugin, now)
