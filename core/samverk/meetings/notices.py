"""What people are told about a meeting: the points they own, once the summary is approved."""

from samverk import i18n
from samverk.i18n import _, format_date, ngettext
from samverk.outbox import service as outbox
from samverk.people import service as people
from samverk.points import service as points
from samverk.points.service import PointView
from samverk.regions.definition import LocalText, in_locale
from samverk.scope import Scope


def points_assigned(scope: Scope, meeting_id: str, title: LocalText) -> int:
    """Tell every owner of the meeting's points, one message a person with all of them; return how many."""
    raised = points.list_points(scope, meeting_id=meeting_id, states=points.LIVING)
    owners: dict[str, tuple[str, str, list[PointView]]] = {}
    contacts = [(row[0], row[1], row[3], row[4]) for row in people.contacts(scope)]
    office = [(row[0], row[1], row[3], None) for row in people.contacts(scope, "secretariat")]
    for point in raised:
        for person_id, email, locale, party_id in contacts + office:
            if party_id == point.owner_party_id:
                entry = owners.setdefault(person_id, (email, locale or scope.tenant.locale, []))
                if point not in entry[2]:
                    entry[2].append(point)
    queued = 0
    for person_id, (email, locale, own) in owners.items():
        with i18n.using(locale):
            words = scope.vocabulary(locale)
            name = in_locale(title, locale, *scope.model.locales)[0]
            lines = [
                ngettext(
                    "You own %(number)s %(singular)s from %(meeting)s:",
                    "You own %(number)s %(plural)s from %(meeting)s:",
                    len(own),
                    singular=words.form("point"),
                    plural=words.form("point", "pl"),
                    meeting=name,
                )
            ]
            for point in own:
                by = f" ({format_date(point.deadline)})" if point.deadline else ""
                lines.append(f"– {point.number}: {point.text}{by}")
            address = f"/{scope.tenant.slug}/tasks"
            lines += ["", _("You find them under “My tasks”: %(address)s", address=address)]
            heading = _("%(meeting)s: %(points)s that you own", meeting=name, points=words.form("point", "pl"))
        occasion = f"points:{meeting_id}"
        queued += outbox.queue(
            scope, person_id, email, locale, "points", occasion, heading, "\n".join(lines), about_id=meeting_id
        )
    return queued
