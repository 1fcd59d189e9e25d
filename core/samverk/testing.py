"""The conformance kit: what any region plugin must hold, for its own tests and for `samverk plugin check`.

`pytest` loads this module by itself where Samverk is installed, in every run: what it needs is imported by whom it is
asked for.
"""

import ast
import datetime as dt
from collections.abc import Callable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from samverk.errors import BadRegion, RegionFault
from samverk.i18n import _

if TYPE_CHECKING:
    from samverk.hookspecs import AnsweredForm
    from samverk.regions.definition import Definition
    from samverk.registry import RegionPlugin

DATES = {"opens": -7, "answers": 14, "papers": 17, "meeting": 21}
"""Days from today on which the kit lets a round open, end and meet."""
CANARY = "kept-from-{}-and-told-to-nobody-else"
WORDS = ("", "Drift som før.", "Ærleg talt: «tja» – åtte øl á 30 kr, ½ time", "x" * 20_000, "<b>{year}</b> %s \u202e")
"""Answers that people could write, as the kit tries them."""


def folder_of(plugin: ModuleType | Path) -> Traversable:
    """Return the folder of a plugin's files."""
    return plugin if isinstance(plugin, Path) else resources.files(plugin)


def faults(plugin: ModuleType | Path) -> tuple[RegionFault, ...]:
    """Return all that is wrong with a plugin's files: shape, meaning, terms, places, sources, tables of its own."""
    from samverk.arrangements import form_checks
    from samverk.hooks import manifest
    from samverk.reference import service as reference
    from samverk.regions import loader, sourced

    folder = folder_of(plugin)
    found = (*manifest.table_faults(folder), *import_faults(folder)) if isinstance(folder, Path) else ()
    try:
        starter = loader.load_region(folder, reference.place_names()).starter
        if starter is not None:
            found += (*sourced.faults(starter), *form_checks.faults(starter, dt.date.today()))
    except BadRegion as error:
        found += error.faults
    return found


def import_faults(folder: Path) -> tuple[RegionFault, ...]:
    """Return every import of the product's inside, beside its one door for plugins, `samverk.plugin`."""
    found = []
    for path in sorted(folder.glob("*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError) as error:
            found.append(
                RegionFault(path.name, "", _("this is not readable Python: %(reason)s", reason=error), rule="syntax")
            )
            continue
        for node in ast.walk(tree):
            for name in _imported(node):
                if name.split(".")[0] == "samverk" and name.split(".")[1:2] not in (["plugin"], ["testing"]):
                    message = _("a plugin imports samverk.plugin only, not %(name)s", name=name)
                    found.append(RegionFault(path.name, "", message, "samverk.plugin", "one-door"))
    return tuple(found)


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
        yield from (f"{node.module}.{alias.name}" if node.module == "samverk" else node.module for alias in node.names)


def hook_faults(plugin: "RegionPlugin") -> tuple[RegionFault, ...]:
    """Call every hook of a loaded plugin with generated values, for two regions in turn.

    A fault is one that the product would count: an error, a late, wrong or too large answer; and what was told for one
    region and is given out for the other.
    """
    from samverk.hookspecs import HOOKS

    found = []
    for hook in HOOKS:
        if hook == "samverk_region" or not plugin.has(hook):
            continue
        for number, given in enumerate(_given(hook, plugin.definition)):
            own, other = (CANARY.format(f"region-{one % 2}") for one in (number, number + 1))
            heard = plugin.hear(own, hook, **given(own))
            if heard.fault is not None:
                words = f"{heard.fault.kind} {heard.fault.words}".strip()
                message = _("it does not keep its contract with generated values: %(words)s", words=words)
                found.append(RegionFault("__init__.py", hook, message, rule="hook-contract"))
                break
            if other in repr(heard.values):
                message = _("it gives out for one region what it was told for another")
                found.append(RegionFault("__init__.py", hook, message, rule="isolation"))
                break
    return tuple(found)


def _given(hook: str, definition: "Definition") -> "Iterator[Callable[[str], dict[str, Any]]]":
    """Yield what makes the arguments of a call, given words that belong to one region."""
    forms = list(_forms(definition))
    match hook:
        case "samverk_answer_problems" | "samverk_response_submitted":
            for make in forms:
                yield lambda words, make=make: {"form": make(words)}  # type: ignore[misc]
        case "samverk_summary":
            for number in range(len(forms) + 1):
                yield lambda words, number=number: {"forms": tuple(make(words) for make in forms[:number])}  # type: ignore[misc]
        case "samverk_report_sections":
            for number in range(len(forms) + 1):
                yield (
                    lambda words, number=number: {  # type: ignore[misc]
                        "kind": "papers",
                        "forms": tuple(make(words) for make in forms[:number]),
                    }
                )
        case "samverk_calendar_entries":
            for year in (2024, 2026, 2027, 1990, 2199):
                yield lambda _words, year=year: {"year": year}  # type: ignore[misc]
        case _:
            yield lambda _words: {}


def _forms(definition: "Definition") -> "Iterator[Callable[[str], AnsweredForm]]":
    """Yield what makes an answered form of each form of each cycle: with nothing, and with each of the words."""
    from samverk.hookspecs import AnsweredForm

    for key, cycle in definition.cycles.items():
        for form in cycle.forms.values():
            items = definition.questionnaires[form.questionnaire].items
            for words in WORDS:

                def make(own: str, key: str = key, form: Any = form, items: Any = items, words: str = words) -> Any:
                    answers = {item: {"text": f"{words} {own}"} for item in items} if words else {}
                    return AnsweredForm(
                        key, 2026, 1, form.role, own, own, form.questionnaire, definition.locales[0], answers
                    )

                yield make


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
    from samverk.rounds import opening, planning, views
    from samverk.rounds.planning import Choices

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
                year, period = planning.current_period(scope, cycle)
                opened = opening.open_round(scope, planning.plan(scope, key, year, period, choices), choices)
                counted[key] = len(views.forms(scope, round_ids=(opened,)))
    finally:
        database.dispose()
    return counted
