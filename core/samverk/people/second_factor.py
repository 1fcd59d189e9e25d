"""The second factor: codes of a code maker (TOTP, RFC 6238) and recovery codes, each taken once.

When one is asked for is decided at sign-in, in `service.py`; its pages are `second_step.py` and `accounts`'.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from samverk.database import Unit
from samverk.errors import Invalid, Problem
from samverk.i18n import _
from samverk.people.model import RecoveryCode, SecondFactor
from samverk.people.sealing import seal, unseal
from samverk.tables import new_id

STEP = 30
RECOVERY_CODES = 10
_PURPOSE = "second factor"


def is_enrolled(session: Unit, person_id: str) -> bool:
    return (
        session.scalar(
            select(SecondFactor.id).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        )
        is not None
    )


def begin(session: Unit, key: str, person_id: str, now: dt.datetime) -> None:
    """Make a new secret that waits for its first code. Raises Invalid where one was confirmed before."""
    import pyotp  # only those who use a second factor pay for it

    _forget_pending(session, person_id)
    if is_enrolled(session, person_id):
        raise Invalid((Problem("/code", _("You have a second factor already. Remove it first.")),))
    secret = seal(key, _PURPOSE, person_id, pyotp.random_base32(32))
    session.add(SecondFactor(id=new_id(), person_id=person_id, secret=secret, created_at=now, last_step=0))
    session.flush()


def _forget_pending(session: Unit, person_id: str) -> None:
    session.execute(
        delete(SecondFactor).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
    )


def pending(session: Unit, key: str, person_id: str) -> str | None:
    """Return the secret that waits for its first code, in base 32."""
    sealed = session.scalar(
        select(SecondFactor.secret).where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
    )
    return None if sealed is None else unseal(key, _PURPOSE, person_id, sealed)


def picture(secret: str, email: str) -> str:
    """Return the QR code for the code maker as a data: address of an SVG."""
    import pyotp
    import segno

    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="Samverk")
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")


def confirm(session: Unit, key: str, person_id: str, code: str, now: dt.datetime) -> tuple[str, ...]:
    """Take the first code of a new secret; return the recovery codes, which are shown once. Raises Invalid."""
    if not _takes(session, key, person_id, code, now, is_confirmed=False):
        message = _("The code does not fit. Wait for the next one, and see that the clock of your phone is right.")
        raise Invalid((Problem("/code", message, field="code"),))
    session.execute(update(SecondFactor).where(SecondFactor.person_id == person_id).values(confirmed_at=now))
    return renew_recovery_codes(session, person_id)


def renew_recovery_codes(session: Unit, person_id: str) -> tuple[str, ...]:
    """Make ten new recovery codes in place of the old ones."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = tuple(_recovery_code() for _number in range(RECOVERY_CODES))
    session.add_all(
        [RecoveryCode(id=new_id(), person_id=person_id, code_hash=_hash(person_id, code)) for code in codes]
    )
    session.flush()
    return codes


def recovery_codes_left(session: Unit, person_id: str) -> int:
    rows = session.scalars(
        select(RecoveryCode.id).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    )
    return len(rows.all())


def check(session: Unit, key: str, person_id: str, code: str, now: dt.datetime) -> None:
    """Take a code of the code maker or a recovery code, once. Raises Invalid."""
    if _takes(session, key, person_id, code, now, is_confirmed=True):
        return
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id,
            RecoveryCode.code_hash == _hash(person_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if cast("CursorResult[Any]", used).rowcount != 1:
        message = _("The code does not fit, or has been used. Wait for the next one.")
        raise Invalid((Problem("/code", message, field="code"),))


def remove(session: Unit, person_id: str) -> None:
    """Forget the second factor of a person with its recovery codes."""
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _takes(session: Unit, key: str, person_id: str, code: str, now: dt.datetime, *, is_confirmed: bool) -> bool:
    """Say whether a code of the code maker fits and is newer than every one before: none is taken twice."""
    import pyotp

    state = SecondFactor.confirmed_at.is_not(None) if is_confirmed else SecondFactor.confirmed_at.is_(None)
    sealed = session.scalar(select(SecondFactor.secret).where(SecondFactor.person_id == person_id, state))
    secret = None if sealed is None else unseal(key, _PURPOSE, person_id, sealed)
    given = "".join(code.split())
    if secret is None or not given.isascii() or not given.isdigit():
        return False
    maker, step = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    fitting = [
        one for one in (step - 1, step, step + 1) if hmac.compare_digest(maker.at(one * STEP).encode(), given.encode())
    ]
    if not fitting:
        return False
    taken = session.execute(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.last_step < fitting[-1], state)
        .values(last_step=fitting[-1])
    )
    return cast("CursorResult[Any]", taken).rowcount == 1


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _hash(person_id: str, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return hashlib.sha256(f"{person_id}:{plain}".encode()).hexdigest()
