"""Commands about region plugins: which there are, checking their files, switching one off for a region."""

import os
from pathlib import Path
from typing import Annotated

import typer

from samverk.commands import DATA, Data, now
from samverk.errors import BadRegion, SettingsError

plugin_app = typer.Typer(no_args_is_help=True)


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
        scope = onboarding.open_system_scope(session, registry.discover(), slug, now())
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
