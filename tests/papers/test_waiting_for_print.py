"""Papers are printed with no transaction open: nobody who writes waits for the printing of somebody else's."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from tests.installation import Installation, Program
from tests.stories.test_two_quarters import HOSTS, PARTNER, open_round

from samverk.documents import printing
from samverk.documents.printing import Prints
from samverk.documents.tree import Document, PrintLabels
from samverk.papers import service as papers
from samverk.turns import Turns

POINT = {"body": "directors", "held_on": "2026-05-05"}


class Printer:
    """Prints when it is let, and remembers the numbers on what was printed."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()
        self.numbers: list[str] = []

    def print_both(self, document: Document, labels: PrintLabels, *, issued_at: object) -> Prints:
        self.numbers.append(labels.number)
        self.began.set()
        assert self.may_end.wait(15), f"nobody let the papers of {issued_at} be printed"
        return Prints(document, b"%PDF-", b"PK")

    def wait_for(self, count: int) -> None:
        """Wait until so many are being printed."""
        patience = time.monotonic() + 10
        while len(self.numbers) < count:
            assert time.monotonic() < patience, f"{len(self.numbers)} of {count} are printed"
            time.sleep(0.01)


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Printer]:
    made = Printer()
    monkeypatch.setattr(printing, "print_both", made.print_both)
    yield made
    made.may_end.set()


class Compiling(threading.Thread):
    """Somebody who has the papers of a round compiled."""

    def __init__(self, office: Program, round_id: str, **headers: str) -> None:
        super().__init__(daemon=True)
        self.office, self.round_id, self.headers = office, round_id, headers
        self.answer: httpx.Response | None = None
        self.start()

    def run(self) -> None:
        self.answer = self.office.send("POST", f"/rounds/{self.round_id}/compile", **self.headers)

    def end(self) -> httpx.Response:
        self.join(30)
        assert self.answer is not None
        return self.answer


@pytest.fixture
def opened(installation: Installation) -> tuple[Installation, str, str]:
    """A region with an open round, on each engine: (installation, tenant, round)."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    return installation, tenant, open_round(installation.browser(tenant, "secretariat"), 2026, 1)


def test_others_write_while_papers_are_printed(opened: tuple[Installation, str, str], printer: Printer) -> None:
    installation, tenant, round_id = opened
    other = installation.add_tenant("kobyt")
    office, neighbour = installation.program(tenant, "secretariat"), installation.browser(other, "member")
    neighbour.get("/")
    compiling = Compiling(installation.program(tenant, "secretariat"), round_id)
    assert printer.began.wait(20)

    started = time.monotonic()
    made = office.send("POST", "/meetings", POINT)
    answer = neighbour.client.post("/profile/language", data={"_csrf": neighbour.token, "lang": "sv", "next": "/"})
    took, is_printing = time.monotonic() - started, compiling.is_alive()
    printer.may_end.set()

    assert (made.status_code, answer.status_code, is_printing) == (201, 200, True)
    assert took < 2
    assert compiling.end().status_code == 201
    assert printer.numbers == [printer.numbers[0]], "the papers were printed twice"


def test_papers_say_how_things_stood_when_they_were_asked_for(
    opened: tuple[Installation, str, str], printer: Printer
) -> None:
    installation, tenant, round_id = opened
    sel = installation.program(tenant, "contact-3437")
    forms = sel.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
    form = next(one["id"] for one in forms if one["role"] == "partner")
    compiling = Compiling(installation.program(tenant, "secretariat"), round_id)
    assert printer.began.wait(10)
    submitted = sel.send("POST", f"/forms/{form}/submit", {"answers": PARTNER, "language": "nn"}, If_Match='"1"')
    printer.may_end.set()
    first = compiling.end().json()
    second = installation.program(tenant, "secretariat").send("POST", f"/rounds/{round_id}/compile").json()
    with installation.scope(tenant) as scope:
        unanswered = [str(papers.get_issued(scope, one["id"])[1]).count("not-answered") for one in (first, second)]

    assert (submitted.status_code, len(printer.numbers)) == (200, 2)
    assert unanswered == [42, 41]


def test_papers_issued_meanwhile_take_the_number_and_the_others_are_printed_anew(
    opened: tuple[Installation, str, str], printer: Printer
) -> None:
    installation, tenant, round_id = opened
    both = [Compiling(installation.program(tenant, "secretariat"), round_id) for _turn in range(2)]
    printer.wait_for(2)
    printer.may_end.set()
    answers = [one.end() for one in both]

    assert [one.status_code for one in answers] == [201, 201]
    issued = sorted((one.json()["number"], one.json()["edition"]) for one in answers)
    assert issued == [(issued[0][0], 1), (issued[0][0] + 1, 2)]
    assert len(printer.numbers) == 3
    assert printer.numbers[0] == printer.numbers[1] != printer.numbers[2]


def test_one_key_sent_twice_while_papers_are_printed_issues_them_once(
    opened: tuple[Installation, str, str], printer: Printer
) -> None:
    installation, tenant, round_id = opened
    office = installation.program(tenant, "secretariat")
    both = [Compiling(office, round_id, Idempotency_Key="the-same") for _turn in range(2)]
    printer.wait_for(2)
    printer.may_end.set()
    answers = [one.end() for one in both]
    with installation.scope(tenant) as scope:
        issued = papers.list_issued(scope)

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len(issued) == 1


@pytest.mark.parametrize("why", ["waited too long", "no place to wait"])
def test_who_comes_while_all_printers_are_busy_is_told_to_come_again(
    opened: tuple[Installation, str, str], printer: Printer, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    turns = Turns(2, 1, 0.05) if why == "waited too long" else Turns(2, 0, 60)
    monkeypatch.setattr(printing, "_turns", turns)
    installation, tenant, round_id = opened
    office = installation.program(tenant, "secretariat")
    busy = [Compiling(installation.program(tenant, "secretariat"), round_id) for _turn in range(turns.at_once)]
    printer.wait_for(turns.at_once)
    started = time.monotonic()
    refused = office.send("POST", f"/rounds/{round_id}/compile")
    took = time.monotonic() - started
    printer.may_end.set()
    numbers = sorted(one.end().json()["number"] for one in busy)
    later = office.send("POST", f"/rounds/{round_id}/compile")

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert refused.json()["type"] == "urn:samverk:problem:busy"
    assert took < 2
    assert (later.status_code, later.json()["number"]) == (201, numbers[-1] + 1)
