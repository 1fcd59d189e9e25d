"""One attempt at a request, inside its unit of work: who asks, in which region and language, may they, the work.

How often it is tried, and what is made of a fault of the database, is `wrapper.py`'s.
"""

import datetime as dt
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

import msgspec

from samverk import i18n
from samverk.database import Fault, Unit, names_nothing
from samverk.errors import (
    Forged,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PluginMissing,
    SamverkError,
    TooManyRequests,
)
from samverk.i18n import _
from samverk.permissions import ACTIONS
from samverk.scope import Scope
from samverk.settings import Settings
from samverk.web import body as gate
from samverk.web import faults, record, render, security, shapes, uploads
from samverk.web.call import Answer, Call, Credential, Page, Redirect, Route
from samverk.web.form import Form
from samverk.web.incoming import Entry, Incoming, Journal
from samverk.web.outgoing import Outgoing
from samverk.web.rates import Rates
from samverk.web.shapes import Asked

SLUG, NO_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?"), "-"
_ID = re.compile(shapes.UUID)
KEYED = frozenset({"arrangement_id", "body_id", "document_id", "register_id", "subject_id"})
"""Parameters that take the key of a thing beside its id."""


def body_limit(route: Route) -> int:
    """Return how large a body the route takes: a file and what goes with it, or a form."""
    return uploads.MAX_UPLOAD if route.takes_files else gate.MAX_BODY


@dataclass(slots=True)
class Seen:
    """What is known of a request by now: for its line in the log, and for the language of a fault."""

    locale: str
    tenant: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The work of one attempt, inside its unit of work."""

    settings: Settings
    entry: Entry
    journal: Journal
    rates: Rates
    route: Route
    incoming: Incoming
    session: Unit
    why: faults.Why
    cookies: Mapping[str, str]
    seen: Seen

    def answer(self, cookie: str, now: dt.datetime) -> tuple[Outgoing, Credential]:
        headers = self.incoming.headers
        bearer = headers.get("authorization", "") if self.route.is_api else ""
        slug = self._slug()
        credential = self.entry.identify(self.session, cookie, bearer, now, slug)
        self.seen.actor = credential.actor.person_id
        locale = self.seen.locale = self._locale(credential, slug)
        with i18n.using(locale):
            call: Call | None = None
            try:
                self._hold_rate(credential, slug)
                call = self._call(credential, locale, slug, now)
                self._check(call)
                if self.route.is_idempotent and "idempotency-key" in headers:
                    gate.check_key(headers["idempotency-key"])
                    if self.route.is_versioned:
                        # Before what was answered is looked up: a request that lacks its version was never made.
                        call.version()
                    answer = self.entry.recall(call, lambda: self.route.handler(call))
                else:
                    answer = self.route.handler(call)
                sent = self._render(answer, call)
                if call.scope_or_none is not None and sent.status < 400:
                    (self.journal.written if self.route.writes else self.journal.read)(call)
                return sent, credential
            except NotSignedIn:
                self._note("other-region", credential)
                return self._sign_in_first(call, credential), credential
            except (SamverkError, msgspec.ValidationError) as error:
                self._note_refused(error, credential)
                return faults.answer(self.why, error, call), credential
            except Fault as error:
                if not names_nothing(error):
                    raise
                return faults.answer(self.why, NotFound(), None), credential

    def _slug(self) -> str | None:
        """Return the region that the address names; one that no region can have is looked up as nobody's."""
        given = self.incoming.path.get("tenant")
        return given if given is None or SLUG.fullmatch(given) else NO_SLUG

    def _hold_rate(self, credential: Credential, slug: str | None) -> None:
        person = credential.actor.person_id
        if person is not None:
            self.rates.of_person(slug or "", person, time.time(), writes=self.route.writes)

    def _note_refused(self, error: Exception, credential: Credential) -> None:
        if isinstance(error, Forged):
            self._note("forged-form", credential)
        elif isinstance(error, TooManyRequests):
            self._note("too-many-requests", credential)
        elif isinstance(error, NotAllowed) and self.seen.tenant is not None:
            self._note("other-region", credential)

    def _note(self, event: str, credential: Credential) -> None:
        """Write a security event; asking for another region is one where a known person holds nothing."""
        person = credential.actor.person_id
        if event == "other-region" and (person is None or self.session.info.get("grants") != 0):
            return
        record.event(
            event, request=self.incoming.id, tenant=self.seen.tenant, actor=person, address=self.incoming.address
        )

    def _locale(self, credential: Credential, slug: str | None) -> str:
        query = self._query() if b"lang=" in self.incoming.query or b"next=" in self.incoming.query else {}
        once = query.get("lang", ("",))[-1]
        if once in i18n.locales():
            return once
        if slug is None and "next" in query:
            # Signing in on the way to a region's page speaks that region's language.
            slug = query["next"][-1].strip("/").partition("/")[0]
            slug = slug if SLUG.fullmatch(slug) else None
        person = credential.actor.person_id
        chosen = credential.actor.locale
        # Whoever chose a language that is here no longer is met as one who chose none.
        known = chosen if chosen in i18n.locales() else self.entry.locale_of(self.session, slug, person)
        return known if known in i18n.locales() else i18n.preferred(self.incoming.headers.get("accept-language", ""))

    def _query(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the query says, nothing where it cannot be read: that is told when its language is known."""
        try:
            return gate.pairs(self.incoming.query)
        except gate.BadBody:
            return {}

    def _call(self, credential: Credential, locale: str, slug: str | None, now: dt.datetime) -> Call:
        incoming, route = self.incoming, self.route
        content_type = incoming.headers.get("content-type", "")
        fields, value = Form({}), None
        files: tuple[uploads.Upload, ...] = ()
        scope = None
        if slug is not None:
            scope = self.entry.open_scope(self.session, slug, credential, locale, now)
            self.seen.tenant = scope.tenant_id
            self.session.info["grants"] = len(scope.actor.grants)
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
        query = gate.pairs(incoming.query)
        asked: Asked | None = None
        if route.is_api:
            asked = gate.read_into(gate.singles(query), route.query, is_query=True) if query else route.query()
        path = {name: gate.clean(str(words)) for name, words in incoming.path.items()}
        _check_ids(path)
        if route.writes:
            gate.check_size(len(incoming.body), body_limit(route))
            if route.takes_files:
                given, files = uploads.parts(incoming.body, content_type)
                fields = Form(given)
            elif not route.is_api:
                fields = Form(gate.form_fields(incoming.body, content_type))
            elif route.body is not None:
                value = gate.read_into(gate.json_value(incoming.body, content_type), route.body)
            elif incoming.body:
                gate.json_value(incoming.body, content_type)
        return Call(
            route,
            self.settings,
            self.session,
            credential,
            locale,
            now,
            path,
            Form(query),
            fields,
            value,
            incoming.headers,
            incoming.address,
            incoming.url,
            scope,
            files,
            asked,
        )

    def _authorise(self, scope: Scope | None, credential: Credential) -> None:
        """Hold the person against the permission table. Raises NotSignedIn, NotAllowed, PluginMissing."""
        if scope is not None:
            scope.require(self.route.action)
        elif ACTIONS[self.route.action].needs_person and credential.actor.person_id is None:
            raise NotSignedIn()
        if self.route.writes and not credential.can_write:
            raise NotAllowed(_("This token may only read."))
        if self.route.writes and scope is not None and scope.read_only:
            raise PluginMissing(scope.read_only)

    def _check(self, call: Call) -> None:
        if self.route.writes and not self.route.is_api:
            security.check_origin(call.settings, call.headers)
        if not self.route.is_api:
            self._authorise(call.scope_or_none, call.credential)
        if self.route.writes and not self.route.is_api and call.credential.via == "session":
            security.check_csrf(call.credential.csrf, call.form.get("_csrf"))

    def _sign_in_first(self, call: Call | None, credential: Credential) -> Outgoing:
        headers = self.incoming.headers
        if self.route.is_api or call is None or "text/html" not in headers.get("accept", "text/html"):
            return faults.answer(self.why, NotSignedIn(), call)
        if self.route.writes:
            # The session ended while the person wrote: the words go with them through the sign-in.
            page = render.resume_page(call)
            return self._render(page, call)
        target = self.incoming.url
        return self._render(Redirect(f"/sign-in?next={quote(target, safe='/')}"), call)

    def _render(self, answer: Answer, call: Call) -> Outgoing:
        name = security.notice_name(self.settings)
        notice = _notice(self.settings, self.cookies.get(name, ""))
        sent = render.outgoing(answer, call, self.why.nonce, notice)
        if notice and isinstance(answer, Page):
            taken = ("set-cookie", security.set_cookie(self.settings, name, "", 0))
            return Outgoing(sent.status, (*sent.headers, taken), sent.body)
        return sent


def _check_ids(path: Mapping[str, str]) -> None:
    """Raise NotFound for an id that is none: no engine is asked to compare it with its own."""
    for name, words in path.items():
        if name.endswith("_id") and name not in KEYED and _ID.fullmatch(words) is None:
            raise NotFound()


def _notice(settings: Settings, raw: str) -> str:
    signature, _dot, quoted = raw.partition(".")
    text = unquote(quoted)
    return text if text and security.is_signed(settings, "notice", text, signature) else ""
