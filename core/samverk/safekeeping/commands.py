"""The commands of this room, as `cli` registers them: settings are read, one function is called, what came is said.

Libraries are imported inside: a command that needs none of them starts without.
"""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option(help="Folder of the embedded database and files.")]
File = Annotated[Path, typer.Argument(help="The file.")]
DATA = Path("samverk-data")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _say(what: str, done: int, whole: int) -> None:
    """Show how far it has come, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done >= whole else ""
        sys.stderr.write(f"\r{what}: {100 * done // max(whole, 1)} %{end}")
        sys.stderr.flush()


def backup(file: File, data: Data = DATA) -> None:
    """Write a backup of the embedded database and the files, while the server serves."""
    from samverk import settings
    from samverk.safekeeping import backup as backups

    backups.back_up(settings.database_url(data), data, file, _now(), _say)
    typer.echo(f"wrote {file}")


def verify(file: File) -> None:
    """Look at a backup: every byte, the database's own checks, the logs of the regions."""
    from samverk.safekeeping import backup as backups
    from samverk.safekeeping.archive import BadArchive

    try:
        looked = backups.verify(file, _say)
    except BadArchive as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from error
    typer.echo(f"{file}: of {looked.at}, revision {looked.revision}, {looked.members} members, no faults")
    for line in looked.logs:
        typer.echo(line)


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Keep the folder that is there beside, and go on.")
    ] = False,
    erasures: Annotated[Path | None, typer.Option(help="A newer journal of erasures, kept elsewhere.")] = None,
    data: Data = DATA,
) -> None:
    """Put a backup back, whole or not at all; people erased since are erased again."""
    from samverk import settings
    from samverk.safekeeping import backup as backups

    url = settings.database_url(data)
    done = backups.restore(file, url, data, _now(), replace=replace, erasures=erasures, say=_say)
    typer.echo(f"restored {data}")
    for line in done.logs:
        typer.echo(line)
    if done.erased:
        typer.echo(f"{done.erased} people who were erased after the backup are erased again")
    if done.kept is not None:
        typer.echo(f"what was there is kept in {done.kept}; it holds what was erased too, so delete it when done")


def tenant_export(slug: str, file: File, data: Data = DATA) -> None:
    """Write one region with the people it needs to a file; no passwords, sessions or tokens."""
    from samverk import settings
    from samverk.database import Database
    from samverk.safekeeping import region_file

    written = region_file.write(Database(settings.read(data).database_url), slug, file, _say)
    typer.echo(f"wrote {sum(written.rows.values())} rows of {len(written.rows)} tables to {file}")


def tenant_import(
    file: File,
    slug: Annotated[str | None, typer.Option("--as", help="Another slug than the file's.")] = None,
    data: Data = DATA,
) -> None:
    """Take the file of a region in, all of it or nothing."""
    from samverk import registry, settings
    from samverk.database import Database
    from samverk.migrations import runner
    from samverk.safekeeping import region_import

    found = settings.read(data)
    runner.prepare(found)
    taken = region_import.take_in(Database(found.database_url), registry.discover(), file, slug=slug, say=_say)
    typer.echo(f"took in {taken.slug}: {sum(taken.rows.values())} rows")
    for note in taken.notes:
        typer.echo(f"note: {note}")
    typer.echo("people set a password before they sign in: none came with the file")


def register(app: typer.Typer, tenant_app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (backup, verify, restore):
        app.command()(command)
    tenant_app.command("export")(tenant_export)
    tenant_app.command("import")(tenant_import)
