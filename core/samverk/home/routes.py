"""The front page of the installation, the region's home, and what an operator's probe asks."""

from samverk.errors import NotFound
from samverk.home.news import news
from samverk.home.service import get_home
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, File, Page, Routes

routes = Routes()


@routes.page("GET", "/", action="installation.read")
def show_installation(call: Call) -> Answer:
    return Page("home/installation.html", _("Regions on this installation"), {"tenants": tenants.every(call.session)})


@routes.page("GET", "/healthz", action="installation.read")
def healthz(call: Call) -> Answer:
    return File(b"ok\n", "text/plain; charset=utf-8", "healthz.txt", is_inline=True)


@routes.page("GET", "/readyz", action="installation.read")
def readyz(call: Call) -> Answer:
    """Answer when the database answers."""
    tenants.check_ready(call.session)
    return File(b"ready\n", "text/plain; charset=utf-8", "readyz.txt", is_inline=True)


@routes.page("GET", "/{tenant}/", action="region.read")
def show_region(call: Call) -> Answer:
    scope = call.scope
    return Page("home/region.html", scope.text(scope.tenant.name), {"home": get_home(scope), **news(scope)})


@routes.page("GET", "/{tenant}/settings", action="settings.read")
def show_settings(call: Call) -> Answer:
    """Lead to what those who run the region look after."""
    return Page("home/settings.html", _("Settings"))


@routes.page("GET", "/{tenant}/{rest:path}", action="region.read")
def nothing_here(call: Call) -> Answer:
    """Answer an unknown address of a region inside the region: its header, its language, the way on."""
    raise NotFound()
