"""The page of a year: the table, and the wheel drawn from it."""

from samverk.errors import NotFound
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, Page, Routes
from samverk.wheel import service
from samverk.wheel.lived import lived_year

routes = Routes()


@routes.page("GET", "/{tenant}/wheel", action="wheel.read")
def show_wheel(call: Call) -> Answer:
    return _page(call, call.scope.today.year)


@routes.page("GET", "/{tenant}/wheel/{year}", action="wheel.read")
def show_wheel_of_year(call: Call) -> Answer:
    written = call.path["year"]
    if not (written.isascii() and written.isdigit() and len(written) == 4):
        raise NotFound()
    return _page(call, int(written))


def _page(call: Call, year: int) -> Page:
    scope = call.scope
    shown = call.query.all("layer")
    responsible = call.query.get("responsible")
    found = service.get_year(scope, year, shown=shown, responsible=responsible, lived=lived_year(scope, year))
    context = {
        "found": found,
        "year": year,
        "chosen": responsible,
        "sources": tenants.sources(scope),
        "first": service.FIRST_YEAR,
        "last": service.LAST_YEAR,
    }
    crumbs = ((f"/{scope.tenant.slug}/", _("Front page")),)
    return Page("wheel/wheel.html", f"{scope.words.title('wheel')} {year}", context, crumbs)
