"""The example of each hook in the documentation runs, and what it gives passes the door."""

import datetime as dt
import importlib.resources
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.regions import ring

from samverk import plugin, registry
from samverk.hookspecs import HOOKS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
FORM = plugin.AnsweredForm(
    "quarter", 2026, 1, "host", "fire", "no-5530", "host", "nb", {"economy": {"text": "Som før"}}
)
GIVEN: dict[str, Any] = {"form": FORM, "forms": (FORM,), "kind": "papers", "year": 2026}
GIVES_NOTHING = {"samverk_response_submitted"}


def example(hook: str) -> tuple[list[str], str]:
    """Return the arguments and the code that the page shows for a hook."""
    section = re.search(rf"^## `{hook}\((.*?)\)`\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert section is not None
    code = re.search(r"^- \*\*Example:\*\* `(.+)`$", section[2], re.MULTILINE)
    assert code is not None
    return [name.strip() for name in section[1].split(",") if name.strip()], code[1]


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "samverk_region"])
def test_the_example_of_a_hook_gives_what_the_hook_promises(hook: str) -> None:
    arguments, code = example(hook)
    known = {name: getattr(plugin, name) for name in plugin.__all__} | {"date": dt.date, "counter": Counter()}
    exec(f"@hookimpl\ndef {hook}({', '.join(arguments)}):\n    {code}\n", known)
    made = registry.load("ring", SimpleNamespace(samverk_region=ring.samverk_region, **{hook: known[hook]}))

    heard = made.hear("a tenant", hook, **{name: GIVEN[name] for name in arguments})

    assert heard.fault is None
    assert len(heard.values) == (0 if hook in GIVES_NOTHING else 1)
    assert known["counter"] == ({"fire": 1} if hook in GIVES_NOTHING else {})


def test_the_example_of_the_region_points_to_its_folder() -> None:
    _arguments, code = example("samverk_region")
    known: dict[str, Any] = {"Region": plugin.Region, "importlib": importlib, "__name__": "tests.regions.ring"}
    exec(f"def samverk_region():\n    {code}\n", known)

    assert registry.load("ring", SimpleNamespace(samverk_region=plugin.hookimpl(known["samverk_region"]))).key == "ring"
