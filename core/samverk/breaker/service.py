"""Calls a tenant's plugin, counts its faults and keeps its switch: the only writer of `plugin_switch`.

No request waits for a plugin inside its unit of work: see `AskFirst`.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from samverk.breaker.model import PluginSwitch
from samverk.database import Database, Fault, Unit
from samverk.errors import Conflict, Invalid, Problem, Stale
from samverk.guard import Prepared
from samverk.hooks.values import Heard, HookFault
from samverk.i18n import _
from samverk.registry import Answers, AskFirst, Question
from samverk.scope import Scope
from samverk.tables import IdType, new_id

log = logging.getLogger("samverk.plugins")
FAULTS = 3
WINDOW = dt.timedelta(days=1)
"""Faults that lie a day apart are counted from one again: a slow hour a month switches nothing off."""

MAX_ANSWERS = 20
MAX_REASON = 500
_IS_OFF = Prepared(
    select(PluginSwitch.is_off).where(
        PluginSwitch.tenant_id == bindparam("tenant", type_=IdType), PluginSwitch.plugin_key == bindparam("key")
    )
)


@dataclass(frozen=True, slots=True)
class Switch:
    """The state of a tenant's plugin."""

    is_off: bool = False
    fault_count: int = 0
    fault_hook: str | None = None
    fault_kind: str | None = None
    fault_at: dt.datetime | None = None
    reason: str | None = None
    changed_by: str | None = None
    changed_at: dt.datetime | None = None
    version: int = 0


def call(scope: Scope, hook: str, **given: Any) -> tuple[Any, ...]:
    """Ask the tenant's plugin and return its values; nothing where it has no such hook, is off, or fails.

    In a request this raises AskFirst, which the wrapper answers by asking and doing the work anew.
    """
    if not scope.plugin.has(hook) or _is_off(scope):
        return ()
    question = Question(scope.plugin, scope.tenant_id, hook, given)
    answers: Answers | None = scope.session.info.get("plugin_answers")
    if answers is None:
        heard = question.hear()
        _note(scope, question, heard)
        return heard.values
    known = answers.get(question.key)
    if known is not None:
        return known.values
    if len(answers) >= MAX_ANSWERS:
        log.error("plugin %s: one request would ask more than %s times", scope.plugin.key, MAX_ANSWERS)
        return ()
    raise AskFirst(question)


def tell(scope: Scope, hook: str, **given: Any) -> None:
    """Tell the tenant's plugin something when the request is committed; outside requests at once."""
    if not scope.plugin.has(hook) or _is_off(scope):
        return
    question, now = Question(scope.plugin, scope.tenant_id, hook, given), scope.now
    if "plugin_answers" not in scope.session.info:
        _note(scope, question, question.hear())
        return
    later = scope.session.info.setdefault("after_commit", [])
    later.append(lambda database: record(database, question, question.hear(), now))


def ask(database: Database, question: Question, answers: Answers, now: dt.datetime) -> None:
    """Ask with no transaction open, keep the answer, and count a fault in a unit of its own."""
    heard = question.hear()
    answers[question.key] = heard
    record(database, question, heard, now)


def record(database: Database, question: Question, heard: Heard, now: dt.datetime) -> None:
    """Count the fault of a call. A busy database costs the count and never the request."""
    fault = heard.fault
    if fault is None or not heard.is_counted:
        return
    for attempt in (1, 2):
        try:
            with database.tenant(question.tenant_id, write=True) as session:
                _count(session, question.tenant_id, question.plugin.key, fault, now)
            return
        except IntegrityError:
            # Another process wrote the first row meanwhile; the second time it is found.
            if attempt == 2:
                log.exception("a fault of plugin %s could not be counted", question.plugin.key)
        except Fault:
            log.exception("a fault of plugin %s could not be counted", question.plugin.key)
            return


def _count(session: Unit, tenant_id: str, key: str, fault: HookFault, now: dt.datetime) -> None:
    row = _row(session, tenant_id, key)
    if row is None:
        row = PluginSwitch(id=new_id(), plugin_key=key, is_off=False, fault_count=0, version=0)
        session.add(row)
    is_old = row.fault_at is not None and now - row.fault_at > WINDOW
    row.fault_count = 1 if is_old else row.fault_count + 1
    row.fault_hook, row.fault_kind, row.fault_at = fault.hook, fault.kind, now
    if row.fault_count >= FAULTS and not row.is_off:
        row.is_off, row.reason, row.changed_by, row.changed_at = True, None, None, now
        row.version += 1
        log.error("plugin %s is off for tenant %s after %s faults", key, tenant_id, row.fault_count)
    session.flush()


def _note(scope: Scope, question: Question, heard: Heard) -> None:
    """Keep a fault that came inside a unit: after it in a request, else in the unit when it writes."""
    if heard.fault is None or not heard.is_counted:
        return
    now = scope.now
    if scope.session.connection().get_execution_options().get("samverk_write"):
        _count(scope.session, scope.tenant_id, question.plugin.key, heard.fault, now)
        return
    later = scope.session.info.setdefault("afterwards", [])
    later.append(lambda database: record(database, question, heard, now))


def _is_off(scope: Scope) -> bool:
    """Read the switch once for each unit of work, and only when a plugin would be called."""
    known: bool | None = scope.session.info.get("plugin_is_off")
    if known is None:
        given = {"tenant": scope.tenant_id, "key": scope.plugin.key}
        row = _IS_OFF.one(scope.session.connection(), given)
        known = scope.session.info["plugin_is_off"] = bool(row and row[0])
    return known


def _row(session: Unit, tenant_id: str, key: str) -> PluginSwitch | None:
    return session.scalar(
        select(PluginSwitch)
        .where(PluginSwitch.tenant_id == tenant_id, PluginSwitch.plugin_key == key)
        .with_for_update()
    )


def get_switch(scope: Scope) -> Switch:
    """Return the state of the tenant's plugin."""
    row = scope.session.execute(
        select(
            PluginSwitch.is_off,
            PluginSwitch.fault_count,
            PluginSwitch.fault_hook,
            PluginSwitch.fault_kind,
            PluginSwitch.fault_at,
            PluginSwitch.reason,
            PluginSwitch.changed_by,
            PluginSwitch.changed_at,
            PluginSwitch.version,
        ).where(PluginSwitch.tenant_id == scope.tenant_id, PluginSwitch.plugin_key == scope.plugin.key)
    ).one_or_none()
    return Switch() if row is None else Switch(*row)


def switch(scope: Scope, *, off: bool, reason: str, version: int) -> None:
    """Switch the tenant's plugin off, or on with its faults forgotten.

    Raises Invalid without a reason, Conflict where it stands so already, Stale when it was changed meanwhile.
    """
    if not scope.session.info.get("system"):
        scope.require("plugin.switch")
    words = reason.strip()
    if not words or len(words) > MAX_REASON:
        message = _("Give the reason, in at most %(number)s characters.", number=MAX_REASON)
        raise Invalid((Problem("/reason", message, field="reason"),))
    row = _row(scope.session, scope.tenant_id, scope.plugin.key)
    if version != (row.version if row else 0):
        raise Stale(_("Somebody else switched the plugin meanwhile. Look at it again."))
    if off == (row.is_off if row else False):
        raise Conflict(_("The plugin is off already.") if off else _("The plugin is on already."))
    if row is None:
        row = PluginSwitch(id=new_id(), plugin_key=scope.plugin.key, fault_count=0, version=0)
        scope.add(row)
    row.is_off, row.reason, row.changed_by, row.changed_at = off, words, scope.actor.name or None, scope.now
    if not off:
        row.fault_count = 0
    row.version += 1
    scope.flush()


def switched_off(session: Unit, tenant_id: str) -> tuple[str, ...]:
    """Return the keys of the plugins that are off for a tenant."""
    query = select(PluginSwitch.plugin_key).where(PluginSwitch.tenant_id == tenant_id, PluginSwitch.is_off.is_(True))
    return tuple(session.scalars(query.order_by(PluginSwitch.plugin_key)))
