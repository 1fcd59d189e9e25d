"""Links with a secret: `smv_<kind>_<id>_<secret>`, made from the row's id and the installation's secret (rule 42).

The secret is worked out again when the letter is delivered, so that neither the row, which has the SHA-256 only, nor
the letter that waits holds it. Which link does what is the business of the slice that makes it.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

PLACE = "{link}"
"""Stands in a letter where the link comes when it is delivered."""
_LINK = re.compile(r"smv_(invite|reset)_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


def issue(key: str, kind: str, id_: str) -> str:
    """Return the link's last segment; `key` is the secret of the installation."""
    made = hmac.new(hashlib.sha256(f"link:{key}".encode()).digest(), f"{kind}:{id_}".encode(), hashlib.sha256)
    secret = base64.urlsafe_b64encode(made.digest()).decode().rstrip("=")
    return f"smv_{kind}_{UUID(id_).hex}_{secret}"


def digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()


def id_in(kind: str, link: str) -> str | None:
    """Return the id of the row that a link names; None for what is not a link of this kind."""
    found = _LINK.fullmatch(link)
    return str(UUID(found[2])) if found is not None and found[1] == kind else None


def fits(link: str, stored: str) -> bool:
    """Hold a link against its stored hash, in constant time."""
    return hmac.compare_digest(digest(link), stored)
