"""Cookies, tokens against forged requests, and the headers of every answer (security rules 36 to 39).

Who a session belongs to is looked up in `people`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from samverk.errors import Forged
from samverk.i18n import _
from samverk.settings import Settings


def cookie_name(settings: Settings, kind: str = "") -> str:
    """Return the name of the session cookie, or of another kind.

    Over plain http on loopback it cannot carry the __Host- prefix.
    """
    name = f"samverk-{kind}" if kind else "samverk"
    return name if settings.is_loopback else f"__Host-{name}"


def notice_name(settings: Settings) -> str:
    return cookie_name(settings, "notice")


def set_cookie(settings: Settings, name: str, value: str, max_age: int) -> str:
    """Return a Set-Cookie header value; max_age 0 takes the cookie away."""
    secure = "" if settings.is_loopback else "; Secure"
    return f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"


def read_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header; later ones of the same name are ignored.

    >>> read_cookies("samverk=abc; other=1; samverk=evil")
    {'samverk': 'abc', 'other': '1'}
    """
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name not in found:
            found[name] = value
    return found


def sign(settings: Settings, purpose: str, value: str) -> str:
    """Return a keyed digest of a value for one purpose."""
    key = hashlib.sha256(f"{purpose}:{settings.secret}".encode()).digest()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def is_signed(settings: Settings, purpose: str, value: str, signature: str) -> bool:
    return hmac.compare_digest(sign(settings, purpose, value).encode(), signature.encode())


def check_origin(settings: Settings, headers: Mapping[str, str]) -> None:
    """Refuse an unsafe request that another site made. Raises Forged.

    `Sec-Fetch-Site` decides where a browser sends it: under our own `Referrer-Policy: no-referrer` the `Origin`
    of a form is `null`. Older clients are held by `Origin`, and all by the token of the session.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    is_foreign = site not in ("same-origin", "none") if site is not None else origin not in (None, settings.public_url)
    if is_foreign:
        raise Forged(_("The form was sent from another site."))


def check_csrf(expected: str, given: str) -> None:
    """Hold the token of a form against the session's. Raises Forged."""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Forged(_("The page was too old. Go back, load it again and send once more."))


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def headers(settings: Settings, nonce: str, *, is_private: bool) -> dict[str, str]:
    """Return the security headers of an answer."""
    found = {
        "content-security-policy": (
            f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; "
            "font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'; object-src 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
    if is_private:
        found["cache-control"] = "no-store"
    if not settings.is_loopback:
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return found
