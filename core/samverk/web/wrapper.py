"""The one wrapper round every request, run in a worker thread: open scope, handle, render, commit, answer.

Litestar is only the door: it reads the body on the event loop and writes the answer. Nothing is sent before the
commit (rule 20). Measured: a generator dependency that opens on the event loop deadlocks a small pool.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

import msgspec

from samverk import i18n
from samverk.database import Database, Fault, Unit, may_retry
from samverk.errors import NotAllowed, NotSignedIn, SamverkError
from samverk.i18n import _
from samverk.permissions import ACTIONS
from samverk.registry import Answers, AskFirst, Question
from samverk.scope import Scope
from samverk.settings import Settings
from samverk.web import body as gate
from samverk.web import faults, render, scanning, security, uploads
from samverk.web.call import Answer, Call, Credential, Form, Page, Redirect, Route
from samverk.web.outgoing import Outgoing
from samverk.web.scanning import ScanFirst, Verdict

log = logging.getLogger("samverk.requests")
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as the door hands it over."""

    method: str
    path: Mapping[str, str]
    url: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    address: str


class Entry(Protocol):
    """What `app` injects: who is behind a request, and the scope of a tenant."""

    def identify(
        self, session: Unit, cookie: str, bearer: str, now: dt.datetime, slug: str | None = None
    ) -> Credential: ...

    def open_scope(self, session: Unit, slug: str, credential: Credential, locale: str, now: dt.datetime) -> Scope: ...

    def locale_of(self, session: Unit, slug: str | None, person_id: str | None) -> str: ...

    def touch(self, database: Database, credential: Credential, now: dt.datetime) -> None: ...

    def recall(self, call: Call, work: Callable[[], Answer]) -> Answer: ...

    def ask(self, database: Database, question: Question, answers: Answers, now: dt.datetime) -> None: ...


def body_limit(route: Route) -> int:
    """Return how large a body the route takes: a file and what goes with it, or a form."""
    return uploads.MAX_UPLOAD if route.takes_files else gate.MAX_BODY


class Journal(Protocol):
    """What `app` injects: the log of who changed what, and of what auditors read."""

    def written(self, call: Call) -> None: ...

    def read(self, call: Call) -> None: ...


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The frame of every request of one process."""

    settings: Settings
    database: Database
    entry: Entry
    journal: Journal
    clock: Callable[[], dt.datetime]

    def run(self, route: Route, incoming: Incoming) -> Outgoing:
        """Answer one request; every fault becomes an answer too."""
        nonce, answers, attempt, now = security.new_nonce(), Answers(), 1, self.clock()
        asked: Question | None = None
        scanned: dict[str, Verdict] = {}
        while True:
            try:
                if asked is not None:
                    self.entry.ask(self.database, asked, answers, now)
                return self._once(route, incoming, nonce, answers, scanned, now)
            except ScanFirst as first_scan:
                scanned |= scanning.scan(self.settings.scanner or "", first_scan.files)
            except AskFirst as first:
                # The work is done anew at the same moment: a slow plugin costs nobody a deadline.
                asked = first.question
            except Fault as error:
                if not may_retry(error) or attempt == RETRIES:
                    log.exception("database fault at %s", route.name)
                    return faults.unavailable(self.settings, route, incoming.headers, nonce)
                time.sleep(0.02 * attempt)
                asked, attempt, now = None, attempt + 1, self.clock()
            except Exception:
                log.exception("fault at %s", route.name)
                return faults.broken(self.settings, route, incoming.headers, nonce)

    def _once(
        self,
        route: Route,
        incoming: Incoming,
        nonce: str,
        answers: Answers,
        scanned: dict[str, Verdict],
        now: dt.datetime,
    ) -> Outgoing:
        cookies = security.read_cookies(incoming.headers.get("cookie", ""))
        cookie = "" if route.is_api else cookies.get(security.cookie_name(self.settings), "")
        with self.database.unit(write=route.writes) as session:
            if route.writes:
                session.info |= {"plugin_answers": answers, "scanned": scanned}
            frame = _Frame(self, route, incoming, session, nonce, cookies)
            outgoing, credential = frame.answer(cookie, now)
            if outgoing.status >= 400:
                session.rollback()
            afterwards = list(session.info.get("afterwards", ()))
            if outgoing.status < 400:
                afterwards += session.info.get("after_commit", ())
        for work in afterwards:
            work(self.database)
        if credential.session_id is not None or credential.token_id is not None:
            self.entry.touch(self.database, credential, now)
        return outgoing


@dataclass(frozen=True, slots=True)
class _Frame:
    """The work of one attempt, inside its unit of work."""

    wrapper: Wrapper
    route: Route
    incoming: Incoming
    session: Unit
    nonce: str
    cookies: Mapping[str, str]

    def answer(self, cookie: str, now: dt.datetime) -> tuple[Outgoing, Credential]:
        headers = self.incoming.headers
        bearer = headers.get("authorization", "") if self.route.is_api else ""
        slug = self.incoming.path.get("tenant")
        credential = self.wrapper.entry.identify(self.session, cookie, bearer, now, slug)
        locale = self._locale(credential, slug)
        with i18n.using(locale):
            call: Call | None = None
            try:
                call = self._call(credential, locale, slug, now)
                self._check(call)
                if self.route.is_idempotent and headers.get("idempotency-key"):
                    answer = self.wrapper.entry.recall(call, lambda: self.route.handler(call))
                else:
                    answer = self.route.handler(call)
                sent = self._render(answer, call)
                if call.scope_or_none is not None and sent.status < 400:
                    (self.wrapper.journal.written if self.route.writes else self.wrapper.journal.read)(call)
                return sent, credential
            except NotSignedIn:
                return self._sign_in_first(call, credential), credential
            except (SamverkError, msgspec.ValidationError) as error:
                outgoing = faults.answer(self.wrapper.settings, self.route, headers, self.nonce, error, call)
                return outgoing, credential

    def _locale(self, credential: Credential, slug: str | None) -> str:
        once = gate.pairs(self.incoming.query).get("lang", ("",))[-1] if b"lang=" in self.incoming.query else ""
        if once in i18n.LOCALES:
            return once
        if slug is None and b"next=" in self.incoming.query:
            # Signing in on the way to a region's page speaks that region's language.
            slug = gate.pairs(self.incoming.query)["next"][-1].strip("/").partition("/")[0] or None
        person = credential.actor.person_id
        return credential.actor.locale or self.wrapper.entry.locale_of(self.session, slug, person)

    def _call(self, credential: Credential, locale: str, slug: str | None, now: dt.datetime) -> Call:
        incoming, route = self.incoming, self.route
        content_type = incoming.headers.get("content-type", "")
        fields, value = Form({}), None
        files: tuple[uploads.Upload, ...] = ()
        scope = None
        if slug is not None:
            scope = self.wrapper.entry.open_scope(self.session, slug, credential, locale, now)
            credential = Credential(
                scope.actor,
                credential.via,
                credential.csrf,
                credential.session_id,
                credential.tenant_id,
                credential.token_id,
                credential.can_write,
            )
        if route.is_api:
            # A program learns whether it may before what it sent is looked at; a page carries its words to the sign-in.
            self._authorise(scope, credential)
        if route.writes:
            gate.check_size(len(incoming.body), body_limit(route))
            if route.takes_files:
                given, files = uploads.parts(incoming.body, content_type)
                fields = Form(given)
            elif not route.is_api:
                fields = Form(gate.form_fields(incoming.body, content_type))
            elif route.body is not None:
                value = msgspec.convert(gate.json_value(incoming.body, content_type), route.body)
            elif incoming.body:
                gate.json_value(incoming.body, content_type)
        return Call(
            route,
            self.wrapper.settings,
            self.session,
            credential,
            locale,
            now,
            {name: gate.clean(str(words)) for name, words in incoming.path.items()},
            Form(gate.pairs(incoming.query)),
            fields,
            value,
            incoming.headers,
            incoming.address,
            incoming.url,
            scope,
            files,
        )

    def _authorise(self, scope: Scope | None, credential: Credential) -> None:
        """Hold the person against the permission table. Raises NotSignedIn, NotAllowed."""
        if scope is not None:
            scope.require(self.route.action)
        elif ACTIONS[self.route.action].needs_person and credential.actor.person_id is None:
            raise NotSignedIn()
        if self.route.writes and not credential.can_write:
            raise NotAllowed(_("This token may only read."))

    def _check(self, call: Call) -> None:
        if self.route.writes and not self.route.is_api:
            security.check_origin(call.settings, call.headers)
        if not self.route.is_api:
            self._authorise(call.scope_or_none, call.credential)
        if self.route.writes and not self.route.is_api and call.credential.via == "session":
            security.check_csrf(call.credential.csrf, call.form.get("_csrf"))

    def _sign_in_first(self, call: Call | None, credential: Credential) -> Outgoing:
        settings, headers = self.wrapper.settings, self.incoming.headers
        if self.route.is_api or call is None or "text/html" not in headers.get("accept", "text/html"):
            return faults.answer(settings, self.route, headers, self.nonce, NotSignedIn(), call)
        if self.route.writes:
            # The session ended while the person wrote: the words go with them through the sign-in.
            page = render.resume_page(call)
            return self._render(page, call)
        target = self.incoming.url
        return self._render(Redirect(f"/sign-in?next={quote(target, safe='/')}"), call)

    def _render(self, answer: Answer, call: Call) -> Outgoing:
        name = security.notice_name(self.wrapper.settings)
        notice = _notice(self.wrapper.settings, self.cookies.get(name, ""))
        sent = render.outgoing(answer, call, self.nonce, notice)
        if notice and isinstance(answer, Page):
            taken = ("set-cookie", security.set_cookie(self.wrapper.settings, name, "", 0))
            return Outgoing(sent.status, (*sent.headers, taken), sent.body)
        return sent


def _notice(settings: Settings, raw: str) -> str:
    signature, _dot, quoted = raw.partition(".")
    text = unquote(quoted)
    return text if text and security.is_signed(settings, "notice", text, signature) else ""
