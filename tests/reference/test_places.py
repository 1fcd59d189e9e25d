"""Places through time: the examples that the regions need, and what holds for the whole register."""

import csv
from datetime import date, timedelta
from importlib.resources import files

import pytest

from samverk.reference.place import Place, PlacePeriod
from samverk.reference.place_history import norwegian_places
from samverk.reference.places import load_places

TODAY = date(2026, 11, 22)
DAYS = [date(year, month, day) for year in range(2003, 2027) for month, day in ((1, 1), (6, 30), (12, 31))]


def keys(places: tuple[Place, ...]) -> tuple[str, ...]:
    return tuple(place.key for place in places)


def by_key(key: str) -> Place:
    place = load_places().by_key(key)
    assert place is not None, key
    return place


def test_renumbered_place_is_one_place_with_two_periods() -> None:
    assert by_key("no-3432").periods == (
        PlacePeriod("0512", "Lesja", "Lesja", "05", None, None, date(2019, 12, 31)),
        PlacePeriod("3432", "Lesja", "Lesja", "34", "Innlandet", date(2020, 1, 1), None),
    )


@pytest.mark.parametrize(
    ("country", "code", "on", "key"),
    [
        ("NO", "0512", date(2019, 12, 31), "no-3432"),
        ("NO", "0512", date(2020, 1, 1), None),
        ("NO", "3432", date(2019, 12, 31), None),
        ("NO", "3432", date(2020, 1, 1), "no-3432"),
        ("SE", "0512", date(2005, 6, 1), "se-0512"),
        ("SE", "0512", TODAY, "se-0512"),
        ("NO", "0513", date(2019, 6, 1), "no-3433"),
        ("SE", "0513", TODAY, "se-0513"),
        ("NO", "1714", date(2017, 12, 31), "no-5035"),
        ("NO", "1714", date(2018, 1, 1), None),
        ("NO", "5035", date(2018, 1, 1), "no-5035"),
        ("NO", "1804", date(2004, 12, 31), "no-1804"),
        ("NO", "1804", date(2005, 1, 1), "no-1804"),
        ("NO", "1018", date(2019, 12, 31), "no-1018"),
        ("NO", "1018", date(2020, 1, 1), None),
        ("NO", "1860", TODAY, "no-1860"),
        ("SE", "1860", TODAY, "se-1860"),
        ("NO", "9999", TODAY, None),
    ],
)
def test_find_answers_for_the_day(country: str, code: str, on: date, key: str | None) -> None:
    place = load_places().find(country, code, on)

    assert (place and place.key) == key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("no-0512", "no-3432"),
        ("NO-0512", "no-3432"),
        ("no-3432", "no-3432"),
        ("3432", "no-3432"),
        ("no-1018", "no-1018"),
        ("1714", "no-5035"),
        ("0512", None),
        ("se-3432", None),
        ("", None),
        ("dk-0512", None),
    ],
)
def test_old_addresses_lead_to_the_place(address: str, key: str | None) -> None:
    place = load_places().redirect(address)

    assert (place and place.key) == key


def test_merged_place_ends_and_leads_on() -> None:
    register, soegne = load_places(), by_key("no-1018")

    assert (soegne.name, soegne.ended_on, soegne.successors) == ("Søgne", date(2019, 12, 31), ("no-4204",))
    assert register.successors_on(soegne, date(2019, 12, 31)) == (soegne,)
    assert register.successors_on(soegne, date(2020, 1, 1)) == (by_key("no-4204"),)
    assert by_key("no-4204").predecessors == ("no-1001", "no-1017", "no-1018")
    assert register.successors_on(by_key("no-4204"), date(2019, 12, 31)) == ()


def test_place_that_kept_its_code_goes_on_through_the_merger() -> None:
    bodoe = by_key("no-1804")

    assert bodoe.periods == (PlacePeriod("1804", "Bodø", "Bodø", "18", "Nordland", None, None),)
    assert bodoe.predecessors == ("no-1842",)
    assert by_key("no-1842").successors == ("no-1804",)
    assert by_key("no-1842").ended_on == date(2004, 12, 31)


def test_split_place_leads_to_all_its_parts() -> None:
    register, haram = load_places(), by_key("no-1534")

    assert by_key("no-1507").successors == ("no-1508", "no-1580")
    assert keys(register.successors_on(haram, date(2019, 12, 31))) == ("no-1534",)
    assert keys(register.successors_on(haram, date(2021, 1, 1))) == ("no-1507",)
    assert keys(register.successors_on(haram, date(2024, 1, 1))) == ("no-1508", "no-1580")
    assert by_key("no-1850").successors == ("no-1806", "no-1875")
    assert (by_key("no-1580").name, by_key("no-1580").began_on) == ("Haram", date(2024, 1, 1))


def test_the_six_of_vaernesregionen_lay_in_two_counties_until_2017() -> None:
    spring_2009 = date(2009, 6, 11)
    places = [by_key(key) for key in ("no-5031", "no-5032", "no-5033", "no-5034", "no-5035", "no-5036")]

    periods = [period for place in places if (period := place.at(spring_2009)) is not None]

    assert [(period.code, period.name, period.county_name) for period in periods] == [
        ("1663", "Malvik", "Sør-Trøndelag"),
        ("1664", "Selbu", "Sør-Trøndelag"),
        ("1665", "Tydal", "Sør-Trøndelag"),
        ("1711", "Meråker", "Nord-Trøndelag"),
        ("1714", "Stjørdal", "Nord-Trøndelag"),
        ("1717", "Frosta", "Nord-Trøndelag"),
    ]
    assert [place.periods[-1].county_name for place in places] == ["Trøndelag"] * 6


def test_the_seven_of_knutepunkt_soerlandet_are_five_today() -> None:
    register = load_places()
    codes_2008 = ("1001", "1018", "1017", "1014", "0926", "0928", "0935")

    then = [register.find("NO", code, date(2008, 2, 13)) for code in codes_2008]
    now = {heir.key for place in then if place for heir in register.successors_on(place, TODAY)}

    assert [place and place.name for place in then] == [
        "Kristiansand",
        "Søgne",
        "Songdalen",
        "Vennesla",
        "Lillesand",
        "Birkenes",
        "Iveland",
    ]
    assert now == {"no-4204", "no-4215", "no-4216", "no-4218", "no-4223"}


def test_swedish_seed_municipalities_cross_a_county_border() -> None:
    members = [by_key(f"se-{code}") for code in ("0513", "0509", "0560", "0512", "0584", "0687")]

    assert [(place.name, place.periods[0].county_name) for place in members] == [
        ("Kinda", "Östergötlands län"),
        ("Ödeshög", "Östergötlands län"),
        ("Boxholm", "Östergötlands län"),
        ("Ydre", "Östergötlands län"),
        ("Vadstena", "Östergötlands län"),
        ("Tranås", "Jönköpings län"),
    ]


def test_sami_names_stand_beside_the_norwegian_one() -> None:
    karasjok = by_key("no-5610")

    assert [(period.code, period.name) for period in karasjok.periods] == [
        ("2021", "Karasjok"),
        ("5437", "Karasjok"),
        ("5610", "Karasjok"),
    ]
    assert (karasjok.name_official, karasjok.name_sami) == ("Kárášjohka - Karasjok", "Kárášjohka")


def test_all_municipalities_of_today_are_alive_with_their_population() -> None:
    register = load_places()
    norway, sweden = register.alive_on(TODAY, "NO"), register.alive_on(TODAY, "SE")

    assert (len(norway), len(sweden), len(register.alive_on(TODAY))) == (357, 290, 647)
    assert sum(place.population or 0 for place in norway) == 5_550_203
    assert sum(place.population or 0 for place in sweden) == 10_551_707
    assert {place.population_date for place in norway} == {date(2024, 1, 1)}
    assert {place.population_date for place in sweden} == {date(2023, 12, 31)}


@pytest.mark.parametrize(
    ("on", "count"),
    [
        (date(2013, 1, 1), 428),
        (date(2017, 1, 1), 426),
        (date(2018, 1, 1), 422),
        (date(2019, 1, 1), 422),
        (date(2020, 1, 1), 356),
        (date(2023, 12, 31), 356),
        (date(2024, 1, 1), 357),
    ],
)
def test_number_of_norwegian_municipalities_agrees_with_the_sources(on: date, count: int) -> None:
    assert len(load_places().alive_on(on, "NO")) == count


@pytest.mark.parametrize("on", DAYS)
def test_no_two_places_share_a_code_on_a_day(on: date) -> None:
    periods = [(place.country, period.code) for place in load_places().places if (period := place.at(on)) is not None]

    assert len(periods) == len(set(periods))


def test_every_ended_place_leads_to_living_ones_and_back() -> None:
    register = load_places()
    for place in register.places:
        heirs = register.successors_on(place, TODAY)
        assert heirs, place
        assert all(heir.ended_on is None for heir in heirs), place
        assert (place.ended_on is None) == (place.successors == ()), place
        assert all(place.key in by_key(heir).predecessors for heir in place.successors), place
        assert all(place.key in by_key(ancestor).successors for ancestor in place.predecessors), place


def test_periods_of_a_place_leave_no_gap() -> None:
    for place in load_places().places:
        for earlier, later in zip(place.periods, place.periods[1:], strict=False):
            assert earlier.valid_to is not None
            assert earlier.valid_to + timedelta(days=1) == later.valid_from, place


def test_first_day_of_todays_code_agrees_with_the_list_of_municipalities() -> None:
    text = files("samverk.reference").joinpath("data/municipalities_no.csv").read_text(encoding="utf-8")
    stated = {row["code"]: row["valid_from"] for row in csv.DictReader(text.splitlines())}

    def first_day(place: Place) -> date | None:
        return next(period.valid_from for period in place.periods if period.code == place.code)

    alive = load_places().alive_on(TODAY, "NO")
    assert {place.code: first_day(place) for place in alive} == {
        code: date.fromisoformat(day) if day else None for code, day in stated.items()
    }


def test_a_code_that_two_places_had_last_gives_two_keys() -> None:
    columns = "population population_date language_form org_number name_official name_sami name_sami_lang name_kven"
    today = dict.fromkeys(columns.split(), "") | {"name_official": "Ny", "name": "Ny", "county_name": "Fylke"}
    changes = [
        {"old_code": "1", "old_name": "A", "new_code": "2", "new_name": "B", "date": "2010-01-01", "kind": "merge"},
        {"old_code": "3", "old_name": "C", "new_code": "1", "new_name": "C", "date": "2012-01-01", "kind": "renumber"},
    ]

    places = norwegian_places([today | {"code": "1"}, today | {"code": "2"}], changes)

    assert [(place.key, place.name) for place in places] == [("no-1", "C"), ("no-1-2009", "A"), ("no-2", "B")]


def test_changes_that_lead_nowhere_are_refused() -> None:
    change = {
        "old_code": "1",
        "old_name": "A",
        "new_code": "2",
        "new_name": "B",
        "date": "2010-01-01",
        "kind": "renumber",
    }

    with pytest.raises(ValueError, match="no municipality has today: 2"):
        norwegian_places([], [change])


def test_nearest_names_what_may_have_been_meant() -> None:
    register = load_places()

    assert register.nearest("Lesjo") == ("no-3432 (Lesja)",)
    assert register.nearest("no-0512") == ("no-3432 (Lesja)",)
    assert register.nearest("Haram") == ("no-1534 (Haram)", "no-1580 (Haram)")
    assert register.nearest("Kristianstad", "SE")[0] == "se-1290 (Kristianstad)"
    assert register.nearest("xqzw") == ()


def test_register_is_read_once_and_has_a_checksum() -> None:
    assert load_places() is load_places()
    assert len(load_places().checksum) == 64
