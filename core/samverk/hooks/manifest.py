"""What can be known of a plugin before its code runs: where it is, which version of the door it is written for.

A module that does nothing but point to its own folder is recognised and never run at all.
"""

import ast
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from samverk.errors import BadRegion, RegionFault

API = 1
"""The version of `samverk.plugin` and its hooks. A plugin says `api = 1`; one that says nothing means the first."""

MAX_SOURCE = 256 * 1024
OWN_TABLES = ("migrations", "alembic", "alembic.ini")
_QUIET_IMPORTS = {"__future__", "importlib.resources", "samverk.plugin"}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a module's text says. `points_to_itself` is True for one that only returns its own folder."""

    folder: Path
    points_to_itself: bool


def read(module: str) -> Manifest:
    """Read a plugin's module without running it. Raises ValueError in a sentence, and BadRegion."""
    path = _locate(module)
    if path.stat().st_size > MAX_SOURCE:
        raise ValueError(f"{path.name} is larger than {MAX_SOURCE // 1024} KB; keep data in region.toml")
    try:
        tree = ast.parse(path.read_bytes(), path.name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{path.name} is not readable Python ({type(error).__name__})") from error
    api = _api(tree)
    if api != API:
        raise ValueError(
            f"{path.name} is written for version {api} of the plugin interface and this is version {API}; "
            "install a version of the plugin for it"
        )
    faults = table_faults(path.parent)
    if faults:
        raise BadRegion(faults)
    return Manifest(path.parent, "." not in module and path.name == "__init__.py" and _points_to_itself(tree))


def table_faults(folder: Path) -> tuple[RegionFault, ...]:
    """Return a fault for each sign that a plugin brings tables of its own."""
    return tuple(
        RegionFault(name, "", "a plugin owns no tables; remove its migrations and keep data in region.toml")
        for name in OWN_TABLES
        if folder.joinpath(name).exists()
    )


def _locate(module: str) -> Path:
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError) as error:
        raise ValueError(f"there is no module {top!r}; install the plugin again") from error
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise ValueError(f"there is no module {top!r} of Python files; install the plugin again")
    path = Path(spec.origin)
    for name in rest:
        folder = path.parent / name
        path = folder / "__init__.py" if folder.is_dir() else path.parent / f"{name}.py"
    if not path.is_file():
        raise ValueError(f"there is no module {module!r}; install the plugin again")
    return path


def _api(tree: ast.Module) -> object:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "api" for to in node.targets):
            return node.value.value if isinstance(node.value, ast.Constant) else "that is no number"
    return API


def _points_to_itself(tree: ast.Module) -> bool:
    functions = []
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(name)) if name in _QUIET_IMPORTS:
                continue
            case ast.Expr(value=ast.Constant()) | ast.Assign(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List()):
                continue
            case ast.FunctionDef(name="samverk_region"):
                functions.append(node)
            case _:
                return False
    return len(functions) == 1 and _is_plain(functions[0])


def _is_plain(function: ast.FunctionDef) -> bool:
    body = [
        node for node in function.body if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant)
    ]
    return (
        [ast.unparse(node) for node in body] == ["return Region(files(__name__))"]
        and [ast.unparse(node) for node in function.decorator_list] == ["hookimpl"]
        and not function.args.args
    )
