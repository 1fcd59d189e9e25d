"""Who asks: the people of the probes with their sessions and tokens, also with such as have ended or reach less.

What they ask is in `cells.py` and `variants.py`.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from samverk.membership import roles as membership
from samverk.people import credentials, sessions
from samverk.people import service as people
from samverk.tenants import service as tenants
from tests.installation import PASSWORD, Installation

OWN_PARTY, OTHER_PARTY = "no-3437", "no-3434"
TENANTS = ("alpha", "beta")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who asks: with a session, with a token, or with neither."""

    name: str
    tenant: str
    roles: frozenset[str]
    cookie: str = ""
    csrf: str = ""
    token: str = ""
    party: str | None = None
    email: str = ""
    also: tuple[str, ...] = ()
    """Further tenants where the same roles are held; the token is not of them."""
    subject: str | None = None
    """The one subject that the role was granted for."""
    has_ended: bool = False
    """Whether session and token are nobody's: ended, too old, half, or of a person who was disabled."""
    only_reads: bool = False
    """Whether the token may not write."""


@dataclass(frozen=True, slots=True)
class Given:
    """How a session and a token are made: when, what the session waits for, the tenant that it is bound to."""

    at: dt.datetime
    awaits: str | None = None
    tenant: str | None = None
    can_write: bool = True


def of_region(installation: Installation, slug: str, subject: str, some: tuple[str, ...] | None) -> list[Who]:
    """Return one person for each role and reach, of a region; only `some` of them by name, else all."""
    with installation.scope(slug) as scope:
        party = tenants.party_id(scope, OWN_PARTY)
        extra: dict[str, dict[str, Any]] = {
            "approver": {"party_id": party},
            "limited auditor": {"subject_id": subject},
            "former secretariat": {"valid_to": scope.today - dt.timedelta(days=1)},
        }
        for name, given in extra.items():
            _add(scope, f"{name.replace(' ', '-')}@{slug}.example", name, **given)
        operator = people.add_person(
            scope.session, f"operator@{slug}.example", "operator", installation.now, password=PASSWORD
        )
        people.make_operator(scope.session, operator)
    emails = {
        "administrator": "administrator",
        "secretariat": "secretariat",
        "contact": f"contact-{OWN_PARTY.partition('-')[2]}",
        "approver": "approver",
        "member": "member",
        "auditor": "auditor",
        "limited auditor": "limited-auditor",
        "former secretariat": "former-secretariat",
        "operator": "operator",
    }
    found = []
    for name, local in emails.items():
        if some is None or name in some:
            held = frozenset() if name in ("operator", "former secretariat") else frozenset({name.split()[-1]})
            of_party = OWN_PARTY if name in ("contact", "approver") else None
            limit = subject if name == "limited auditor" else None
            who = Who(f"{name} of {slug}", slug, held, party=of_party, subject=limit)
            found.append(sign_in(installation, who, f"{local}@{slug}.example"))
    return found


def _add(scope: Any, email: str, name: str, **given: Any) -> str:
    person = people.add_person(scope.session, email, name, scope.now, password=PASSWORD)
    people.grant(scope, person, name.split()[-1], **given)
    return person


def of_both(installation: Installation) -> Who:
    """Return a person who is of the secretariat in both regions, with a token of the first."""
    email = "both@alpha.example"
    for slug in TENANTS:
        with installation.scope(slug) as scope:
            people.grant(scope, people.add_person(scope.session, email, "both", scope.now), "secretariat")
    return sign_in(installation, Who("secretariat of both", "alpha", frozenset({"secretariat"}), also=("beta",)), email)


def further(installation: Installation, subjects: dict[str, str]) -> list[Who]:
    """Return everybody else: every municipality's contact, all roles of the other region, what has ended or is less.

    `subjects` is {tenant: id of the subject of those who are limited to one}.
    """
    found, secretariat = [], frozenset({"secretariat"})
    for slug in TENANTS:
        with installation.scope(slug) as scope:
            parties = [one.key for one in tenants.parties(scope, members_only=True) if one.kind == "municipality"]
        for key in parties:
            if key != OWN_PARTY:
                who = Who(f"contact of {key} in {slug}", slug, frozenset({"contact"}), party=key)
                found.append(sign_in(installation, who, f"contact-{key.partition('-')[2]}@{slug}.example"))
    for role in ("administrator", "member", "auditor"):
        who = Who(f"{role} of beta", "beta", frozenset({role}))
        found.append(sign_in(installation, who, f"{role}@beta.example"))
    with installation.scope("alpha") as scope:
        party, tomorrow = tenants.party_id(scope, OWN_PARTY), scope.today + dt.timedelta(days=1)
        subject, bound = subjects["alpha"], scope.tenant_id
        _add(scope, "limited-contact@alpha.example", "contact", party_id=party, subject_id=subject)
        _add(scope, "coming@alpha.example", "secretariat", valid_from=tomorrow)
        for name in ("suspended", "disabled", "ended", "old", "half", "bound", "reading"):
            _add(scope, f"{name}@alpha.example", "secretariat")
    with installation.scope("beta") as scope:
        people.grant(scope, people.person_by_email(scope.session, "bound@alpha.example"), "secretariat")
    now = installation.now
    none: frozenset[str] = frozenset()
    limited = Who("limited contact of alpha", "alpha", frozenset({"contact"}), party=OWN_PARTY, subject=subject)
    bare = {name: Who(f"{name} secretariat of alpha", "alpha", none, has_ended=True) for name in _ENDED}
    found += [
        sign_in(installation, limited, "limited-contact@alpha.example"),
        sign_in(installation, Who("coming secretariat of alpha", "alpha", none), "coming@alpha.example"),
        _suspended(installation, Who("suspended secretariat of alpha", "alpha", none)),
        sign_in(
            installation,
            Who("reading secretariat of alpha", "alpha", secretariat, only_reads=True),
            "reading@alpha.example",
            Given(now, can_write=False),
        ),
        sign_in(
            installation,
            Who("secretariat of both, bound to alpha", "alpha", secretariat),
            "bound@alpha.example",
            Given(now, tenant=bound),
        ),
        sign_in(installation, bare["old"], "old@alpha.example", Given(now - dt.timedelta(days=400))),
        sign_in(installation, bare["half"], "half@alpha.example", Given(now, awaits=sessions.CODE)),
        sign_in(installation, bare["ended"], "ended@alpha.example"),
        sign_in(installation, bare["disabled"], "disabled@alpha.example"),
    ]
    with installation.database.unit(write=True) as session:
        person = people.person_by_email(session, "ended@alpha.example")
        sessions.end_all(session, person, now)
        sessions.revoke_tokens(session, person, now)
        sessions.revoke_tokens(session, people.person_by_email(session, "half@alpha.example"), now)
        disabled = people.person_by_email(session, "disabled@alpha.example")
        people.set_disabled(session, disabled, now, is_disabled=True)
    return found


_ENDED = ("ended", "old", "half", "disabled")


def _suspended(installation: Installation, who: Who) -> Who:
    """Let the region's administrator disable a person, who then signs in anew."""
    with installation.scope("alpha") as scope:
        membership.disable(scope, people.person_by_email(scope.session, "suspended@alpha.example"))
    return sign_in(installation, who, "suspended@alpha.example")


def sign_in(installation: Installation, who: Who, email: str, given: Given | None = None) -> Who:
    """Give a person a session and a token."""
    given = given or Given(installation.now)
    with installation.database.unit(write=True) as session:
        person = people.person_by_email(session, email)
        secret = sessions.begin(session, person, given.at, awaits=given.awaits, tenant_id=given.tenant)
        tenant = tenants.find(session, who.tenant).id
        token = people.create_token(session, person, tenant, given.at, can_write=given.can_write)
        csrf = credentials.identify(session, secret, "", given.at).csrf
    return replace(who, email=email, cookie=secret, csrf=csrf, token=token)
