"""Sign-in, sign-out and the person's own language.

Sessions themselves are `service.py`'s.
"""

from samverk.errors import Invalid, NotAllowed, Problem
from samverk.i18n import LOCALES, _
from samverk.people import service
from samverk.web import security
from samverk.web.call import Answer, Call, Cookie, Page, Redirect, Routes

routes = Routes()


def safe_target(target: str) -> str:
    """Return an address on this installation, the front page for anything else."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if is_local and len(target) < 2000 else "/"


def _page(call: Call, email: str, problems: tuple[Problem, ...] = (), status: int = 200) -> Page:
    target = safe_target(call.form.get("next") or call.query.get("next") or "/")
    kept = tuple((n, v) for n, vs in call.form.fields.items() if n.startswith("keep:") for v in vs)
    context = {"next": target, "email": email, "resume": [(n[5:], v) for n, v in kept]}
    return Page("people/sign_in.html", _("Sign in"), context, status=status, problems=problems)


@routes.page("GET", "/sign-in", action="sign_in")
def show_sign_in(call: Call) -> Answer:
    return _page(call, "")


@routes.page("POST", "/sign-in", action="sign_in")
def do_sign_in(call: Call) -> Answer:
    email, password = call.form.get("email"), call.form.fields.get("password", ("",))[-1]
    try:
        secret = service.sign_in(call.session, email, password[:256], call.address, call.now)
    except Invalid as error:
        address, now = call.address, call.now
        call.session.info["afterwards"] = [lambda database: service.count_failure(database, email, address, now)]
        return _page(call, email, error.problems, 422)
    cookie = Cookie(secret, int(service.ABSOLUTE.total_seconds()))
    target = safe_target(call.form.get("next") or "/")
    kept = [(n[5:], v) for n, vs in call.form.fields.items() if n.startswith("keep:") for v in vs]
    if kept:
        return _resume(call, target, kept, cookie, secret)
    return Redirect(target, _("You are signed in."), cookie)


def _resume(call: Call, target: str, kept: list[tuple[str, str]], cookie: Cookie, secret: str) -> Answer:
    """Give back what was written before the session ended, to be sent on by the person."""
    credential = service.identify(call.session, secret, "", call.now)
    context = {"target": target, "kept": kept, "token": credential.csrf}
    return Page("people/resume.html", _("You are signed in. Your words are here."), context, cookie=cookie)


@routes.page("POST", "/sign-out", action="sign_in")
def do_sign_out(call: Call) -> Answer:
    cookies = security.read_cookies(call.headers.get("cookie", ""))
    service.sign_out(call.session, cookies.get(security.cookie_name(call.settings), ""), call.now)
    return Redirect("/", cookie=Cookie("", 0), clears_site_data=True)


@routes.page("POST", "/profile/language", action="profile.change")
def choose_language(call: Call) -> Answer:
    chosen = call.form.get("lang")
    if call.actor.person_id is None or chosen not in LOCALES:
        raise NotAllowed()
    service.set_locale(call.session, call.actor.person_id, chosen)
    return Redirect(safe_target(call.form.get("next") or "/"))
