"""Files of forms, meetings and points: who may add and read them, how they are given out, and what a scanner does."""

import re
import stat
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.installation import Browser, InProcess, Installation
from tests.stories.test_two_quarters import HOSTS, form_id, open_round

from samverk import app as application
from samverk.attachments.store import Store
from samverk.settings import Settings

PDF = b"%PDF-1.7\n1 0 obj\n"


def send(person: Browser, path: str, *files: tuple[str, bytes]) -> int:
    person._sign_in()
    person.get(path.rpartition("/files")[0])
    sent = person.client.post(
        f"/{person.tenant}{path}", data={"_csrf": person.token}, files=[("file", one) for one in files]
    )
    person._keep(sent)
    return sent.status_code


@pytest.fixture
def forms(installation: Installation) -> tuple[Installation, str, str, str]:
    """An open round on each engine: (installation, tenant, own form of Sel, form of Lom)."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(installation.browser(tenant, "secretariat"), 2026, 1)
    found = []
    for code in ("3437", "3434"):
        program = installation.program(tenant, f"contact-{code}")
        items = program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
        found.append(next(one["id"] for one in items if one["role"] == "partner"))
    return installation, tenant, found[0], found[1]


def test_a_file_is_added_given_out_to_be_saved_and_taken_away(forms: tuple[Installation, str, str, str]) -> None:
    installation, tenant, form, _other = forms
    sel = installation.browser(tenant, "contact-3437")

    assert send(sel, f"/forms/{form}/files", ("Møtenotat.pdf", PDF), ("tal.csv", b"a;b\n")) == 200
    links = re.findall(rf'href="(/{tenant}/forms/{form}/files/[0-9a-f-]+)" download>([^<]+)<', sel.text)
    assert [name for _link, name in links] == ["Møtenotat.pdf", "tal.csv"]
    given = sel.client.get(links[0][0])
    assert (given.status_code, given.content) == (200, PDF)
    headers = {name: given.headers[name] for name in ("content-type", "content-security-policy", "cache-control")}
    assert headers == {
        "content-type": "application/pdf",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
    }
    assert given.headers["content-disposition"].startswith("attachment; ")
    assert given.headers["x-content-type-options"] == "nosniff"

    sel.post(f"{links[0][0].removeprefix('/' + tenant)}/remove", on=f"/forms/{form}")
    assert sel.client.get(links[0][0]).status_code == 404
    kept = [path for path in (installation.settings.files).rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert not any(word in str(kept[0]) for word in ("tal", "csv", tenant))


def test_another_municipality_neither_reads_nor_adds(forms: tuple[Installation, str, str, str]) -> None:
    installation, tenant, form, other = forms
    sel, lom = installation.browser(tenant, "contact-3437"), installation.browser(tenant, "contact-3434")
    send(sel, f"/forms/{form}/files", ("a.pdf", PDF))
    link = re.findall(rf'href="(/{tenant}/forms/{form}/files/[0-9a-f-]+)"', sel.text)[0]

    assert lom.get(f"/forms/{other}")
    sent = lom.client.post(f"/{tenant}/forms/{form}/files", data={"_csrf": lom.token}, files={"file": ("a.pdf", PDF)})
    statuses = [sent.status_code, lom.client.get(link).status_code]
    statuses.append(lom.client.get(link.replace(form, other)).status_code)
    assert statuses == [404, 404, 404]


def test_faults_are_told_all_at_once_and_nothing_is_kept(forms: tuple[Installation, str, str, str]) -> None:
    installation, tenant, form, _other = forms
    sel = installation.browser(tenant, "contact-3437")

    assert send(sel, f"/forms/{form}/files", ("a.pdf", PDF), ("b.exe", b"MZ"), ("c.png", b"GIF89a")) == 422
    assert "b.exe" in sel.text
    assert "c.png" in sel.text
    assert send(sel, f"/forms/{form}/files", ("", b"")) == 422
    assert send(sel, f"/forms/{form}/files", *((f"{n}.pdf", PDF) for n in range(25))) == 413
    assert not installation.settings.files.exists()


def test_a_file_that_was_changed_on_the_disk_is_not_given_out(forms: tuple[Installation, str, str, str]) -> None:
    installation, tenant, form, _other = forms
    sel = installation.browser(tenant, "contact-3437")
    send(sel, f"/forms/{form}/files", ("a.pdf", PDF))
    link = re.findall(rf'href="(/{tenant}/forms/{form}/files/[0-9a-f-]+)"', sel.text)[0]
    path = next(path for path in installation.settings.files.rglob("*") if path.is_file())
    path.write_bytes(PDF + b"evil")

    assert sel.client.get(link).status_code == 409
    path.unlink()
    assert sel.client.get(link).status_code == 409


def scanner(folder: Path, script: str) -> str:
    path = folder / "scanner"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 200), ('grep -q EICAR "$1" && exit 1; exit 0', 422), ("exit 2", 422), ("kill -9 $$", 422)],
)
def test_the_operators_scanner_decides(embedded: Installation, tmp_path: Path, script: str, status: int) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    items = embedded.program(tenant, "contact-3437").get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
    form = next(one["id"] for one in items if one["role"] == "partner")
    scanned = with_scanner(embedded, scanner(tmp_path, script))
    sel = embedded.browser(tenant, "contact-3437")

    assert send(sel, f"/forms/{form}/files", ("a.pdf", PDF + b"EICAR")) == status
    assert (not scanned.files.exists()) == (status == 422)


def with_scanner(installation: Installation, command: str) -> Settings:
    """Let the installation have a scanner; return its settings."""
    scanned = replace(installation.settings, scanner=command)
    installation.transport.stop()
    installation.settings = scanned
    installation.litestar = application.create(
        scanned, registry=installation.registry, database=installation.database, clock=lambda: installation.now
    )
    installation.transport = InProcess(installation.litestar)
    return scanned


@pytest.mark.alone
def test_a_slow_scanner_leaves_threads_for_the_others(embedded: Installation, tmp_path: Path) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    meeting = embedded.program(tenant, "secretariat").send(
        "POST", "/meetings", {"body": "directors", "held_on": "2026-05-05"}
    ).json()["id"]  # fmt: skip
    with_scanner(embedded, scanner(tmp_path, "sleep 2"))
    offices = [embedded.browser(tenant, "secretariat") for _number in range(6)]
    other = embedded.browser(tenant, "member")
    for one in (*offices, other):
        one.get(f"/meetings/{meeting}")
    times: list[float] = []
    with ThreadPoolExecutor(len(offices)) as pool:
        sent = [
            pool.submit(send, one, f"/meetings/{meeting}/files", (f"{n}.pdf", PDF + bytes([n])))
            for n, one in enumerate(offices)
        ]
        while not all(one.done() for one in sent):
            started = time.perf_counter()
            other.get(f"/meetings/{meeting}")
            times.append(time.perf_counter() - started)
            assert other.status == 200

    assert Counter(one.result() for one in sent) == {200: 3, 503: 3}
    assert max(times) < 1
    assert len(re.findall(r"/files/[0-9a-f-]+\"", other.get(f"/meetings/{meeting}"))) == 3


def test_a_meeting_and_a_point_have_files_too(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office, member = embedded.browser(tenant, "secretariat"), embedded.browser(tenant, "member")
    program = embedded.program(tenant, "secretariat")
    meeting = program.send("POST", "/meetings", {"body": "directors", "held_on": "2026-05-05"}).json()["id"]

    assert send(office, f"/meetings/{meeting}/files", ("innkalling.pdf", PDF)) == 200
    link = re.findall(rf'href="(/{tenant}/meetings/{meeting}/files/[0-9a-f-]+)"', office.text)[0]
    member.get(f"/meetings/{meeting}")
    assert member.client.get(link).content == PDF
    member.client.cookies.clear()
    public = member.client.get(f"/{tenant}/meetings/{meeting}")
    assert "innkalling.pdf" not in public.text
    assert "files" not in public.text
    assert member.client.get(link, follow_redirects=False).status_code == 303


def test_the_store_keeps_a_file_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "files")
    store.put("t", "abcdef", b"x")

    assert [path.name for path in (tmp_path / "files").rglob("*") if path.is_file()] == ["abcdef"]
    store.drop("t", "abcdef")
    store.drop("t", "abcdef")
    assert form_id
