"""A meeting as an iCalendar file: title, time, place, link and where the rest stands; never papers or answers."""

import datetime as dt
from zoneinfo import ZoneInfo

from samverk.i18n import _
from samverk.meetings.service import MeetingView
from samverk.scope import Scope


def calendar_file(scope: Scope, meeting: MeetingView, address: str) -> bytes:
    """Return the .ics of one meeting; a meeting without an hour is a whole day."""
    from icalendar import Calendar, Event  # takes longer to import than most rooms together

    calendar = Calendar()
    calendar.add("prodid", "-//Samverk//Samverk//EN")
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", f"{meeting.id}@samverk")
    event.add("dtstamp", scope.now)
    event.add("sequence", meeting.version)
    event.add("summary", scope.text(meeting.title))
    if meeting.starts_at:
        start = dt.datetime.combine(
            meeting.held_on, dt.time.fromisoformat(meeting.starts_at), ZoneInfo(scope.tenant.zone)
        )
        event.add("dtstart", start)
        event.add("dtend", start + dt.timedelta(hours=2))
    else:
        event.add("dtstart", meeting.held_on)
    # Who may join is decided by the link: it goes to those inside only (rule 43).
    place = meeting.link if scope.actor.grants and meeting.link else meeting.place
    if place:
        event.add("location", place)
    event.add("url", address)
    # Many calendars do not show the address, but all of them show the text.
    words = scope.words
    where = _(
        "Agenda, %(papers)s and %(summary)s stand here: %(address)s",
        papers=words.form("papers", "pl"),
        summary=words.form("summary"),
        address=address,
    )
    event.add("description", where)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content
