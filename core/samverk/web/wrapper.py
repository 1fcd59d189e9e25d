"""The one wrapper round every request, run in a worker thread: open scope, handle, render, commit, answer.

Litestar is only the door: it reads the body on the event loop and writes the answer. Nothing is sent before the
commit (rule 20). Measured: a generator dependency that opens on the event loop deadlocks a small pool.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from samverk import i18n
from samverk.database import Database, Fault, Uncertain, is_outage, may_retry
from samverk.errors import Busy, TooManyRequests
from samverk.settings import Settings
from samverk.web import faults, record, security
from samverk.web.attempt import Attempt, Seen
from samverk.web.beforehand import FIRST, Beforehand, First
from samverk.web.call import Credential, Route
from samverk.web.incoming import Entry, Incoming, Journal
from samverk.web.outgoing import Outgoing
from samverk.web.rates import Rates

log = logging.getLogger("samverk.requests")
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The frame of every request of one process."""

    settings: Settings
    database: Database
    entry: Entry
    journal: Journal
    clock: Callable[[], dt.datetime]
    rates: Rates

    def run(self, route: Route, incoming: Incoming) -> Outgoing:
        """Answer one request; every fault becomes an answer too."""
        began, seen = time.perf_counter(), Seen(i18n.preferred(incoming.headers.get("accept-language", "")))
        sent = self._run(route, incoming, seen)
        ms = (time.perf_counter() - began) * 1000
        record.answered(incoming.id, seen.tenant, seen.actor, route.action, sent.status, ms)
        return Outgoing(sent.status, (*sent.headers, ("request-id", incoming.id)), sent.body)

    def _run(self, route: Route, incoming: Incoming, seen: Seen) -> Outgoing:
        nonce, attempt, now = security.new_nonce(), 1, self.clock()
        beforehand = Beforehand(self.database, self.entry, self.settings.scanner)
        first: First | None = None
        why = faults.Why(self.settings, route, incoming.headers, nonce, incoming.id)
        try:
            self.rates.of_address(incoming.address, time.time(), writes=route.writes)
        except TooManyRequests as error:
            record.event("too-many-requests", request=incoming.id, address=incoming.address)
            with i18n.using(seen.locale):
                return faults.answer(why, error, None)
        while True:
            try:
                if first is not None:
                    beforehand.do(first, now)
                return self._once(route, incoming, why, beforehand, now, seen)
            except FIRST as lacking:
                # The work is done anew at the same moment: a slow plugin costs nobody a deadline.
                first = lacking
            except Busy:
                with i18n.using(seen.locale):
                    return faults.unavailable(why)
            except Fault as error:
                if not may_retry(error) or attempt == RETRIES:
                    # In an outage every request fails alike: a trace of each would fill what is perhaps full already.
                    trace = None if is_outage(error) else error
                    kind = type(error.orig).__name__
                    log.error(
                        "database fault at %s: %s", route.name, kind, exc_info=trace, extra={"request": incoming.id}
                    )
                    with i18n.using(seen.locale):
                        return faults.unavailable(why)
                time.sleep(0.02 * attempt)
                first, attempt, now = None, attempt + 1, self.clock()
            except Uncertain:
                log.error("connection lost during the commit at %s", route.name, extra={"request": incoming.id})
                with i18n.using(seen.locale):
                    return faults.uncertain(why) if route.writes else faults.unavailable(why)
            except Exception:
                log.exception("fault at %s", route.name, extra={"request": incoming.id})
                with i18n.using(seen.locale):
                    return faults.broken(why)

    def _once(
        self,
        route: Route,
        incoming: Incoming,
        why: faults.Why,
        beforehand: Beforehand,
        now: dt.datetime,
        seen: Seen,
    ) -> Outgoing:
        cookies = security.read_cookies(incoming.headers.get("cookie", ""))
        cookie = "" if route.is_api else cookies.get(security.cookie_name(self.settings), "")
        with self.database.unit(write=route.writes) as session:
            session.info |= beforehand.known
            attempt = Attempt(
                self.settings, self.entry, self.journal, self.rates, route, incoming, session, why, cookies, seen
            )
            outgoing, credential = attempt.answer(cookie, now)
            if outgoing.status >= 400:
                session.rollback()
            afterwards = list(session.info.get("afterwards", ()))
            if outgoing.status < 400:
                afterwards += session.info.get("after_commit", ())
        for work in afterwards:
            try:
                work(self.database)
            except Exception:
                # What is committed must not be called undone, nor be done again for the sake of what comes after it.
                if not route.writes or outgoing.status >= 400:
                    raise
                log.exception("work after the commit failed at %s", route.name, extra={"request": incoming.id})
        if credential.session_id is not None or credential.token_id is not None:
            self._touch(credential, now, incoming)
        return outgoing

    def _touch(self, credential: Credential, now: dt.datetime, incoming: Incoming) -> None:
        """Note that the credential is in use; a database that cannot be written is no reason to withhold the answer."""
        try:
            self.entry.touch(self.database, credential, now)
        except Fault as error:
            log.warning("last use not noted: %s", type(error.orig).__name__, extra={"request": incoming.id})
