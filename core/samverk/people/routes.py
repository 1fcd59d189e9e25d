"""Sign-in, sign-out and the person's own language.

Sessions themselves are `sessions.py`'s, the second step of signing in is `second_step.py`'s.
"""

from samverk.errors import Invalid, NotAllowed, Problem
from samverk.i18n import _, locales
from samverk.people import second_step, service
from samverk.people.arriving import arrive, kept_words, safe_target, target_of
from samverk.web import security
from samverk.web.call import Answer, Call, Cookie, Page, Redirect, Routes

routes = Routes()
routes.routes += second_step.routes.routes


def _page(call: Call, email: str, problems: tuple[Problem, ...] = (), status: int = 200) -> Page:
    target = target_of(call)
    slug = target.strip("/").partition("/")[0]
    providers = [one for one in call.settings.oidc if one.tenant == slug]
    context = {"next": target, "email": email, "resume": kept_words(call), "providers": providers}
    return Page("people/sign_in.html", _("Sign in"), context, status=status, problems=problems)


@routes.page("GET", "/sign-in", action="sign_in")
def show_sign_in(call: Call) -> Answer:
    return _page(call, "")


@routes.page("POST", "/sign-in", action="sign_in")
def do_sign_in(call: Call) -> Answer:
    email, password = call.form.get("email"), call.form.fields.get("password", ("",))[-1]
    try:
        secret, awaits = service.sign_in(
            call.session,
            email,
            password[:256],
            call.address,
            call.now,
            demands_second_factor=not call.settings.demonstration,
        )
    except Invalid as error:
        return _page(call, email, error.problems, 422)
    # The session that this browser came with, whoever's it was, does not live on beside the new one.
    service.sign_out(call.session, _cookie(call), call.now)
    return arrive(call, secret) if awaits is None else second_step.begin(call, secret)


def _cookie(call: Call) -> str:
    return security.read_cookies(call.headers.get("cookie", "")).get(security.cookie_name(call.settings), "")


@routes.page("POST", "/sign-out", action="sign_in")
def do_sign_out(call: Call) -> Answer:
    service.sign_out(call.session, _cookie(call), call.now)
    return Redirect("/", cookie=Cookie("", 0), clears_site_data=True)


@routes.page("POST", "/profile/language", action="profile.change")
def choose_language(call: Call) -> Answer:
    chosen = call.form.get("lang")
    if call.actor.person_id is None or chosen not in locales():
        raise NotAllowed()
    service.set_locale(call.session, call.actor.person_id, chosen)
    return Redirect(safe_target(call.form.get("next") or "/"))
