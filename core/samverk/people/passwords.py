"""Passwords: argon2id, and the same work for accounts that do not exist (rule 40).

Which passwords are taken is in `password_rules.py`.
"""

import functools
import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@functools.cache
def _hasher() -> PasswordHasher:
    # 19 MiB and two passes are the floor of rule 40; the suite lowers the cost, never the algorithm.
    cheap = os.environ.get("SAMVERK_TEST_CHEAP_PASSWORDS") == "1"
    return PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1) if cheap else PasswordHasher(2, 19_456, 1)


def hashed(password: str) -> str:
    return _hasher().hash(password)


@functools.cache
def _nobody() -> str:
    return hashed("the password of nobody")


def matches(stored: str | None, password: str) -> bool:
    """Say whether the password fits; an account without one costs the same time and never fits."""
    nobody = _nobody()  # made before it is known whether it is needed
    try:
        return _hasher().verify(stored or nobody, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made with other parameters than today's, so that it is made anew at sign-in."""
    return _hasher().check_needs_rehash(stored)
