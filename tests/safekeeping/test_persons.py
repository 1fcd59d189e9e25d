"""A person's own data (E1): all of it in the export, none of it left after erasure, nor after an older backup."""

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from samverk.audit import service as audit
from samverk.audit.model import AuditActor
from samverk.errors import SettingsError
from samverk.people.model import Attempt, Person, RoleGrant, SignIn
from samverk.safekeeping import backup, classes, erasure, person_export, person_rows, region_file, region_import
from samverk.safekeeping.journal import Journal
from samverk.tenants import legal_hold
from tests import scale
from tests.installation import Installation
from tests.safekeeping import canaries
from tests.safekeeping.conftest import NOW, files_of
from tests.safekeeping.five_regions import fill

SLUGS = ("alpha", "beta")


@pytest.fixture
def people(embedded: Installation) -> tuple[Installation, dict[str, set[str]]]:
    """Two regions with twenty people between them; {e-mail: their rows}."""
    planted: dict[str, set[str]] = {}
    for slug in SLUGS:
        embedded.add_tenant("insam_nordgudbrandsdal", slug=slug)
        with embedded.scope(slug) as scope:
            fill(scope, files_of(embedded.database), f"secretariat@{slug}.example")
        planted |= canaries.add_people(embedded, slug, scale.count(20) // 2)
    return embedded, planted


def ids_in(content: dict[str, Any]) -> set[str]:
    return {
        f"{table} {row['id']}"
        for region in content["regions"].values()
        for table, found in region.items()
        for row in found
    }


def test_twenty_people_get_all_and_nothing_is_left_of_them(
    people: tuple[Installation, dict[str, set[str]]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """E1."""
    installation, planted = people
    database, data = installation.database, installation.settings.data
    older = tmp_path / "older.samverk"
    backup.back_up(database.url, data, data / "files", older, NOW)
    assert len(planted) >= 20
    assert len(canaries.in_files(data)) == 2 * len(planted)

    for number, (email, wanted) in enumerate(planted.items()):
        target = tmp_path / f"{number}.json"
        person_export.write(database, email, target, NOW)
        written = target.read_bytes()
        content = json.loads(written)
        assert wanted - ids_in(content) == set()
        assert set(content["installation"]) == {"person", "sign_in", "api_token", "belonging"}
        assert {found.decode() for found in canaries.CANARY.findall(written)} == {email, email.partition("@")[0]}
        assert b"password_hash" not in written and b"secret_hash" not in written
        target.unlink()

    with caplog.at_level(logging.DEBUG):
        done = [erasure.erase(database, Journal(data), email, NOW) for email in planted]

    assert {one.is_scrubbed for one in done} == {True}
    assert (canaries.in_files(data), canaries.CANARY.findall(caplog.text.encode())) == (set(), [])
    for slug in SLUGS:
        with installation.scope(slug) as scope:
            own = scope.tenant_id
            assert audit.verify(scope.session, own)[0] == ()
            still = select(func.count()).select_from(RoleGrant).join(Person, Person.id == RoleGrant.person_id)
            still = still.where(RoleGrant.tenant_id == own, Person.disabled_at.is_not(None))
            assert scope.session.scalar(still.where(RoleGrant.valid_to.is_(None))) == 0
            actors = select(func.count()).select_from(AuditActor).where(AuditActor.tenant_id == own)
            assert scope.session.scalar(actors) == 1  # the secretariat's, who was not erased
    with database.platform("look") as session:
        for table in (SignIn, Attempt):
            left = session.scalar(select(func.count()).select_from(table))
            assert (table.__tablename__, left) == (table.__tablename__, len(planted) if table is Attempt else 0)

    # The older backup, on a machine that has nothing but the journal.
    target = tmp_path / "elsewhere"
    url, journal = f"sqlite:///{target / 'samverk.sqlite3'}", data / Journal.NAME
    with caplog.at_level(logging.DEBUG):
        back = backup.restore(older, url, target, NOW, erasures=journal)
    assert back.erased == len(planted)
    assert (canaries.in_files(target), canaries.CANARY.findall(caplog.text.encode())) == (set(), [])
    assert Journal(target).marks() == Journal(data).marks()
    scale.made("E1", "persons exported and erased", len(planted), scale.count(20))


def test_the_words_of_a_person_stay_and_the_name_is_replaced_on_each_engine(installation: Installation) -> None:
    installation.add_tenant("insam_nordgudbrandsdal", slug="alpha")
    with installation.scope("alpha") as scope:
        fill(scope, files_of(installation.database), "secretariat@alpha.example")
    planted = canaries.add_people(installation, "alpha", 2)
    first, second = planted
    journal = Journal(installation.settings.data)

    done = erasure.erase(installation.database, journal, first, NOW)

    assert done.rows == {"alpha": len(planted[first]) + 2}
    assert canaries.in_rows(installation, "alpha") == {second.encode(), second.partition("@")[0].encode()}
    with installation.scope("alpha") as scope:
        assert audit.verify(scope.session, scope.tenant_id)[0] == ()
        for table in classes.tables_of("tenant"):
            ids = [one.partition(" ")[2] for one in planted[first] if one.startswith(f"{table.name} ")]
            query = select(table).where(table.c.tenant_id == scope.tenant_id, table.c.id.in_(ids))
            for row in scope.session.execute(query).mappings():
                texts = {row[column.name] for column in classes.personal_texts(table)}
                assert texts <= {"" if classes.is_mail(table) else "ein sletta person"}
                if classes.is_mail(table):
                    assert row["state"] == "kept_back"
    assert erasure.replay(installation.database, journal, NOW) == 0
    with pytest.raises(SettingsError, match="There is no person"):
        erasure.erase(installation.database, journal, first, NOW)


def test_a_person_named_by_a_region_under_legal_hold_is_not_erased(embedded: Installation) -> None:
    embedded.add_tenant("insam_nordgudbrandsdal", slug="alpha")
    embedded.add_tenant("kobyt", slug="beta")
    email = "contact-3437@alpha.example"
    with embedded.database.platform("hold", write=True) as session:
        legal_hold.hold(session, "alpha", "a case at court", NOW)
    browser = embedded.browser("alpha", "contact-3437")
    browser.get("/tasks")
    before = canaries_of_everything(embedded)

    with pytest.raises(SettingsError, match=r"alpha is under legal hold \(a case at court\).*nothing was erased"):
        erasure.erase(embedded.database, Journal(embedded.settings.data), email, NOW)
    assert canaries_of_everything(embedded) == before
    assert not (embedded.settings.data / Journal.NAME).exists()
    erasure.erase(embedded.database, Journal(embedded.settings.data), "member@beta.example", NOW)
    erasure.restrict(embedded.database, email, embedded.now)

    assert "/sign-in" in str(browser.client.get("/alpha/tasks").url)
    with embedded.database.platform("look", write=True) as session:
        assert session.scalar(select(Person.name).where(Person.email == email)) == "contact-3437"
        legal_hold.release(session, "alpha")
    erasure.erase(embedded.database, Journal(embedded.settings.data), email, NOW)


def canaries_of_everything(installation: Installation) -> list[Any]:
    with installation.database.platform("look") as session:
        return session.execute(select(Person.id, Person.email, Person.name, Person.disabled_at)).all()


def test_a_region_that_comes_with_erased_people_forgets_them(
    embedded: Installation, empty: Any, tmp_path: Path
) -> None:
    embedded.add_tenant("insam_nordgudbrandsdal", slug="alpha")
    with embedded.scope("alpha") as scope:
        fill(scope, files_of(embedded.database), "secretariat@alpha.example")
    first, second = canaries.add_people(embedded, "alpha", 2)
    region_file.write(embedded.database, files_of(embedded.database), "alpha", tmp_path / "alpha.samverk")
    with embedded.database.platform("look") as session:
        person = person_rows.find(session, first)
    journal = Journal(tmp_path)
    journal.keep(person.id, NOW.date())

    taken = region_import.take_in(empty, embedded.registry, files_of(empty), tmp_path / "alpha.samverk")
    again = erasure.replay(empty, journal, NOW, taken.people)

    assert again == 1
    there = Installation("", tmp_path, NOW, embedded.registry, database=empty)
    try:
        assert canaries.in_rows(there, "alpha") == {second.encode(), second.partition("@")[0].encode()}
    finally:
        there.close()


def test_the_journal_names_nobody_and_survives_a_line_cut_off(tmp_path: Path) -> None:
    journal, person = Journal(tmp_path), "01900000-0000-7000-8000-000000000001"
    journal.keep(person, dt.date(2026, 11, 20))
    path = tmp_path / Journal.NAME
    assert person not in path.read_text()
    path.write_bytes(path.read_bytes() + b"2026-11-21 0123")
    journal.keep("another", dt.date(2026, 11, 22))

    assert journal.marks() == {Journal.mark(person), Journal.mark("another")}


def test_every_row_that_is_somebodys_has_an_end() -> None:
    """A table that points at people goes with them, ends for them, or loses their name; say which for a new one."""
    rule = {}
    for table in classes.every_table():
        if not classes.person_ids(table):
            continue
        if table.name in erasure.GOES_WITH_PERSON or classes.needs_secret(table):
            rule[table.name] = "goes"
        elif table.name == "role_grant":
            rule[table.name] = "ends"
        elif classes.personal_texts(table):
            rule[table.name] = "loses the name"
    assert rule.keys() ^ {table.name for table in classes.every_table() if classes.person_ids(table)} == {
        "idempotency_key"  # deleted after seven days
    }
