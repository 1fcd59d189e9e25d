"""The worker: delivers mail every few seconds and decides the day's reminders of every region.

Killed at any moment it loses nothing: occasions are unique, deliveries are claimed.
"""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

from samverk import registry as registries
from samverk.database import Database
from samverk.outbox import delivery
from samverk.registry import Registry
from samverk.rounds import notices
from samverk.settings import Settings
from samverk.tenants import effective
from samverk.tenants import service as tenants

log = logging.getLogger("samverk.worker")
PAUSE = 3.0
EARLIEST_HOUR = 7


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def remind_everybody(database: Database, registry: Registry, now: dt.datetime) -> int:
    """Queue the day's reminders of all regions, after seven in the morning there; return how many."""
    with database.platform("decide reminders") as session:
        every = tenants.every(session)
    queued = 0
    for tenant in every:
        plugin = registry.get(tenant.plugin_key)
        if plugin is None:
            continue
        with database.tenant(tenant.id, write=True) as session:
            scope = tenants.system_scope(session, tenant, plugin, now)
            if now.astimezone(ZoneInfo(tenant.zone)).hour >= EARLIEST_HOUR:
                queued += notices.due_today(scope)
    return queued


def keep_models(database: Database, registry: Registry, now: dt.datetime) -> None:
    """Keep the model that every region works by now, so that it can be read when its plugin is not there."""
    with database.platform("keep the models of regions") as session:
        every = tenants.every(session)
    for tenant in every:
        plugin = registry.get(tenant.plugin_key)
        if plugin is not None:
            with database.tenant(tenant.id, write=True) as session:
                effective.pin(tenants.system_scope(session, tenant, plugin, now))


def work_once(
    database: Database, registry: Registry, settings: Settings, clock: Callable[[], dt.datetime] = _now
) -> int:
    """Decide reminders and deliver what is due; return how many messages were tried."""
    remind_everybody(database, registry, clock())
    return delivery.deliver_once(database, settings, clock) if settings.smtp_url else 0


def run(settings: Settings) -> None:
    """Work until stopped by SIGTERM or SIGINT; a fault is logged and the next turn tries again."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database, registry = Database(settings.database_url, threads=2), registries.discover()
    while not stop.is_set():
        try:
            while work_once(database, registry, settings) and not stop.is_set():
                pass
        except Exception:
            log.exception("the worker failed; it tries again")
        stop.wait(PAUSE)
    database.dispose()
