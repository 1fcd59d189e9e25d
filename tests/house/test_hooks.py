"""Every hook is documented with its exact signature, has six parts in its docstring, and is guarded when called."""

import inspect
from pathlib import Path
from types import SimpleNamespace

import pytest

from samverk import plugin, registry
from samverk.hookspecs import HOOKS, Hooks

DOCUMENT = Path(__file__).parents[2] / "docs" / "hooks.md"
PARTS = ("When called:", "Args:", "Returns:", "Errors:", "Example:")


def signature(name: str) -> str:
    arguments = [argument for argument in inspect.signature(getattr(Hooks, name)).parameters if argument != "self"]
    return f"{name}({', '.join(arguments)})"


def test_there_are_eight_hooks() -> None:
    assert len(HOOKS) == 8


@pytest.mark.parametrize("name", HOOKS)
def test_the_docstring_has_its_six_parts(name: str) -> None:
    words = inspect.getdoc(getattr(Hooks, name)) or ""
    assert [part for part in PARTS if part not in words] == []
    assert words.splitlines()[0].endswith(".")


@pytest.mark.parametrize("name", HOOKS)
def test_the_documentation_names_the_exact_signature(name: str) -> None:
    assert f"`{signature(name)}`" in DOCUMENT.read_text("utf-8")


def _plugin(**hooks: object) -> registry.RegionPlugin:
    from tests.regions import ring

    module = SimpleNamespace(samverk_region=ring.samverk_region, **hooks)
    return registry.load("ring", module)


def test_a_misspelt_hook_is_refused_naming_the_nearest() -> None:
    @plugin.hookimpl
    def samverk_sumary(forms):  # type: ignore[no-untyped-def]
        return []

    with pytest.raises(ValueError, match="Did you mean samverk_summary"):
        _plugin(samverk_sumary=samverk_sumary)


def test_a_wrong_signature_is_refused() -> None:
    @plugin.hookimpl
    def samverk_summary(form):  # type: ignore[no-untyped-def]
        return []

    with pytest.raises(ValueError, match="samverk_summary"):
        _plugin(samverk_summary=samverk_summary)


def test_a_raising_hook_gives_nothing_and_harms_nobody() -> None:
    @plugin.hookimpl
    def samverk_summary(forms):  # type: ignore[no-untyped-def]
        raise RuntimeError("broken")

    assert _plugin(samverk_summary=samverk_summary).call("samverk_summary", forms=()) == ()


def test_a_wrong_type_gives_nothing() -> None:
    @plugin.hookimpl
    def samverk_summary(forms):  # type: ignore[no-untyped-def]
        return ["not a line"]

    assert _plugin(samverk_summary=samverk_summary).call("samverk_summary", forms=()) == ()


def test_plugins_import_the_door_only() -> None:
    import ast

    root = Path(__file__).parents[2] / "plugins"
    strangers = [
        (str(path.relative_to(root)), node.module)
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("samverk.")
        and node.module != "samverk.plugin"
    ]
    assert strangers == []
