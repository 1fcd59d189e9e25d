"""What letters and messages about roles say, in the reader's language; `links.PLACE` becomes the link."""

import datetime as dt

from samverk import i18n
from samverk.i18n import N_, _, format_date
from samverk.people.links import PLACE
from samverk.scope import Scope

ROLES: dict[str, str] = {
    "administrator": N_("administrator"),
    "contact": N_("contact"),
    "approver": N_("approver"),
    "member": N_("member of %(bodies)s"),
    "auditor": N_("auditor"),
}


def role_name(scope: Scope, role: str) -> str:
    """Return a role as a word: the region's own for its secretariat; one of a later version stands as it is written."""
    if role == "secretariat":
        return scope.words.form("secretariat")
    return _(ROLES[role], bodies=scope.words.form("body", "pl")) if role in ROLES else role


def invitation_letter(scope: Scope, role: str, party: str) -> tuple[str, str]:
    """Return (title, body) of the letter of an invitation, in the language of whoever invites."""
    region = scope.text(scope.tenant.name)
    given = {"region": region, "role": role_name(scope, role), "party": party}
    first = (
        _("You are invited to %(region)s on Samverk, as %(role)s for %(party)s.", **given)
        if party
        else _("You are invited to %(region)s on Samverk, as %(role)s.", **given)
    )
    here = _("Accept the invitation here")
    body = "\n\n".join(
        (
            first,
            f"{here}: /{scope.tenant.slug}/invitation/{PLACE}?lang={scope.locale}",
            _("The link works once, for 14 days. If you do not know what this is about, do nothing."),
        )
    )
    return _("Invitation to %(region)s", region=region), body


def stand_in_message(
    kind: str, contact: str, person: str, party: str, first: dt.date, last: dt.date, locale: str
) -> tuple[str, str]:
    """Return (title, body) that contact and stand-in are told, in the reader's language."""
    with i18n.using(locale):
        given = {
            "contact": contact,
            "person": person,
            "party": party,
            "first": format_date(first),
            "last": format_date(last),
        }
        if kind == "stand_in":
            title = _("%(person)s stands in for %(contact)s", **given)
            body = _(
                "%(person)s answers for %(party)s in place of %(contact)s from %(first)s to %(last)s. "
                "It ends by itself.",
                **given,
            )
        else:
            title = _("%(person)s no longer stands in for %(contact)s", **given)
            body = _("%(person)s no longer answers for %(party)s in place of %(contact)s.", **given)
        return title, body
