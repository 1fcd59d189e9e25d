"""Commands about region plugins: which there are, checking their files, switching one off for a region."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from samverk.commands import DATA, Data, now
from samverk.errors import SettingsError

if TYPE_CHECKING:
    from samverk.registry import Registry

plugin_app = typer.Typer(no_args_is_help=True)


@plugin_app.command("list")
def plugin_list(as_json: Annotated[bool, typer.Option("--json")] = False, data: Data = DATA) -> None:
    """List the region plugins with their regions: those that could not be used, or are missing, with the reason."""
    from samverk import registry

    found, used = registry.discover(), _used(data)
    rows = [(plugin.key, plugin.distribution, "ready", "") for plugin in found.plugins()]
    rows += [(one.key, one.distribution, "refused", one.reason) for one in found.refused]
    missing = sorted(used.keys() - {row[0] for row in rows})
    rows += [(key, "", "missing", MISSING) for key in missing]
    if as_json:
        import msgspec

        fields = ("key", "distribution", "state", "reason")
        said = [
            dict(zip(fields, row, strict=True), used_by=", ".join(regions), off_for=", ".join(off))
            for row in rows
            for regions, off in [used.get(row[0], ([], []))]
        ]
        typer.echo(msgspec.json.encode(said).decode())
        return
    for row in rows:
        regions, off = used.get(row[0], ([], []))
        words = [f"used by {', '.join(regions)}" if regions else "", f"off for {', '.join(off)}" if off else ""]
        typer.echo("\t".join([*row, *words]).rstrip())


MISSING = "no installed distribution and no folder of SAMVERK_PLUGIN_FOLDERS brings it; its regions can only be read"


def _used(data: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Return {plugin key: (slugs of its regions, slugs of those it is off for)}; nothing without an installation."""
    from samverk import settings
    from samverk.breaker import service
    from samverk.database import Database, Fault
    from samverk.tenants import service as tenants

    if not os.environ.get("SAMVERK_DATABASE_URL") and not (data / "samverk.sqlite3").is_file():
        return {}
    try:
        used: dict[str, tuple[list[str], list[str]]] = {}
        for tenant, session in tenants.in_each(Database(settings.read(data).database_url), "list plugins"):
            used.setdefault(tenant.plugin_key, ([], []))[0].append(tenant.slug)
            for key in service.switched_off(session, tenant.id):
                used.setdefault(key, ([], []))[1].append(tenant.slug)
    except Fault as error:
        raise SettingsError("The database cannot be read; run 'samverk migrate' first.") from error
    return used


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


@plugin_app.command("new")
def plugin_new(
    name: str,
    locale: Annotated[str, typer.Option(help="The language of the region: nb, nn or sv.")],
    place: Annotated[
        list[str] | None, typer.Option(help="A municipality of the region, such as no-3446; say it for each.")
    ] = None,
    into: Annotated[Path, typer.Option("--in", help="The folder it is written below.")] = Path(),
) -> None:
    """Write a new region plugin that passes its own tests: a model with one small questionnaire, and first facts."""
    from samverk.reference import service as reference
    from samverk.scaffold import service

    folder = service.write(name, locale, into, tuple(place or ()), reference.place_names())
    typer.echo(f"{folder} is written. Next: pip install -e {folder}, then pytest {folder}")


@plugin_app.command("check")
def plugin_check(
    what: Annotated[str | None, typer.Argument(help="A key or a folder; all without it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One list of faults, for programs.")] = False,
    locale: Annotated[
        str, typer.Option(help="The language of the faults: nn, nb, sv, en or another of the interface.")
    ] = "en",
) -> None:
    """Check the files of plugins: shape, meaning, terms, places. Each fault with file, line, rule and remedy."""
    from samverk import i18n

    if locale not in i18n.locales():
        raise SettingsError(f"The language {locale!r} is not one of {', '.join(i18n.locales())}; choose one of them.")
    with i18n.using(locale):
        said = _faults(what)
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(said).decode())
    else:
        for line in map(_line, said):
            typer.echo(line)
        typer.echo(f"{len(said)} faults" if said else "no faults")
    raise typer.Exit(1 if said else 0)


def _faults(what: str | None) -> list[dict[str, object]]:
    from samverk import registry

    found = registry.discover()
    said: list[dict[str, object]] = []
    for one in found.refused:
        if what in (None, one.key):
            said += [_said(one.key, "", None, "", line, None) for line in one.reason.splitlines()]
    folders = _folders(found, what)
    if not folders and not said:
        raise SettingsError(f"There is no plugin or folder {what!r}; 'samverk plugin list' names them.")
    for key, folder in folders.items():
        said += _faults_of(key, folder, found)
    return said


def _folders(found: "Registry", what: str | None) -> dict[str, Path]:
    """Return {key or folder: where the files are} of what is to be checked."""
    if what and Path(what).is_dir():
        # The folder of a distribution holds the package that holds the files.
        inside = [path.parent for path in sorted(Path(what).glob("*/region.toml"))]
        here = [Path(what)] if (Path(what) / "region.toml").is_file() or not inside else inside
        return {str(path): path for path in here}
    return {plugin.key: Path(str(plugin.region.folder)) for plugin in found.plugins() if what in (None, plugin.key)}


def _faults_of(key: str, folder: Path, registry: "Registry") -> list[dict[str, object]]:
    from samverk import testing

    plugin = registry.get(key)
    every = [*testing.faults(folder), *(testing.hook_faults(plugin) if plugin is not None else ())]
    return [
        _said(key, one.file, testing.line_of(folder, one), one.path, one.message, one.hint, one.rule or "")
        for one in every
    ]


def _said(
    plugin: str, file: str, line: int | None, path: str, message: str, hint: str | None, rule: str = ""
) -> dict[str, object]:
    return {
        "plugin": plugin, "file": file, "line": line, "path": path, "message": message, "hint": hint, "rule": rule
    }  # fmt: skip


def _line(one: dict[str, object]) -> str:
    """Write a fault as editors know it: file, line, where, what is wrong, and what may be meant."""
    place = ":".join(str(part) for part in (one["file"] or one["plugin"], one["line"]) if part)
    where = f"{one['path']}: " if one["path"] else ""
    hint = f" (perhaps {one['hint']!r})" if one["hint"] else ""
    return f"{place}: {where}{one['message']}{hint}"
