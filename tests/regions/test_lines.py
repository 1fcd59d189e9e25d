"""The line of a key in a TOML file: of tables, dotted keys, arrays of tables and what lies inside others."""

import pytest

from samverk.regions.lines import line_of

TEXT = '''# first
key = "ring"
name.nb = "Ringen"

[bodies.council]  # a table
kind = "elected"
seats.mayor = { per = "municipality" }
[bodies."with space"]
note = """
[bodies.council]
kind = "not here"
"""
order = 3
[[places]]
place = "a"
[[places]]
place = "b"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("key", 2),
        ("name.nb", 3),
        ("name", None),
        ("bodies.council", 5),
        ("bodies.council.kind", 6),
        ("bodies.council.seats.mayor.per", 7),
        ("bodies.council.missing", 5),
        ("bodies.with space.order", 13),
        ("places.0.place", 15),
        ("places.1.place", 17),
        ("places.1", 16),
        ("nothing.here", None),
        ("", None),
    ],
)
def test_the_line_is_that_of_the_deepest_part_that_has_one(path: str, line: int | None) -> None:
    assert line_of(TEXT, path) == line
