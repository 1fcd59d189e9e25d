"""A region calls its things something else: pages, letters, papers in every format, files and calendar entries follow.

Every form of the terms is renamed through the pages to a word of its own; then whatever is rendered holds none of the
old words and just the new ones that the sources ask for, each in the form that its sentence needs.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.configuration import rendered
from tests.installation import Browser, Installation
from tests.page_forms import form_to
from tests.stories.test_two_quarters import HOST, HOSTS, form_id, host_fields
from tests.test_catalogues import HOMONYMS, REGIONAL

from samverk.configuration import term_uses
from samverk.regions.terms import core_terms

FORMS = (*term_uses.FORMS, "compound")
Wanted = tuple[str, str]
"""(key, form) of a term."""


def new_word(key: str, form: str, locale: str) -> str:
    """Return a word that no language has, another for each form and language."""
    return f"zq{key}{form}{locale}".replace("_", "")


def rename_all(administrator: Browser, keys: Iterable[str], locales: tuple[str, ...]) -> None:
    """Give every term another word in every form through the forms of the settings, and make it active."""
    for key in keys:
        with administrator.installation.scope(administrator.tenant) as scope:
            is_own = key in scope.model.terms
        address = f"/settings/model/terms.{key}" if is_own else f"/settings/model/terms/add?key={key}"
        form = form_to(administrator.get(address), "/save" if is_own else "/add")
        words = {f"{locale}.{form_}": new_word(key, form_, locale) for locale in locales for form_ in FORMS}
        assert words.keys() <= form.controls.keys()
        administrator.post(form.action.removeprefix(f"/{administrator.tenant}"), {**form.sent, **words})
        assert administrator.status == 200, administrator.text
    form = form_to(administrator.get("/settings/changes"), "/activate")
    administrator.post("/settings/changes/activate", {**form.sent, "reason": "Nye ord"})
    assert administrator.status == 200, administrator.text


@dataclass
class Region:
    """One of the regions of the test: what it is, and which forms nothing in it happens to need."""

    plugin: str
    contact: str
    locales: tuple[str, ...]
    hosts: dict[str, str] = field(default_factory=dict)
    live: "Callable[[Installation, str, Browser, str], None]" = lambda *_given: None
    absent: dict[str, set[Wanted]] = field(default_factory=dict)


def answer_and_agree(installation: Installation, tenant: str, office: Browser, round_id: str) -> None:
    """Let a host answer with a proposal and have it returned, and a partner agree after the deadline."""
    sel, lom = (installation.browser(tenant, f"contact-{code}") for code in ("3437", "3434"))
    programs = {code: installation.program(tenant, f"contact-{code}") for code in ("3437", "3434")}
    program = installation.program(tenant, "secretariat")
    listed = {one["key"]: one for one in program.get("/arrangements?limit=200").json()["items"]}
    parties = {one["key"]: one["party_id"] for one in listed["nglms"]["participants"]}
    subject = listed["nglms"]["id"]
    hosted = form_id(programs["3437"], round_id, subject, "host", parties["no-3437"])["id"]
    sel.get(f"/forms/{hosted}")
    sel.post(f"/forms/{hosted}", {**host_fields(sel.version()), "then": "submit"})
    office.get(f"/forms/{hosted}")
    office.post(f"/forms/{hosted}/return", {"version": office.version(), "reason": "Zzz"})
    assert office.status == 200, office.text
    again = programs["3437"].get(f"/forms/{hosted}")
    answers = HOST | {"proposals": {"has": "yes", "text": "Zzz"}}
    body = {"answers": answers, "points": {}, "language": "nn"}
    sent = programs["3437"].send("POST", f"/forms/{hosted}/submit", body, If_Match=f'"{again.json()["version"]}"')
    assert sent.status_code == 200, sent.text
    installation.at("2026-03-06")
    partner = form_id(programs["3434"], round_id, subject, "partner", parties["no-3434"])["id"]
    lom.get(f"/forms/{partner}")
    lom.post(
        f"/forms/{partner}/react",
        {"language": "nn", "r.operations.verdict": "agree", "r.operations.words": "Zzz"},
    )
    assert lom.status == 200, lom.text


REGIONS = {
    "nn": Region(
        "insam_nordgudbrandsdal",
        "contact-3437",
        ("nn", "nb"),
        HOSTS,
        answer_and_agree,
        # Nobody is asked as a member of the region there, and of no document every adoption has a day.
        {"page": {("participant", "sg"), ("body", "pl_def")}, "paper": {("participant", "sg")}},
    ),
    "sv": Region(
        "kobyt",
        "contact-0560",
        ("sv",),
        # Nobody is asked as host or partner, no task has a legal form, and no form is returned;
        # no body keeps minutes, no question is about matters of principle, no seat is counted for a whole body, and no
        # county takes part.
        absent={
            "page": {
                ("host", "sg_def"),
                ("legal_form", "sg_def"),
                ("meeting", "pl_def"),
                ("proposal", "sg"),
                ("proposal", "sg_def"),
                ("body", "sg_def"),
                ("county", "sg"),
            },
            "letter": {("host", "sg"), ("partner", "sg"), ("secretariat", "sg_def")},
            "paper": {("host", "sg"), ("host", "sg_def"), ("partner", "sg")},
        },
    ),
}
KINDS_OF_PAGES = 40
"""Fewer kinds of pages than this would mean that links were not followed."""
REFUSED = {("page", "document", "sg")}
"""What neither region comes to say: both have more than one document."""


def test_what_one_region_does_not_need_the_other_does() -> None:
    first, second = (
        {(kind, one) for kind in region.absent for one in region.absent[kind]} for region in REGIONS.values()
    )
    assert first & second == set()


@pytest.mark.parametrize("language", REGIONS)
def test_a_renamed_term_is_renamed_wherever_it_is_rendered(language: str, sqlite_url: str, tmp_path: Path) -> None:
    region = REGIONS[language]
    installation = Installation(sqlite_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
    tenant = installation.add_tenant(region.plugin, region.hosts)
    administrator, office = (installation.browser(tenant, who) for who in ("administrator", "secretariat"))
    old = old_words(installation, tenant, region.locales)
    rename_all(administrator, REGIONAL, region.locales)

    round_id = open_first_round(office)
    take_out_the_last(office, round_id)
    region.live(installation, tenant, office, round_id)
    said = everything(
        installation, tenant, round_id, (administrator, office, installation.browser(tenant, region.contact))
    )
    elsewhere = {language: " | ".join(rendered.pages(office, language).values()) for language in region.locales[1:]} | {
        "the public": " | ".join(rendered.pages(installation.public(tenant), language).values())
    }

    written, responsible = rendered.written(installation, tenant), responsible_in_the_wheel(installation, tenant)
    installation.close()
    assert {kind: found for kind, text in (said | elsewhere).items() if (found := standing(old, text, written))} == {}
    assert seen(elsewhere["the public"], language)
    asked = {
        kind: needed(kind) - region.absent.get(kind, set()) for kind in ("page", "letter", "paper", "file", "calendar")
    }
    asked["page"] |= responsible
    differing = {kind: seen(text, language) ^ asked[kind.partition(" ")[0]] for kind, text in said.items()}
    assert {kind: forms for kind, forms in differing.items() if forms} == {}


def responsible_in_the_wheel(installation: Installation, tenant: str) -> set[Wanted]:
    """Return the renamed terms by which the region's wheel says who is responsible."""
    with installation.scope(tenant) as scope:
        named = {entry.responsible for entry in scope.model.wheel.values() if entry.responsible}
        return {(key, "sg") for key in named if key in REGIONAL and key not in scope.model.bodies}


def old_words(installation: Installation, tenant: str, locales: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds every form that the core or the plugin had, in the languages of the region."""
    with installation.scope(tenant) as scope:
        known = [(key, terms.get(key, {})) for terms in (core_terms(), scope.model.terms) for key in REGIONAL]
    words = {
        word
        for key, term in known
        for locale in locales
        if locale in term and (key, locale) not in HOMONYMS
        for form in term_uses.FORMS
        if (word := getattr(term[locale], form))
    }
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    # What a region joins by a hyphen, as in INSAM-møte, is a word of its own.
    return re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])", re.IGNORECASE)


def standing(old: re.Pattern[str], text: str, written: set[str]) -> list[str]:
    """Return every old word with what stands around it, where it is no part of a text that people wrote.

    A text of one word, as the name of a kind of document, is taken for theirs only where it stands between marks.
    """
    for piece in sorted((one.strip() for one in written if old.search(one)), key=len, reverse=True):
        for one in {piece, piece[:1].upper() + piece[1:]}:
            mine = re.escape(one) if " " in one else rf"(?<=[|·:,] ){re.escape(one)}(?= ?[|·:,–])"
            text = re.sub(mine, "#", text)
    return [text[max(found.start() - 60, 0) : found.end() + 60] for found in old.finditer(text)]


def seen(text: str, language: str) -> set[Wanted]:
    """Return the (key, form) of the new words in a text."""
    plain = text.casefold()
    return {
        (key, form)
        for key in REGIONAL
        for form in FORMS
        if re.search(rf"(?<!\w){new_word(key, form, language)}(?!\w)", plain)
    }


def needed(kind: str) -> set[Wanted]:
    """Return the (key, form) that the sources ask for in what is rendered so."""
    return {
        (use.asked.key, use.asked.form)
        for use in term_uses.uses()
        if use.kind == kind and use.asked.key in REGIONAL and (kind, use.asked.key, use.asked.form) not in REFUSED
    }


def open_first_round(office: Browser) -> str:
    """Open the round that the page of the rounds offers; return its id."""
    asked = form_to(office.get("/rounds"), "/rounds/open").sent
    office.get(f"/rounds/open?{urlencode(asked, doseq=True)}")
    fields = dict(re.findall(r'<input type="hidden" name="(cycle|year|period)" value="([^"]*)"', office.text))
    office.post("/rounds/open", {**fields, "then": "open"})
    found = re.fullmatch(rf"/{office.tenant}/rounds/([0-9a-f-]{{36}})", office.url)
    assert found is not None, office.text
    return found[1]


def take_out_the_last(office: Browser, round_id: str) -> None:
    """Change the round, so that those concerned are told."""
    form = form_to(office.get(f"/rounds/{round_id}"), "/remove")
    last = form.controls["subject"].options[-1]
    office.post(f"/rounds/{round_id}/remove", {**form.sent, "subject": last, "reason": "Zzz"})
    assert office.status == 200, office.text


def hold(installation: Installation, office: Browser, planned: str) -> set[str]:
    """Hold one more meeting and approve what was said there, and begin to prepare another; return what was answered.

    At both a point is noted, so that pages, letters and papers speak of it.
    """
    said = []

    def send(address: str, ending: str, **given: str) -> None:
        form = form_to(office.get(address), ending)
        office.post(form.action.removeprefix(f"/{office.tenant}"), {**form.sent, **given})
        assert office.status == 200, office.text
        said.append(rendered.read(office.text)[0])

    send("/meetings", "/meetings", held_on=installation.now.date().isoformat())
    held = office.url.partition(office.tenant)[2].partition("#")[0]
    send(held, "/item", title="Zzz")
    for meeting in (held, planned):
        owner = form_to(office.get(meeting), "/point").controls["owner"].options
        send(meeting, "/point", text="Zzz", owner=next(one for one in owner if one != "secretariat"))
    send(held, "/point", text="Zzz", owner="secretariat", deadline="2031-12-31")
    send(held, "/send", comment_until="2031-12-31")
    send(held, "/approve")
    return set(said)


def everything(installation: Installation, tenant: str, round_id: str, people: tuple[Browser, ...]) -> dict[str, str]:
    """Return {kind: all that is rendered so}, kinds as `term_uses` has them, with the format where one has several."""
    office = people[1]
    office.post(f"/rounds/{round_id}/agenda", on=f"/rounds/{round_id}")
    meeting, said_then = office.url.partition("#")[0], rendered.read(office.text)[0]
    answered = hold(installation, office, meeting.partition(tenant)[2])
    office.post("/papers/compile", {"round": round_id}, on=f"/rounds/{round_id}")
    paper, said_next = office.url, rendered.read(office.text)[0]
    found = [page for person in people for page in rendered.pages(person).items()]
    assert len({rendered.kind_of_page(address) for address, _text in found}) > KINDS_OF_PAGES

    def content(path: str) -> bytes:
        answer = office.client.get(path)
        assert answer.status_code == 200, path
        return answer.content

    article = re.search(r"<article.*?</article>", content(paper).decode(), re.DOTALL)
    assert article is not None
    return {
        "page": " | ".join((said_then, *answered, said_next, *(text for _address, text in found))),
        "letter": rendered.letters(installation, tenant),
        "paper HTML": rendered.read(article[0])[0],
        "paper PDF": rendered.pdf(content(f"{paper}/print/pdf")),
        "paper DOCX": rendered.docx(content(f"{paper}/print/docx")),
        "file CSV": content(f"/{tenant}/rounds/{round_id}/answers/csv").decode(),
        "file XLSX": rendered.xlsx(content(f"/{tenant}/rounds/{round_id}/answers/xlsx")),
        "calendar": rendered.calendar(content(f"{meeting}/calendar.ics")),
    }
