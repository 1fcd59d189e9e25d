"""The year of the INSAM model: rows, layers, warnings, what comes next."""

import datetime as dt
from dataclasses import replace

import pytest
from tests.region_database import SLUG, Region

from samverk.errors import NotFound
from samverk.home.service import get_home
from samverk.rounds import opening, planning
from samverk.scope import Actor, Grant, Scope
from samverk.wheel import service
from samverk.wheel.lived import lived_year
from samverk.wheel.service import Lived, WheelItem


def test_the_four_meetings_fall_as_the_rule_says_and_bear_their_quarter(scope: Scope) -> None:
    rows = [row for row in service.year_items(scope, 2026) if row.key == "insam_meeting"]

    assert [(row.begins.isoformat(), row.name, row.responsible, row.marks["mark"]) for row in rows] == [
        (day, row.name, "sekretariat", "assumed")
        for day, row in zip(("2026-03-11", "2026-06-10", "2026-09-23", "2026-12-09"), rows, strict=True)
    ]
    assert all("{" not in row.name and "2026" in row.name for row in rows)


def test_forms_answers_and_papers_hang_on_the_meeting(scope: Scope) -> None:
    rows = service.year_items(scope, 2026)

    def days(key: str) -> list[str]:
        return [row.begins.isoformat() for row in rows if row.key == key]

    assert days("insam_open") == ["2026-02-18", "2026-05-20", "2026-09-02", "2026-11-18"]
    assert days("insam_answers") == ["2026-03-03", "2026-06-02", "2026-09-15", "2026-12-01"]
    assert days("insam_papers") == ["2026-03-06", "2026-06-05", "2026-09-18", "2026-12-04"]


def test_a_day_when_nobody_meets_bears_a_warning(scope: Scope) -> None:
    rows = {(row.key, row.begins): row.warning for row in service.year_items(scope, 2026) if row.warning}

    assert rows == {
        ("annual_report", dt.date(2026, 3, 31)): "A poor day to meet: den stille veka.",
        ("council_report", dt.date(2026, 3, 31)): "A poor day to meet: den stille veka.",
        ("budget_adopted", dt.date(2026, 12, 31)): "Nobody meets that day: nyttårsaftan.",
    }


def test_the_first_year_of_a_period_is_the_one_after_the_election(scope: Scope) -> None:
    def keys(year: int) -> set[str]:
        return {row.key for row in service.year_items(scope, year)}

    once = {"declaration_readopted", "partnership_agreement", "constitutive_meeting", "ownership_report"}
    assert [sorted(keys(year) & once) for year in (2023, 2024, 2025, 2026, 2027, 2028)] == [
        ["constitutive_meeting", "ownership_report"],
        ["declaration_readopted", "partnership_agreement"],
        [],
        [],
        ["constitutive_meeting", "ownership_report"],
        ["declaration_readopted", "partnership_agreement"],
    ]


def test_only_the_chosen_layers_are_shown_and_drawn(scope: Scope) -> None:
    found = service.get_year(scope, 2026, shown=("national",))

    assert {row.layer for row in found.items} == {"national"}
    assert [(layer.key, layer.ring, layer.is_shown) for layer in found.layers] == [
        ("region", 0, False),
        ("county_themes", 1, False),
        ("national", 2, True),
    ]
    assert len(found.wheel.bands) + len(found.wheel.dots) == len(found.items)


def test_rows_of_other_slices_stand_among_the_others_on_a_ring_of_their_own(scope: Scope) -> None:
    day = dt.date(2026, 5, 5)
    meeting = WheelItem("m1", "meetings", "Ekstra møte", "nn", day, day, address="/x")

    found = service.get_year(scope, 2026, lived=Lived((meeting,)))

    assert meeting in found.items
    assert [(layer.key, layer.name) for layer in found.layers][-1] == ("meetings", "Møte")
    assert list(found.items) == sorted(found.items, key=lambda row: (row.begins, row.ends, row.key))


def test_every_row_stands_in_one_month(scope: Scope) -> None:
    found = service.get_year(scope, 2026)

    assert [row for _month, rows in found.by_month for row in rows] == sorted(
        found.items, key=lambda row: (row.begins, row.ends, row.key)
    )


def test_what_comes_next_goes_on_into_the_next_year(scope: Scope) -> None:
    late = replace(scope, now=dt.datetime(2026, 12, 10, tzinfo=dt.UTC))

    assert [
        (row.key, row.begins.isoformat()) for row in service.next_items(late, 3, {2026: Lived(), 2027: Lived()})
    ] == [
        ("insam_summary", "2026-12-16"),
        ("budget_adopted", "2026-12-31"),
        ("internal_control", "2027-01-01"),
    ]


@pytest.mark.parametrize("year", [0, 1899, 2101, 9999])
def test_a_year_out_of_reach_is_not_found(scope: Scope, year: int) -> None:
    with pytest.raises(NotFound):
        service.year_items(scope, year)


def test_the_page_holds_table_and_drawing_of_the_same_rows(region: Region, scope: Scope) -> None:
    html = region.page(f"/{SLUG}/wheel/2026")
    found = service.get_year(scope, 2026)

    assert html.count('class="wheel-dot') == len(found.wheel.dots)
    assert html.count('class="wheel-band') == len(found.wheel.bands)
    assert html.count('<th scope="row">') == len(found.items)
    assert "style=" not in html


@pytest.mark.parametrize("year", ["abc", "20260", "1500", "-026"])
def test_a_year_that_is_none_is_404(region: Region, year: str) -> None:
    assert region.get(f"/{SLUG}/wheel/{year}").status == 404


def moved_round(scope: Scope) -> None:
    """Open the fourth quarter's round with dates of its own: each some days off the rule's."""
    days = {"opens": (11, 19), "answers": (12, 4), "papers": (12, 8), "meeting": (12, 11)}
    choices = planning.Choices({name: dt.date(2026, *day) for name, day in days.items()})
    opening.open_round(scope, planning.plan(scope, "insam", 2026, 4, choices), choices)


def december(scope: Scope) -> list[tuple[str, str]]:
    rows = service.year_items(scope, 2026, lived_year(scope, 2026))
    return [
        (row.begins.isoformat(), row.key.split("-")[0])
        for row in rows
        if row.begins >= dt.date(2026, 11, 15) and row.key.startswith(("insam_", "meeting-", "round-"))
    ]


def test_a_round_gives_its_own_days_to_the_entries_of_its_period(scope: Scope) -> None:
    moved_round(scope)

    assert december(scope) == [
        ("2026-11-19", "insam_open"),
        ("2026-12-04", "insam_answers"),
        ("2026-12-08", "insam_papers"),
        ("2026-12-11", "meeting"),
        ("2026-12-18", "insam_summary"),
    ]


def test_who_may_read_rounds_is_led_to_the_round_instead_of_the_entry(scope: Scope) -> None:
    moved_round(scope)
    reader = replace(scope, actor=Actor("someone", "Sekretariatet", (Grant("secretariat"),)))

    assert [key for _day, key in december(reader)] == [
        "insam_open",
        "round",
        "insam_papers",
        "meeting",
        "insam_summary",
    ]
    assert [row.key.split("-")[0] for row in get_home(reader).coming] == [
        "round", "insam_papers", "meeting", "insam_summary", "budget_adopted", "internal_control",
    ]  # fmt: skip
