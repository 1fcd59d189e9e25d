"""The log as a page and as a file: filtered by person, action, object and time.

Auditors see what they themselves opened; administrators see everything.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from samverk.audit import service, words
from samverk.audit.service import Asked, EntryView
from samverk.i18n import _
from samverk.web import sheets
from samverk.web.call import Answer, Call, File, Page, Routes

routes = Routes()
MOST_IN_A_FILE = 50_000


def _asked(call: Call) -> Asked:
    query, zone = call.query, ZoneInfo(call.scope.tenant.zone)
    since, until = call.day("since"), call.day("until")
    return Asked(
        query.get("person") or None,
        query.get("action") or None,
        dt.datetime.combine(since, dt.time(), zone) if since else None,
        call.scope.end_of(until) if until else None,
        query.get("subject") or None,
    )


def _before(call: Call) -> int | None:
    raw = call.query.get("before")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 16 else None


def who(entry: EntryView) -> str:
    """Return who did it, in words."""
    if entry.is_erased:
        return _("an erased person")
    return entry.who or _("the system")


@routes.page("GET", "/{tenant}/settings/audit", action="audit.read")
def show_audit(call: Call) -> Answer:
    scope = call.scope
    entries, following = service.list_entries(scope, _asked(call), before=_before(call))
    context = {
        "entries": entries,
        "following": following,
        "people": service.people(scope) if scope.actor.has("administrator") else (),
        "actions": sorted((words.said(action, scope.words), action) for action in words.DONE),
        "said": lambda action: words.said(action, scope.words),
        "who": who,
        "kept": call.query,
        "query": "&".join(
            f"{name}={value}"
            for name in ("person", "action", "since", "until", "subject")
            if (value := call.query.get(name)) and value.replace("-", "").replace("/", "").replace(".", "").isalnum()
        ),
    }
    return Page("audit/list.html", _("Who did what"), context, call.settings_crumbs())


@routes.page("GET", "/{tenant}/settings/audit/export/{kind}", action="audit.read")
def export_audit(call: Call) -> Answer:
    """Give the entries that were asked for as XLSX or CSV, hashes with them."""
    scope = call.scope
    head = (_("No."), _("When"), _("Who"), _("What"), _("Operation"), _("About"), _("Changes"), _("Hash"))
    entries, _following = service.list_entries(scope, _asked(call), limit=MOST_IN_A_FILE)
    rows = (
        (
            str(entry.seq),
            entry.at.isoformat(),
            who(entry),
            words.said(entry.action, scope.words),
            entry.operation,
            entry.subject or "",
            "; ".join(f"{verb} {table} {row_id or ''}".strip() for verb, table, row_id in entry.changes),
            entry.hash,
        )
        for entry in entries
    )
    content, media_type, name = sheets.write(call.path["kind"], f"{scope.tenant.slug}-audit", head, rows)
    return File(content, media_type, name)
