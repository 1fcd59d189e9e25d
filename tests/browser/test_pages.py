"""Pages in a real browser: no axe violation, nothing wider than 320 px, no untranslated string."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polib
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import AXE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LOCALES = Path(__file__).parents[2] / "locales"
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("script, style, textarea, option, svg")) continue;
    const words = node.textContent.trim();
    if (words) found.push(words);
  }
  for (const element of document.querySelectorAll("[aria-label], [title]"))
    found.push(element.getAttribute("aria-label") || element.getAttribute("title"));
  return found;
}"""


def english(locale: str) -> set[str]:
    """Return the msgids that read otherwise in the language: none of them may stand on a page."""
    catalogue = polib.pofile(str(LOCALES / locale / "LC_MESSAGES" / "samverk.po"))
    return {entry.msgid for entry in catalogue if entry.msgstr and entry.msgstr != entry.msgid and " " in entry.msgid}


def check(page: Page, address: str, untranslated: set[str], *, by_axe: bool = True) -> list[tuple[str, str, Any]]:
    """Open a page at 1280 and 320 px; return what is wrong as (address, rule, detail).

    `by_axe` is False where pages of the same kind were held against its rules already: it takes most of the time.
    """
    found: list[tuple[str, str, Any]] = []
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(address)
    assert answer is not None
    if answer.status != 200:
        found.append((address, "status", answer.status))
    if by_axe:
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
        )
        nodes = [(one["id"], [node["html"][:150] for node in one["nodes"][:2]]) for one in result["violations"]]
        found += [(address, rule, html) for rule, html in nodes]
    found += [(address, "untranslated", words) for words in page.evaluate(TEXTS) if words in untranslated]
    page.set_viewport_size({"width": 320, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 320:
        found.append((address, "wider than 320 px", width))
    return found


def kind_of(path: str) -> str:
    """Return what pages of one kind have in common: the address without ids and keys."""
    return re.sub(r"no-\d{4}|se-\d{4}|wheel/\d+", "KEY", ID.sub("ID", path.partition("?")[0]))


def addresses(page: Page, site: Site, tenant: str, keep: Callable[[dict[str, int], str], bool]) -> list[str]:
    """Follow the links of a tenant; `keep` decides by how many of a kind are taken."""
    todo, seen, kinds = [f"/{tenant}/"], [], {}
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        if path in seen or not keep(kinds, kind) or re.search(r"/(print|answers|calendar)[/.]", path):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        seen.append(path)
        answer = page.request.get(site.address + path)
        links = re.findall(r'href="(/[^"#]*)', answer.text())
        todo += [link.replace("&amp;", "&") for link in links if link.startswith(f"/{tenant}/")]
    return seen


@pytest.mark.parametrize("locale", ["nn", "nb", "sv"])
@pytest.mark.parametrize("who", ["secretariat", "contact-3437"])
def test_each_kind_of_page_in_each_language(chromium: Browser, site: Site, locale: str, who: str) -> None:
    tenant = "nord-gudbrandsdal"
    page = chromium.new_page()
    site.sign_in(page, tenant, who)
    words, found = english(locale), []
    paths = addresses(page, site, tenant, lambda kinds, kind: kinds.get(kind, 0) < 1)

    # Pages that no link leads to: behind a form, or shown only when something is missing.
    paths += ["/sign-in", "/", "/privacy"]
    if who == "secretariat":
        paths += [f"/{tenant}/rounds/open?cycle=insam&year=2027&period=3"]
    else:
        form = next(path for path in paths if re.fullmatch(rf"/{tenant}/forms/[^/]+", path))
        paths += [f"{editable(page, site, tenant) or form}/submit"]

    for path in paths:
        found += check(page, f"{site.address}{path}{'&' if '?' in path else '?'}lang={locale}", words)
    found += [
        one for one in check(page, f"{site.address}/{tenant}/nothing/here?lang={locale}", words) if one[1] != "status"
    ]

    page.close()
    assert found == []
    assert len(paths) >= 18


def editable(page: Page, site: Site, tenant: str) -> str | None:
    """Return the address of a form of the person's that can still be submitted."""
    text = page.request.get(f"{site.address}/{tenant}/tasks").text()
    found = re.search(rf'<a class="button" href="(/{tenant}/forms/[^"]+)"', text)
    return found[1] if found else None


def test_every_page_of_one_region(chromium: Browser, site: Site) -> None:
    tenant = "varnesregionen"
    page = chromium.new_page()
    site.sign_in(page, tenant, "secretariat")
    words, found = english("nb"), []
    limits = {"wheel": 3, "as_of": 2}
    paths = addresses(
        page, site, tenant, lambda kinds, kind: "wheel" not in kind or kinds.get(kind, 0) < limits["wheel"]
    )

    kinds: Counter[str] = Counter()
    for path in paths:
        kinds[kind_of(path)] += 1
        found += check(page, site.address + path, words, by_axe=kinds[kind_of(path)] <= 3)

    page.close()
    assert found == []
    assert len(paths) >= 60


@pytest.mark.parametrize(("tenant", "locale"), [("nord-gudbrandsdal", "nn"), ("varnesregionen", "nb"), ("kobyt", "sv")])
def test_the_pages_of_people_and_of_the_own_account(chromium: Browser, site: Site, tenant: str, locale: str) -> None:
    context = chromium.new_context()
    page, words = context.new_page(), english(locale)
    found = check(page, f"{site.address}/sign-in/forgotten?lang={locale}", words)
    site.sign_in(page, tenant, "administrator")
    people = f"{site.address}/{tenant}/settings/people"
    page.goto(people)
    person = page.locator("main table a").first.get_attribute("href")

    for address in (people, f"{site.address}{person}", f"{site.address}/profile"):
        found += check(page, f"{address}?lang={locale}", words)

    context.close()
    assert found == []


@pytest.mark.parametrize(("tenant", "locale"), [("nord-gudbrandsdal", "nn"), ("varnesregionen", "nb"), ("kobyt", "sv")])
def test_the_pages_of_the_model_of_a_region(chromium: Browser, site: Site, tenant: str, locale: str) -> None:
    context = chromium.new_context()
    page, words, found = context.new_page(), english(locale), []
    site.sign_in(page, tenant, "administrator")
    settings = f"/{tenant}/settings"

    def links(path: str, pattern: str) -> list[str]:
        text = page.request.get(site.address + path).text()
        return list(dict.fromkeys(re.findall(rf'href="({settings}/{pattern})"', text)))

    sections = links(f"{settings}/model", r"model/[a-z_]+")
    entries = [
        entry for section in sections for entry in links(section, rf"model/{section.rpartition('/')[2]}\.\w+")[:1]
    ]
    inner = [one for entry in entries for one in links(entry, rf"model/{entry.rpartition('/')[2]}[.\w]+")[:1]]
    blank = [one for entry in [*sections, *entries] for one in links(entry, r"model/[\w.]+/add")[:1]]
    preview = [one for entry in entries for one in links(entry, r"preview/\w+")]

    if locale != "nn":
        # One language sees every kind of form; the others see what they hold of words.
        inner, blank = inner[:1], blank[:1]
    paths = [
        f"{settings}/model",
        *sections,
        *entries,
        *inner,
        *blank,
        *preview,
        f"{settings}/changes",
        f"{settings}/versions",
        f"{settings}/terms",
    ]
    for path in paths:
        found += check(page, f"{site.address}{path}?lang={locale}", words)

    context.close()
    assert found == []
    assert len(paths) >= 20
