"""The command line: settings are read, one service is called, faults become one sentence on stderr.

Exit 0 done, 1 the check that was asked for found faults, 2 usage or settings.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from samverk.commands import DATA, Data, now, people, plugins, safekeeping
from samverk.errors import BadRegion, SamverkError, SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
tenant_app = typer.Typer(no_args_is_help=True)
audit_app = typer.Typer(no_args_is_help=True)
app.add_typer(tenant_app, name="tenant", help="Create and list the regions of the installation.")
app.add_typer(people.user_app, name="user", help="Add people, and help those who cannot get in.")
app.add_typer(people.token_app, name="token", help="Make tokens for programs.")
app.add_typer(audit_app, name="audit", help="Hold the logs of who did what against themselves.")
app.add_typer(plugins.plugin_app, name="plugin", help="List and check region plugins.")
safekeeping.register(app, tenant_app)


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
    setup.prepare(found, data, password=password, reset=reset, say=typer.echo, now=now())
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
    _keep_models(found.database_url)
    typer.echo("up to date")


def _keep_models(url: str) -> None:
    """Keep the model that every region works by, so that it can be read when its plugin is not there some day."""
    from samverk import registry
    from samverk.commands import now
    from samverk.database import Database
    from samverk.reminders import worker

    database = Database(url, threads=1)
    worker.keep_models(database, registry.discover(), now())
    database.dispose()


@tenant_app.command("create")
def tenant_create(
    slug: str,
    plugin: Annotated[str, typer.Option(help="Key of the region plugin.")],
    name: Annotated[str | None, typer.Option(help="Name of the council.")] = None,
    locale: Annotated[
        str | None, typer.Option(help="Leading language: nn, nb, sv, en or another of the interface.")
    ] = None,
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
        now(),
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
