"""Pages of the bodies, seen as of a day.

What a body's composition means is worked out in `composition.py`.
"""

from samverk.bodies.composition import get_body, list_bodies
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/bodies", action="bodies.read")
def show_bodies(call: Call) -> Answer:
    scope = call.scope
    on = tenants.day_of(scope, call.day())
    context = {
        "on": on,
        "asked": call.day(),
        "bodies": list_bodies(scope, on),
        "sources": tenants.sources(scope),
    }
    crumbs = ((f"/{scope.tenant.slug}/", _("Front page")),)
    return Page("bodies/list.html", scope.words.title("body", "pl"), context, crumbs)


@routes.page("GET", "/{tenant}/bodies/{body_id}", action="bodies.read")
def show_body(call: Call) -> Answer:
    scope = call.scope
    on = tenants.day_of(scope, call.day())
    found = get_body(scope, call.path["body_id"], on)
    context = {"on": on, "asked": call.day(), "body": found, "sources": tenants.sources(scope)}
    slug = scope.tenant.slug
    crumbs = ((f"/{slug}/", _("Front page")), (f"/{slug}/bodies", scope.words.title("body", "pl")))
    return Page("bodies/body.html", found.name, context, crumbs)
