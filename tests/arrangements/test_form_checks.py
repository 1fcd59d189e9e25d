"""The conformance kit holds the legal forms of a starter against the register."""

import shutil
from pathlib import Path

import pytest

from samverk import i18n, testing

RING = Path(__file__).parents[1] / "regions" / "ring"
GIVEN = 'legal_form = { key = "no_host_municipality_administrative", from = 2024-02-01, demonstration = true }'


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ('{ key = "no_host_municipality_administrative", demonstration = true }', ()),
        # Begun while it could be, and left before it ended.
        ('{ key = "no_kl1992_joint_municipality", from = 2014-01-01, to = 2019-12-31, demonstration = true }', ()),
        (
            '{ key = "no_host_municipality_adminstrative", demonstration = true }',
            (".key", "no_host_municipality_adminstrative", "no_host_municipality_administrative"),
        ),
        (
            '{ key = "no_kl1992_joint_municipality", from = 2014-01-01, demonstration = true }',
            ("", "samkommune", "no_host_municipality_administrative"),
        ),
        (
            '{ key = "no_kl1992_joint_municipality", from = 2018-01-01, demonstration = true }',
            (".from", "2018-01-01", None),
        ),
        (
            '{ key = "no_host_municipality_administrative", from = 2001-01-01, demonstration = true }',
            (".from", "2001-01-01", None),
        ),
    ],
)
def test_a_legal_form_is_known_and_could_be_had(form: str, told: tuple[str, str, str | None], tmp_path: Path) -> None:
    shutil.copytree(RING, tmp_path / "ring", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    starter = tmp_path / "ring" / "starter.toml"
    text = starter.read_text("utf-8")
    assert GIVEN in text
    starter.write_text(text.replace(GIVEN, f"legal_form = {form}"), "utf-8")

    with i18n.using("nb"):
        found = [one for one in testing.faults(tmp_path / "ring") if (one.rule or "").startswith("legal-form")]

    assert len(found) == bool(told)
    for one in found:
        where, words, hint = told
        assert one.path == f"arrangements.fire.legal_form{where}"
        assert words in one.message
        assert hint is None or one.hint == hint
