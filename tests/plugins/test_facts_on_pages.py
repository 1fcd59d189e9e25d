"""Every number, date, name, count and reference of the regions stands on its page: opened, and found there."""

import datetime as dt
import html
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installation import Installation, httpx_client

HERE = Path(__file__).parent
REGIONS = ("insam_nordgudbrandsdal", "varnesregionen", "kobyt", "knutepunkt_sorlandet")
_KEY = re.compile(r"\{\w+:([\w.]+)\}")
_TAG = re.compile(r"<[^>]*>")


def plain(page: str) -> str:
    """Return the words of a page, as a reader sees them in order."""
    body = page[page.index("<main") :]
    body = re.sub(r"<(/?)(abbr|span|b|i|em|strong|a|time)\b[^>]*>", "", body)
    return re.sub(r"\s+", " ", html.unescape(_TAG.sub(" ", body)))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Installation]:
    import shutil

    folder = tmp_path_factory.mktemp("facts")
    shutil.copy(sqlite_template, folder / "samverk.sqlite3")
    made = Installation(f"sqlite:///{folder / 'samverk.sqlite3'}", folder, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
    for key in REGIONS:
        made.add_tenant(key)
    yield made
    made.close()


def facts(key: str) -> list[dict[str, str]]:
    return tomllib.loads((HERE / f"facts_{key}.toml").read_text("utf-8"))["fact"]


@pytest.mark.parametrize("key", REGIONS)
def test_every_fact_stands_on_its_page(installation: Installation, key: str) -> None:
    plugin = installation.registry.get(key)
    assert plugin is not None
    starter = plugin.files().starter
    assert starter is not None
    client = httpx_client(installation)
    pages: dict[str, str] = {}
    missing = []
    for fact in facts(key):
        address = _KEY.sub(lambda match: match[1], fact["page"].replace("{tenant}", starter.slug))
        if address not in pages:
            answer = client.get(address)
            pages[address] = plain(answer.text) if answer.status_code == 200 else f"status {answer.status_code}"
        if re.sub(r"\s+", " ", fact["fact"]).casefold() not in pages[address].casefold():
            missing.append((address, fact["fact"]))

    assert missing == [], missing


def test_the_lists_are_whole() -> None:
    assert {key: len(facts(key)) >= 100 for key in REGIONS} == dict.fromkeys(REGIONS, True)
