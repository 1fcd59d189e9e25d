"""The legal forms: every date as the catalogue of legal forms gives it, and what holds for all of them."""

from datetime import date

import msgspec
import pytest

from samverk.reference.legal_forms import ANY, RESERVED_KEYS, LegalForm, Validity, load_legal_forms

AUTUMN_2019 = (date(2019, 9, 9), date(2019, 10, 31))
AUTUMN_2023 = (date(2023, 9, 9), date(2023, 10, 31))

DATES: dict[str, tuple[date | None, date | None]] = {
    "no_intermunicipal_political_council": (date(2019, 10, 31), None),
    "no_municipal_task_community": (date(2019, 10, 31), None),
    "no_host_municipality_administrative": (date(2019, 10, 31), None),
    "no_host_municipality_joint_board": (date(2019, 10, 31), None),
    "no_intermunicipal_company": (date(2000, 1, 1), None),
    "no_limited_company": (date(1999, 1, 1), None),
    "no_cooperative": (date(2008, 1, 1), None),
    "no_association": (None, None),
    "no_foundation": (date(2005, 1, 1), None),
    "no_service_agreement": (date(2017, 1, 1), None),
    "no_informal_cooperation": (None, None),
    "no_pilot_scheme": (date(1993, 1, 1), None),
    "no_kl1992_s27_board": (date(1993, 1, 1), None),
    "no_kl1992_s28b_host_administrative": (None, None),
    "no_kl1992_s28c_host_joint_board": (None, None),
    "no_kl1992_joint_municipality": (date(2012, 7, 1), date(2020, 1, 1)),
    "no_joint_municipality_pilot": (None, None),
    "no_regional_council_unregulated": (None, None),
    "se_municipal_federation": (date(2018, 1, 1), None),
    "se_joint_committee": (date(2018, 1, 1), None),
    "se_contract_cooperation": (date(2018, 7, 1), None),
    "se_municipal_company": (date(2018, 1, 1), None),
    "se_civil_contract": (None, None),
    "se_foundation": (date(2018, 1, 1), None),
    "se_nonprofit_association": (None, None),
    "se_economic_association": (date(2018, 7, 1), None),
    "se_informal_network": (None, None),
    "se_coordination_federation": (date(2004, 1, 1), None),
    "se_kl1991_municipal_federation": (date(1998, 1, 1), date(2017, 12, 31)),
    "se_kl1991_joint_committee": (date(1997, 8, 1), date(2017, 12, 31)),
    "se_kl1991_company_foundation_association": (date(1992, 1, 1), date(2017, 12, 31)),
    "se_civil_contract_pre2018": (None, date(2018, 6, 30)),
}


def form(key: str) -> LegalForm:
    return load_legal_forms().require(key)


def test_there_are_32_forms_with_the_dates_of_the_catalogue() -> None:
    forms = load_legal_forms().forms

    assert {each.key: (each.valid_from, each.valid_to) for each in forms} == DATES
    assert [len([each for each in forms if each.country == country]) for country in ("NO", "SE")] == [18, 14]


def test_a_day_that_is_not_known_is_a_span() -> None:
    spans = {each.key: (each.valid_from_span, each.valid_to_span) for each in load_legal_forms().forms}

    assert {key: both for key, both in spans.items() if both != (None, None)} == {
        "no_intermunicipal_political_council": (AUTUMN_2019, None),
        "no_municipal_task_community": (AUTUMN_2019, None),
        "no_host_municipality_administrative": (AUTUMN_2019, None),
        "no_host_municipality_joint_board": (AUTUMN_2019, None),
        "no_kl1992_s27_board": (None, AUTUMN_2023),
        "no_kl1992_s28b_host_administrative": ((date(2007, 1, 1), date(2007, 12, 31)), AUTUMN_2019),
        "no_kl1992_s28c_host_joint_board": ((date(2007, 1, 1), date(2007, 12, 31)), AUTUMN_2019),
        "no_joint_municipality_pilot": (
            (date(2004, 1, 1), date(2004, 12, 31)),
            (date(2012, 1, 1), date(2012, 12, 31)),
        ),
        "no_regional_council_unregulated": (None, AUTUMN_2023),
    }


@pytest.mark.parametrize(
    ("key", "on", "validity", "is_valid", "accepts_new"),
    [
        ("no_intermunicipal_political_council", date(2019, 9, 8), "not_yet", False, False),
        ("no_intermunicipal_political_council", date(2019, 9, 9), "perhaps", False, False),
        ("no_intermunicipal_political_council", date(2019, 10, 31), "valid", True, True),
        ("no_kl1992_s27_board", date(1992, 12, 31), "not_yet", False, False),
        ("no_kl1992_s27_board", date(2008, 2, 13), "valid", True, True),
        ("no_kl1992_s27_board", date(2019, 11, 1), "closed_for_new", True, False),
        ("no_kl1992_s27_board", date(2023, 10, 1), "perhaps", True, False),
        ("no_kl1992_s27_board", date(2023, 11, 1), "ended", False, False),
        ("no_kl1992_s28b_host_administrative", date(2007, 3, 1), "perhaps", True, True),
        ("no_kl1992_s28b_host_administrative", date(2008, 2, 13), "valid", True, True),
        ("no_kl1992_s28b_host_administrative", date(2019, 11, 1), "ended", False, False),
        ("no_kl1992_joint_municipality", date(2016, 4, 25), "valid", True, True),
        ("no_kl1992_joint_municipality", date(2016, 4, 26), "closed_for_new", True, False),
        ("no_kl1992_joint_municipality", date(2020, 1, 1), "closed_for_new", True, False),
        ("no_kl1992_joint_municipality", date(2020, 1, 2), "ended", False, False),
        ("no_association", date(1900, 1, 1), "valid", True, True),
        ("se_kl1991_joint_committee", date(2005, 9, 27), "valid", True, True),
        ("se_kl1991_joint_committee", date(2018, 1, 1), "ended", False, False),
        ("se_civil_contract_pre2018", date(2018, 6, 30), "valid", True, True),
        ("se_contract_cooperation", date(2018, 6, 30), "not_yet", False, False),
    ],
)
def test_validity_on_a_day(key: str, on: date, validity: Validity, is_valid: bool, accepts_new: bool) -> None:
    each = form(key)

    assert (each.validity_on(on), each.is_valid_on(on), each.accepts_new_on(on)) == (validity, is_valid, accepts_new)
    assert each.ended_on(on) == (validity == "ended")


def test_every_key_that_a_form_names_exists() -> None:
    register = load_legal_forms()
    known = {each.key for each in register.forms} | RESERVED_KEYS | {ANY}

    named = {key for each in register.forms for key in (*each.successor_keys, *each.predecessor_keys)}

    assert named - known == set()
    assert all(register.by_key(key) is None for key in (*RESERVED_KEYS, ANY))


def test_every_form_that_has_ended_leads_to_one_of_today() -> None:
    register, today = load_legal_forms(), date(2026, 11, 22)
    for each in register.forms:
        if each.ended_on(today) and each.key != "no_joint_municipality_pilot":
            assert register.successors_on(each.key, today), each.key
    # The pilots became the samkommune of the act, which has ended too: its successors are the way on.
    assert [each.key for each in register.successors_on("no_joint_municipality_pilot", date(2013, 1, 1))] == [
        "no_kl1992_joint_municipality"
    ]


def test_every_form_has_its_names_in_four_languages_and_known_sources() -> None:
    register = load_legal_forms()

    assert {frozenset(each.names) for each in register.forms} == {frozenset({"nb", "nn", "sv", "en"})}
    assert {code for each in register.forms for code in each.sources} == set(register.sources)


def test_marks_follow_the_rows_of_statute_and_validity() -> None:
    unverified = [each.key for each in load_legal_forms().forms if each.mark == "unverified"]
    verified = [each.key for each in load_legal_forms().forms if each.mark == "verified"]

    assert unverified == ["se_informal_network"]
    assert len(verified) == 14


def test_name_falls_back_to_the_neighbouring_language_and_says_so() -> None:
    community = form("no_municipal_task_community")
    without_nn = msgspec.structs.replace(community, names={"nb": "kommunalt oppgavefellesskap", "en": "task community"})

    assert msgspec.structs.astuple(community.name("nn-NO")) == ("kommunalt oppgåvefellesskap", "nn", False)
    assert msgspec.structs.astuple(without_nn.name("nn")) == ("kommunalt oppgavefellesskap", "nb", True)
    assert msgspec.structs.astuple(without_nn.name("sv_SE")) == ("kommunalt oppgavefellesskap", "nb", True)
    assert msgspec.structs.astuple(without_nn.name("fi")) == ("task community", "en", True)


def test_successors_are_those_that_are_valid() -> None:
    register = load_legal_forms()

    assert [each.key for each in register.successors_on("no_kl1992_s27_board", date(2023, 12, 1))] == [
        "no_intermunicipal_political_council",
        "no_municipal_task_community",
    ]
    assert register.successors_on("no_kl1992_s27_board", date(2015, 1, 1)) == ()
    free = register.successors_on("se_informal_network", date(2026, 1, 1))
    assert {each.country for each in free} == {"SE"}
    assert len(free) == 9


def test_unknown_key_names_the_nearest() -> None:
    with pytest.raises(LookupError, match='no legal form "no_limited_compani"; nearest: no_limited_company'):
        form("no_limited_compani")
    assert load_legal_forms().nearest("kommunalförbund") == (
        "se_municipal_federation",
        "se_kl1991_municipal_federation",
    )
    assert load_legal_forms().nearest("IPR", "SE") == ()
