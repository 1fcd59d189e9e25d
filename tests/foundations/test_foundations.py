"""Documents with their adoptions, registers, the time line, sources and subjects."""

import datetime as dt

import pytest
from tests.region_database import SLUG, Region

from samverk.errors import NotFound
from samverk.foundations import service
from samverk.foundations.model import Adoption, GoverningDocument, Register
from samverk.regions.terms import Vocabulary
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants
from samverk.tenants import subjects, written
from samverk.tenants.model import Subject


def test_the_declaration_has_four_of_ten_points_known_and_no_numbers(scope: Scope) -> None:
    found = service.get_document(scope, "declaration")

    assert (found.point_words, found.has_numbers, len(found.points)) == ("4 of 10 points known", False, 4)
    assert [(step.when, scope.text(step.words)) for step in found.versions] == [
        ("March 31, 2023", "forslag frå kommunedirektørane"),
        ("September 15, 2023", "vedteken i regionstyret"),
    ]


def test_adoptions_stand_council_by_council_with_the_time_as_written(scope: Scope) -> None:
    found = service.get_document(scope, "declaration")

    assert [(one.party.name, one.when, one.day, one.reference) for one in found.adoptions] == [
        (name, "oktober–desember 2023", None, None) for name in ("Skjåk", "Lom", "Vågå", "Sel", "Dovre", "Lesja")
    ]
    assert (found.adoption_words(Vocabulary("en", {})), found.span_words) == ("Adopted by 6 bodies.", None)
    assert service.adoption_rule(scope) == (
        "In force when all kommunestyra have adopted the same text.",
        "assumed",
    )


def test_first_last_and_the_days_between_are_counted_where_days_are_known(scope: Scope) -> None:
    document = GoverningDocument(
        id=new_id(), key="goals", kind="goals", name={"nn": "Mål"}, points=[], versions=[], builds_on=[], marks={}
    )
    scope.add(document)
    scope.flush()
    given = (("no-3431", "2006-03-27"), ("no-3432", "2005-11-21"), ("no-3434", "2006-04-24"))
    for position, (party, day) in enumerate(given):
        scope.add(
            Adoption(
                document_id=document.id,
                party_id=tenants.party_id(scope, party),
                position=position,
                begins=day,
                reference=f"sak {position}",
                marks={},
            )
        )
    scope.flush()

    found = service.get_document(scope, "goals")

    assert found.span_words == "First November 21, 2005, last April 24, 2006: 154 days between."
    assert found.adoption_words(Vocabulary("en", {})) == "The last adoption by the bodies was on April 24, 2006."
    assert [one.reference for one in found.adoptions] == ["sak 0", "sak 1", "sak 2"]


def test_the_handbook_says_that_its_ground_rules_are_not_known(scope: Scope) -> None:
    found = service.get_document(scope, "handbook")

    assert found.point_words == "4 known points, and what is not known"
    assert [(scope.text(head), len(group)) for head, group in found.points_under_heads] == [
        ("Føremål", 4),
        ("Køyrereglar", 1),
    ]


def test_registers_count_questions_and_qualified_entries(scope: Scope) -> None:
    scope.add(
        Register(
            key="factors",
            kind="factor",
            name={"nn": "Faktorar"},
            position=99,
            entries=[
                {"text": {"nn": "ein"}},
                {"text": {"nn": "to"}, "kind": "question", "assumed": True},
                {"text": {"nn": "tre"}, "kind": "qualified", "qualifier": {"nn": "med unntak"}},
            ],
            marks={},
        )
    )
    scope.flush()

    found = service.get_register(scope, "factors")

    assert (found.count_words, found.question_count, found.qualified_count) == ("3 entries", 1, 1)
    assert [(one.number, one.is_question, one.marks) for one in found.entries] == [
        (1, False, {}),
        (2, True, {"mark": "assumed"}),
        (3, False, {}),
    ]


def test_registers_of_the_region_have_the_counts_of_the_sources(scope: Scope) -> None:
    assert [(one.key, len(one.entries)) for one in service.list_registers(scope)] == [
        ("audit", 4),
        ("loop", 8),
        ("county_themes", 3),
    ]


def test_the_time_line_keeps_the_times_as_written_in_order(scope: Scope) -> None:
    assert [(one.key, one.when) for one in service.timeline(scope)] == [
        ("partnership_evaluated", "hausten 2022"),
        ("ordered", "December 16, 2022"),
        ("county_case", "våren 2023"),
        ("proposed", "March 31, 2023"),
        ("meetings_began", "frå 2. kvartal 2023"),
        ("county_decided", "June 13, 2023"),
        ("county_letter", "June 30, 2023"),
        ("consultation_deadline", "innan midten av september 2023"),
        ("board_adopted", "September 15, 2023"),
        ("councils_adopted", "oktober–desember 2023"),
        ("reported", "2024"),
    ]


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        ("2003", None, "2003"),
        ("2003-06", None, "June 2003"),
        ("2003-06-02", "2003-06-02", "June 2, 2003"),
        ("2004-01-29", "2004-01-30", "January 29, 2004 – January 30, 2004"),
        (None, None, "date not known"),
    ],
)
def test_a_written_time_is_said_no_more_exactly_than_it_is_written(
    begins: str | None, ends: str | None, said: str
) -> None:
    assert written.say(begins, ends) == said


@pytest.mark.parametrize("time", ["2024", "2024-02", "2024-02-29", "1999-12"])
def test_first_and_last_day_hold_the_written_time_between_them(time: str) -> None:
    first, last = written.first_day(time), written.last_day(time)

    assert first <= last
    assert (written.is_after(time, first), written.is_before(time, last)) == (False, False)
    day = dt.timedelta(days=1)
    assert (written.is_after(time, first - day), written.is_before(time, last + day)) == (True, True)


def test_a_subject_has_state_direction_and_aims(scope: Scope) -> None:
    aims = [{"form": {"nn": "avtale"}, "when": {"nn": "på sikt"}}]
    content = {"state": {"nn": "i dag"}, "direction": {"nn": "mot"}, "aims": aims}
    scope.add(Subject(kind="focus_area", key="it", name={"nn": "IT"}, tags=[], content=content, marks={}))
    scope.flush()

    found = subjects.get_subject(scope, "focus_area.it")

    assert (found.name, found.state, found.direction, found.aims) == ("IT", {"nn": "i dag"}, {"nn": "mot"}, tuple(aims))
    assert [one.key for one in subjects.list_subjects(scope)] == ["it"]


@pytest.mark.parametrize(
    "address", ["arrangement.nglms", "nothing", "focus_area.x", "019a0000-0000-7000-8000-000000000000"]
)
def test_what_is_no_subject_is_not_found(scope: Scope, address: str) -> None:
    with pytest.raises(NotFound):
        subjects.get_subject(scope, address)


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        ("documents", ("Viljeserklæring", "Handbok for interkommunalt samarbeid", "Slik går eit kvartal")),
        ("documents/county_decision", ("34/2023", "hausten 2022", "Fylkestinget")),
        ("registers/audit", ("Roller og ansvar er tydeleg fordelte.", "4 entries", "Behov")),
        ("history", ("2022/17593-5", "hausten 2022", "Brevet seier ikkje nokon dag")),
        ("sources", ('id="insam_report_2024"', 'id="county_letter_2023"', "2022/17593-5")),
        ("subjects/region.region", ("Interkommunalt politisk råd for Nord-Gudbrandsdal",)),
    ],
)
def test_pages_show_the_facts(region: Region, address: str, facts: tuple[str, ...]) -> None:
    html = region.page(f"/{SLUG}/{address}?lang=en")

    assert [fact for fact in facts if fact not in html] == []


@pytest.mark.parametrize("address", ["documents/x", "registers/x", "subjects/x"])
def test_unknown_pages_are_404(region: Region, address: str) -> None:
    assert region.get(f"/{SLUG}/{address}").status == 404
