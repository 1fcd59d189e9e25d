"""The OpenID Connect code flow with PKCE against a region's provider: where to go, and who came back.

It knows no persons and no rows. Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207; security rule 41.
"""

import functools
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from samverk.errors import SamverkError
from samverk.settings import LOOPBACK, Provider
from samverk.turns import Turns

T = TypeVar("T")
ALGORITHMS = ("RS256", "ES256", "PS256")
SECONDS, LARGEST, LEEWAY = 5.0, 256_000, 60
KEPT = 300


class ProviderFault(SamverkError):
    """The provider could not be reached, or said what cannot be believed; `args[0]` is for the log only."""

    kind = "provider"


class Metadata(msgspec.Struct, frozen=True):
    """What discovery says, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class Start:
    """The address to go to, and what must be held against what comes back."""

    address: str
    state: str
    nonce: str
    verifier: str


def start(provider: Provider, redirect_uri: str) -> Start:
    """Begin a sign-in at the provider. Raises ProviderFault, and Busy while others wait for it."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _number in range(3))
    with _turns(provider.issuer).one(), _client(provider, redirect_uri) as client:
        metadata = _metadata(client, provider)
        address, _state = client.create_authorization_url(
            metadata.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
        )
    return Start(address, state, nonce, verifier)


def finish(provider: Provider, redirect_uri: str, code: str, begun: Start, now: int) -> str:
    """Exchange the code and return the subject that the ID token vouches for. Raises ProviderFault, Busy."""
    from authlib.integrations.base_client import OAuthError
    from httpx2 import HTTPError
    from joserfc.errors import JoseError

    try:
        with _turns(provider.issuer).one(), _client(provider, redirect_uri) as client:
            metadata = _metadata(client, provider)
            answer = client.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=begun.verifier
            )
            keys = _json(client, metadata.jwks_uri, dict[str, Any])
        return _subject(provider, str(answer["id_token"]), keys, begun.nonce, now)
    except (OAuthError, HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderFault(type(error).__name__) from error


def _client(provider: Provider, redirect_uri: str) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client  # a tenth of a second; only this sign-in needs it

    return OAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        scope="openid",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=SECONDS,
        follow_redirects=False,
    )


def _metadata(client: Any, provider: Provider) -> Metadata:
    """Return what the provider says of itself; asked for again after five minutes."""
    known = _known().get(provider.issuer)
    if known is not None and time.monotonic() - known[0] < KEPT:
        return known[1]
    address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    found = _json(client, address, Metadata)
    if found.issuer != provider.issuer:
        raise ProviderFault("another issuer")
    for endpoint in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
        if not _is_safe(endpoint, provider.issuer):
            raise ProviderFault("an endpoint without https")
    _known()[provider.issuer] = (time.monotonic(), found)
    return found


@functools.cache
def _turns(_issuer: str) -> Turns:
    """A provider that is silent keeps these threads and no more."""
    return Turns(2, 1, SECONDS)


@functools.cache
def _known() -> dict[str, tuple[float, Metadata]]:
    return {}


def _is_safe(address: str, issuer: str) -> bool:
    """Say whether an endpoint may be used: https, or plain http on this machine where the issuer is there too."""
    parts, own = urlsplit(address), urlsplit(issuer)
    on_loopback = own.scheme == "http" and own.hostname in LOOPBACK and parts.hostname in LOOPBACK
    return parts.scheme == "https" or (parts.scheme == "http" and on_loopback)


def _json(client: Any, address: str, kind: type[T]) -> T:
    """Fetch a small JSON document. Raises ProviderFault."""
    from httpx2 import HTTPError

    try:
        body = b""
        # Neither is a secret of ours sent along, nor a redirect followed.
        with client.stream("GET", address, withhold_token=True, headers={"accept": "application/json"}) as answer:
            if answer.status_code != 200:
                raise ProviderFault(f"status {answer.status_code}")
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise ProviderFault("too large")
        return msgspec.json.decode(body, type=kind)
    except (HTTPError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ProviderFault(type(error).__name__) from error


def _subject(provider: Provider, token: str, keys: Mapping[str, Any], nonce: str, now: int) -> str:
    """Return the subject of an ID token whose signature, issuer, audience, time and nonce hold."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    decoded = jwt.decode(token, KeySet.import_key_set({"keys": keys["keys"]}), algorithms=list(ALGORITHMS))
    jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    ).validate(decoded.claims)
    claims = decoded.claims
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise ProviderFault("made for another party")
    subject = claims["sub"]
    if not subject or len(subject) > 255 or not subject.isprintable():
        raise ProviderFault("no subject")
    return str(subject)
