"""What is next in a region, in a sentence each: the meeting, the deadline, the latest papers, the open points."""

from dataclasses import dataclass
from typing import Any

from samverk.i18n import _, format_date, ngettext
from samverk.meetings import service as meetings
from samverk.papers import service as papers
from samverk.points import service as points
from samverk.rounds import views
from samverk.scope import Scope


@dataclass(frozen=True, slots=True)
class News:
    """One sentence with the page behind it."""

    words: str
    address: str | None


def news(scope: Scope) -> dict[str, Any]:
    """Return what the home page shows under `meeting`, `deadline`, `papers` and `points`; only what one may see."""
    base = f"/{scope.tenant.slug}"
    coming = meetings.next_meeting(scope)
    meeting = deadline = None
    if coming is not None:
        words = _(
            "Next %(meeting)s: %(title)s on %(date)s.",
            meeting=scope.words.form("meeting"),
            title=scope.text(coming.title),
            date=format_date(coming.held_on),
        )
        meeting = News(words, f"{base}/meetings/{coming.id}")
    if scope.actor.may("tasks.read"):
        open_rounds = sorted(views.list_rounds(scope, states=("open",)), key=lambda one: one.answers_due_on)
        ahead = next((one for one in open_rounds if one.answers_due_on >= scope.today), None)
        if ahead is not None:
            words = _(
                "%(Deadline)s: answers before %(round)s by %(date)s.",
                Deadline=scope.words.title("deadline"),
                round=scope.text(ahead.title),
                date=format_date(ahead.answers_due_on),
            )
            address = f"{base}/rounds/{ahead.id}" if scope.actor.may("rounds.read") else f"{base}/tasks"
            deadline = News(words, address)
    issued: tuple[News, ...] = ()
    if scope.actor.may("papers.read"):
        issued = tuple(
            News(
                _(
                    "%(papers)s: %(title)s, edition %(edition)s",
                    papers=scope.words.title("papers", "pl"),
                    title=one.title,
                    edition=one.edition,
                ),
                f"{base}/papers/{one.id}",
            )
            for one in papers.list_issued(scope)[:2]
        )
    living = points.count_living(scope) if scope.actor.may("points.read") else 0
    counted = ngettext(
        "%(number)s %(singular)s that remains",
        "%(number)s %(plural)s that remain",
        living,
        singular=scope.words.form("point"),
        plural=scope.words.form("point", "pl"),
    )
    return {"meeting": meeting, "deadline": deadline, "papers": issued, "points": counted if living else None}
