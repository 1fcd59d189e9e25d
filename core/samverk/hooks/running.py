"""One call of a plugin's own function, and how a plugin is taken in: where its code runs, for good or ill.

In a plugin's process this is the frame of everything; the product's own process uses it for plugins made of objects.
"""

import difflib
import traceback
from typing import Any

import msgspec
import pluggy

from samverk import hookspecs
from samverk.hooks.values import ARGUMENTS, MAX_BYTES, RESULTS, TOLD_ONLY, Question, Reply
from samverk.hookspecs import HOOKS, Region


def take_in(key: str, module: Any) -> tuple[pluggy.PluginManager, Region]:
    """Register a module's hooks and ask where its files are.

    Raises ValueError for a misspelt hook or a wrong signature, naming the nearest hook, and for a wrong region.
    """
    manager = pluggy.PluginManager("samverk")
    manager.add_hookspecs(hookspecs.Hooks)
    try:
        manager.register(module, key)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        said = " ".join(str(error).split())
        raise ValueError(f"{key}: {said}{_nearest_hook(module)}") from error
    implementations = manager.hook.samverk_region.get_hookimpls()
    if not implementations:
        raise ValueError(f"{key}: no samverk_region hook; return Region(folder) from it")
    region = implementations[-1].function()
    if not isinstance(region, Region):
        raise ValueError(f"{key}: samverk_region must return a Region")
    return manager, region


def _nearest_hook(module: Any) -> str:
    wrong = [name for name in dir(module) if name.startswith("samverk_") and name not in HOOKS]
    near = [match for name in wrong for match in difflib.get_close_matches(name, HOOKS, 1, 0.5)]
    return f" Did you mean {near[0]}?" if near else ""


def names(manager: pluggy.PluginManager) -> frozenset[str]:
    """Return the hooks that the plugin implements."""
    return frozenset(name for name in HOOKS if getattr(manager.hook, name).get_hookimpls())


def run(manager: pluggy.PluginManager, raw: bytes) -> bytes:
    """Make the call that the bytes hold and return the bytes of its answer; no fault of the plugin comes out."""
    asked = msgspec.msgpack.decode(raw, type=Question)
    try:
        implementation = getattr(manager.hook, asked.hook).get_hookimpls()[-1]
        given = {
            name: msgspec.msgpack.decode(asked.given[name], type=ARGUMENTS[name])
            for name in implementation.argnames
            if name in asked.given
        }
        answer = implementation.function(**given)
        if not _is_promised(asked.hook, answer):
            return _fault("wrong_type", type(answer).__name__)
        made = msgspec.msgpack.encode(answer)
    except BaseException as error:  # whatever a plugin throws, SystemExit too, ends with the call
        return _fault("raised", _place(error))
    if len(made) > MAX_BYTES:
        return _fault("too_large", f"more than {MAX_BYTES} bytes")
    return msgspec.msgpack.encode(Reply(msgspec.Raw(made)))


def _is_promised(hook: str, answer: object) -> bool:
    if hook in TOLD_ONLY:
        return answer is None
    return isinstance(answer, list | tuple) and all(isinstance(one, RESULTS[hook]) for one in answer)


def _place(error: BaseException) -> str:
    """Say what was raised and where; its own text may hold answers and stays out of the log (rule 50)."""
    frames = traceback.extract_tb(error.__traceback__, limit=20)
    last = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{last}"


def _fault(kind: str, words: str) -> bytes:
    return msgspec.msgpack.encode(Reply(kind=kind, words=words))
