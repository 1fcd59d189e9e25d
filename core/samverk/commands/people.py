"""Commands about people: adding them, helping those who cannot get in, tokens for their programs."""

from pathlib import Path
from typing import Annotated

import typer

from samverk.commands import DATA, Data, now
from samverk.errors import SettingsError

user_app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(no_args_is_help=True)


@user_app.command("add")
def user_add(
    email: str,
    tenant: Annotated[str, typer.Option(help="Slug of the region.")],
    role: Annotated[str, typer.Option(help="Role of the person there.")],
    municipality: Annotated[str | None, typer.Option(help="Today's code, for contacts and approvers.")] = None,
    password: Annotated[
        str | None, typer.Option(help="Password; asked for without it.", prompt=True, hide_input=True)
    ] = None,
    data: Data = DATA,
) -> None:
    """Add a person with a role in a region."""
    from samverk import registry, settings
    from samverk.database import Database
    from samverk.onboarding import service as onboarding
    from samverk.people import password_rules, service
    from samverk.tenants import service as tenants

    if password is not None:
        faults = password_rules.problems(password, password_rules.context_words(email, tenant))
        if faults:
            raise SettingsError(faults[0].message)
    with Database(settings.read(data).database_url).unit(write=True) as session:
        moment = now()
        person = service.add_person(session, email, email.split("@")[0], moment, password=password)
        scope = onboarding.open_system_scope(session, registry.discover(), tenant, moment)
        key = f"{scope.model.country.lower()}-{municipality}" if municipality else None
        service.grant(scope, person, role, party_id=tenants.party_id(scope, key) if key else None)
    typer.echo(f"added {email} as {role}")


@user_app.command("link")
def user_link(email: str, data: Data = DATA) -> None:
    """Print a link with which a person sets a new password, once, within an hour."""
    from samverk import settings
    from samverk.accounts import service
    from samverk.database import Database

    found = settings.read(data)
    with Database(found.database_url).unit(write=True) as session:
        typer.echo(found.public_url + service.make_reset_link(session, found.secret, email, now()))


@user_app.command("invitation")
def user_invitation(
    email: str, tenant: Annotated[str, typer.Option(help="Slug of the region.")], data: Data = DATA
) -> None:
    """Print the link of an invitation that waits: for an installation without a mail server."""
    from samverk import registry, settings
    from samverk.database import Database
    from samverk.membership import invitations
    from samverk.onboarding import service as onboarding

    found = settings.read(data)
    with Database(found.database_url).unit(write=True) as session:
        session.info["system"] = True
        scope = onboarding.open_system_scope(session, registry.discover(), tenant, now())
        paths = invitations.paths(scope, found.secret, email)
    if not paths:
        raise SettingsError(f"No invitation to {email} waits in {tenant}; its administrator can make one.")
    for path in paths:
        typer.echo(found.public_url + path)


@user_app.command("disable")
def user_disable(email: str, data: Data = DATA) -> None:
    """Let a person sign in nowhere any more; sessions and tokens end at once."""
    _set_disabled(email, data, True)
    typer.echo(f"disabled {email}")


@user_app.command("enable")
def user_enable(email: str, data: Data = DATA) -> None:
    """Let a disabled person sign in again, with the roles they still have."""
    _set_disabled(email, data, False)
    typer.echo(f"enabled {email}")


def _set_disabled(email: str, data: Path, is_disabled: bool) -> None:
    from samverk import settings
    from samverk.database import Database
    from samverk.people import service

    with Database(settings.read(data).database_url).unit(write=True) as session:
        service.set_disabled(session, service.person_by_email(session, email), now(), is_disabled=is_disabled)


@user_app.command("forget-second-factor")
def user_forget_second_factor(email: str, data: Data = DATA) -> None:
    """Remove the second factor of a person who lost it; where the role demands one they set up a new one."""
    from samverk import settings
    from samverk.database import Database
    from samverk.people import second_factor, service, sessions

    with Database(settings.read(data).database_url).unit(write=True) as session:
        person = service.person_by_email(session, email)
        second_factor.remove(session, person)
        sessions.end_all(session, person, now())
    typer.echo(f"removed the second factor of {email}")


@token_app.command("create")
def token_create(
    tenant: Annotated[str, typer.Option(help="Slug of the region.")],
    email: Annotated[str, typer.Option(help="Whose token it is.")],
    days: Annotated[int, typer.Option(help="Days it is valid.", min=1, max=3650)] = 365,
    data: Data = DATA,
) -> None:
    """Make a token for a program; it is shown once."""
    from samverk import settings
    from samverk.database import Database
    from samverk.people import service
    from samverk.tenants import service as tenants

    with Database(settings.read(data).database_url).unit(write=True) as session:
        person = service.person_by_email(session, email)
        found = tenants.find(session, tenant)
        typer.echo(service.create_token(session, person, found.id, now(), days))
