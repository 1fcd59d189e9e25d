"""A further language of the interface: its catalogue is all it takes, and no page, letter or paper fails in it.

The languages that content is stored in stay as they are; how whole the catalogues are is `tests/test_catalogues.py`'s.
"""

import datetime as dt
import html
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel import localedata
from core.hatch_build import BuildFailed, compile_catalogue, compile_catalogues
from sqlalchemy import select, update
from tests.installation import Browser, Installation, httpx_client
from tests.page_forms import form_to, forms
from tests.stories.test_two_quarters import HOSTS, host_fields, open_round
from typer.testing import CliRunner

from samverk import cli, i18n
from samverk.errors import Invalid
from samverk.meetings.model import AgendaItem, SummaryComment
from samverk.onboarding import service as onboarding
from samverk.outbox.model import Message
from samverk.people.model import Person
from samverk.points.model import Point
from samverk.rounds import opening, planning
from samverk.rounds.model import Submission
from samverk.rounds.planning import Choices
from samverk.scope import Scope
from samverk.web import layout

REGIONS = {"insam_nordgudbrandsdal": "nn", "varnesregionen": "nb", "kobyt": "sv", "knutepunkt_sorlandet": "nb"}
"""The plugins, each with the leading language of its model."""
DANISH = """
msgid ""
msgstr ""
"Language: da\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Sign out"
msgstr "Log ud"

msgid "Main menu"
msgstr "Hovedmenu"

msgid "Language you write in"
msgstr "Sprog du skriver på"

msgid "Choose the language you write in."
msgstr "Vælg det sprog du skriver på."

msgid "Choose one of the languages."
msgstr "Vælg et af sprogene."

msgid "Submitted. The receipt is below."
msgstr "Indsendt. Kvitteringen står nedenfor."

msgid "The forms before %(round)s are open. Please answer by %(deadline)s."
msgstr "Skemaerne før %(round)s er åbne. Svar senest %(deadline)s."

msgid "%(Points)s that remain"
msgstr "%(Points)s som står tilbage"

msgid "It is about %(number)s form:"
msgid_plural "It is about %(number)s forms:"
msgstr[0] "Det gælder %(number)s skema:"
msgstr[1] "Det gælder %(number)s skemaer:"

msgid "Nothing to report"
msgstr ""
"""
CACHES: tuple[Callable[[], None], ...] = (
    i18n.locales.cache_clear,
    i18n.translations.cache_clear,
    i18n._asked_for.cache_clear,
    layout._state_mark.cache_clear,
)


def write(folder: Path, name: str, text: str = DANISH) -> Path:
    source = folder / name / "LC_MESSAGES" / "samverk.po"
    source.parent.mkdir(parents=True)
    source.write_text(text.lstrip(), "utf-8")
    return source


@pytest.fixture
def danish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The catalogues of the package and a Danish one, where the package looks for them."""
    folder = tmp_path / "compiled"
    shutil.copytree(Path(str(i18n.catalogues())), folder)
    source = write(tmp_path / "sources", "da")
    assert compile_catalogue(source, folder / "da" / "LC_MESSAGES" / "samverk.mo") == []
    monkeypatch.setattr(i18n, "catalogues", lambda: folder)
    for clear in CACHES:
        clear()
    yield folder
    monkeypatch.undo()
    for clear in CACHES:
        clear()


def speak(browser: Browser, language: str) -> str:
    """Choose a language on the own profile, from what the page offers; return the page that answers."""
    browser._sign_in()
    form = next(one for one in forms(browser.client.get("/profile").text) if "locale" in one.controls)
    assert language in form.controls["locale"].options
    answer = browser.client.post(form.action, data=form.sent | {"locale": language})
    assert answer.status_code == 200
    return answer.text


def crawl(browser: Browser, asked: str = "") -> dict[str, tuple[int, str]]:
    """Follow the links of a region, one page of each kind; return {address: (status, page)}."""
    todo, found, kinds = [f"/{browser.tenant}/"], {}, set()
    while todo:
        path = todo.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(no|se)-\d{4}|\d{4}|=[^&]*", "X", path)
        if kind in kinds or re.search(r"/(print|answers|calendar\.ics|file)\b", path):
            continue
        kinds.add(kind)
        answer = browser.client.get(path + (("&" if "?" in path else "?") + asked if asked else ""))
        found[path] = (answer.status_code, answer.text)
        links = [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)', answer.text)]
        todo += [link for link in links if link.startswith(f"/{browser.tenant}/")]
    return found


def rows(scope: Scope, kind: type[Any]) -> list[Any]:
    return list(scope.session.scalars(select(kind).where(kind.tenant_id == scope.tenant_id)))


def region_in(installation: Installation, plugin: str, language: str) -> str:
    given = (installation.database, installation.registry, plugin, installation.now)
    return onboarding.create_tenant(*given, locale=language, with_starter=True).slug


def begin_round(installation: Installation, tenant: str) -> None:
    """Open a round of the first cycle that can be, with dates round today."""
    with installation.scope(tenant) as scope:
        for key, cycle in scope.model.cycles.items():
            at = {"opens": -7, "answers": 14, "papers": 17, "meeting": 21}
            days = {name: scope.today + dt.timedelta(days=ahead) for name, ahead in at.items()}
            choices, period = Choices(days, is_moved=True), planning.current_period(scope, cycle)
            planned = planning.plan(scope, key, *period, choices)
            if planned.forms and not planned.problems:
                opening.open_round(scope, planned, choices)
                return


def test_a_catalogue_is_all_that_a_language_takes(danish: Path) -> None:
    assert i18n.locales() == ("nn", "nb", "sv", "da", "en")
    assert [i18n.language_name(one) for one in i18n.locales()] == ["Nynorsk", "Bokmål", "Svenska", "Dansk", "English"]
    assert [i18n.preferred(one) for one in ("da-DK, nn;q=0.9", "fi, da", "no", "fi")] == ["da", "da", "nb", "en"]
    with i18n.using("da"):
        assert (i18n._("Sign out"), i18n._("Nothing to report")) == ("Log ud", "Nothing to report")
        assert i18n.ngettext("It is about %(number)s form:", "It is about %(number)s forms:", 1200) == (
            "Det gælder 1.200 skemaer:"
        )
        moment = dt.datetime(2026, 12, 9, 9, 42, tzinfo=dt.UTC)
        said = (i18n.format_date(moment.date()), i18n.format_moment(moment, "Europe/Oslo"), i18n.decimal_mark("da"))
        assert said == ("9. december 2026", "9. dec. 2026 10.42", ",")
        assert sorted(["Ås", "Zeta", "Ærfugl", "Øst"], key=i18n.sort_key) == ["Zeta", "Ærfugl", "Øst", "Ås"]


def test_a_language_with_a_region_is_asked_for_by_its_tag(danish: Path) -> None:
    compile_catalogue(write(danish.parent / "more", "pt_BR"), danish / "pt_BR" / "LC_MESSAGES" / "samverk.mo")
    for clear in CACHES:
        clear()

    assert i18n.locales() == ("nn", "nb", "sv", "da", "pt-BR", "en")
    assert [i18n.preferred(one) for one in ("pt-br", "pt", "pt-PT")] == ["pt-BR", "pt-BR", "pt-BR"]
    with i18n.using("pt-BR"):
        assert (i18n._("Sign out"), i18n.format_date(dt.date(2026, 12, 9))) == ("Log ud", "9 de dezembro de 2026")


def test_the_build_names_what_is_no_language_and_what_lies_there_stops_nobody(tmp_path: Path, danish: Path) -> None:
    sources, target = tmp_path / "given", tmp_path / "made"
    for name in ("da", "xx", "DA", "dansk"):
        write(sources, name)
    (danish / "xx" / "LC_MESSAGES").mkdir(parents=True)
    shutil.copy(danish / "da" / "LC_MESSAGES" / "samverk.mo", danish / "xx" / "LC_MESSAGES")
    for clear in CACHES:
        clear()

    with pytest.raises(BuildFailed) as told:
        compile_catalogues(sources, target, from_sdist=False)

    assert [line.partition("locales")[2] or line.rpartition(": ")[2] for line in str(told.value).splitlines()[1:]] == [
        "the folder's name 'DA' is not the code of a language that Babel knows; Babel calls it da",
        "the folder's name 'dansk' is not the code of a language that Babel knows, as da, se or pt_BR would be",
        "the folder's name 'xx' is not the code of a language that Babel knows, as da, se or pt_BR would be",
    ]
    assert [path.name for path in target.iterdir()] == ["da"]
    assert i18n.locales() == ("nn", "nb", "sv", "da", "en")


def test_what_was_compiled_goes_with_its_catalogue(tmp_path: Path) -> None:
    sources, target = tmp_path / "given", tmp_path / "made"
    for name in ("da", "fi"):
        write(sources, name)
    compile_catalogues(sources, target, from_sdist=False)
    shutil.rmtree(sources / "fi")

    compile_catalogues(sources, target, from_sdist=False)

    assert [path.relative_to(target).parts[0] for path in target.rglob("*.mo")] == ["da"]


def test_a_percent_sign_that_a_page_would_fail_on_is_refused(tmp_path: Path) -> None:
    bad = DANISH.replace("Svar senest", "Svar helst (80 %) og senest")

    faults = compile_catalogue(write(tmp_path, "da", bad), tmp_path / "samverk.mo")

    assert [fault.rpartition(": ")[2] for fault in faults] == ["a % stands there that begins no placeholder; write %%"]


def test_dates_and_numbers_are_written_in_every_language_that_babel_knows() -> None:
    moment = dt.datetime(2026, 12, 9, 9, 42, tzinfo=dt.UTC)
    known = [name for name in localedata.locale_identifiers() if re.fullmatch("[a-z]{2,3}", name)]

    for name in known:
        token = i18n._current.set(name)
        said = (
            i18n.language_name(name), i18n.format_date(moment.date()), i18n.format_day_month(moment.date()),
            i18n.format_moment(moment, "Europe/Oslo"), i18n.month_name(12), i18n.weekday_name(moment.date()),
            i18n.format_number(1234.5), i18n.decimal_mark(name), i18n.sort_key("Ås"),
        )  # fmt: skip
        i18n._current.reset(token)
        assert all(said), name

    assert len(known) > 150


@pytest.mark.parametrize("plugin", REGIONS)
def test_every_kind_of_page_of_each_region(danish: Path, embedded: Installation, plugin: str) -> None:
    tenant, lead = embedded.add_tenant(plugin), REGIONS[plugin]
    begin_round(embedded, tenant)
    office, administrator = embedded.browser(tenant, "secretariat"), embedded.browser(tenant, "administrator")
    chosen = speak(office, "da")
    administrator._sign_in()
    public = httpx_client(embedded).get(f"/{tenant}/", headers={"accept-language": "da"}).text

    pages = crawl(office) | {path: one for path, one in crawl(administrator, "lang=da").items() if "/settings" in path}

    assert '<html lang="da"' in chosen
    assert '<a href="?lang=da" lang="da" hreflang="da">Dansk</a>' in public
    assert {path: status for path, (status, _text) in pages.items() if status != 200} == {}
    assert {path for path, (_status, text) in pages.items() if '<html lang="da"' not in text} == set()
    assert {path for path, (_status, text) in pages.items() if "Hovedmenu" not in text or "Log ud" not in text} == set()
    assert {path for path, (_status, text) in pages.items() if 'lang="da"' in text.partition("<main")[2]} == set()
    assert f'<span lang="{lead}">' in pages[f"/{tenant}/arrangements"][1] + pages[f"/{tenant}/bodies"][1]
    assert len(pages) >= 35


def test_a_form_is_answered_in_a_language_of_content(danish: Path, embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office, sel = embedded.browser(tenant, "secretariat"), embedded.browser(tenant, "contact-3437")
    speak(office, "da")
    speak(sel, "da")
    round_id = open_round(office, 2026, 1)
    mine = next(link for link in re.findall(rf'/{tenant}(/forms/[^"]+)"', sel.get("/tasks")))

    form = form_to(sel.get(mine), mine)
    assert "Sprog du skriver på" in sel.text
    sel.post(mine, host_fields("1", language="da", then="submit"))
    refused = (sel.status, "Vælg det sprog du skriver på." in sel.text)
    given = form.sent | host_fields("1", then="submit", **{"a.outlook": "Vi ser det an."})
    given.pop("a.outlook.nothing")
    sel.post(mine, given | {"language": form.sent["language"]})
    receipt = sel.text
    office.post("/papers/compile", {"round": round_id}, on=f"/rounds/{round_id}")
    paper = office.text
    pdf = office.client.get(office.url + "/print/pdf")

    assert (form.controls["language"].options, form.sent["language"]) == (["nn", "nb", "sv", "en"], ["nn"])
    assert refused == (422, True)
    assert "Indsendt. Kvitteringen står nedenfor." in receipt
    assert '<div class="quote" lang="nn">' in receipt
    with embedded.scope(tenant) as scope:
        who = scope.session.execute(select(Person.id, Person.locale).where(Person.email == sel.email)).one()
        assert (who.locale, [one.language for one in rows(scope, Submission)]) == ("da", ["nn"])
        letters = [one for one in rows(scope, Message) if one.person_id == who.id]
    opened = letters[0].body
    assert [(letter.kind, letter.locale) for letter in letters] == [("opened", "da"), ("papers", "da")]
    assert opened.startswith("Skemaerne før INSAM-møte 1. kvartal 2026 er åbne. Svar senest ")
    assert re.search(r"Det gælder \d+ skemaer:\n– .+ \(Sel, vertskommune\)", opened)
    assert '<article class="paper" lang="nn">' in paper
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


def test_what_is_written_in_a_meeting_has_a_language_of_content(danish: Path, embedded: Installation) -> None:
    tenant = embedded.add_tenant("kobyt")
    office = embedded.browser(tenant, "secretariat")
    speak(office, "da")
    with embedded.scope(tenant) as scope:
        body = next(iter(scope.model.bodies))
    office.post("/meetings", {"body": body, "held_on": "2026-03-05", "starts_at": "10:00"}, on="/meetings")
    meeting = office.url.removeprefix(f"/{tenant}")

    office.post(f"{meeting}/item", {"language": "da", "title": "Brandvæsen"})
    item = re.search(r'name="item" value="([^"]+)"', office.text)
    assert item is not None
    form = form_to(office.text, "/summary")
    office.post(f"{meeting}/summary", form.sent | {"summary": "Vi talte om det."})
    office.post(f"{meeting}/point", {"item": item[1], "text": "Spørg kommunerne", "owner": "secretariat"})
    office.post(f"{meeting}/send", {"version": office.version(f"{meeting}/send"), "comment_until": "2026-03-20"})
    calendar = office.client.get(f"/{tenant}{meeting}/calendar.ics")
    office.post(f"{meeting}/approve", {"version": office.version(f"{meeting}/approve")}, on=meeting)
    office.post(f"{meeting}/comment", {"text": "Det var onsdag", "language": "da"}, on=meeting)
    with embedded.scope(tenant) as scope:
        points = rows(scope, Point)
    office.get(f"/points/{points[0].id}")
    answer = {"version": office.version(), "status": "done", "words": "Spurgt", "language": "da"}
    office.post(f"/points/{points[0].id}/answer", answer)

    assert office.status == 200
    assert '<div class="quote" lang="sv"><p>Spurgt</p>' in office.text
    assert (calendar.status_code, b"BEGIN:VEVENT" in calendar.content) == (200, True)
    assert form.sent["language"] == ["sv"]
    assert [one.language for one in points] == ["sv"]
    with embedded.scope(tenant) as scope:
        found = [(one.title, one.summary_language) for one in rows(scope, AgendaItem)]
        said = [one.language for one in rows(scope, SummaryComment)]
        letters = [(one.kind, one.locale) for one in rows(scope, Message)]
    assert found == [({"sv": "Brandvæsen"}, "sv")]
    assert said == ["sv"]
    assert letters == [("points", "da")]


def test_programs_and_the_command_line_may_ask_for_it(danish: Path, embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal")
    office = embedded.program(tenant, "secretariat")

    known, unknown = office.get("/points?lang=da"), office.get("/points?lang=fi")
    described = office.client.get("/api/v1/openapi.json").text
    refused = CliRunner().invoke(cli.app, ["plugin", "check", "kobyt", "--locale", "fi"])
    checked = CliRunner().invoke(cli.app, ["plugin", "check", "kobyt", "--locale", "da"])

    assert '"name":"lang","in":"query","schema":{"enum":["nn","nb","sv","da","en"]}' in described
    assert (known.status_code, unknown.status_code) == (200, 422)
    assert [one["pointer"] for one in unknown.json()["errors"]] == ["/lang"]
    assert (checked.exit_code, refused.exit_code != 0) == (0, True)


def test_a_region_may_be_met_in_it_first(danish: Path, embedded: Installation) -> None:
    first, content = region_in(embedded, "kobyt", "da"), {"sv": "Mötet"}

    with embedded.scope(first) as scope:
        assert (scope.locale, scope.content_locale(), scope.text(content)) == ("da", "sv", "Mötet")
        assert scope.words.form("meeting", "sg_def") == scope.vocabulary("sv").form("meeting", "sg_def")
        assert scope.vocabulary("nb").form("meeting", "sg_def") == "møtet"
    assert '<html lang="da"' in httpx_client(embedded).get(f"/{first}/").text
    with pytest.raises(Invalid):
        region_in(embedded, "varnesregionen", "fi")


def test_whoever_chose_a_language_that_is_gone_is_met_in_the_region_s(embedded: Installation) -> None:
    member = embedded.browser(embedded.add_tenant("varnesregionen"), "member")
    with embedded.database.unit(write=True) as session:
        session.execute(update(Person).where(Person.email == member.email).values(locale="da"))

    assert '<html lang="nb"' in member.get("/")
