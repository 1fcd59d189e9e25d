"""Everything an installation renders for people, as text: pages by following links, letters, papers, files, entries.

What is asked of these texts stands in the tests.
"""

import csv
import io
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import icalendar
import pypdf
from sqlalchemy import select
from tests.installation import Browser, Installation

from samverk.outbox.model import Message
from samverk.regions import overlay

SEEN_OR_READ_ALOUD = ("title", "aria-label", "alt", "placeholder", "data-label")
OLD_AND_NEW = ("/settings/model", "/settings/terms", "/settings/changes", "/settings/versions")
"""Pages whose matter is the model itself: its parts by the names of its file, what a word was before, core's words."""
A_FEW = 3
"""How many pages of one kind are opened: the first forms, places and days say what the others say."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self.silent += tag in ("script", "style")
        self.pieces += [attributes[name] for name in SEEN_OR_READ_ALOUD if name in attributes]
        if tag == "meta" and attributes.get("name") == "description":
            self.pieces.append(attributes.get("content", ""))
        if tag == "a" and attributes.get("href", "").startswith(("/", "?")):
            self.links.append(attributes["href"].partition("#")[0])

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)


def read(page: str) -> tuple[str, list[str]]:
    """Return what a page says, seen or read aloud, in one line; and where its links lead."""
    reader = _Text()
    reader.feed(page)
    return in_line(" | ".join(reader.pieces)), reader.links


def in_line(text: str) -> str:
    """Return a text without the breaks that a printer or a browser sets: lines, and parts of words."""
    return re.sub(r"\s+", " ", re.sub("[\u00ad\u200b]|(?<=\\w)[-\u2010]\n", "", text))


def kind_of_page(address: str) -> str:
    """Return the address with what differs between pages of one kind left out."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?:no|se)-\d+|\d+", "*", address)


def pages(person: Browser, language: str = "") -> dict[str, str]:
    """Return {address: text} of the pages a person reaches by links, a few of each kind, but for `OLD_AND_NEW`.

    They are read in the person's own language, or once in another.
    """
    base = f"/{person.tenant}"
    waiting, found, kinds = [f"{base}/"], {}, Counter[str]()
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        kind = kind_of_page(address)
        kinds[kind] += 1
        if kinds[kind] > A_FEW:
            continue
        person._sign_in()
        once = f"{'&' if '?' in address else '?'}lang={language}" if language else ""
        answer = person.client.get(address + once)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status_code == 200, (person.email, address, answer.text)
        found[address], links = read(answer.text)
        for link in links:
            target = f"{address.partition('?')[0]}{link}" if link.startswith("?") else link
            is_inside = target.startswith(f"{base}/") and not target.startswith(
                tuple(base + one for one in OLD_AND_NEW)
            )
            if is_inside and target not in known:
                known.add(target)
                waiting.append(target)
    return found


def letters(installation: Installation, tenant: str) -> str:
    """Return every message of the region's outbox."""
    with installation.scope(tenant) as scope:
        rows = scope.session.execute(
            select(Message.title, Message.body).where(Message.tenant_id == scope.tenant_id)
        ).all()
    return in_line(" | ".join(f"{title} | {body}" for title, body in rows))


def pdf(content: bytes) -> str:
    return in_line("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages))


def docx(content: bytes) -> str:
    """Return the text of every part of the file: what is typed, in headers, footers and tables too."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        said = [parts.read(name).decode() for name in sorted(parts.namelist()) if re.match(r"word/\w+\.xml", name)]
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", "".join(said), re.DOTALL)
    return in_line(" | ".join("".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)", one)) for one in paragraphs))


def xlsx(content: bytes) -> str:
    """Return the text of every cell and the name of every sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        said = [parts.read(name).decode() for name in sorted(parts.namelist()) if name.endswith(".xml")]
    sheets = re.findall(r'<sheet [^>]*name="([^"]*)"', "".join(said))
    return in_line(" | ".join((*sheets, *re.findall(r"<t(?: [^>]*)?>([^<]*)", "".join(said)))))


def calendar(content: bytes) -> str:
    """Return what the entries of a calendar file say."""
    found = icalendar.Calendar.from_ical(content)
    return in_line(" | ".join(str(value) for entry in found.walk("VEVENT") for value in entry.values()))


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a value, those with placeholders in the pieces between them."""
    if isinstance(value, str):
        yield from (piece for piece in re.split(r"\{[^{}]*\}", in_line(value)))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def written(installation: Installation, tenant: str) -> set[str]:
    """Return what people wrote and the interface only shows: the model and the plugin's other files, law, registers.

    The terms are no such text: they are what is asked for.
    """
    with installation.scope(tenant) as scope:
        model = overlay.data_of(scope.model)
        folder = scope.plugin.region.folder
    found = set(strings({key: value for key, value in model.items() if key != "terms"}))
    references = Path(str(resources.files("samverk.reference")))
    for file in references.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            found |= {cell for row in csv.reader(lines) for cell in row}
    for file in (*Path(folder).glob("*.toml"), *references.rglob("*.toml")):
        data = tomllib.loads(file.read_text("utf-8"))
        found |= set(strings({key: value for key, value in data.items() if key != "terms"}))
    return found
