"""The front pages: the installation and a region."""

from tests.region_database import SLUG, Region

from samverk.home.service import get_home
from samverk.scope import Scope


def test_the_region_names_members_counts_and_what_comes_next(scope: Scope) -> None:
    found = get_home(scope)

    assert [(party.name, party.mark) for party in found.members] == [
        ("Dovre", None),
        ("Lesja", None),
        ("Lom", None),
        ("Sel", None),
        ("Skjåk", None),
        ("Vågå", None),
        ("Innlandet fylkeskommune", "assumed"),
    ]
    assert [one.words for one in found.counts] == ["7 INSAM-ordningar", "6 kommunar", "6 organ", "6 dokument"]
    assert [item.key for item in found.coming[:3]] == ["insam_answers", "insam_papers", "insam_meeting"]
    assert [party.name for party in found.counterparts] == ["Innlandet fylkeskommune"]


def test_the_strip_counts_the_rows_of_each_month(scope: Scope) -> None:
    strip = get_home(scope).strip

    assert [month.month for month in strip if month.is_now] == [11]
    assert [month.number for month in strip] == [5, 1, 6, 4, 1, 6, 4, 0, 6, 6, 1, 5]


def test_the_pages_open(region: Region) -> None:
    assert "Nord-Gudbrandsdal" in region.page("/")
    html = region.page(f"/{SLUG}/")
    facts = ("Skjåk, Lom, Vågå, Sel, Dovre og Lesja løyser oppgåver saman.", "oktober–desember 2023", "/history")
    assert [fact for fact in facts if fact not in html] == []
