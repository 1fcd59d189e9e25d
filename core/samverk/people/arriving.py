"""Where a person comes to after signing in, with the words that were written before the session ended.

Sign-in itself is `service.py`'s.
"""

from samverk.i18n import _
from samverk.people import credentials, sessions
from samverk.web.call import Answer, Call, Cookie, Page, Redirect


def safe_target(target: str) -> str:
    """Return an address on this installation, the front page for anything else."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if is_local and len(target) < 2000 else "/"


def target_of(call: Call) -> str:
    return safe_target(call.form.get("next") or call.query.get("next") or "/")


def kept_words(call: Call) -> tuple[tuple[str, str], ...]:
    """Return what was written before the session ended, as (field, words)."""
    return tuple(
        (name[5:], words) for name, given in call.form.fields.items() if name[:5] == "keep:" for words in given
    )


def cookie_for(secret: str) -> Cookie:
    return Cookie(secret, int(sessions.ABSOLUTE.total_seconds()))


def arrive(call: Call, secret: str) -> Answer:
    """Go where the person was going; give back what was written, to be sent on by the person."""
    target, kept = target_of(call), kept_words(call)
    if not kept:
        return Redirect(target, _("You are signed in."), cookie_for(secret))
    credential = credentials.identify(call.session, secret, "", call.now)
    context = {"target": target, "kept": kept, "token": credential.csrf}
    return Page("people/resume.html", _("You are signed in. Your words are here."), context, cookie=cookie_for(secret))
