"""The outbox as a page: who was told what, and what waits."""

from uuid import UUID

from samverk.i18n import _
from samverk.outbox import service
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


def _before(call: Call) -> str | None:
    try:
        return str(UUID(call.query.get("before")))
    except ValueError:
        return None


@routes.page("GET", "/{tenant}/outbox", action="outbox.read")
def show_outbox(call: Call) -> Answer:
    messages, following = service.list_messages(call.scope, before=_before(call))
    context = {"messages": messages, "following": following, "sends": call.settings.smtp_url is not None}
    return Page("outbox/list.html", _("Outbox"), context, call.settings_crumbs())
