"""Faults become answers: problem+json for programs, the same fault as a page for browsers (rule 49).

No URL, SQL, path or stack is ever part of one.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from samverk import i18n
from samverk.errors import (
    BadRegion,
    Busy,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PluginMissing,
    Problem,
    SamverkError,
    Stale,
    TooManyRequests,
    VersionMissing,
)
from samverk.i18n import N_, _
from samverk.settings import Settings
from samverk.web import layout, security
from samverk.web.body import BadBody
from samverk.web.call import Call, Route
from samverk.web.outgoing import Outgoing

log = logging.getLogger("samverk.requests")
TITLES: dict[int, str] = {
    400: N_("The request could not be read"),
    401: N_("Sign in first"),
    403: N_("You may not do this"),
    404: N_("There is nothing here"),
    405: N_("This address does not take that method"),
    408: N_("The request did not come in whole"),
    409: N_("This cannot be done now"),
    412: N_("Somebody else changed this meanwhile"),
    413: N_("Too much was sent"),
    414: N_("The address is too long"),
    415: N_("The content is of another type than this address takes"),
    422: N_("Something needs to be corrected"),
    428: N_("The version is missing"),
    429: N_("Too many tries"),
    431: N_("The headers are too large"),
    500: N_("Something went wrong with us"),
    503: N_("The installation is busy"),
}
TITLES_OF_KINDS: dict[str, str] = {PluginMissing.kind: N_("This region is not available now")}
WAYS: dict[int, str] = {
    401: N_("You need to sign in to see this page."),
    403: N_("Your role does not include this. Ask those who give out roles in the region if you think it should."),
    404: N_("The address may be old or mistyped. The front page shows the way on."),
    405: N_("Go back to the page you came from."),
    413: N_("Send less at a time."),
    428: N_("Send the version you changed in If-Match."),
    500: N_(
        "Nothing you sent was stored. Try again; if it happens again, tell those who look after Samverk in the region."
    ),
    503: N_("Nothing you sent was stored. Try again in a moment."),
}
KINDS: dict[int, str] = {
    400: "unreadable",
    405: "method-not-allowed",
    408: "not-whole",
    413: "too-large",
    414: "address-too-long",
    415: "wrong-type",
    431: "headers-too-large",
    500: "fault",
    503: "busy",
}
SOON = {"retry-after": "2"}


def status_of(error: Exception) -> int:
    """Return the status code of a fault."""
    match error:
        case NotSignedIn():
            return 401
        case NotAllowed():
            return 403
        case NotFound():
            return 404
        case Conflict():
            return 409
        case Stale():
            return 412
        case Invalid() | BadRegion() | msgspec.ValidationError():
            return 422
        case VersionMissing():
            return 428
        case TooManyRequests():
            return 429
        case PluginMissing() | Busy():
            return 503
        case BadBody():
            return error.status
        case _:
            return 500


def problems_of(error: Exception) -> tuple[Problem, ...]:
    """Return the single faults of an input."""
    if isinstance(error, Invalid):
        return error.problems
    if isinstance(error, msgspec.ValidationError):
        words, _at, where = str(error).partition(" - at `$")
        pointer = where.rstrip("`").replace(".", "/").replace("[", "/").replace("]", "")
        return (Problem(pointer, words + "."),)
    return ()


@dataclass(frozen=True, slots=True)
class Why:
    """Whose fault is answered: the request's route, None where it fits none, its headers, its nonce and its id."""

    settings: Settings
    route: Route | None
    headers: Mapping[str, str]
    nonce: str
    request: str

    @property
    def wants_page(self) -> bool:
        is_api = self.route.is_api if self.route else False
        return not is_api and "text/html" in self.headers.get("accept", "text/html")


def answer(why: Why, error: Exception, call: Call | None) -> Outgoing:
    """Return the answer for a fault that was raised on purpose."""
    status = status_of(error)
    if status == 500:
        log.error("fault without an answer of its own: %s", type(error).__name__)
    said = str(error) if isinstance(error, SamverkError) and not isinstance(error, Invalid) else ""
    extra = {"retry-after": str(error.args[1])} if isinstance(error, TooManyRequests) else {}
    if isinstance(error, Busy):
        extra = SOON
    own = str(getattr(error, "kind", "invalid"))
    kind = own if own in TITLES_OF_KINDS else KINDS.get(status) or own
    return make(why, status, kind, said=said, problems=problems_of(error), call=call, extra=extra)


def broken(why: Why) -> Outgoing:
    """Return the answer for a fault of ours."""
    return make(why, 500, "fault")


def unavailable(why: Why) -> Outgoing:
    """Return the answer when the database was busy to the end."""
    return make(why, 503, "busy", extra=SOON)


def uncertain(why: Why) -> Outgoing:
    """Return the answer when the connection was lost during the commit: what was sent may be stored or not."""
    said = _("It is not known whether what you sent was stored. Look before you send it again.")
    return make(why, 503, "uncertain", said=said, extra=SOON)


def refused(why: Why, status: int, extra: Mapping[str, str]) -> Outgoing:
    """Return the answer of the door, in the language that the browser asks for."""
    with i18n.using(i18n.preferred(why.headers.get("accept-language", ""))):
        sent = make(why, status, KINDS.get(status, "not-found"), extra=extra)
    return Outgoing(sent.status, (*sent.headers, ("request-id", why.request)), sent.body)


def make(
    why: Why,
    status: int,
    kind: str,
    *,
    said: str = "",
    problems: tuple[Problem, ...] = (),
    call: Call | None = None,
    extra: Mapping[str, str] | None = None,
) -> Outgoing:
    """Return a fault as problem+json, or as a page where a browser asks."""
    sent = security.headers(why.settings, why.nonce, is_private=True) | dict(extra or {})
    title = _(TITLES_OF_KINDS.get(kind) or TITLES[status])
    detail = said or (_(WAYS[status]) if status in WAYS else "")
    if not why.wants_page:
        value: dict[str, Any] = {
            "type": f"urn:samverk:problem:{kind}",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": f"urn:uuid:{why.request}",
            "errors": [
                {"pointer": p.pointer, "detail": p.message, **({"hint": p.hint} if p.hint else {})} for p in problems
            ],
        }
        sent["content-type"] = "application/problem+json"
        return Outgoing(status, tuple(sent.items()), msgspec.json.encode(value))
    sent["content-type"] = "text/html; charset=utf-8"
    sent["content-language"] = i18n.locale()
    return Outgoing(status, tuple(sent.items()), _page(why, status, title, detail, problems, call).encode())


def _page(why: Why, status: int, title: str, detail: str, problems: tuple[Problem, ...], call: Call | None) -> str:
    context: dict[str, Any] = {
        "title": title,
        "detail": detail,
        "problems": problems,
        "faulty": {},
        "status": status,
        "request": why.request,
        "nonce": why.nonce,
        "notice": "",
        "locale": i18n.locale(),
        "locales": i18n.locales(),
        "crumbs": (),
        "here": "/",
        "csrf": call.credential.csrf if call else "",
        "actor": call.actor if call else None,
        "call": call,
        "is_demonstration": why.settings.demonstration,
        "scope": None,
        "base": "",
        "may": lambda _action: False,
    }
    if call is not None and call.scope_or_none is not None:
        context |= layout.scope_functions(call.scope)
        context["may"] = call.scope.actor.may
    return layout.environment().get_template("web/fault.html").render(**context)
