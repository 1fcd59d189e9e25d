"""Pages by which an invitation is taken: by a new person with a password, by a known one with a press of a button.

Opening the link changes nothing, so that a scanner of mail does no harm.
"""

from samverk.accounts import provider
from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.membership import invitations, words
from samverk.people import sessions
from samverk.people.arriving import cookie_for
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()


def _page(call: Call, problems: tuple[Problem, ...] = (), template: str = "joining") -> Page:
    try:
        found = invitations.by_link(call.scope, call.path["link"])
    except NotFound:
        return _too_late(call)
    slug = call.scope.tenant.slug
    context = {
        "invitation": found,
        "role": words.role_name(call.scope, found.role),
        "kept": call.form,
        "link": call.path["link"],
        "providers": [one for one in call.settings.oidc if one.tenant == slug],
    }
    title = _("Welcome to %(region)s", region=call.scope.text(call.scope.tenant.name))
    status = 422 if problems else 200
    return Page(f"membership/{template}.html", title, context, (), status, problems, is_secret=True)


def _too_late(call: Call) -> Page:
    title = _("This invitation does not work any more")
    return Page("membership/too_late.html", title, {}, status=404, is_secret=True)


@routes.page("GET", "/{tenant}/invitation/{link}", action="sign_in")
def show_invitation(call: Call) -> Answer:
    return _page(call)


@routes.page("POST", "/{tenant}/invitation/{link}", action="sign_in")
def accept_invitation(call: Call) -> Answer:
    password, again = (call.form.fields.get(name, ("",))[-1] for name in ("password", "again"))
    try:
        invitations.accept(call.scope, call.path["link"], call.form.get("name"), password, again)
    except NotFound:
        return _too_late(call)
    except Invalid as error:
        return _page(call, error.problems)
    target = f"/sign-in?next=/{call.scope.tenant.slug}/&lang={call.locale}"
    return Redirect(target, _("You have the role now. Sign in."))


@routes.page("GET", "/{tenant}/invitation/{link}/provider", action="sign_in")
def show_invitation_with_identity(call: Call) -> Answer:
    if provider.vouched(call, call.path["link"]) is None:
        return Redirect(f"/{call.scope.tenant.slug}/invitation/{call.path['link']}")
    return _page(call, template="joining_provider")


@routes.page("POST", "/{tenant}/invitation/{link}/provider", action="sign_in")
def accept_invitation_with_identity(call: Call) -> Answer:
    scope, link = call.scope, call.path["link"]
    who = provider.vouched(call, link)
    if who is None:
        return Redirect(f"/{scope.tenant.slug}/invitation/{link}")
    try:
        person = invitations.accept_with_identity(scope, link, call.form.get("name"), who.issuer, who.subject)
    except NotFound:
        return _too_late(call)
    except Invalid as error:
        return _page(call, error.problems, "joining_provider")
    secret = sessions.begin(scope.session, person, scope.now, tenant_id=scope.tenant_id)
    return Redirect(f"/{scope.tenant.slug}/", _("You are signed in."), cookie_for(secret))
