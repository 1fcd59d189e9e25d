"""The outbox as a page: who was told what, and what waits."""

from samverk.i18n import _
from samverk.outbox import service
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/outbox", action="outbox.read")
def show_outbox(call: Call) -> Answer:
    context = {"messages": service.list_messages(call.scope), "sends": call.settings.smtp_url is not None}
    return Page("outbox/list.html", _("Outbox"), context, call.settings_crumbs())
