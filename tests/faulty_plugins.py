"""Plugins that misbehave, written into a folder as distributions with entry points, as an installer would leave them.

Each fault is the body of a hook, or a change of the whole module; their region is the invented one.
"""

import importlib
import shutil
from importlib.resources import as_file
from pathlib import Path

from tests.regions import ring

HEAD = """
import asyncio, builtins, contextvars, os, sys, time
from datetime import date
from importlib.resources import files
from samverk.plugin import *
from samverk import guard, hookspecs, i18n

@hookimpl
def samverk_region():
    return Region(files(__name__))

def lines(text):
    return [SummaryLine(text, "nb")]

def mutate(value):
    if hasattr(value, "answers"):
        value.answers["stolen"] = {"text": "changed"}
        object.__setattr__(value, "party", "changed")
    elif isinstance(value, tuple):
        for one in value:
            mutate(one)
    hookspecs.HOOKS = ()
    sys.path.clear()
    os.environ.clear()
"""
HOOKS = {
    "samverk_answer_problems": ("form", '[AnswerProblem("figures", {"nb": TEXT})]'),
    "samverk_summary": ("forms", "lines(TEXT)"),
    "samverk_report_sections": ("kind, forms", '[ReportSection(SummaryLine(TEXT, "nb"), tuple(lines(TEXT)))]'),
    "samverk_calendar_entries": (
        "year",
        '[CalendarEntry("fair", "region", {"nb": TEXT}, date(year, 5, 2), date(year, 5, 3))]',
    ),
    "samverk_analyses": ("", '[Analysis("map", {"nb": TEXT})]'),
    "samverk_report_formats": ("", '[ReportFormat("case", "application/json", TEXT)]'),
    "samverk_response_submitted": ("form", "None"),
}
NOTHING = {"samverk_answer_problems": "[]"}
"""What a hook gives that does no harm: problems would refuse the submission."""

CALL_FAULTS: dict[str, tuple[str, str | None]] = {
    "raise": ('raise RuntimeError("an answer of somebody")', "raised"),
    "base_exception": ("raise BaseException()", "raised"),
    "system_exit": ("sys.exit(3)", "raised"),
    "hang": ("time.sleep(60)", "late"),
    "cpu_loop": ("while True: pass", "late"),
    "wrong_type": ('return ["no value of ours"]', "wrong_type"),
    "none": ("return None", "wrong_type"),
    "generator": ("yield 1\n    raise RuntimeError()", "wrong_type"),
    "huge": ("TEXT = 'x' * 10**8\n    return GOOD", "too_large"),
    "mutates": ("for one in (ARGS): mutate(one)\n    return GOOD", None),
    "transaction": (
        "from samverk.database import Database\n"
        '    Database(os.environ["SAMVERK_DATABASE_URL"]).unit(write=True).__enter__()\n    return GOOD',
        "raised",
    ),
    "tenant_context": (
        'guard._TENANT_TABLES.clear(); contextvars.ContextVar("tenant").set("another")\n'
        '    i18n.using("sv").__enter__()\n    return GOOD',
        None,
    ),
    "blocks_loop": ("asyncio.run(asyncio.sleep(0)); time.sleep(0.2)\n    return GOOD", None),
    "recursion": ("def again(): return again() + 1\n    again()", "raised"),
}
"""Fault: (body, the kind that is counted; None where the wall between the processes makes it harmless)."""

START_FAULTS = {
    "import_error": "could not",
    "bad_signature": "HOOK",
    "unknown_hook": "Did you mean HOOK?",
    "broken_migration": "a plugin owns no tables",
}
"""Fault: words of the reason with which the plugin is refused."""


def function(hook: str, body: str) -> str:
    """Return a hook's implementation with a body, in which GOOD stands for what the hook should give."""
    arguments, good = HOOKS[hook]
    good = NOTHING.get(hook, good) if "10**8" not in body else good
    filled = body.replace("GOOD", good).replace("ARGS", f"{arguments}," if arguments else "0,")
    return f"@hookimpl\ndef {hook}({arguments}):\n    TEXT = 'fair'\n    {filled}\n".replace(
        "    TEXT = 'fair'\n    TEXT", "    TEXT"
    )


def write(folder: Path, name: str, text: str, *, head: str = HEAD) -> Path:
    """Write a plugin as an installed distribution below the folder; return its package."""
    package = folder / name
    package.mkdir()
    with as_file(ring.samverk_region().folder) as source:
        for file in ("region.toml", "starter.toml", "demonstration.toml"):
            shutil.copy(source / file, package / file)
    (package / "__init__.py").write_text(head + text, "utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[samverk]\n{name} = {name}\n", "utf-8")
    importlib.invalidate_caches()
    return package


def every_hook(body: str) -> str:
    """Return a module's text in which every hook has the same fault."""
    return "\n".join(function(hook, body) for hook in HOOKS)


def healthy() -> str:
    return every_hook("return GOOD")


def write_start_fault(folder: Path, name: str, fault: str, hook: str) -> None:
    """Write a plugin that cannot be loaded."""
    good = function(hook, "return GOOD")
    match fault:
        case "import_error":
            write(folder, name, good + "\nraise SystemExit('the module could not be read')\n")
        case "bad_signature":
            write(folder, name, good.replace(f"def {hook}(", f"def {hook}(surprise, "))
        case "unknown_hook":
            write(folder, name, good.replace(f"def {hook}(", f"def {hook[:-1]}("))
        case "broken_migration":
            package = write(folder, name, good)
            (package / "migrations").mkdir()
            (package / "migrations" / "0001_first.py").write_text("raise RuntimeError()\n", "utf-8")
