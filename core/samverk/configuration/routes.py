"""Pages of the configuration: the model by section, the form of a place, what a draft changes, the versions."""

from samverk.configuration import editing, files, preview, region, service, term_views, views
from samverk.configuration.walk import Path
from samverk.errors import Conflict, Invalid, NotFound, Problem
from samverk.i18n import _, format_moment
from samverk.web.call import Answer, Call, File, Page, Redirect, Routes

routes = Routes()
ACTION = "settings.change"


def _at(call: Call, path: Path) -> str:
    return f"/{call.scope.tenant.slug}/settings/model/{views.address_of(path)}"


def _path(call: Call) -> Path:
    return views.path_of(call.path["place"])


@routes.page("GET", "/{tenant}/settings/model", action=ACTION)
def show_model(call: Call) -> Answer:
    """Show the whole model by section, and how the draft stands."""
    stands = service.state(call.scope)
    context = {"sections": views.sections(stands), "stands": stands, "number_of_changes": len(stands.changes)}
    return Page("configuration/model.html", _("Model of the region"), context, call.settings_crumbs())


@routes.page("GET", "/{tenant}/settings/terms", action=ACTION)
def show_terms(call: Call) -> Answer:
    """Show every term with its forms as the draft has it, where each is used, and how it reads."""
    stands = service.state(call.scope)
    context = {
        "terms": term_views.terms(call.scope, stands),
        "forms": term_views.form_labels(),
        "has_changes": stands.has_changes,
    }
    crumbs = views.crumbs(call.scope, (), stands.around(stands.wanted))
    return Page("configuration/terms.html", _("Terms and where they are used"), context, crumbs)


@routes.page("GET", "/{tenant}/settings/model/{place}", action=ACTION)
def show_place(call: Call) -> Answer:
    """Show a section with its entries, or the form of one place."""
    path = _path(call)
    if len(path) == 1 and path[0] in views.SECTIONS:
        stands = service.state(call.scope)
        found = views.collection(stands, path)
        crumbs = views.crumbs(call.scope, (), stands.around(stands.wanted))
        context = {"found": found, "version": stands.version, "has_changes": stands.has_changes}
        return Page("configuration/section.html", found.label, context, crumbs)
    return _place(call, path)


def _place(call: Call, path: Path, error: Invalid | None = None) -> Page:
    found = views.place(call.scope, path, kept=error.kept if error else None)
    problems = error.problems if error else ()
    return Page(
        "configuration/place.html", found.title, {"place": found}, found.crumbs, 422 if problems else 200, problems
    )


@routes.page("GET", "/{tenant}/settings/model/{place}/add", action=ACTION)
def show_new_entry(call: Call) -> Answer:
    return _blank(call, _path(call))


def _blank(call: Call, path: Path, error: Invalid | None = None) -> Page:
    scope = call.scope
    stands = service.state(scope)
    key = call.form.get("key") or call.query.get("key")
    begun = term_views.filled(key, stands) if path == ("terms",) else None
    asked, version = views.blank(scope, path, kept=error.kept if error else begun)
    crumbs = views.crumbs(scope, path, stands.around(stands.wanted))
    context = {
        "asked": asked,
        "version": version,
        "address": views.address_of(path),
        "key": key,
        "collection": views.collection(stands, path).label,
    }
    problems = error.problems if error else ()
    return Page("configuration/new.html", _("New entry"), context, crumbs, 422 if problems else 200, problems)


@routes.steps(
    "/{tenant}/settings/model/{place}",
    dict.fromkeys(("save", "add", "remove", "copy", "up", "down", "back"), ACTION),
)
def change_model(call: Call) -> Answer:
    """Do one step on the draft and lead to where its outcome is seen."""
    scope, path, version = call.scope, _path(call), call.version()
    owner = path[:1] if len(path) <= 2 else path[:-2]
    match call.step:
        case "save":
            try:
                editing.change_place(scope, path, call.form, version=version)
            except Invalid as error:
                return _place(call, path, error)
            return Redirect(_at(call, path), _("Kept in the draft. It counts when it is activated."))
        case "add":
            try:
                made = editing.add_entry(scope, path, call.form.get("key"), call.form, version=version)
            except Invalid as error:
                return _blank(call, path, error)
            return Redirect(_at(call, made), _("Added to the draft. It counts when it is activated."))
        case "remove":
            editing.remove_entry(scope, path, version=version)
            return Redirect(_at(call, owner), _("Taken out of the draft. It counts when it is activated."))
        case "copy":
            made = editing.copy_entry(scope, path, version=version)
            return Redirect(_at(call, made), _("This is the copy. It counts when it is activated."))
        case "back":
            field = call.form.get("field")
            target = (*path, field) if field else path
            editing.take_back(scope, target, version=version)
            there = path if field or _is_there(call, path) else owner
            return Redirect(_at(call, there), _("Set back to what the plugin delivered, in the draft."))
        case direction:
            editing.move_entry(scope, path, direction, version=version)
            return Redirect(_at(call, owner), _("Moved in the draft."))


def _is_there(call: Call, path: Path) -> bool:
    try:
        views.place(call.scope, path)
    except NotFound:
        return False
    return True


@routes.page("GET", "/{tenant}/settings/changes", action=ACTION)
def show_changes(call: Call) -> Answer:
    """Show in words what making the draft active would change, and every fault that stands in the way."""
    return _changes(call)


def _changes(call: Call, error: Exception | None = None) -> Page:
    scope = call.scope
    stands = service.state(scope)
    context = {
        "changes": views.changes_of(stands),
        "findings": views.findings_of(service.findings(scope, stands.wanted)) if stands.has_changes else (),
        "stands": stands,
        "when": format_moment(stands.changed_at, scope.tenant.zone),
        "open_rounds": region.open_rounds(scope),
        "reason": call.form.get("reason"),
    }
    title, crumbs = _("What the draft changes"), views.crumbs(scope, (), stands.around(stands.wanted))
    if isinstance(error, Invalid):
        reason = tuple(problem for problem in error.problems if problem.field)
        return Page("configuration/changes.html", title, context, crumbs, 422, reason)
    if error is not None:
        return Page("configuration/changes.html", title, context, crumbs, 409, (Problem("", str(error)),))
    return Page("configuration/changes.html", title, context, crumbs)


@routes.steps("/{tenant}/settings/changes", {"activate": ACTION, "discard": ACTION})
def decide_changes(call: Call) -> Answer:
    """Make the draft active, or throw it away."""
    scope, version = call.scope, call.version()
    home = f"/{scope.tenant.slug}/settings"
    if call.step == "discard":
        service.discard(scope, version=version)
        return Redirect(f"{home}/model", _("The draft is thrown away. Nothing has changed."))
    try:
        number = service.activate(scope, call.form.get("reason"), version=version)
    except (Invalid, Conflict) as error:
        return _changes(call, error)
    return Redirect(f"{home}/versions", _("Version %(number)s is active now.", number=number))


@routes.page("GET", "/{tenant}/settings/languages", action=ACTION)
def show_languages(call: Call) -> Answer:
    """Show which texts of the model are not written in one of its languages."""
    stands = service.state(call.scope)
    crumbs = views.crumbs(call.scope, (), stands.around(stands.wanted))
    context = {"languages": views.languages_of(stands)}
    return Page("configuration/languages.html", _("Languages of the model"), context, crumbs)


@routes.page("GET", "/{tenant}/settings/versions", action=ACTION)
def show_versions(call: Call) -> Answer:
    return _versions(call)


def _versions(call: Call, error: Exception | None = None) -> Page:
    stands = service.state(call.scope)
    context = {"versions": service.versions(call.scope), "stands": stands}
    crumbs = views.crumbs(call.scope, (), stands.around(stands.wanted))
    problems = error.problems if isinstance(error, Invalid) else (Problem("", str(error)),) if error else ()
    status = 200 if error is None else 422 if isinstance(error, Invalid) else 409
    return Page("configuration/versions.html", _("Versions"), context, crumbs, status, problems)


@routes.page("POST", "/{tenant}/settings/versions/{number}/restore", action=ACTION)
def restore_version(call: Call) -> Answer:
    """Make a draft of an earlier version; the next page shows what activating it would change."""
    number = call.path["number"]
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise NotFound()
    try:
        service.restore(call.scope, int(number), version=call.version())
    except Conflict as error:
        return _versions(call, error)
    return Redirect(f"/{call.scope.tenant.slug}/settings/changes", _("This is what bringing it back would change."))


@routes.page("GET", "/{tenant}/settings/file", action=ACTION)
def export_configuration(call: Call) -> Answer:
    """Give the active changes as a file."""
    return File(files.exported(call.scope), "application/json", f"{call.scope.tenant.slug}-settings.json")


@routes.page("POST", "/{tenant}/settings/file", action=ACTION, takes_files=True)
def import_configuration(call: Call) -> Answer:
    """Make a draft of a file that was exported before, here or in another region with the same plugin."""
    try:
        files.bring_in(call.scope, call.files, version=call.version())
    except (Invalid, Conflict) as error:
        return _versions(call, error)
    return Redirect(
        f"/{call.scope.tenant.slug}/settings/changes", _("The file is the draft now. Nothing is active yet.")
    )


@routes.page("GET", "/{tenant}/settings/preview/{key}", action=ACTION)
def show_preview(call: Call) -> Answer:
    """Show a questionnaire of the draft as one who answers would see it."""
    found = preview.of(call.scope, call.path["key"], call.query)
    stands = service.state(call.scope)
    crumbs = views.crumbs(call.scope, ("questionnaires", call.path["key"]), stands.around(stands.wanted))
    return Page("configuration/preview.html", _("Preview"), {"found": found}, crumbs)
