"""Values that only this installation can read and make: encrypted and bound to a purpose and an owner (AES-GCM).

The key comes from the installation's secret; when that changes nothing sealed before opens any more.
"""

import base64
import hashlib
import os


def seal(key: str, purpose: str, owner: str, plain: str) -> str:
    """Return the value, encrypted; `owner` must be given again to open it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # only those who sign in in two steps pay for it

    nonce = os.urandom(12)
    sealed = AESGCM(_key(key, purpose)).encrypt(nonce, plain.encode(), owner.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def unseal(key: str, purpose: str, owner: str, sealed: str) -> str | None:
    """Return what was sealed; None for what was made with another key, purpose or owner, or changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return AESGCM(_key(key, purpose)).decrypt(raw[:12], raw[12:], owner.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _key(key: str, purpose: str) -> bytes:
    return hashlib.sha256(f"{purpose}:{key}".encode()).digest()
