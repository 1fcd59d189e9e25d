"""The conformance kit: what any region plugin must hold, for its own tests and for `samverk plugin check`.

`pytest` loads this module by itself where Samverk is installed, in every run: what it needs is imported by whom it is
asked for.
"""

import datetime as dt
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType

from samverk.errors import BadRegion, RegionFault

DATES = {"opens": -7, "answers": 14, "papers": 17, "meeting": 21}
"""Days from today on which the kit lets a round open, end and meet."""


def folder_of(plugin: ModuleType | Path) -> Traversable:
    """Return the folder of a plugin's files."""
    return plugin if isinstance(plugin, Path) else resources.files(plugin)


def faults(plugin: ModuleType | Path) -> tuple[RegionFault, ...]:
    """Return all that is wrong with a plugin's files: shape, meaning, terms, places, sources, tables of its own."""
    from samverk.hooks import manifest
    from samverk.reference import service as reference
    from samverk.regions import loader, sourced

    folder = folder_of(plugin)
    found = manifest.table_faults(folder) if isinstance(folder, Path) else ()
    try:
        starter = loader.load_region(folder, reference.place_names()).starter
        found += sourced.faults(starter) if starter is not None else ()
    except BadRegion as error:
        found += error.faults
    return found


def line_of(plugin: ModuleType | Path, fault: RegionFault) -> int | None:
    """Return the line of the file that a fault is about, where it has one."""
    from samverk.regions import lines

    file = folder_of(plugin).joinpath(fault.file)
    if not fault.path or not file.is_file():
        return None
    return lines.line_of(file.read_bytes().decode("utf-8", "replace"), fault.path)


def forms_of_first_rounds(plugin: ModuleType | Path, folder: Path) -> dict[str, int]:
    """Begin a region with the plugin in an empty folder, open this period's round of every cycle, count its forms.

    Raises what the product raises, and BadRegion for faulty files.
    """
    from samverk import registry as registries
    from samverk.database import Database
    from samverk.migrations import runner
    from samverk.onboarding import service as onboarding
    from samverk.registry import Registry
    from samverk.rounds import opening, views
    from samverk.rounds.opening import Choices

    files = folder_of(plugin)
    found = registries.of_folder(files)
    now = dt.datetime.now(dt.UTC)
    url = f"sqlite:///{folder / 'samverk.sqlite3'}"
    runner.migrate(url)
    database, registry = Database(url, threads=1), Registry([found])
    tenant = onboarding.create_tenant(
        database, registry, found.key, now, with_starter=files.joinpath("starter.toml").is_file()
    )
    counted = {}
    try:
        for key, cycle in found.definition.cycles.items():
            with database.unit(write=True) as session:
                session.info["system"] = True
                scope = onboarding.open_system_scope(session, registry, tenant.slug, now)
                choices = Choices(
                    {name: scope.today + dt.timedelta(days=at) for name, at in DATES.items()}, is_moved=True
                )
                year, period = opening.current_period(scope, cycle)
                opened = opening.open_round(scope, opening.plan(scope, key, year, period, choices), choices)
                counted[key] = len(views.forms(scope, round_ids=(opened,)))
    finally:
        database.dispose()
    return counted
