"""Which passwords are taken: long enough, not breached, not easily guessed, not made of what everybody here knows.

No composition rules, and nothing leaves the machine (rule 40). How passwords are stored is in `passwords.py`.
"""

import re
from collections.abc import Iterable

from samverk.errors import Problem
from samverk.i18n import _

SHORTEST, LONGEST = 12, 128
LEAST_GUESSES_LOG10 = 8.0
_ESTIMATED = 64
"""How much of a password is estimated: what is longer has been guessed by nobody, and the estimate takes its time."""
_OWN_LETTERS = 6
_WORD = re.compile(r"[^\W\d_]{4,}")
_EVERYBODYS = """
samverk passord passordet lösenord lösenordet losenord password welcome velkommen velkomen välkommen
kommune kommunen kommuner kommunar kommunestyre kommunestyret kommunstyrelse kommunstyrelsen fullmäktige
region regionen regionråd regionrådet politisk samarbeid samarbete interkommunal interkommunalt
administrator secretariat sekretariat sekretariatet sommer sommar vinter høst haust vår
januar februar mars april juni juli august september oktober november desember december qwerty qwertyuiop asdfghjk
"""
CONTEXT = frozenset(_EVERYBODYS.split())


def context_words(*texts: str) -> frozenset[str]:
    """Return the words that must not make up a password: of a name, an e-mail address, a council.

    >>> sorted(context_words("Kontakt i Lom", "kontakt.lom@lom.example") - CONTEXT)
    ['example', 'kontakt']
    """
    return CONTEXT | {word for text in texts for word in _WORD.findall(text.casefold())}


def problems(password: str, context: Iterable[str] = (), *, field: str = "password") -> tuple[Problem, ...]:
    """Return what is wrong with a new password; nothing when it can be taken."""
    said = _fault(password, frozenset(context) | CONTEXT)
    return (Problem(f"/{field}", said, field=field),) if said else ()


def _fault(password: str, context: frozenset[str]) -> str:
    if len(password) < SHORTEST:
        return _(
            "The password must have at least %(number)s characters. A few words in a row do well.", number=SHORTEST
        )
    if len(password) > LONGEST:
        return _("The password may have at most %(number)s characters.", number=LONGEST)
    if _letters_of_its_own(password, context) < _OWN_LETTERS and _is_made_of(password, context):
        return _("The password is made of your name, your council or words that others try first. Choose other words.")
    if _guesses_log10(password, context) < LEAST_GUESSES_LOG10:
        return _("The password is too easy to guess, or stands on lists of stolen passwords. Choose other words.")
    return ""


def _is_made_of(password: str, context: frozenset[str]) -> bool:
    folded = password.casefold()
    return any(word in folded for word in context)


def _letters_of_its_own(password: str, context: frozenset[str]) -> int:
    left = password.casefold()
    for word in sorted(context, key=len, reverse=True):
        left = left.replace(word, " ")
    return sum(letter.isalpha() for letter in left)


def _guesses_log10(password: str, context: frozenset[str]) -> float:
    from zxcvbn import zxcvbn  # its lists take 14 MB: only a process that sets passwords carries them

    found = zxcvbn(password[:_ESTIMATED], user_inputs=sorted(context))
    return float(found["guesses_log10"])
