"""Commands about what is kept: backups, a region as a file, retention, a person's own data."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from samverk.commands import DATA, Data, now

File = Annotated[Path, typer.Argument(help="The file.")]


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

    backups.back_up(settings.database_url(data), data, settings.files(data), file, now(), _say)
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
    from samverk.errors import SettingsError
    from samverk.safekeeping import backup as backups

    url = settings.database_url(data)
    if settings.files(data).resolve() != (data / "files").resolve():
        raise SettingsError("SAMVERK_FILES names a folder outside the data folder; unset it to restore.")
    done = backups.restore(file, url, data, now(), replace=replace, erasures=erasures, say=_say)
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
    from samverk.attachments.store import Store
    from samverk.database import Database
    from samverk.safekeeping import region_file

    found = settings.read(data)
    written = region_file.write(Database(found.database_url), Store(found.files), slug, file, _say)
    rows, tables = sum(written.rows.values()), len(written.rows)
    typer.echo(f"wrote {rows} rows of {tables} tables and {written.files} attachments to {file}")


def tenant_import(
    file: File,
    slug: Annotated[str | None, typer.Option("--as", help="Another slug than the file's.")] = None,
    data: Data = DATA,
) -> None:
    """Take the file of a region in, all of it or nothing."""
    from samverk import registry, settings
    from samverk.attachments.store import Store
    from samverk.database import Database
    from samverk.migrations import runner
    from samverk.safekeeping import erasure, region_import
    from samverk.safekeeping.journal import Journal

    found = settings.read(data)
    runner.prepare(found)
    database = Database(found.database_url)
    taken = region_import.take_in(database, registry.discover(), Store(found.files), file, slug=slug, say=_say)
    erased = erasure.replay(database, Journal(data), now(), taken.people)
    typer.echo(f"took in {taken.slug}: {sum(taken.rows.values())} rows")
    for note in taken.notes:
        typer.echo(f"note: {note}")
    if erased:
        typer.echo(f"note: {erased} people who were erased here are erased again")
    typer.echo("no password came with the file: people ask for a link at sign-in, or 'samverk user link' makes one")


def tenant_hold(
    slug: str,
    reason: Annotated[str, typer.Option(help="Why nothing of the region may be deleted.")],
    data: Data = DATA,
) -> None:
    """Put a region under legal hold: nothing of it is deleted or erased."""
    from samverk import settings
    from samverk.database import Database
    from samverk.tenants import legal_hold

    with Database(settings.read(data).database_url).platform("legal hold", write=True) as session:
        legal_hold.hold(session, slug, reason, now())
    typer.echo(f"{slug} is under legal hold")


def tenant_release(slug: str, data: Data = DATA) -> None:
    """End the legal hold of a region."""
    from samverk import settings
    from samverk.database import Database
    from samverk.tenants import legal_hold

    with Database(settings.read(data).database_url).platform("legal hold", write=True) as session:
        legal_hold.release(session, slug)
    typer.echo(f"{slug} is no longer under legal hold")


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what is due.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Delete or empty what is due, and list it.")] = False,
    at: Annotated[
        str | None, typer.Option(help="The moment of a dry run (2026-11-20T09:00:00Z): what it listed, and no more.")
    ] = None,
    data: Data = DATA,
) -> None:
    """Delete what has been kept long enough, by the rules of docs/operate.md."""
    from samverk import settings
    from samverk.database import Database
    from samverk.errors import SettingsError
    from samverk.safekeeping import retention as work

    if dry_run == run:
        raise SettingsError("Say --dry-run to list what is due, or --run to delete it.")
    moment = _moment(at) if at else now()
    if moment > now():
        raise SettingsError("The moment given with --at has not come yet.")
    items = (work.run if run else work.plan)(Database(settings.read(data).database_url), moment)
    for item in items:
        typer.echo(str(item))
    done = "done" if run else "due"
    typer.echo(f"{len(items)} rows {done} at {moment.astimezone(dt.UTC).isoformat(timespec='seconds')}", err=True)


def _moment(text: str) -> dt.datetime:
    from samverk.errors import SettingsError

    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise SettingsError("The moment given with --at must be written like 2026-11-20T09:00:00Z.")
    return found


def person_export(email: str, file: File, data: Data = DATA) -> None:
    """Write all that is stored about a person to a file of JSON, for that person."""
    from samverk import settings
    from samverk.database import Database
    from samverk.safekeeping import person_export as exports

    count = exports.write(Database(settings.read(data).database_url), email, file, now())
    typer.echo(f"wrote {count} rows to {file}")


def person_erase(
    email: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: Data = DATA,
) -> None:
    """Erase a person: name and address are removed everywhere; password, sessions, tokens and roles end."""
    from samverk import settings
    from samverk.database import Database
    from samverk.safekeeping import erasure
    from samverk.safekeeping.journal import Journal

    if not yes:
        typer.confirm(f"Erase {email} in all regions? This cannot be undone.", abort=True)
    done = erasure.erase(Database(settings.read(data).database_url), Journal(data), email, now())
    for slug, count in done.rows.items():
        typer.echo(f"{slug}: {count} rows")
    typer.echo("erased")
    if not done.is_scrubbed:
        typer.echo(
            "the database is busy: what was erased may still stand in its file; run 'samverk person replay' later"
        )


def person_restrict(email: str, data: Data = DATA) -> None:
    """Close a person's account and keep all else, where erasing is not possible."""
    from samverk import settings
    from samverk.database import Database
    from samverk.safekeeping import erasure

    erasure.restrict(Database(settings.read(data).database_url), email, now())
    typer.echo("the account is closed")


def person_replay(data: Data = DATA) -> None:
    """Erase again whom the journal of the data folder knows: after PostgreSQL was restored from a dump."""
    from samverk import settings
    from samverk.database import Database
    from samverk.safekeeping import erasure
    from samverk.safekeeping.journal import Journal

    database = Database(settings.read(data).database_url)
    typer.echo(f"{erasure.replay(database, Journal(data), now())} people erased again")
    if not erasure.scrub(database):
        typer.echo("the database is busy: what was erased may still stand in its file; try again later")


def register(app: typer.Typer, tenant_app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (backup, verify, restore, retention):
        app.command()(command)
    for name, of_tenant in (
        ("export", tenant_export), ("import", tenant_import), ("hold", tenant_hold), ("release", tenant_release),
    ):  # fmt: skip
        tenant_app.command(name)(of_tenant)
    person_app = typer.Typer(no_args_is_help=True)
    for name, of_person in (
        ("export", person_export), ("erase", person_erase), ("restrict", person_restrict), ("replay", person_replay),
    ):  # fmt: skip
        person_app.command(name)(of_person)
    app.add_typer(person_app, name="person", help="A person's own data: export, erasure, restriction.")
