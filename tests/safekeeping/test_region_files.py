"""One region as a file: there and back with the same bytes (R1), nothing forgotten (R4), people mapped.

What is refused is `test_hostile_region_files.py`'s.
"""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from samverk.audit import service as audit
from samverk.audit.model import AuditActor
from samverk.database import Database
from samverk.errors import SettingsError
from samverk.outbox import delivery
from samverk.people.model import Belonging, Person, RoleGrant
from samverk.registry import Registry
from samverk.safekeeping import classes, region_file, region_import, rows
from samverk.tables import new_id
from samverk.tenants import service as tenants
from tests import scale
from tests.installation import Installation
from tests.postgres_server import PostgresServer, migrate
from tests.safekeeping.conftest import NOW, files_of
from tests.safekeeping.five_regions import FIFTH, lines


def test_five_regions_come_back_with_the_same_bytes(
    five: Path, empty: Database, registry: Registry, tmp_path: Path
) -> None:
    """R1."""
    source = Database(f"sqlite:///{five}", threads=1)
    with source.platform("list them") as session:
        slugs = [tenant.slug for tenant in tenants.every(session)]
    first, second = {}, {}
    for slug in slugs:
        region_file.write(source, files_of(source), slug, tmp_path / f"{slug}.1")
        region_import.take_in(empty, registry, files_of(empty), tmp_path / f"{slug}.1")
    for slug in slugs:
        region_file.write(empty, files_of(empty), slug, tmp_path / f"{slug}.2")
        first[slug], second[slug] = (tmp_path / f"{slug}.1").read_bytes(), (tmp_path / f"{slug}.2").read_bytes()

    assert len(slugs) == 5
    assert first == second
    assert min(len(content) for content in first.values()) > 50_000
    scale.made("R1", "regions exported, brought in and exported again", len(slugs), 5)


@pytest.mark.postgres
def test_a_region_comes_back_from_postgresql_with_the_same_bytes(
    fifth: Path, postgres: PostgresServer, empty: Database, registry: Registry, tmp_path: Path, worker_id: str
) -> None:
    """R1, SQLite to PostgreSQL to SQLite, there as the application's role under row security."""
    template = postgres.template("samverk_template", migrate)
    other = Database(postgres.create_database(f"file_{worker_id}", template), threads=1)

    region_import.take_in(other, registry, files_of(other), fifth)
    region_file.write(other, files_of(other), FIFTH, tmp_path / "2")
    region_import.take_in(empty, registry, files_of(empty), tmp_path / "2")
    region_file.write(empty, files_of(empty), FIFTH, tmp_path / "3")
    with pytest.raises(SettingsError, match="is here already"):
        region_import.take_in(other, registry, files_of(other), fifth)
    other.dispose()

    assert (tmp_path / "2").read_bytes() == fifth.read_bytes()
    assert (tmp_path / "3").read_bytes() == fifth.read_bytes()


def test_no_table_is_forgotten(fifth: Path, five: Path) -> None:
    """R4: exported, with every row and every column, or left out for a reason."""
    assert {table.name for table in classes.every_table() if table.name in rows.NOT_EXPORTED} == set(rows.NOT_EXPORTED)
    out = {table.name: reason for table in classes.every_table() if (reason := rows.left_out(table)) is not None}
    inside = {table.name for table in rows.exported()}
    assert inside | out.keys() == {table.name for table in classes.every_table()}
    installation = {table.name for table in classes.tables_of("installation")} - out.keys()
    assert installation == {"person", "tenant"}, "say of the table that is new here whether a region's file holds it"
    tenant = {table.name for table in classes.tables_of("tenant")} - out.keys()
    assert tenant == {table.name for table in classes.tables_of("tenant")} - {"idempotency_key", "invitation"}

    with closing(sqlite3.connect(five)) as connection:
        own = connection.execute("SELECT id FROM tenant WHERE slug = ?", (FIFTH,)).fetchone()[0]
        for table in rows.exported():
            found = lines(fifth, table.name)
            if table.info["kind"] == "tenant":
                count = connection.execute(f"SELECT count(*) FROM {table.name} WHERE tenant_id = ?", (own,)).fetchone()[
                    0
                ]
                assert (table.name, len(found)) == (table.name, count)
            assert found, f"the fixture has no row of {table.name}"
            left = {column.name for column in table.columns} - found[0].keys()
            assert left == {"person": {"password_hash", "is_operator"}}.get(table.name, set())
    scale.made("R4", "tables and columns looked for in a region's file", len(rows.exported()), 20)


def test_no_table_refers_to_itself() -> None:
    """Rows are written in the order of their ids: one that refers to another of its table could come too early."""
    own = [table.name for table in rows.exported() if any(key.column.table is table for key in table.foreign_keys)]
    assert own == []


def test_no_secret_is_in_the_file_and_nobody_else(fifth: Path, five: Path) -> None:
    with closing(sqlite3.connect(five)) as connection:
        secrets = {row[0] for row in connection.execute("SELECT password_hash FROM person")} - {None}
    content = fifth.read_bytes()

    assert [secret for secret in secrets if secret.encode() in content] == []
    assert {one["email"].partition("@")[2] for one in lines(fifth, "person")} == {f"{FIFTH}.example"}


def test_messages_that_wait_are_kept_back(fifth: Path, empty: Database, registry: Registry, five: Path) -> None:
    with closing(sqlite3.connect(five)) as connection:
        count = connection.execute(
            "SELECT count(*) FROM message m JOIN tenant t ON t.id = m.tenant_id"
            " WHERE t.slug = 'nord-gudbrandsdal' AND m.state IN ('queued', 'sending')"
        ).fetchone()[0]
    target = fifth.with_name("nord.samverk")
    region_file.write(Database(f"sqlite:///{five}", threads=1), files_of(five), "nord-gudbrandsdal", target)

    taken = region_import.take_in(empty, registry, files_of(empty), target)

    assert count > 0
    assert taken.notes == (f"{count} messages had not been sent: they are kept back, and are not sent from here",)
    assert delivery.claim(empty, NOW.replace(year=2030)) == ()


def test_another_slug_can_be_given_and_the_same_region_comes_once(
    fifth: Path, empty: Database, registry: Registry
) -> None:
    for slug in ("api", "Not A Slug"):
        with pytest.raises(SettingsError, match="cannot be a slug"):
            region_import.take_in(empty, registry, files_of(empty), fifth, slug=slug)
    assert region_import.take_in(empty, registry, files_of(empty), fifth, slug="renamed").slug == "renamed"
    with pytest.raises(SettingsError, match="is here already, as 'renamed'"):
        region_import.take_in(empty, registry, files_of(empty), fifth)


def test_a_taken_slug_and_a_missing_plugin_are_named(fifth: Path, embedded: Installation, registry: Registry) -> None:
    embedded.add_tenant("kobyt", slug=FIFTH)
    with pytest.raises(SettingsError, match="There is a region 'the-fifth' here; give another slug with --as"):
        region_import.take_in(embedded.database, registry, files_of(embedded.database), fifth)
    with pytest.raises(SettingsError, match="needs the plugin 'insam_nordgudbrandsdal', which is not here"):
        region_import.take_in(embedded.database, Registry({}, ()), files_of(embedded.database), fifth)


def test_people_known_here_stay_who_they_are(fifth: Path, embedded: Installation, registry: Registry) -> None:
    """One is known by the address under another id, one by the id under another address."""
    secretariat, member = (
        next(one for one in lines(fifth, "person") if one["email"] == f"{who}@{FIFTH}.example")
        for who in ("secretariat", "member")
    )
    own = new_id()
    with embedded.database.unit(write=True) as session:
        session.add(Person(id=own, email=secretariat["email"], name="here", password_hash="own", created_at=NOW))
        session.add(Person(id=member["id"], email="moved@example.org", name="moved", created_at=NOW))

    taken = region_import.take_in(embedded.database, registry, files_of(embedded.database), fifth)

    assert set(taken.notes) >= {
        f"{secretariat['email']} has an account here: it gets the roles, and no name stands at its old log entries",
        f"{member['email']} is known here as moved@example.org, and keeps that address",
    }
    with embedded.scope(FIFTH) as scope:
        roles = select(RoleGrant.role).where(RoleGrant.tenant_id == scope.tenant_id)
        assert set(scope.session.scalars(roles.where(RoleGrant.person_id == own))) == {"secretariat"}
        belongs = select(Belonging.person_id).where(Belonging.tenant_id == scope.tenant_id)
        assert {own, member["id"]} <= set(scope.session.scalars(belongs)), "who may sign in to the region"
        assert set(scope.session.scalars(roles.where(RoleGrant.person_id == member["id"]))) == {"member"}
        assert scope.session.scalar(select(Person.password_hash).where(Person.id == own)) == "own"
        actors = select(AuditActor.person_id).where(AuditActor.tenant_id == scope.tenant_id)
        assert list(scope.session.scalars(actors)) == []
        assert audit.verify(scope.session, scope.tenant_id)[0] == ()


def test_binary_values_are_base64(fifth: Path, five: Path) -> None:
    with closing(sqlite3.connect(five)) as connection:
        stored = connection.execute(
            "SELECT d.pdf FROM issued_document d JOIN tenant t ON t.id = d.tenant_id WHERE t.slug = ?", (FIFTH,)
        ).fetchone()[0]

    assert base64.b64decode(lines(fifth, "issued_document")[0]["pdf"]) == stored
