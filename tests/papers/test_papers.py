"""The compiled paper of 42 forms: made in time, readable back, and untouched by what comes later."""

import dataclasses
import io
import time

import docx
import msgspec
import pypdf
import pytest
from sqlalchemy import select
from tests.installation import Installation
from tests.stories.test_two_quarters import CODES, HOST, HOSTS, answer_everything, open_round

from samverk.papers import service as papers
from samverk.registry import Registry
from samverk.rounds.model import Submission


@pytest.fixture
def answered(embedded: Installation) -> tuple[Installation, str, str]:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    program = embedded.program(tenant, "contact-3437")
    form = next(
        one for one in program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"] if one["role"] == "host"
    )
    answers = HOST | {"outlook": {"text": "Blåbærsyltetøy på Ørsta, svenska ä och ö"}}
    body = {"answers": answers, "language": "nb"}
    assert program.send("POST", f"/forms/{form['id']}/submit", body, If_Match='"1"').status_code == 200
    for code in CODES:
        answer_everything({code: embedded.program(tenant, f"contact-{code}")}, round_id, set())
    return embedded, tenant, round_id


@pytest.mark.alone
def test_the_paper_of_42_forms_is_made_in_time_and_reads_back(answered: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = answered
    with installation.scope(tenant) as scope:
        started = time.monotonic()
        document_id = papers.compile_round(scope, round_id, tell=False)
        took = time.monotonic() - started
        pdf, word = papers.printed(scope, document_id, "pdf"), papers.printed(scope, document_id, "docx")

    assert took < 3
    read = pypdf.PdfReader(io.BytesIO(pdf))
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True  # type: ignore[index]
    assert read.trailer["/Root"]["/Lang"] == "nn"  # type: ignore[index]
    assert read.metadata is not None
    assert "INSAM-møte" in str(read.metadata.title)
    text = " ".join(page.extract_text() for page in read.pages)
    assert "Blåbærsyltetøy på Ørsta" in text
    paper = docx.Document(io.BytesIO(word))
    headings = [p.text for p in paper.paragraphs if p.style is not None and p.style.name.startswith("Heading 1")]  # type: ignore[union-attr]
    assert len(headings) == 8
    quoted = next(p for p in paper.paragraphs if "Blåbærsyltetøy" in p.text)
    assert 'w:val="nb' in quoted._p.xml


def test_every_form_is_in_the_paper_and_the_silent_ones_are_marked(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    office = embedded.browser(tenant, "secretariat")

    office.post("/papers/compile", {"round": round_id}, on=f"/rounds/{round_id}")

    assert office.status == 200, office.text
    assert office.text.count("doc-note-not-answered") == 42


def test_rewording_a_question_leaves_the_first_round_as_it_was(answered: tuple[Installation, str, str]) -> None:
    """Answers and papers of the first round stay byte for byte; the second round asks in the new words."""
    installation, tenant, first = answered
    office = installation.browser(tenant, "secretariat")
    office.post("/papers/compile", {"round": first}, on=f"/rounds/{first}")
    paper = office.url
    rows = select(Submission.id, Submission.answers, Submission.content_hash)
    with installation.scope(tenant) as scope:
        before = scope.session.execute(
            rows.where(Submission.tenant_id == scope.tenant_id).order_by(Submission.id)
        ).all()
    prints = [office.client.get(f"{paper}/print/{kind}").content for kind in ("pdf", "docx")]
    form = a_host_form(installation, tenant, first)
    asked_before = office.get(f"/forms/{form}")

    reword(installation, "outlook", "Kva er nytt og annleis?")
    installation.at("2026-05-20")
    second = open_round(office, 2026, 2)

    assert "Kva er nytt og annleis?" in office.get(f"/forms/{a_host_form(installation, tenant, second)}")
    assert "Kva er nytt og annleis?" not in office.get(f"/forms/{form}")
    assert office.text.count("<h2") == asked_before.count("<h2")
    assert [office.client.get(f"{paper}/print/{kind}").content for kind in ("pdf", "docx")] == prints
    with installation.scope(tenant) as scope:
        after = scope.session.execute(rows.where(Submission.tenant_id == scope.tenant_id).order_by(Submission.id)).all()
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
    office.post("/papers/compile", {"round": first}, on=f"/rounds/{first}")
    assert office.url != paper


def a_host_form(installation: Installation, tenant: str, round_id: str) -> str:
    listed = installation.program(tenant, "secretariat").get(f"/rounds/{round_id}/forms").json()["items"]
    return str(next(one["id"] for one in listed if one["role"] == "host"))


def reword(installation: Installation, item: str, words: str) -> None:
    """Change a question of the plugin under the running installation, as an upgrade of it would."""
    plugin = installation.registry.get("insam_nordgudbrandsdal")
    assert plugin is not None
    data = msgspec.to_builtins(plugin.definition)
    data["questionnaires"]["host"]["items"][item]["text"] = {"nn": words, "nb": words}
    definition = msgspec.convert(data, type(plugin.definition))
    changed = dataclasses.replace(plugin, definition=definition)
    others = [one for one in installation.registry.plugins() if one.key != plugin.key]
    installation.registry.__init__([changed, *others])  # type: ignore[misc]
    assert isinstance(installation.registry, Registry)
