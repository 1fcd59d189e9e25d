"""What `app` injects into the wrapper: who is behind a request, and the scope of a tenant for them.

The tables are `service.py`'s, the frame of a request is `web.wrapper`'s.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from samverk import registry
from samverk.breaker import service as breaker
from samverk.database import Database, Unit, insert_if_absent
from samverk.errors import Conflict, PluginMissing
from samverk.guard import Prepared
from samverk.i18n import _
from samverk.people import credentials
from samverk.registry import Answers, Question, RegionPlugin, Registry
from samverk.scope import PUBLIC, Scope, TenantInfo
from samverk.tables import new_id
from samverk.tenants import effective
from samverk.tenants import service as tenants
from samverk.tenants.model import IdempotencyKey, Tenant
from samverk.web.call import Answer, Call, Credential, Json

_WIDTH = len(tenants.COLUMNS)
_COOKIE, _TOKEN = (
    Prepared(statement.add_columns(*tenants.COLUMNS).outerjoin(Tenant, Tenant.slug == bindparam("slug")))
    for statement in (credentials.BY_COOKIE, credentials.BY_TOKEN)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry of one process; `registry` holds the region plugins."""

    registry: Registry

    def identify(
        self, session: Unit, cookie: str, bearer: str, now: dt.datetime, slug: str | None = None
    ) -> Credential:
        """Find who is behind a request, and the tenant it names in the same statement."""
        if slug is None or not (cookie or bearer):
            return credentials.identify(session, cookie, bearer, now)
        given = {"hash": credentials.secret_hash(cookie, bearer), "slug": slug}
        row = (_TOKEN if bearer else _COOKIE).one(session.connection(), given)
        if row is not None and row[-_WIDTH] is not None:
            tenants.keep(session, row[-_WIDTH:])
        return credentials.credential(row, is_token=bool(bearer), now=now)

    def open_scope(self, session: Unit, slug: str, credential: Credential, locale: str, now: dt.datetime) -> Scope:
        """Bind the unit to the tenant and give the actor the roles held there. Raises NotFound, PluginMissing.

        A token or a session that reaches another tenant only acts as nobody.
        """
        tenant = tenants.find(session, slug)
        session.bind_tenant(tenant.id)
        plugin, read_only = self._plugin(session, tenant)
        actor = credential.actor
        if credential.tenant_id is not None and credential.tenant_id != tenant.id:
            actor = PUBLIC
        scope = Scope(tenant, session, actor, locale, now, plugin, effective.model(session, tenant, plugin), read_only)
        if actor.person_id is not None:
            grants = credentials.grants_of(session, tenant.id, actor.person_id, scope.today)
            scope = replace(scope, actor=replace(actor, grants=grants))
        return scope

    def _plugin(self, session: Unit, tenant: TenantInfo) -> tuple[RegionPlugin, str]:
        """Return the region's plugin, or what stands in for it and why nothing can be changed. Raises PluginMissing."""
        plugin = self.registry.get(tenant.plugin_key)
        if plugin is not None:
            return plugin, ""
        why = _why_missing(self.registry)
        model = effective.last(session, tenant)
        if model is None:
            raise PluginMissing(why)
        return registry.absent(tenant.plugin_key, model), why

    def ask(self, database: Database, question: Question, answers: Answers, now: dt.datetime) -> None:
        breaker.ask(database, question, answers, now)

    def locale_of(self, session: Unit, slug: str | None, person_id: str | None) -> str:
        return tenants.locale_of(session, slug, person_id)

    def touch(self, database: Database, credential: Credential, now: dt.datetime) -> None:
        credentials.touch(database, credential, now)

    def recall(self, call: Call, work: Callable[[], Answer]) -> Answer:
        """Do the work once for an Idempotency-Key and give the same answer to every later try (rule 19).

        Raises Conflict when the key was used for another body.
        """
        scope = call.scope
        key = call.headers["idempotency-key"]
        route = f"{call.route.name} {'/'.join(call.path.values())}"
        digest = hashlib.sha256(msgspec.json.encode(call.json, order="deterministic")).hexdigest()
        mine = (
            IdempotencyKey.tenant_id == scope.tenant_id,
            IdempotencyKey.person_id == scope.actor.person_id,
            IdempotencyKey.route == route,
            IdempotencyKey.key == key,
        )
        claim: dict[str, Any] = {
            "tenant_id": scope.tenant_id,
            "id": new_id(),
            "person_id": scope.actor.person_id,
            "route": route,
            "key": key,
            "body_hash": digest,
            "status": 0,
            "body": "",
            "headers": {},
            "created_at": scope.now,
        }
        # Claimed before the work: another that sends the same at once waits here until this answer stands.
        if not insert_if_absent(scope.session, IdempotencyKey, claim):
            known: Any = scope.session.execute(
                select(
                    IdempotencyKey.body_hash, IdempotencyKey.status, IdempotencyKey.body, IdempotencyKey.headers
                ).where(*mine)
            ).one()
            if known.body_hash != digest:
                raise Conflict(_("This Idempotency-Key was used for another request."))
            headers = known.headers
            return Json(msgspec.Raw(known.body.encode()), known.status, headers.get("version"), headers.get("location"))
        answer = work()
        if isinstance(answer, Json):
            kept = {
                "status": answer.status,
                "body": msgspec.json.encode(answer.value).decode(),
                "headers": {"version": answer.version, "location": answer.location},
            }
            scope.session.execute(update(IdempotencyKey).where(*mine).values(kept))
        return answer


def _why_missing(registry: Registry) -> str:
    if registry.is_safe_mode:
        return _(
            "The installation runs in safe mode: no region's plugin is loaded, so nothing of this region can be "
            "changed. What is stored is kept. The operator starts it without --safe-mode when the fault is mended."
        )
    return _(
        "The plugin of this region could not be loaded, so nothing of this region can be changed. What is stored is "
        "kept. The operator finds the reason with 'samverk plugin list'."
    )
