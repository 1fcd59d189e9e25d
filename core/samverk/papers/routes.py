"""Papers: compile, read, download; each paragraph's mark leads to its answer."""

from samverk.documents.html import print_html
from samverk.documents.tree import Reference
from samverk.errors import NotFound
from samverk.exemptions import service as exemptions
from samverk.i18n import _
from samverk.papers import service
from samverk.rounds import views
from samverk.web.call import Answer, Call, File, Json, Page, Redirect, Routes

routes = Routes()
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@routes.page("GET", "/{tenant}/papers", action="papers.read")
def show_papers(call: Call) -> Answer:
    scope = call.scope
    meeting = call.query.get("meeting")
    found = service.list_issued(scope)
    if meeting:
        rounds = {one.id for one in views.list_rounds(scope) if one.meeting_id == meeting}
        found = tuple(one for one in found if one.about_id in rounds)
    return Page("papers/list.html", scope.words.title("papers", "pl"), {"found": found})


@routes.page("POST", "/{tenant}/papers/compile", action="papers.compile")
def compile_papers(call: Call) -> Answer:
    scope = call.scope
    document_id = service.compile_round(scope, call.form.get("round"))
    done = _("You have compiled and issued %(the_papers)s.", the_papers=scope.words.form("papers", "pl_def"))
    return Redirect(f"/{scope.tenant.slug}/papers/{document_id}", done)


@routes.page("GET", "/{tenant}/papers/{document_id}", action="papers.read")
def show_paper(call: Call) -> Answer:
    scope = call.scope
    issued, document = service.get_issued(scope, call.path["document_id"])
    base = f"/{scope.tenant.slug}"
    inside = scope.actor.may("rounds.read")

    def href(reference: Reference) -> str | None:
        return f"{base}/forms/{reference.id[:36]}" if reference.kind == "answer" and inside else None

    context = {
        "issued": issued,
        "html": print_html(document, href=href, no_rows=_("No rows"), base_level=1),
        "exempt": exemptions.parts(scope, "paper", (issued.id,)).get(issued.id, {}).get(""),
    }
    crumbs = ((f"{base}/papers", scope.words.title("papers", "pl")),)
    return Page("papers/paper.html", issued.title, context, crumbs)


@routes.page("GET", "/{tenant}/papers/{document_id}/print/{kind}", action="papers.read")
def download_paper(call: Call) -> Answer:
    scope, kind = call.scope, call.path["kind"]
    if kind not in TYPES:
        raise NotFound()
    issued, _document = service.get_issued(scope, call.path["document_id"])
    name = f"{scope.tenant.slug}-{issued.number}-{issued.edition}.{kind}"
    return File(service.printed(scope, issued.id, kind), TYPES[kind], name)


@routes.api(
    "POST",
    "/{tenant}/rounds/{round_id}/compile",
    action="papers.compile",
    answer=service.IssuedView,
    status=201,
    faults=(409,),
    is_idempotent=True,
    has_location=True,
)
def compile_round(call: Call) -> Answer:
    """Compile and issue the papers of a round."""
    scope = call.scope
    document_id = service.compile_round(scope, call.path["round_id"])
    issued, _document = service.get_issued(scope, document_id)
    location = f"/{scope.tenant.slug}/papers/{document_id}"
    return Json(issued, 201, location=location)
