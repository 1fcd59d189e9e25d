"""What other slices put on the wheel: meetings and rounds of the year, as rows like the model's own."""

from samverk.i18n import _
from samverk.meetings import service as meetings
from samverk.rounds import views
from samverk.scope import Scope
from samverk.wheel.service import WheelItem


def items_of(scope: Scope, year: int) -> tuple[WheelItem, ...]:
    """Return the meetings of a year, and the deadlines of its rounds; those of moved dates carry their mark."""
    found: list[WheelItem] = []
    cycles = scope.model.cycles
    for meeting in meetings.list_meetings(scope, year=year):
        name, language = scope.text_lang(meeting.title)
        address = f"/{scope.tenant.slug}/meetings/{meeting.id}"
        marks = {"mark": "demonstration"} if meeting.is_moved else {}
        found.append(
            WheelItem(
                f"meeting-{meeting.id}",
                "meetings",
                name,
                language,
                meeting.held_on,
                meeting.held_on,
                address=address,
                marks=marks,
                replaces=cycles[meeting.cycle_key].dates.meeting if meeting.cycle_key in cycles else None,
            )
        )
    if not scope.actor.may("rounds.read"):
        return tuple(found)
    for round_ in views.list_rounds(scope, states=("open", "closed")):
        if round_.answers_due_on.year != year:
            continue
        title = scope.text(round_.title)
        found.append(
            WheelItem(
                f"round-{round_.id}",
                "rounds",
                _("%(round)s: answers", round=title),
                scope.locale,
                round_.answers_due_on,
                round_.answers_due_on,
                address=f"/{scope.tenant.slug}/rounds/{round_.id}",
                marks={"mark": "demonstration"} if round_.is_moved else {},
                replaces=cycles[round_.cycle_key].dates.answers if round_.cycle_key in cycles else None,
            )
        )
    return tuple(found)
