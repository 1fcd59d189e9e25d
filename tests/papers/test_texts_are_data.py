"""Texts of a region are data: what looks like a template, a format or markup is a text on page, PDF and DOCX (48)."""

import datetime as dt
import html
import io
import shutil
from importlib.resources import as_file
from pathlib import Path
from types import SimpleNamespace

import docx
import pypdf
import pytest
from tests.installation import Installation
from tests.regions import ring

from samverk import registry
from samverk.errors import BadRegion
from samverk.papers import service as papers
from samverk.plugin import Region, hookimpl
from samverk.registry import RegionPlugin, Registry

HOSTILE = "{{ 7*7 }} {0.__class__} %(name)s {year.__class__} <script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "hostile"
    copy.mkdir()
    with as_file(ring.samverk_region().folder) as source:
        for file in ("region.toml", "starter.toml"):
            shutil.copy(source / file, copy / file)
    return copy


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def plugin_of(folder: Path) -> RegionPlugin:
    @hookimpl
    def samverk_region() -> Region:
        return Region(folder)

    return registry.load("ring", SimpleNamespace(samverk_region=samverk_region))


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "{0.__class__}", "{year.__class__}", "{year!r}", "{}"])
def test_a_text_with_a_placeholder_that_is_none_is_refused(text: str, folder: Path) -> None:
    change(folder / "region.toml", 'title.nb = "Retning for Ringen"', f'title.nb = "Retning {text}"')

    with pytest.raises(BadRegion) as caught:
        plugin_of(folder)

    (fault,) = caught.value.faults
    assert (fault.file, fault.path) == ("region.toml", "questionnaires.direction.title.nb")
    assert "is not known" in fault.message


def test_texts_come_out_as_they_were_written(folder: Path, sqlite_url: str, tmp_path: Path) -> None:
    name = 'name = { nb = "Bibliotek", nn = "Bibliotek", sv = "Bibliotek" }'
    change(folder / "starter.toml", name, f'name = {{ nb = "{HOSTILE}" }}')
    now = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
    installation = Installation(sqlite_url, tmp_path, now, registry=Registry([plugin_of(folder)]))
    tenant = installation.add_tenant("ring")
    office = installation.browser(tenant, "secretariat")

    page = office.get("/arrangements?lang=nb")
    opened = installation.program(tenant, "secretariat").send(
        "POST", "/rounds", {"cycle": "quarter", "year": 2026, "period": 1}
    )
    assert opened.status_code == 201, opened.text
    with installation.scope(tenant) as scope:
        document = papers.compile_round(scope, opened.json()["id"], tell=False)
        pdf, word = papers.printed(scope, document, "pdf"), papers.printed(scope, document, "docx")
    paper = office.get(f"/papers/{document}")
    installation.close()

    escaped = html.escape(HOSTILE, quote=False)
    for shown in (page, paper):
        assert escaped in shown
        assert "<script>alert" not in shown
    printed = "".join("".join(one.extract_text().split()) for one in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "".join(HOSTILE.split()) in printed
    read = docx.Document(io.BytesIO(word))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    assert any(HOSTILE in text for text in [*(one.text for one in read.paragraphs), *cells])
