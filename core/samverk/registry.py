"""Region plugins as they are found, loaded and called: one plugin manager each, every call guarded.

A plugin that fails at start is switched off with its name and reason and harms no other (rules 25, 26, 31).
"""

import difflib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import pluggy

from samverk import hookspecs
from samverk.errors import BadRegion
from samverk.hookspecs import HOOKS, Region
from samverk.regions import loader
from samverk.regions.definition import Definition
from samverk.regions.loader import PlaceNames, RegionFiles

log = logging.getLogger("samverk.plugins")
GROUP = "samverk"
RESULTS: dict[str, type] = {
    "samverk_answer_problems": hookspecs.AnswerProblem,
    "samverk_summary": hookspecs.SummaryLine,
    "samverk_report_sections": hookspecs.ReportSection,
    "samverk_calendar_entries": hookspecs.CalendarEntry,
    "samverk_analyses": hookspecs.Analysis,
    "samverk_report_formats": hookspecs.ReportFormat,
}


@dataclass(frozen=True, slots=True)
class RegionPlugin:
    """One loaded region plugin."""

    key: str
    distribution: str
    definition: Definition
    region: Region
    manager: pluggy.PluginManager

    def call(self, hook: str, **given: Any) -> tuple[Any, ...]:
        """Call a hook that returns a sequence; a fault or a wrong type is logged and gives nothing."""
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        results: list[Any] = []
        for implementation in implementations:
            arguments = {name: given[name] for name in implementation.argnames if name in given}
            try:
                answer = implementation.function(**arguments)
            except Exception:
                log.exception("plugin %s failed in %s", self.key, hook)
                continue
            expected = RESULTS.get(hook)
            if expected is None:
                continue
            if not isinstance(answer, Sequence) or not all(isinstance(one, expected) for one in answer):
                log.error("plugin %s returned the wrong type from %s", self.key, hook)
                continue
            results += answer
        return tuple(results)

    def files(self, places: PlaceNames | None = None) -> RegionFiles:
        """Load definition, starter and demonstration. Raises BadRegion."""
        return loader.load_region(self.region.folder, places)


@dataclass(frozen=True, slots=True)
class Refused:
    """A plugin that was found and could not be used, and why."""

    key: str
    distribution: str
    reason: str


class Registry:
    """The region plugins of this process by key."""

    def __init__(self, plugins: Iterable[RegionPlugin], refused: Iterable[Refused] = ()) -> None:
        self._plugins = {plugin.key: plugin for plugin in plugins}
        self.refused = tuple(refused)

    def get(self, key: str) -> RegionPlugin | None:
        return self._plugins.get(key)

    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._plugins))

    def plugins(self) -> tuple[RegionPlugin, ...]:
        return tuple(self._plugins[key] for key in self.keys())


def discover() -> Registry:
    """Find plugins by entry point and load their definitions; each fault switches off that plugin only."""
    plugins, refused = [], []
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name):
        distribution = point.dist.name if point.dist else "?"
        try:
            plugins.append(load(point.name, point.load(), distribution))
        except (BadRegion, ValueError) as error:
            refused.append(Refused(point.name, distribution, str(error)))
        except Exception as error:  # a plugin may fail in any way at import; the others go on
            log.exception("plugin %s could not be loaded", point.name)
            refused.append(Refused(point.name, distribution, f"{type(error).__name__}: {error}"))
    return Registry(plugins, refused)


def load(key: str, module: Any, distribution: str = "") -> RegionPlugin:
    """Make a plugin of a module or object with hook implementations.

    Raises BadRegion for faulty files, ValueError for a misspelt hook or a wrong signature, naming the nearest hook.
    """
    manager = pluggy.PluginManager("samverk")
    manager.add_hookspecs(hookspecs.Hooks)
    try:
        manager.register(module, key)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise ValueError(f"{key}: {error}{_nearest_hook(module)}") from error
    implementations = manager.hook.samverk_region.get_hookimpls()
    if not implementations:
        raise ValueError(f"{key}: no samverk_region hook; return Region(folder) from it")
    region = implementations[-1].function()
    if not isinstance(region, Region):
        raise ValueError(f"{key}: samverk_region must return a Region")
    return RegionPlugin(key, distribution, loader.load_definition(region.folder), region, manager)


def _nearest_hook(module: Any) -> str:
    wrong = [name for name in dir(module) if name.startswith("samverk_") and name not in HOOKS]
    near = [match for name in wrong for match in difflib.get_close_matches(name, HOOKS, 1, 0.5)]
    return f" Did you mean {near[0]}?" if near else ""
