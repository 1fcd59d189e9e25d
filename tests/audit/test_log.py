"""The log of real requests: one entry each, in their transaction; tampering is found; auditors are logged."""

import os
import random
import re
import sqlite3
import threading
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from tests import scale
from tests.installation import Browser, Installation
from tests.stories.test_two_quarters import HOSTS, answer_everything, open_round

from samverk.audit import service, verification, words
from samverk.audit.anchors import Anchors
from samverk.audit.chain import Fault
from samverk.audit.model import AuditActor, AuditEntry
from samverk.database import Database
from samverk.guard import RAW_OPTION
from samverk.permissions import ACTIONS


def entries(installation: Installation, tenant: str) -> list[tuple[int, str, str]]:
    with installation.scope(tenant) as scope:
        rows = scope.session.execute(
            select(AuditEntry.seq, AuditEntry.action, AuditEntry.operation)
            .where(AuditEntry.tenant_id == scope.tenant_id)
            .order_by(AuditEntry.seq)
        )
        return [(seq, action, operation) for seq, action, operation in rows]


def tenant_id(installation: Installation, tenant: str) -> str:
    with installation.scope(tenant) as scope:
        return scope.tenant_id


@pytest.fixture
def quarter(installation: Installation) -> tuple[Installation, str, str, Browser]:
    """A region with an open round, on each engine."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    office = installation.browser(tenant, "secretariat")
    return installation, tenant, open_round(office, 2026, 1), office


def test_each_change_is_one_entry_and_each_refusal_none(quarter: tuple[Installation, str, str, Browser]) -> None:
    installation, tenant, round_id, office = quarter
    program = installation.program(tenant, "contact-3437")
    rows = program.get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
    form = next(one for one in rows if one["role"] == "partner")
    address = f"/forms/{form['id']}"
    draft = {"answers": {"outlook": {"text": "Nytt frå oss"}}, "points": {}, "language": "nn"}

    saved = program.send("PUT", address, draft, If_Match='"1"')
    assert saved.status_code == 200, saved.text
    assert program.send("PUT", address, draft, If_Match='"1"').status_code == 412
    assert program.send("POST", f"{address}/submit", draft, If_Match=saved.headers["etag"]).status_code == 422
    office.post(
        f"/rounds/{round_id}/deadline", {"version": "1", "day": "2026-03-05", "reason": ""}, on=f"/rounds/{round_id}"
    )
    assert office.status == 422
    for _time in range(2):
        body = {"body": "directors", "held_on": "2026-05-05"}
        sent = program_of_office(installation, tenant).send("POST", "/meetings", body, Idempotency_Key="once")
        assert sent.status_code == 201, sent.text

    assert entries(installation, tenant) == [
        (1, "rounds.open", "preview_or_open"),
        (2, "forms.answer", "save_answers"),
        (3, "meetings.run", "create_meeting"),
    ]


def program_of_office(installation: Installation, tenant: str) -> Any:
    return installation.program(tenant, "secretariat")


def test_what_was_changed_is_named_and_nobody_is(quarter: tuple[Installation, str, str, Browser]) -> None:
    installation, tenant, round_id, _office = quarter
    with installation.scope(tenant) as scope:
        row = scope.session.execute(
            select(AuditEntry.subject, AuditEntry.changes, AuditEntry.actor).where(
                AuditEntry.tenant_id == scope.tenant_id, AuditEntry.seq == 1
            )
        ).one()
        everything = str(
            scope.session.execute(
                select(*AuditEntry.__table__.columns).where(AuditEntry.tenant_id == scope.tenant_id)
            ).all()
        )

    counted: dict[str, int] = {}
    for verb, table, _id in row.changes:
        counted[f"{verb} {table}"] = counted.get(f"{verb} {table}", 0) + 1
    assert {name: counted[name] for name in ("add round", "add form", "add message", "add meeting")} == {
        "add round": 1, "add form": 42, "add message": 6, "add meeting": 1,
    }  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{64}", row.actor)
    assert ["add", "round", round_id] in row.changes
    assert [word for word in ("secretariat", "example", "contact-") if word in everything] == []


def test_the_log_of_a_quarter_holds_and_names_who_did_it(quarter: tuple[Installation, str, str, Browser]) -> None:
    installation, tenant, round_id, _office = quarter
    programs = {code: installation.program(tenant, f"contact-{code}") for code in ("3437", "3434")}
    answer_everything(programs, round_id, set())
    administrator = installation.browser(tenant, "administrator")

    page = administrator.get("/settings/audit")
    assert administrator.status == 200
    found = entries(installation, tenant)
    assert len(found) == 15
    assert page.count("<tr>") == 16
    assert "contact-3434" in page
    own = tenant_id(installation, tenant)
    with installation.database.tenant(own, write=False) as session:
        faults, hashes = service.verify(session, own)
    assert (faults, sorted(hashes)) == ((), list(range(1, 16)))
    csv = administrator.client.get(f"/{tenant}/settings/audit/export/csv?action=rounds.open")
    assert csv.text.count("\n") == 2
    assert "preview_or_open" in csv.text


def spoil(session: Any, own: str, seq: int, how: str, chance: random.Random) -> Fault:
    """Tamper with the stored log as who owns the file can; return the fault that must be found first."""
    where = "WHERE tenant_id = :t AND seq = :s"
    given = {"t": own, "s": seq}

    def run(statement: str, **more: Any) -> None:
        session.execute(text(statement), given | more, execution_options={RAW_OPTION: True})

    match how:
        case "edit":
            column = chance.choice(["action", "operation", "subject", "actor", "after", "previous"])
            run(f"UPDATE audit_entry SET {column} = 'forged' {where}")
            return Fault(seq, "cut" if column == "previous" else "changed")
        case "delete":
            run(f"DELETE FROM audit_entry {where}")
            return Fault(seq, "gap")
        case "swap":
            run("UPDATE audit_entry SET seq = -1 WHERE tenant_id = :t AND seq = :s")
            run("UPDATE audit_entry SET seq = :s WHERE tenant_id = :t AND seq = :s + 1")
            run("UPDATE audit_entry SET seq = :s + 1 WHERE tenant_id = :t AND seq = -1")
            return Fault(seq, "cut")
        case "insert":
            run("UPDATE audit_entry SET seq = seq + 1000 WHERE tenant_id = :t AND seq >= :s")
            run("UPDATE audit_entry SET seq = seq - 999 WHERE tenant_id = :t AND seq >= 1000")
            run(
                "INSERT INTO audit_entry SELECT tenant_id, 'forged', :s, at, actor, action, operation, subject,"
                " changes, before, after, previous, hash FROM audit_entry WHERE tenant_id = :t AND seq = :s + 1"
            )
            return Fault(seq + 1, "cut")
        case _:
            run("DELETE FROM audit_entry WHERE tenant_id = :t AND seq >= :s")
            return Fault(15, "head")


def test_every_way_of_tampering_is_found_at_its_place(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    answer_everything({code: embedded.program(tenant, f"contact-{code}") for code in ("3437", "3434")}, round_id, set())
    own, path = tenant_id(embedded, tenant), embedded.database.url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as raw:
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            raw.execute("UPDATE audit_entry SET action = 'x'")
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            raw.execute("DELETE FROM audit_entry")
        for verb in ("update", "delete"):
            raw.execute(f"DROP TRIGGER audit_entry_no_{verb}")
    seed = int(os.environ.get("SAMVERK_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance, tampers = random.Random(seed), scale.count(500)
    database, wrong = Database(embedded.database.url, threads=1), []
    for _time in range(tampers):
        how, seq = chance.choice(["edit", "delete", "swap", "insert", "tail"]), chance.randrange(1, 15)
        with database.unit(write=True) as session:
            session.bind_tenant(own)
            expected = spoil(session, own, seq, how, chance)
            found = service.verify(session, own)[0]
            if not found or found[0] not in (expected, Fault(expected.seq, "cut")):
                wrong.append((how, seq, expected, found[:3]))
            session.rollback()
    database.dispose()

    assert wrong == []
    scale.made("A1", "changes to the log behind its back", tampers, tampers, seed)


def test_a_log_that_was_written_anew_is_found_by_the_head_kept_outside(embedded: Installation) -> None:
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    own, anchors = tenant_id(embedded, tenant), Anchors(embedded.settings.data / "audit-heads")
    report = verification.verify_all(embedded.settings)[0]
    assert (report.faults, report.entries) == ((), 1)
    with embedded.database.tenant(own, write=False) as session:
        true = service.verify(session, own)[1]

    assert anchors.check(own, true) == ()
    assert anchors.check(own, {1: "0" * 64}) == (Fault(1, "anchor"),)
    assert anchors.check(own, {}) == (Fault(1, "anchor"),)


def test_the_chain_holds_when_a_person_is_erased(quarter: tuple[Installation, str, str, Browser]) -> None:
    installation, tenant, _round, _office = quarter
    with installation.scope(tenant) as scope:
        scope.session.execute(delete(AuditActor).where(AuditActor.tenant_id == scope.tenant_id))
    own = tenant_id(installation, tenant)
    with installation.database.tenant(own, write=False) as session:
        assert service.verify(session, own)[0] == ()

    administrator = installation.browser(tenant, "administrator")
    page = administrator.get("/settings/audit?lang=nn")
    assert "ein sletta person" in page
    assert "secretariat</td>" not in page


def test_what_an_auditor_opens_is_logged_and_shown_to_them(quarter: tuple[Installation, str, str, Browser]) -> None:
    installation, tenant, _round, _office = quarter
    auditor = installation.browser(tenant, "auditor")
    for path in ("/points", "/arrangements", "/nothing-here"):
        auditor.get(path)
    page = auditor.get("/settings/audit")

    assert entries(installation, tenant)[1:] == [
        (2, "read", "show_points"),
        (3, "read", "show_arrangements"),
        (4, "read", "show_audit"),
    ]
    assert "preview_or_open" not in page
    assert "show_points" in page
    for who, status in (("secretariat", 403), ("contact-3437", 403), ("administrator", 200)):
        person = installation.browser(tenant, who)
        person.get("/settings/audit")
        assert (who, person.status) == (who, status)


def test_every_action_that_changes_something_has_words() -> None:
    from samverk.app import all_routes

    writing = {route.action for route in all_routes() if route.writes}
    assert writing - words.DONE.keys() == set()
    assert set(words.DONE) - ACTIONS.keys() - {"read", "system", "operate"} == set()


def test_numbers_have_no_gap_when_units_fail_side_by_side(installation: Installation) -> None:
    """C6 for the log: four threads, units that are rolled back leave no number behind."""
    tenant = installation.add_tenant("insam_nordgudbrandsdal", HOSTS)
    own, kept, units = tenant_id(installation, tenant), [0] * 4, scale.count(25) * 4

    def work(number: int) -> None:
        chance = random.Random(number)
        for turn in range(units // 4):
            fails = chance.random() < 0.4
            try:
                with installation.scope(tenant) as scope:
                    service.append(scope, "system", f"turn {turn}", None)
                    if fails:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            kept[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with installation.database.tenant(own, write=False) as session:
        faults, hashes = service.verify(session, own)
    assert (faults, sorted(hashes)) == ((), list(range(1, sum(kept) + 1)))
    assert sum(kept) > 20
    scale.made("C6", "entries of the log with work undone", units, units)
