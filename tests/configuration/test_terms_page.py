"""The page of the terms: every term with its forms, where it is used, and the way to call it something else."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installation import Browser, Installation
from tests.page_forms import form_to

from samverk.regions.terms import core_terms


@pytest.fixture
def administrator(sqlite_url: str, tmp_path: Path) -> Iterator[Browser]:
    installation = Installation(sqlite_url, tmp_path, dt.datetime(2026, 4, 7, 9, tzinfo=dt.UTC))
    yield installation.browser(installation.add_tenant("insam_nordgudbrandsdal"), "administrator")
    installation.close()


def section(page: str, key: str) -> str:
    found = re.search(rf'<section class="panel" id="{key}".*?</section>', page, re.DOTALL)
    assert found is not None, key
    return found[0]


def test_every_term_stands_with_all_its_forms_in_three_languages(administrator: Browser) -> None:
    page = administrator.get("/settings/terms")

    assert administrator.status == 200
    for key in core_terms():
        shown = section(page, key)
        for locale in ("sv",) if key == "arrangement" else ("nn", "nb", "sv"):
            forms = core_terms()[key][locale]
            for word in (forms.sg, forms.sg_def, forms.pl, forms.pl_def):
                assert f'<span lang="{locale}">{word}</span>' in shown, (key, locale, word)
    assert '<span lang="nn">INSAM-ordninga</span>' in section(page, "arrangement")
    assert '<span lang="nb">regionkontorene</span>' in section(page, "region_office")


def test_it_says_whose_a_term_is_and_leads_to_where_it_is_changed(administrator: Browser) -> None:
    page = administrator.get("/settings/terms")

    leads = {key: re.findall(r'href="[^"]*/settings/model/([^"]*)"', section(page, key)) for key in
             ("arrangement", "region_office", "round")}  # fmt: skip
    assert leads == {
        "arrangement": ["terms.arrangement"],
        "region_office": ["terms.region_office"],
        "round": ["terms/add?key=round"],
    }
    form = form_to(administrator.get("/settings/model/terms/add?key=round"), "/terms/add")
    assert form.sent["key"] == ["round"]
    assert (form.sent["nn.sg"], form.sent["nb.pl_def"]) == (["runde"], ["rundene"])


def test_where_it_is_used_and_how_it_reads(administrator: Browser) -> None:
    page = administrator.get("/settings/terms")

    host, unused = section(page, "host"), section(page, "chief_executive")
    assert "INSAM-ordningar" in host
    assert "<details" in host
    assert all(f'<ul lang="{locale}">' in host for locale in ("nn", "nb", "sv"))
    assert "<dl" not in unused
    assert "<ul" not in unused


def test_a_word_of_the_draft_stands_in_the_sentences_before_it_is_active(administrator: Browser) -> None:
    form = form_to(administrator.get("/settings/model/terms/add?key=round"), "/terms/add")
    words = {f"nn.{one}": f"prøverunde{one}" for one in ("sg", "sg_def", "pl", "pl_def")}
    administrator.post("/settings/model/terms/add", {**form.sent, **words})
    assert administrator.status == 200, administrator.text

    shown = section(administrator.get("/settings/terms"), "round")

    sentences = re.findall(r"<li>(.*?)</li>", re.split(r'<ul lang="nb">', shown)[0].partition('<ul lang="nn">')[2])
    assert len(sentences) == 3
    assert all("prøverunde" in one for one in sentences)
    assert "prøverunde" not in administrator.get("/rounds")


def test_a_draft_without_a_form_that_is_needed_is_shown_all_the_same(administrator: Browser) -> None:
    form = form_to(administrator.get("/settings/model/terms/add?key=round"), "/terms/add")
    administrator.post("/settings/model/terms/add", {**form.sent, "nn.pl": "", "nn.sg_def": ""})

    shown = section(administrator.get("/settings/terms"), "round")

    assert administrator.status == 200
    assert '<span lang="nn">rundane</span>' in shown
    assert '<span lang="nn">rundar</span>' not in shown


def test_only_who_may_change_the_settings_sees_it(administrator: Browser) -> None:
    secretariat = administrator.installation.browser(administrator.tenant, "secretariat")
    secretariat.get("/settings/terms")
    assert secretariat.status == 403
