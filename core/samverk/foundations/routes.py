"""Pages of documents, registers, the time line, sources, and subjects that are no arrangement.

What stands on them is worked out in `service.py` and `tenants.subjects`.
"""

from samverk.foundations import service
from samverk.i18n import _
from samverk.tenants import service as tenants
from samverk.tenants import subjects, written
from samverk.web.call import Answer, Call, Page, Routes

routes = Routes()


def _crumbs(call: Call, *, inside_documents: bool = True) -> tuple[tuple[str, str], ...]:
    slug = call.scope.tenant.slug
    home = ((f"/{slug}/", _("Front page")),)
    return (*home, (f"/{slug}/documents", call.scope.words.title("document", "pl"))) if inside_documents else home


@routes.page("GET", "/{tenant}/documents", action="bodies.read")
def show_documents(call: Call) -> Answer:
    scope = call.scope
    context = {
        "documents": service.list_documents(scope),
        "registers": service.list_registers(scope),
        "subjects": subjects.list_subjects(scope),
        "kinds": scope.model.subject_kinds,
        "questionnaires": scope.model.questionnaires,
        "sources": tenants.sources(scope),
    }
    title = scope.words.title("document", "pl")
    return Page("foundations/list.html", title, context, _crumbs(call, inside_documents=False))


@routes.page("GET", "/{tenant}/documents/{document_id}", action="bodies.read")
def show_document(call: Call) -> Answer:
    scope = call.scope
    found = service.get_document(scope, call.path["document_id"])
    context = {"document": found, "rule": service.adoption_rule(scope), "sources": tenants.sources(scope)}
    return Page("foundations/document.html", found.name, context, _crumbs(call))


@routes.page("GET", "/{tenant}/registers/{register_id}", action="bodies.read")
def show_register(call: Call) -> Answer:
    scope = call.scope
    found = service.get_register(scope, call.path["register_id"])
    context = {"register": found, "sources": tenants.sources(scope)}
    return Page("foundations/register.html", found.name, context, _crumbs(call))


@routes.page("GET", "/{tenant}/history", action="region.read")
def show_history(call: Call) -> Answer:
    scope = call.scope
    context = {"events": service.timeline(scope), "sources": tenants.sources(scope)}
    return Page("foundations/history.html", _("Time line"), context, _crumbs(call, inside_documents=False))


@routes.page("GET", "/{tenant}/sources", action="region.read")
def show_sources(call: Call) -> Answer:
    context = {"sources": tenants.sources(call.scope), "said_when": written.say}
    return Page("foundations/sources.html", _("Sources"), context, _crumbs(call, inside_documents=False))


@routes.page("GET", "/{tenant}/subjects/{subject_id}", action="region.read")
def show_subject(call: Call) -> Answer:
    scope = call.scope
    found = subjects.get_subject(scope, call.path["subject_id"])
    kind = scope.model.subject_kinds.get(found.kind)
    context = {
        "subject": found,
        "kind": scope.text(kind.name) if kind else found.kind,
        "members": tuple(party for party in tenants.parties(scope) if party.key in found.member_keys),
        "neighbours": subjects.list_subjects(scope, found.kind),
        "sources": tenants.sources(scope),
    }
    return Page("foundations/subject.html", found.name, context, _crumbs(call))
