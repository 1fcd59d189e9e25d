"""The second step of signing in: a code, or enrolling a code maker where the role demands one.

Until it is done the session is nobody's: it opens these pages and can be ended, nothing else.
"""

from samverk.errors import Invalid, Problem
from samverk.i18n import _
from samverk.people import limits, second_factor, sessions
from samverk.people.arriving import arrive, cookie_for, kept_words, target_of
from samverk.people.sessions import HalfSession
from samverk.web import security
from samverk.web.call import Answer, Call, Cookie, Page, Redirect, Routes

routes = Routes()


def begin(call: Call, secret: str) -> Page:
    """Return the page of the second step for a half session that has just begun, with its cookie."""
    half = sessions.half(call.session, secret, call.now)
    assert half is not None
    if half.awaits == sessions.ENROLMENT:
        # Made anew each time: whoever saw an older one without finishing must not share it.
        second_factor.begin(call.session, call.settings.secret, half.person_id, call.now)
    return _page(call, half, cookie=cookie_for(secret))


def _half(call: Call) -> tuple[HalfSession, str] | None:
    secret = security.read_cookies(call.headers.get("cookie", "")).get(security.cookie_name(call.settings), "")
    found = sessions.half(call.session, secret, call.now) if secret else None
    return None if found is None else (found, secret)


def _page(
    call: Call, half: HalfSession, problems: tuple[Problem, ...] = (), status: int = 200, cookie: Cookie | None = None
) -> Page:
    context: dict[str, object] = {"token": half.csrf, "next": target_of(call), "resume": kept_words(call)}
    if half.awaits == sessions.CODE:
        template, title = "people/code.html", _("The code of your second factor")
    else:
        secret = second_factor.pending(call.session, call.settings.secret, half.person_id) or ""
        context |= {"secret": secret, "picture": second_factor.picture(secret, half.email)}
        template, title = "people/enrol.html", _("Set up your second factor")
    return Page(template, title, context, status=status, problems=problems, cookie=cookie, is_secret=True)


@routes.page("GET", "/sign-in/second-factor", action="sign_in")
def show_second_step(call: Call) -> Answer:
    found = _half(call)
    return Redirect("/sign-in") if found is None else _page(call, found[0])


@routes.page("POST", "/sign-in/second-factor", action="sign_in")
def do_second_step(call: Call) -> Answer:
    found = _half(call)
    if found is None:
        return Redirect("/sign-in")
    half, secret = found
    security.check_csrf(half.csrf, call.form.get("_csrf"))
    code = call.form.get("code")[:64]
    tried = limits.whose("code", half.person_id, call.address)
    limits.check(call.session, tried, call.now)
    try:
        if half.awaits == sessions.CODE:
            second_factor.check(call.session, call.settings.secret, half.person_id, code, call.now)
            return arrive(call, sessions.rotate(call.session, secret, call.now))
        codes = second_factor.confirm(call.session, call.settings.secret, half.person_id, code, call.now)
    except Invalid as error:
        limits.count_afterwards(call.session, tried, call.now)
        return _page(call, half, error.problems, 422)
    rotated = sessions.rotate(call.session, secret, call.now)
    return _recovery_page(call, codes, rotated)


def _recovery_page(call: Call, codes: tuple[str, ...], secret: str) -> Page:
    """Show the recovery codes once; the session is whole from here on."""
    context = {"codes": codes, "next": target_of(call)}
    title = _("Your recovery codes")
    return Page("people/recovery.html", title, context, cookie=cookie_for(secret), is_secret=True)
