"""What letters about accounts say. They are composed in the reader's language; `links.PLACE` becomes the link."""

from samverk import i18n
from samverk.i18n import _
from samverk.people.links import PLACE


def reset_letter(locale: str) -> tuple[str, str]:
    """Return (title, body) of the letter with which a password is set anew."""
    with i18n.using(locale):
        here = _("Choose the new password here")
        body = "\n\n".join(
            (
                _("Somebody, most likely you, asked for a new password for this address."),
                f"{here}: /sign-in/reset/{PLACE}?lang={locale}",
                _("The link works once, for an hour. If you did not ask, do nothing: your password stays as it is."),
            )
        )
        return _("A new password"), body
