"""Pages of one's own account: profile, password, second factor, sessions, tokens.

Forgotten passwords are `forgotten.py`'s, sign-in through a region's provider is `provider.py`'s.
"""

from samverk import i18n
from samverk.accounts import forgotten, provider, service
from samverk.errors import Invalid, NotAllowed, Problem
from samverk.i18n import _
from samverk.people import limits, second_factor, sessions, tokens
from samverk.people import service as people
from samverk.people.arriving import cookie_for
from samverk.tenants.service import is_id
from samverk.web import security
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()
routes.routes += [*forgotten.routes.routes, *provider.routes.routes]


def _cookie(call: Call) -> str:
    return security.read_cookies(call.headers.get("cookie", "")).get(security.cookie_name(call.settings), "")


def _person(call: Call) -> str:
    assert call.actor.person_id is not None  # the action needs a person
    return call.actor.person_id


def _own_account(call: Call) -> service.Account:
    """Return the account, where the session may change how its person signs in. Raises NotAllowed."""
    if call.credential.tenant_id is not None:
        raise NotAllowed(_("Sign in with your password to change this."))
    return service.account(call.session, _person(call))


def _home(call: Call) -> str:
    """Return the address of the profile, in the language of this page where the person has not chosen one."""
    return "/profile" if call.actor.locale else f"/profile?lang={call.locale}"


@routes.page("GET", "/profile", action="profile.change")
def show_profile(call: Call) -> Answer:
    return _page(call)


def _page(call: Call, problems: tuple[Problem, ...] = (), **more: object) -> Page:
    person = _person(call)
    regions = service.regions(call.session, person, call.now.date(), call.locale)
    only = call.credential.tenant_id
    if only is not None:
        regions = tuple(region for region in regions if region.id == only)
    zone = regions[0].zone if regions else "Europe/Oslo"
    context = {
        "account": service.account(call.session, person),
        "regions": regions,
        "region_choices": tuple((region.id, region.name) for region in regions),
        "region_names": {region.id: region.name for region in regions},
        "sessions": sessions.living(call.session, person, _cookie(call), call.now),
        "tokens": tokens.of_person(call.session, person, call.now, only),
        "owns_sign_in": only is None,
        "is_enrolled": second_factor.is_enrolled(call.session, person),
        "codes_left": second_factor.recovery_codes_left(call.session, person),
        "must_have": only is None
        and not call.settings.demonstration
        and people.must_have_second_factor(call.session, person),
        "moment": lambda value: i18n.format_moment(value, zone),
        "kept": call.form,
        "token": "",
        "codes": (),
        "longest": tokens.LONGEST,
        **more,
    }
    status = 422 if problems else 200
    return Page("accounts/profile.html", _("My account"), context, status=status, problems=problems, is_secret=True)


@routes.page("POST", "/profile", action="profile.change")
def change_profile(call: Call) -> Answer:
    try:
        service.change_profile(call.session, _person(call), call.form.get("name"), call.form.get("locale"))
    except Invalid as error:
        return _page(call, error.problems)
    return Redirect("/profile", _("Your account is changed."))


@routes.page("POST", "/profile/password", action="profile.change")
def change_password(call: Call) -> Answer:
    found = _own_account(call)
    try:
        _check_password(call, found)
        password, again = _raw(call, "password"), _raw(call, "again")
        service.check_new_password(call.session, found, password, again, call.now)
    except Invalid as error:
        return _page(call, error.problems)
    people.set_password(call.session, found.id, password, call.now, but=_cookie(call))
    secret = sessions.rotate(call.session, _cookie(call), call.now)
    return Redirect(_home(call), _("Your password is changed. Your other sessions have ended."), cookie_for(secret))


def _raw(call: Call, name: str) -> str:
    """Return a field as it was written: white space round a password belongs to it."""
    return call.form.fields.get(name, ("",))[-1]


def _check_password(call: Call, found: service.Account) -> None:
    service.check_old_password(call.session, found.id, found.email, _raw(call, "old"), call.address, call.now)


@routes.page("POST", "/profile/second-factor", action="profile.change")
def begin_second_factor(call: Call) -> Answer:
    """Show the key of a new code maker; it counts from its first code on."""
    found = _own_account(call)
    try:
        _check_password(call, found)
        second_factor.begin(call.session, call.settings.secret, found.id, call.now)
    except Invalid as error:
        return _page(call, error.problems)
    return _enrol_page(call, found)


def _enrol_page(call: Call, found: service.Account, problems: tuple[Problem, ...] = ()) -> Answer:
    secret = second_factor.pending(call.session, call.settings.secret, found.id)
    if secret is None:
        return Redirect(_home(call))
    context = {"secret": secret, "picture": second_factor.picture(secret, found.email)}
    crumbs = ((_home(call), _("My account")),)
    title, status = _("Set up your second factor"), 422 if problems else 200
    return Page("accounts/enrol.html", title, context, crumbs, status, problems, is_secret=True)


@routes.page("POST", "/profile/second-factor/confirm", action="profile.change")
def confirm_second_factor(call: Call) -> Answer:
    found = _own_account(call)
    tried = limits.whose("code", found.id, call.address)
    limits.check(call.session, tried, call.now)
    code = call.form.get("code")[:64]
    try:
        codes = second_factor.confirm(call.session, call.settings.secret, found.id, code, call.now)
    except Invalid as error:
        limits.count_afterwards(call.session, tried, call.now)
        return _enrol_page(call, found, error.problems)
    sessions.end_all(call.session, found.id, call.now, but=_cookie(call))
    secret = sessions.rotate(call.session, _cookie(call), call.now)
    context = {"codes": codes, "next": _home(call)}
    title = _("Your recovery codes")
    return Page("people/recovery.html", title, context, cookie=cookie_for(secret), is_secret=True)


@routes.page("POST", "/profile/second-factor/remove", action="profile.change")
def remove_second_factor(call: Call) -> Answer:
    found = _own_account(call)
    if not call.settings.demonstration and people.must_have_second_factor(call.session, found.id):
        raise NotAllowed(_("Your role demands a second factor."))
    try:
        _check_password(call, found)
    except Invalid as error:
        return _page(call, error.problems)
    second_factor.remove(call.session, found.id)
    sessions.end_all(call.session, found.id, call.now, but=_cookie(call))
    secret = sessions.rotate(call.session, _cookie(call), call.now)
    return Redirect(_home(call), _("The second factor is removed."), cookie_for(secret))


@routes.page("POST", "/profile/second-factor/codes", action="profile.change")
def renew_recovery_codes(call: Call) -> Answer:
    """Make ten new recovery codes; the old ones work no more."""
    found = _own_account(call)
    try:
        _check_password(call, found)
    except Invalid as error:
        return _page(call, error.problems)
    if not second_factor.is_enrolled(call.session, found.id):
        return Redirect(_home(call))
    context = {"codes": second_factor.renew_recovery_codes(call.session, found.id), "next": _home(call)}
    return Page("people/recovery.html", _("Your recovery codes"), context, is_secret=True)


@routes.page("POST", "/profile/sessions/end", action="profile.change")
def end_sessions(call: Call) -> Answer:
    chosen = call.form.get("session")
    if chosen == "others":
        sessions.end_all(call.session, _person(call), call.now, but=_cookie(call))
    elif is_id(chosen):
        sessions.end_one(call.session, _person(call), chosen, call.now)
    return Redirect(_home(call), _("The session has ended."))


@routes.page("POST", "/profile/tokens", action="profile.change")
def create_token(call: Call) -> Answer:
    person, form = _person(call), call.form
    only = call.credential.tenant_id
    regions = {
        r.id for r in service.regions(call.session, person, call.now.date(), call.locale) if only in (None, r.id)
    }
    faults: list[Problem] = []
    days = form.get("days")
    if not (days.isascii() and days.isdigit() and len(days) < 5 and 1 <= int(days) <= tokens.LONGEST):
        message = _("Write a number of days from 1 to %(number)s.", number=tokens.LONGEST)
        faults.append(Problem("/days", message, field="days"))
    if form.get("region") not in regions:
        faults.append(Problem("/region", _("Choose one of your regions."), field="region"))
    if form.get("scope") not in ("read", "read write"):
        faults.append(Problem("/scope", _("Choose what the token may do."), field="scope"))
    faults += [
        Problem("/token_name", problem.message, field="token_name")
        for problem in service.name_problems(form.get("token_name"))
    ]
    if faults:
        return _page(call, tuple(faults))
    token = tokens.create(
        call.session,
        person,
        form.get("region"),
        call.now,
        int(days),
        can_write=form.get("scope") == "read write",
        name=form.get("token_name"),
    )
    return _page(call, token=token)


@routes.page("POST", "/profile/tokens/revoke", action="profile.change")
def revoke_token(call: Call) -> Answer:
    chosen = call.form.get("token")
    if is_id(chosen):
        tokens.revoke(call.session, _person(call), chosen, call.now)
    return Redirect(_home(call), _("The token is revoked."))
