"""The privacy statement as a page of the installation and of each region; everybody may read it.

What it says is worked out in `privacy.py`.
"""

from samverk.i18n import _
from samverk.safekeeping import privacy
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


@routes.page("GET", "/privacy", action="installation.read")
def show_privacy(call: Call) -> Answer:
    return Page("safekeeping/privacy.html", _("Privacy"), {"stored": privacy.parts()})


@routes.page("GET", "/{tenant}/privacy", action="region.read")
def show_privacy_of_region(call: Call) -> Answer:
    crumbs = ((f"/{call.scope.tenant.slug}/", _("Front page")),)
    return Page("safekeeping/privacy.html", _("Privacy"), {"stored": privacy.parts()}, crumbs)
