"""Answers become bytes: pages through their template, JSON through msgspec, files with their headers.

Faults become answers in `faults.py`.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from samverk import i18n
from samverk.errors import Problem
from samverk.i18n import _
from samverk.web import layout, security
from samverk.web.call import Answer, Call, Cookie, File, Json, Page, Redirect
from samverk.web.outgoing import Outgoing

HTML = "text/html; charset=utf-8"
_encoder = msgspec.json.Encoder()


def outgoing(answer: Answer, call: Call, nonce: str, notice: str = "") -> Outgoing:
    """Make the answer of a handler ready to be sent."""
    match answer:
        case Page():
            return page(answer, call, nonce, notice)
        case Redirect():
            return _redirect(answer, call, nonce)
        case Json():
            return _json(answer, call, nonce)
        case File():
            return _file(answer, call, nonce)


def _base_headers(call: Call, nonce: str) -> dict[str, str]:
    is_private = call.credential.via != "none"
    return security.headers(call.settings, nonce, is_private=is_private)


def page(answer: Page, call: Call, nonce: str, notice: str = "") -> Outgoing:
    """Render a page inside the layout."""
    template = layout.environment().get_template(answer.template)
    html = template.render(**page_context(answer, call, nonce, notice), **answer.context)
    headers = _base_headers(call, nonce) | {"content-type": HTML, "content-language": call.locale}
    if answer.is_secret:
        headers["cache-control"] = "no-store"
    if answer.cookie is not None:
        headers |= {"cache-control": "no-store", "set-cookie": _cookie(answer.cookie, call)}
    return Outgoing(answer.status, tuple(headers.items()), html.encode())


def _cookie(cookie: Cookie, call: Call) -> str:
    name = security.cookie_name(call.settings, cookie.name)
    return security.set_cookie(call.settings, name, cookie.value, cookie.max_age)


def page_context(answer: Page, call: Call, nonce: str, notice: str) -> dict[str, Any]:
    """Return what every template is given."""
    scope = call.scope_or_none
    context: dict[str, Any] = {
        "title": answer.title,
        "crumbs": answer.crumbs,
        "problems": answer.problems,
        "faulty": {problem.field: problem for problem in answer.problems if problem.field},
        "nonce": nonce,
        "notice": notice,
        "locale": call.locale,
        "locales": i18n.locales(),
        "actor": call.actor,
        "csrf": call.credential.csrf,
        # An address with a secret in it is not written into the links of its own page.
        "here": "/" if answer.is_secret and call.actor.person_id is None else call.url,
        "call": call,
        "is_demonstration": call.settings.demonstration,
    }
    if scope is not None:
        context |= layout.scope_functions(scope)
        context["may"] = scope.actor.may
    else:
        context |= {"scope": None, "base": "", "may": lambda _action: False}
    return context


def _redirect(answer: Redirect, call: Call, nonce: str) -> Outgoing:
    settings = call.settings
    headers = list(security.headers(settings, nonce, is_private=True).items())
    headers.append(("location", answer.to))
    if answer.cookie is not None:
        headers.append(("set-cookie", _cookie(answer.cookie, call)))
    if answer.clears_site_data:
        headers.append(("clear-site-data", '"cache", "cookies", "storage"'))
    elif answer.notice:
        value = f"{security.sign(settings, 'notice', answer.notice)}.{quote(answer.notice, safe='')}"
        headers.append(("set-cookie", security.set_cookie(settings, security.notice_name(settings), value, 60)))
    return Outgoing(303, tuple(headers), b"")


def _json(answer: Json, call: Call, nonce: str) -> Outgoing:
    headers = _base_headers(call, nonce) | {"content-type": "application/json"}
    if answer.version is not None:
        headers["etag"] = f'"{answer.version}"'
    if answer.location is not None:
        headers["location"] = answer.location
    content = b"" if answer.status == 204 else _encoder.encode(answer.value)
    return Outgoing(answer.status, tuple(headers.items()), content)


def _file(answer: File, call: Call, nonce: str) -> Outgoing:
    headers = _base_headers(call, nonce) | {
        "content-type": answer.media_type,
        "content-disposition": answer.disposition,
    }
    if answer.is_untrusted:
        headers["content-security-policy"] = "sandbox; default-src 'none'"
    return Outgoing(200, tuple(headers.items()), answer.content)


def resume_page(call: Call) -> Page:
    """Ask for a new sign-in and carry what was written along, also without JavaScript."""
    kept = [(name, value) for name, values in call.form.fields.items() for value in values if name != "_csrf"]
    problem = Problem("", _("You were signed out because nothing happened for a while. Nothing you wrote is lost."))
    return Page(
        "people/sign_in.html",
        _("Sign in to go on"),
        {"next": call.url, "resume": kept, "email": "", "providers": ()},
        problems=(problem,),
        status=401,
    )
