"""Pages of the municipalities of the region; addresses use country and today's code, old codes lead there."""

from samverk.arrangements import municipalities, service, views
from samverk.errors import NotFound
from samverk.i18n import _
from samverk.reference.places import load_places
from samverk.tenants import service as tenants
from samverk.tenants.sets import sets
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


@routes.page("GET", "/{tenant}/municipalities", action="arrangements.read")
def show_municipalities(call: Call) -> Answer:
    scope = call.scope
    on = tenants.day_of(scope, call.day())
    every = municipalities.list_municipalities(scope, on)
    context = {
        "on": on,
        "asked": call.day(),
        "members": tuple(one for one in every if one.party.is_member),
        "neighbours": tuple(one for one in every if not one.party.is_member),
        "sets": sets(scope, on),
        "names": tenants.party_names(scope, on),
        "others": municipalities.other_parties(scope, on),
        "sources": tenants.sources(scope),
    }
    crumbs = ((f"/{scope.tenant.slug}/", _("Front page")),)
    return Page("arrangements/municipalities.html", scope.words.title("municipality", "pl"), context, crumbs)


@routes.page("GET", "/{tenant}/municipalities/{key}", action="arrangements.read")
def show_municipality(call: Call) -> Answer:
    scope, key = call.scope, call.path["key"]
    on = tenants.day_of(scope, call.day())
    try:
        found = municipalities.get_municipality(scope, key, on)
    except NotFound:
        current = municipalities.current_key(key)
        if current is None:
            raise
        municipalities.get_municipality(scope, current, on)
        query = f"?as_of={on.isoformat()}" if call.day() else ""
        return Redirect(f"/{scope.tenant.slug}/municipalities/{current}{query}")
    rows, _after = service.list_arrangements(scope, on)
    place = found.place
    context = {
        "on": on,
        "asked": call.day(),
        "municipality": found,
        "group": views.group_of(rows, found.party),
        "became": municipalities.links(scope, place.successors),
        "came_from": municipalities.links(scope, place.predecessors),
        "is_today": tuple(one for one in load_places().successors_on(place, scope.today) if one.key != place.key),
        "sources": tenants.sources(scope),
    }
    slug = scope.tenant.slug
    crumbs = ((f"/{slug}/", _("Front page")), (f"/{slug}/municipalities", scope.words.title("municipality", "pl")))
    return Page("arrangements/municipality.html", found.party.name, context, crumbs)
