"""The command line: settings are read, one service is called, faults become one sentence on stderr.

Exit 0 done, 1 the check that was asked for found faults, 2 usage or settings.
"""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from samverk.errors import BadRegion, SamverkError, SettingsError
from samverk.safekeeping import commands as safekeeping

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
tenant_app = typer.Typer(no_args_is_help=True)
user_app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(no_args_is_help=True)
plugin_app = typer.Typer(no_args_is_help=True)
app.add_typer(tenant_app, name="tenant", help="Create and list the regions of the installation.")
app.add_typer(user_app, name="user", help="Add people, and help those who cannot get in.")
app.add_typer(token_app, name="token", help="Make tokens for programs.")
audit_app = typer.Typer(no_args_is_help=True)
app.add_typer(audit_app, name="audit", help="Hold the logs of who did what against themselves.")
app.add_typer(plugin_app, name="plugin", help="List and check region plugins.")
safekeeping.register(app, tenant_app)

Data = Annotated[Path, typer.Option(help="Folder of the embedded database and files.")]
DATA = Path("samverk-data")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    safe_mode: Annotated[bool, typer.Option("--safe-mode", help="Load no plugin; every region says so.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop where a plugin cannot be loaded.")] = False,
    data: Data = DATA,
) -> None:
    """Serve the installation."""
    from samverk import serving, settings
    from samverk.migrations import ready

    found = settings.read(data, port=port, safe_mode=safe_mode)
    if strict:
        _refuse_faulty_plugins()
    if not ready.is_ready(found.database_url):
        from samverk.migrations import runner  # imports every table; a database that is ready needs none here

        runner.prepare(found)
    serving.serve(found, data, host, port, workers)


def _refuse_faulty_plugins() -> None:
    from samverk import registry

    refused = registry.discover().refused
    if refused:
        first = f"{refused[0].key}: {refused[0].reason.splitlines()[0]}"
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise SettingsError(f"A plugin cannot be loaded: {first}{more}; mend or uninstall it, or leave out --strict.")


@app.command()
def demo(
    host: str = "127.0.0.1",
    port: int = 8000,
    data: Data = Path("samverk-demo"),
    password: Annotated[str | None, typer.Option(help="One password for all; made and printed without it.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Begin anew.")] = False,
    setup_only: Annotated[bool, typer.Option("--setup-only", help="Prepare, and do not serve.")] = False,
) -> None:
    """Prepare and serve the demonstration: four regions with their facts and an invented life."""
    from samverk import serving, settings
    from samverk.demonstration import setup

    found = settings.read(data, port=port, demonstration=True)
    setup.prepare(found, data, password=password, reset=reset, say=typer.echo, now=_now())
    if not setup_only:
        typer.echo(f"Open http://{host}:{port}/ in a browser. Stop with Ctrl-C.")
        serving.serve(found, data, host, port, 1)


@app.command()
def worker(data: Data = DATA) -> None:
    """Deliver mail and decide reminders, until stopped."""
    from samverk import settings
    from samverk.migrations import runner
    from samverk.reminders import worker as work

    found = settings.read(data)
    runner.prepare(found)
    work.run(found)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say whether anything is pending.")] = False,
    data: Data = DATA,
) -> None:
    """Bring the database to the newest revision and the registers up to date."""
    from samverk import settings
    from samverk.migrations import runner

    found = settings.read(data)
    if check:
        pending = runner.pending(found.database_url)
        typer.echo("pending: " + ", ".join(pending) if pending else "up to date")
        raise typer.Exit(1 if pending else 0)
    runner.migrate_as_owner(found)
    typer.echo("up to date")


@tenant_app.command("create")
def tenant_create(
    slug: str,
    plugin: Annotated[str, typer.Option(help="Key of the region plugin.")],
    name: Annotated[str | None, typer.Option(help="Name of the council.")] = None,
    locale: Annotated[str | None, typer.Option(help="Leading language: nn, nb, sv or en.")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="Fill with the plugin's facts.")] = False,
    data: Data = DATA,
) -> None:
    """Create a region on the installation."""
    from samverk import registry, settings
    from samverk.database import Database
    from samverk.migrations import runner
    from samverk.onboarding import service

    found = settings.read(data)
    runner.prepare(found)
    tenant = service.create_tenant(
        Database(found.database_url),
        registry.discover(),
        plugin,
        _now(),
        slug=slug,
        name=name,
        locale=locale,
        with_starter=starter,
    )
    typer.echo(f"created {tenant.slug}")


@tenant_app.command("list")
def tenant_list(data: Data = DATA) -> None:
    """List the regions of the installation."""
    from samverk import settings
    from samverk.database import Database
    from samverk.tenants import service

    with Database(settings.read(data).database_url).platform("list tenants") as session:
        for tenant in service.every(session):
            typer.echo(f"{tenant.slug}\t{tenant.plugin_key}\t{tenant.locale}")


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
        now = _now()
        person = service.add_person(session, email, email.split("@")[0], now, password=password)
        scope = onboarding.open_system_scope(session, registry.discover(), tenant, now)
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
        typer.echo(found.public_url + service.make_reset_link(session, found.secret, email, _now()))


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
        service.set_disabled(session, service.person_by_email(session, email), _now(), is_disabled=is_disabled)


@user_app.command("forget-second-factor")
def user_forget_second_factor(email: str, data: Data = DATA) -> None:
    """Remove the second factor of a person who lost it; where the role demands one they set up a new one."""
    from samverk import settings
    from samverk.database import Database
    from samverk.people import second_factor, service, sessions

    with Database(settings.read(data).database_url).unit(write=True) as session:
        person = service.person_by_email(session, email)
        second_factor.remove(session, person)
        sessions.end_all(session, person, _now())
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
        typer.echo(service.create_token(session, person, found.id, _now(), days))


@plugin_app.command("list")
def plugin_list(as_json: Annotated[bool, typer.Option("--json")] = False, data: Data = DATA) -> None:
    """List the region plugins: those that could not be used with the reason, and the regions each is off for."""
    from samverk import registry

    found, off = registry.discover(), _switched_off(data)
    rows = [(plugin.key, plugin.distribution, "ready", "", off.get(plugin.key, "")) for plugin in found.plugins()]
    rows += [(one.key, one.distribution, "refused", one.reason, off.get(one.key, "")) for one in found.refused]
    if as_json:
        import msgspec

        fields = ("key", "distribution", "state", "reason", "off_for")
        typer.echo(msgspec.json.encode([dict(zip(fields, row, strict=True)) for row in rows]).decode())
        return
    for *said, slugs in rows:
        typer.echo("\t".join([*said, f"off for {slugs}" if slugs else ""]).rstrip())


def _switched_off(data: Path) -> dict[str, str]:
    """Return {plugin key: slugs of the regions it is off for}; nothing where there is no installation yet."""
    from samverk import settings
    from samverk.breaker import service
    from samverk.database import Database, Fault
    from samverk.tenants import service as tenants

    if not os.environ.get("SAMVERK_DATABASE_URL") and not (data / "samverk.sqlite3").is_file():
        return {}
    try:
        off: dict[str, list[str]] = {}
        for tenant, session in tenants.in_each(Database(settings.read(data).database_url), "list plugins"):
            for key in service.switched_off(session, tenant.id):
                off.setdefault(key, []).append(tenant.slug)
    except Fault as error:
        raise SettingsError("The database cannot be read; run 'samverk migrate' first.") from error
    return {key: ", ".join(slugs) for key, slugs in off.items()}


Region = Annotated[str, typer.Option("--tenant", help="Slug of the region.")]
Reason = Annotated[str, typer.Option(help="Why; the region's administrator reads it.")]


@plugin_app.command("off")
def plugin_off(key: str, tenant: Region, reason: Reason, data: Data = DATA) -> None:
    """Switch a plugin off for one region: its hooks are not called, its data stays."""
    _switch(data, key, tenant, reason, off=True)


@plugin_app.command("on")
def plugin_on(
    key: str, tenant: Region, reason: Reason = "switched on from the command line", data: Data = DATA
) -> None:
    """Switch a plugin on again for one region; its faults are forgotten."""
    _switch(data, key, tenant, reason, off=False)


def _switch(data: Path, key: str, slug: str, reason: str, *, off: bool) -> None:
    from samverk import registry, settings
    from samverk.breaker import service
    from samverk.database import Database
    from samverk.onboarding import service as onboarding

    with Database(settings.read(data).database_url).unit(write=True) as session:
        session.info["system"] = True
        scope = onboarding.open_system_scope(session, registry.discover(), slug, _now())
        if scope.plugin.key != key:
            raise SettingsError(f"The region {slug} uses the plugin {scope.plugin.key}, not {key}; name that one.")
        service.switch(scope, off=off, reason=reason, version=service.get_switch(scope).version)
    typer.echo(f"{key} is {'off' if off else 'on'} for {slug}")


@plugin_app.command("check")
def plugin_check(what: Annotated[str | None, typer.Argument(help="A key or a folder; all without it.")] = None) -> None:
    """Check the files of plugins: shape, meaning, terms, places."""
    from samverk import registry
    from samverk.hooks import manifest
    from samverk.reference import service as reference
    from samverk.regions import loader

    places = reference.place_names()
    found = registry.discover()
    faults = 0
    refused = [one for one in found.refused if what in (None, one.key)]
    for one in refused:
        faults += len(one.reason.splitlines())
        typer.echo("\n".join(f"{one.key}: {line}" for line in one.reason.splitlines()))
    folders = (
        [Path(what)]
        if what and Path(what).is_dir()
        else [plugin.region.folder for plugin in found.plugins() if what in (None, plugin.key)]
    )
    if not folders and not refused:
        raise SettingsError(f"There is no plugin or folder {what!r}; 'samverk plugin list' names them.")
    for folder in folders:
        if isinstance(folder, Path):
            for fault in manifest.table_faults(folder):
                faults += 1
                typer.echo(str(fault))
        try:
            loader.load_region(folder, places)
        except BadRegion as error:
            faults += len(error.faults)
            typer.echo(str(error))
    typer.echo(f"{faults} faults" if faults else "no faults")
    raise typer.Exit(1 if faults else 0)


@audit_app.command("verify")
def audit_verify(data: Data = DATA) -> None:
    """Check every region's log: each entry, its place in the chain, its end, the heads kept outside the database."""
    from samverk import settings
    from samverk.audit import verification

    found = settings.read(data)
    reports = verification.verify_all(found)
    for report in reports:
        typer.echo(report.words)
    raise typer.Exit(1 if any(report.faults for report in reports) else 0)


@app.command()
def openapi(out: Annotated[Path | None, typer.Option(help="File to write; printed without it.")] = None) -> None:
    """Print the description of the interface (OpenAPI 3.1)."""
    import msgspec

    from samverk.app import all_routes
    from samverk.web.openapi import describe

    text = msgspec.json.format(msgspec.json.encode(describe(all_routes())), indent=1).decode()
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", "utf-8")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json")] = False, data: Data = DATA) -> None:
    """Say whether the installation is sound: settings, revision, plugins, the library of SQLite."""
    import sqlite3

    import msgspec

    from samverk import registry, settings
    from samverk.migrations import runner

    found = settings.read(data)
    plugins = registry.discover()
    pending = runner.pending(found.database_url)
    unsafe = () if pending else runner.unsafe(found.database_url)
    fixed = sqlite3.sqlite_version_info >= (3, 51, 3)
    report = {
        "revision": "pending: " + ", ".join(pending) if pending else "ok",
        "row security": "; ".join(unsafe) or ("the guard of the application only" if found.is_sqlite else "ok"),
        "plugins": "; ".join(f"{one.key}: {one.reason}" for one in plugins.refused) or "ok",
        "sqlite": f"{sqlite3.sqlite_version}" + ("" if fixed else ": one writer and checkpointer is kept for its sake"),
    }
    sound = not pending and not unsafe and not plugins.refused
    if as_json:
        typer.echo(msgspec.json.encode(report).decode())
    else:
        for key, words in report.items():
            typer.echo(f"{key}: {words}")
    raise typer.Exit(0 if sound else 1)


def main() -> None:
    """Run a command; every fault of ours is one sentence, never a traceback."""
    try:
        app()
    except BadRegion as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    except SamverkError as error:
        sys.stderr.write(f"{error or 'There is no such thing here.'}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
