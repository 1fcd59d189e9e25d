"""Days, months, hours and zones that cannot be are told with their place, and nothing raises later."""

from pathlib import Path

import msgspec
import pytest

from samverk.errors import RegionFault
from samverk.regions import checks, fact_checks, loader
from samverk.regions.definition import Definition
from samverk.regions.starter import Starter

RING = Path(__file__).parent / "ring"


def definition_with(rule: dict[str, object]) -> Definition:
    whole = msgspec.to_builtins(loader.load_definition(RING))
    key = next(iter(whole["wheel"]))
    whole["wheel"]["tried"] = {**whole["wheel"][key], "rule": rule}
    return msgspec.convert(whole, Definition)


@pytest.mark.parametrize(
    ("rule", "path", "message", "hint", "rule_name"),
    [
        (
            {"weekday": "monday", "nth_in_month": {"mars": 2}},
            "nth_in_month.mars",
            "'mars' is no month in English",
            "march",
            "calendar",
        ),
        (
            {"weekday": "monday", "nth_in_month": {"march": 0}},
            "nth_in_month.march",
            "count from 1, or -1 for the last",
            None,
            "calendar",
        ),
        ({"date": "02-30"}, "date", "'02-30' is no day of any year", None, "calendar"),
        ({"span": ["2026-05-01", "2026-04-01"]}, "span", "the span ends before it begins", None, "days-in-order"),
    ],
)
def test_a_rule_that_no_calendar_has(
    rule: dict[str, object], path: str, message: str, hint: str | None, rule_name: str
) -> None:
    faults = checks.definition_faults(definition_with(rule))

    assert faults == [RegionFault("region.toml", f"wheel.tried.rule.{path}", message, hint, rule_name)]


def test_a_zone_and_a_day_that_do_not_exist() -> None:
    files = loader.load_region(RING)
    assert files.starter is not None
    data = msgspec.to_builtins(files.starter) | {"zone": "Europe/Osla"}
    data["timeline"]["tried"] = {"on": "2024-02-31", "text": {"nb": "Aldri"}}
    starter = msgspec.convert(data, Starter)

    faults = fact_checks.starter_faults(starter, files.definition, None)

    assert faults == [
        RegionFault("starter.toml", "zone", "there is no time zone 'Europe/Osla'", rule="known"),
        RegionFault("starter.toml", "timeline.tried.on", "'2024-02-31' is no day of the calendar", rule="calendar"),
    ]
