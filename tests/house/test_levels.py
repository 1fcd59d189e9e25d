"""The map in `samverk/__init__.py` is kept: imports point downwards, libraries stay in their rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import samverk

ROOT = Path(samverk.__file__).parent
LEVEL = {room: number for number, row in enumerate(samverk.LEVELS) for room in row}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield (room, file) of every module of the core."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        if "versions" not in parts and parts != ("__init__.py",):
            yield parts[0].removesuffix(".py"), path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_room_is_on_the_map() -> None:
    assert {room for room, _path in modules()} - LEVEL.keys() == set()


def test_imports_point_downwards() -> None:
    upwards = []
    for room, path in modules():
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "samverk" or len(parts) < 2 or parts[1] not in LEVEL:
                continue
            is_type_only = parts[1] == "regions" and room == "regions"
            if parts[1] != room and LEVEL[parts[1]] >= LEVEL[room] and not is_type_only:
                upwards.append(f"{path.relative_to(ROOT)} -> {name}")

    assert upwards == []


def test_routes_and_templates_of_a_slice_are_its_own() -> None:
    allowed = {("meetings/routes.py", "points"), ("app.py", "*")}
    strangers = []
    for room, path in modules():
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "samverk" and "routes" in parts and parts[1] != room and room != "app":
                where = (str(path.relative_to(ROOT)), parts[1])
                if where not in allowed:
                    strangers.append(where)

    assert strangers == []


PURE = {
    "arrangements/views.py",
    "calendar/rules.py",
    "papers/compile.py",
    "rounds/questionnaire.py",
    "rounds/reading.py",
    "wheel/drawing.py",
}


def test_libraries_stay_in_their_rooms() -> None:
    """Litestar is behind the door; rows are read and written by services, never by routes, pages or pure rooms."""
    litestar, alchemy = [], []
    for room, path in modules():
        where = str(path.relative_to(ROOT))
        names = {name.split(".")[0] for name in imported(path)}
        if "litestar" in names and where not in ("web/door.py", "app.py"):
            litestar.append(where)
        outside = path.name.endswith("routes.py") or path.name == "api.py" or where in PURE
        if "sqlalchemy" in names and (outside or room in ("web", "regions", "plugin", "hookspecs", "registry", "cli")):
            alchemy.append(where)

    assert (litestar, alchemy) == ([], [])


def test_services_never_commit() -> None:
    found = [
        str(path.relative_to(ROOT))
        for _room, path in modules()
        if ".commit()" in path.read_text("utf-8") and path.name not in ("database.py", "connections.py")
    ]

    assert found == []
