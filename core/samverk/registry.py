"""Region plugins as they are found and loaded; each speaks through a guarded voice of its own.

A plugin that fails at start is switched off with its name and reason and harms no other (rules 25, 26, 31). What a
plugin's text says is read before its code runs, and its code never runs in this process.
"""

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from samverk import settings
from samverk.errors import BadRegion
from samverk.hooks import manifest, running
from samverk.hooks.child import START_SECONDS
from samverk.hooks.process import SECONDS, Child, Code, Crew, Ended, Inside, Silent, Voice
from samverk.hooks.values import Heard, Ready, question
from samverk.hookspecs import Region
from samverk.regions import loader
from samverk.regions.definition import Definition
from samverk.regions.loader import PlaceNames, RegionFiles

log = logging.getLogger("samverk.plugins")
GROUP = "samverk"


@dataclass(frozen=True, slots=True)
class RegionPlugin:
    """One loaded region plugin."""

    key: str
    distribution: str
    definition: Definition
    region: Region
    voice: Voice

    def has(self, hook: str) -> bool:
        """Say whether the plugin implements the hook; one that does not costs nothing to ask."""
        return hook in self.voice.hooks

    @property
    def is_called(self) -> bool:
        """True when the plugin has any hook that is called while people work."""
        return bool(self.voice.hooks - {"samverk_region"})

    def hear(self, tenant_id: str, hook: str, **given: Any) -> Heard:
        """Call a hook for a tenant; a fault is logged with its place and comes back as a value."""
        if not self.has(hook):
            return Heard()
        heard = self.voice.hear(tenant_id, hook, given)
        if heard.fault is not None:
            fault = heard.fault
            log.error("plugin %s, tenant %s, %s: %s (%s)", self.key, tenant_id, hook, fault.kind, fault.words)
        return heard

    def call(self, hook: str, **given: Any) -> tuple[Any, ...]:
        """Call a hook outside any tenant and return its values; a fault is logged and gives nothing."""
        return self.hear("", hook, **given).values

    def files(self, places: PlaceNames | None = None) -> RegionFiles:
        """Load definition, starter and demonstration. Raises BadRegion."""
        return loader.load_region(self.region.folder, places)


@dataclass(frozen=True, slots=True)
class Question:
    """A call that somebody wants made for a tenant."""

    plugin: RegionPlugin
    tenant_id: str
    hook: str
    given: Mapping[str, Any]

    @property
    def key(self) -> bytes:
        """The whole call as bytes: the same key has the same answer within one request."""
        return self.hook.encode() + question(self.hook, self.given, 0)

    def hear(self) -> Heard:
        return self.plugin.hear(self.tenant_id, self.hook, **self.given)


def absent(key: str, model: Definition) -> RegionPlugin:
    """Return what stands in for a plugin that is not there: the last model it gave, and nothing to call."""
    return RegionPlugin(key, "", model, Region(Path()), Silent())


class AskFirst(Exception):
    """A unit of work that writes needs a plugin's answer: it is given up, the plugin asked, and the work done anew.

    So no plugin is ever waited for with a transaction open or the writer's lock held.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question.hook)
        self.question = question


Answers = dict[bytes, Heard]
"""What plugins have answered in this request, by the key of the question."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A plugin that was found and could not be used, and why."""

    key: str
    distribution: str
    reason: str


class Registry:
    """The region plugins of this process by key. `is_safe_mode` is True when none was looked for."""

    def __init__(
        self, plugins: Iterable[RegionPlugin], refused: Iterable[Refused] = (), *, is_safe_mode: bool = False
    ) -> None:
        self._plugins = {plugin.key: plugin for plugin in plugins}
        self.refused = tuple(refused)
        self.is_safe_mode = is_safe_mode

    def get(self, key: str) -> RegionPlugin | None:
        return self._plugins.get(key)

    def keys(self) -> tuple[str, ...]:
        return tuple(sorted(self._plugins))

    def plugins(self) -> tuple[RegionPlugin, ...]:
        return tuple(self._plugins[key] for key in self.keys())

    def close(self) -> None:
        """End the processes of all plugins."""
        for plugin in self._plugins.values():
            plugin.voice.close()


def discover(seconds: float = SECONDS, *, start_seconds: float = START_SECONDS, is_safe_mode: bool = False) -> Registry:
    """Find plugins by entry point and in folders and load their definitions; each fault switches off that one only.

    `seconds` is what a hook may take, `start_seconds` an import. In safe mode nothing is looked for.
    """
    if is_safe_mode:
        return Registry((), is_safe_mode=True)
    points = sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name)
    read = [_guarded(point, functools.partial(_read, point)) for point in points]
    waiting = [one for one in read if isinstance(one, _Unstarted)]
    if waiting:
        # Two at a time: a module that hangs at import is waited for while others are tried. Only processes are
        # waited for in threads: files are read in this one (see `app.settle`).
        with ThreadPoolExecutor(2, "plugins") as pool:
            starts = list(pool.map(lambda one: _first_start(one.code, start_seconds), waiting))
        done = {
            one.point.name: _guarded(one.point, functools.partial(_finish, one, start, seconds))
            for one, start in zip(waiting, starts, strict=True)
        }
        read = [done[one.point.name] if isinstance(one, _Unstarted) else one for one in read]
    read += _in_folders({one.key: one.distribution for one in read if isinstance(one, RegionPlugin)})
    return Registry(
        [one for one in read if isinstance(one, RegionPlugin)], [one for one in read if isinstance(one, Refused)]
    )


def _in_folders(taken: dict[str, str]) -> Iterator[RegionPlugin | Refused]:
    """Yield the plugins that are nothing but a folder; a key that is taken stays with whoever has it."""
    for parent in settings.plugin_folders():
        try:
            inside = sorted(parent.iterdir())
        except OSError as error:
            yield Refused(parent.name, str(parent), f"the folder cannot be read: {error.strerror}")
            continue
        for folder in [parent, *inside]:
            try:
                if not folder.joinpath("region.toml").is_file():
                    continue
                found = of_folder(folder)
            except (BadRegion, OSError) as error:
                yield Refused(folder.name, str(folder), str(error))
                continue
            except Exception as error:  # as for distributions: the others go on, whatever is wrong with this one
                log.exception("the plugin folder %s could not be loaded", folder.name)
                yield Refused(folder.name, str(folder), f"{type(error).__name__}: {error}")
                continue
            if found.key in taken:
                holder = taken[found.key]
                reason = f"the key {found.key} is taken by {holder}; give the region in region.toml another key"
                yield Refused(found.key, str(folder), reason)
                continue
            taken[found.key] = str(folder)
            yield found


def of_folder(folder: Traversable) -> RegionPlugin:
    """Make a plugin of a folder with nothing but its files. Raises BadRegion."""
    if isinstance(folder, Path) and (faults := manifest.table_faults(folder)):
        raise BadRegion(faults)
    definition = loader.load_region(folder).definition
    return RegionPlugin(definition.key, str(folder), definition, Region(folder), Silent())


@dataclass(frozen=True, slots=True)
class _Unstarted:
    """A plugin that was read and has code to run. `definition` is None where its files may lie elsewhere."""

    point: metadata.EntryPoint
    code: Code
    folder: Path
    definition: Definition | None


_Found = RegionPlugin | Refused | _Unstarted


def _guarded(point: metadata.EntryPoint, work: Callable[[], _Found]) -> _Found:
    try:
        return work()
    except (BadRegion, ValueError) as error:
        return Refused(point.name, _distribution(point), str(error) or type(error).__name__)
    except Exception as error:  # its files may be faulty in ways that nobody thought of; the others go on
        log.exception("plugin %s could not be loaded", point.name)
        return Refused(point.name, _distribution(point), f"{type(error).__name__}: {error}")


def _distribution(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else "?"


def _read(point: metadata.EntryPoint) -> _Found:
    said = manifest.read(point.module)
    here = said.folder.joinpath("region.toml").is_file()
    definition = loader.load_definition(said.folder) if here or said.points_to_itself else None
    if definition is not None and said.points_to_itself and not point.attr:
        return RegionPlugin(point.name, _distribution(point), definition, Region(said.folder), Silent())
    return _Unstarted(point, Code(point.name, point.module, point.attr or ""), said.folder, definition)


def _first_start(code: Code, seconds: float) -> Ready:
    """Import the plugin in a process of its own; what fails or hangs is said in the answer."""
    try:
        child = Child(code, seconds)
    except Ended as error:
        return Ready(fault=f"the module could not be imported: {error}")
    if not child.ready.fault:
        child.kill()
    return child.ready


def _finish(one: _Unstarted, start: Ready, seconds: float) -> RegionPlugin:
    if start.fault:
        raise ValueError(f"{one.folder.name}: {start.fault}")
    folder, hooks, definition = Path(start.folder), frozenset(start.hooks), one.definition
    if definition is None or folder != one.folder:
        faults = manifest.table_faults(folder)
        if faults:
            raise BadRegion(faults)
        definition = loader.load_definition(folder)
    voice = Silent() if hooks == Silent.hooks else Crew(one.code, hooks, seconds)
    return RegionPlugin(one.point.name, _distribution(one.point), definition, Region(folder), voice)


def load(key: str, module: Any, distribution: str = "") -> RegionPlugin:
    """Make a plugin of a module or object of this process, for tests and for a plugin's author.

    Raises BadRegion for faulty files, ValueError for a misspelt hook or a wrong signature, naming the nearest hook.
    """
    manager, region = running.take_in(key, module)
    return RegionPlugin(key, distribution, loader.load_definition(region.folder), region, Inside(manager))
