"""docs/security.md: every requirement of levels 1 and 2 is answered, and no link is dead."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

from scripts import security_doc
from tests import scale

ROOT = Path(__file__).parents[2]


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_dead(link: str) -> bool:
    file, _colons, name = link.partition("::")
    path = ROOT / file
    return not path.is_file() or (bool(name) and name not in functions(path))


def test_the_page_equals_its_source() -> None:
    assert security_doc.OUT.read_text("utf-8") == security_doc.document()


def test_no_link_is_dead() -> None:
    found = security_doc.requirements()

    assert {number: one["link"] for number, one in found.items() if "link" in one and is_dead(one["link"])} == {}
    assert is_dead("docs/nowhere.md")
    assert is_dead("tests/house/test_security_page.py::test_that_does_not_exist")


def test_every_requirement_that_applies_has_a_link_and_a_test_is_one() -> None:
    found = security_doc.requirements()
    without = {number for number, one in found.items() if one["kind"] != "none" and "link" not in one}
    levels = Counter(one["level"] for one in found.values())

    assert without == set()
    assert levels == {1: 70, 2: 183}
    no_test = {
        number: one["link"]
        for number, one in found.items()
        if one["kind"] == "test" and not one["link"].startswith(("tests/", "Makefile", "core/pyproject.toml"))
    }
    assert no_test == {}
    applying = [one for one in found.values() if one["kind"] != "none"]
    scale.made("V1", "requirements that apply, with what meets them", sum("link" in one for one in applying), 205)
