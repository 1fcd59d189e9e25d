"""Pages for a forgotten password: asking for a link, and setting a new one by it.

Opening the link changes nothing, so that a scanner of mail does no harm; sending the form does.
"""

from samverk.accounts import service
from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import _
from samverk.people.arriving import target_of
from samverk.web.call import Answer, Call, Page, Redirect, Routes, missing

routes = Routes()


@routes.page("GET", "/sign-in/forgotten", action="sign_in")
def show_forgotten(call: Call) -> Answer:
    return _page(call)


def _page(call: Call, problems: tuple[Problem, ...] = (), *, is_sent: bool = False) -> Page:
    context = {"is_sent": is_sent, "next": target_of(call), "sends": call.settings.smtp_url is not None}
    status = 422 if problems else 200
    return Page("accounts/forgotten.html", _("Forgotten password"), context, status=status, problems=problems)


@routes.page("POST", "/sign-in/forgotten", action="sign_in")
def ask_for_reset(call: Call) -> Answer:
    email = call.form.get("email")[:320]
    if not email:
        return _page(call, (missing("email"),))
    service.ask_for_reset(call.session, call.settings.secret, email, call.address, call.locale, call.now)
    return _page(call, is_sent=True)


@routes.page("GET", "/sign-in/reset/{link}", action="sign_in")
def show_reset(call: Call) -> Answer:
    return _reset_page(call)


def _reset_page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    try:
        found = service.reset_of(call.session, call.path["link"], call.now)[1]
    except NotFound:
        return _too_late(call)
    status = 422 if problems else 200
    context = {"email": found.email}
    return Page("accounts/reset.html", _("A new password"), context, (), status, problems, is_secret=True)


def _too_late(call: Call) -> Page:
    title = _("This link does not work any more")
    return Page("accounts/too_late.html", title, {}, status=404, is_secret=True)


@routes.page("POST", "/sign-in/reset/{link}", action="sign_in")
def reset_password(call: Call) -> Answer:
    password, again = (call.form.fields.get(name, ("",))[-1] for name in ("password", "again"))
    try:
        service.reset_password(call.session, call.path["link"], password, again, call.now)
    except NotFound:
        return _too_late(call)
    except Invalid as error:
        return _reset_page(call, error.problems)
    return Redirect(f"/sign-in?lang={call.locale}", _("Your new password is set. Sign in with it."))
