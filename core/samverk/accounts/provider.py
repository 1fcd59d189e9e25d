"""Sign-in through a region's provider: the way there, the way back, and what the browser carries meanwhile.

An identity is bound to a person by an invitation only (`membership.joining`); an address never links anything. The
session reaches the provider's own region and no other.
"""

import datetime as dt
import hmac
import logging
from typing import TypeVar

import msgspec

from samverk.accounts import oidc
from samverk.accounts.oidc import ProviderFault
from samverk.database import Database
from samverk.errors import NotFound
from samverk.i18n import _
from samverk.people import sealing, sessions
from samverk.people import service as people
from samverk.people.arriving import cookie_for, target_of
from samverk.settings import Provider
from samverk.web import security
from samverk.web.call import Answer, Call, Cookie, Page, Redirect, Routes

log = logging.getLogger("samverk.security")
routes = Routes()
T = TypeVar("T", "Begun", "Vouched")
COOKIE = "oidc"
LIFE = dt.timedelta(minutes=10)


class Begun(msgspec.Struct, frozen=True):
    """A sign-in on its way, kept in the browser that began it."""

    until: float
    state: str
    nonce: str
    verifier: str
    target: str
    invitation: str


class Vouched(msgspec.Struct, frozen=True):
    """Who somebody is at the provider, kept in the browser until the invitation is taken."""

    until: float
    issuer: str
    subject: str
    invitation: str


def _provider(call: Call) -> Provider:
    for one in call.settings.oidc:
        if (one.tenant, one.key) == (call.scope.tenant.slug, call.path["provider"]):
            return one
    raise NotFound()


def _redirect_uri(call: Call, provider: Provider) -> str:
    return f"{call.settings.public_url}/sign-in/oidc/{provider.tenant}/{provider.key}/callback"


def _carry(call: Call, kind: str, owner: str, value: msgspec.Struct) -> Cookie:
    sealed = sealing.seal(call.settings.secret, kind, owner, msgspec.json.encode(value).decode())
    return Cookie(sealed, int(LIFE.total_seconds()), COOKIE)


def _carried(call: Call, kind: str, owner: str, what: type[T]) -> T | None:
    name = security.cookie_name(call.settings, COOKIE)
    sealed = security.read_cookies(call.headers.get("cookie", "")).get(name, "")
    plain = sealing.unseal(call.settings.secret, kind, owner, sealed) if sealed else None
    found = None if plain is None else msgspec.json.decode(plain, type=what)
    return found if found is not None and found.until > call.now.timestamp() else None


@routes.page("GET", "/sign-in/oidc/{tenant}/{provider}", action="sign_in")
def leave_for_provider(call: Call) -> Answer:
    provider = _provider(call)
    try:
        begun = oidc.start(provider, _redirect_uri(call, provider))
    except ProviderFault as error:
        return _fault(call, provider, error)
    value = Begun(
        (call.now + LIFE).timestamp(),
        begun.state,
        begun.nonce,
        begun.verifier,
        target_of(call)[:1000],
        call.query.get("invitation")[:120],
    )
    return Redirect(begun.address, cookie=_carry(call, "oidc", f"{provider.tenant}/{provider.key}", value))


@routes.page("GET", "/sign-in/oidc/{tenant}/{provider}/callback", action="sign_in")
def come_back(call: Call) -> Answer:
    provider = _provider(call)
    try:
        begun, subject = _finish(call, provider)
    except ProviderFault as error:
        return _fault(call, provider, error)
    if begun.invitation:
        until = (call.now + LIFE).timestamp()
        vouched = Vouched(until, provider.issuer, subject, begun.invitation)
        target = f"/{provider.tenant}/invitation/{begun.invitation}/provider"
        return Redirect(target, cookie=_carry(call, "oidc identity", provider.tenant, vouched))
    person = people.person_of_identity(call.scope, provider.issuer, subject)
    if person is None:
        title = _("You are not known here yet")
        context = {"provider": provider.name, "tenant": provider.tenant}
        return Page("accounts/unknown.html", title, context, status=403, is_secret=True)
    return Redirect(begun.target, _("You are signed in."), cookie_for(_begin_afterwards(call, person)))


def _begin_afterwards(call: Call, person: str) -> str:
    """Begin the session after this unit: no writer waits while the provider is asked (measured: seconds)."""
    secret, now, tenant_id = sessions.new_secret(), call.now, call.scope.tenant_id

    def work(database: Database) -> None:
        with database.unit(write=True) as session:
            sessions.begin(session, person, now, tenant_id=tenant_id, secret=secret)

    call.session.info.setdefault("afterwards", []).append(work)
    return secret


def _finish(call: Call, provider: Provider) -> tuple[Begun, str]:
    begun = _carried(call, "oidc", f"{provider.tenant}/{provider.key}", Begun)
    if begun is None or not hmac.compare_digest(begun.state.encode(), call.query.get("state").encode()):
        raise ProviderFault("not begun in this browser")
    if call.query.get("iss", provider.issuer) != provider.issuer:
        raise ProviderFault("another issuer")
    code = call.query.get("code")
    if not code or len(code) > 2000:
        raise ProviderFault("no code")
    start = oidc.Start("", begun.state, begun.nonce, begun.verifier)
    now = int(call.now.timestamp())
    return begun, oidc.finish(provider, _redirect_uri(call, provider), code, start, now)


def _fault(call: Call, provider: Provider, error: ProviderFault) -> Page:
    log.warning("sign-in through %s of %s failed: %s", provider.key, provider.tenant, error)
    title = _("Signing in did not work")
    context = {"provider": provider, "target": f"/{provider.tenant}/"}
    return Page("accounts/provider_fault.html", title, context, status=400, is_secret=True)


def vouched(call: Call, invitation: str) -> Vouched | None:
    """Return who the browser's person is at the region's provider, come for this invitation."""
    found = _carried(call, "oidc identity", call.scope.tenant.slug, Vouched)
    return found if found is not None and found.invitation == invitation else None
