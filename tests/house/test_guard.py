"""The net under isolation: statements without the bound tenant, rows of another, raw text, banned calls."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from samverk.database import Database
from samverk.guard import GuardError
from samverk.tables import new_id
from samverk.tenants.model import MemberSet, Membership, Party, Tenant

ONE, OTHER = new_id(), new_id()


@pytest.fixture
def database(database_url: str) -> Any:
    made = Database(database_url, threads=2)
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with made.unit(write=True) as session:
        for tenant_id, slug in ((ONE, "one"), (OTHER, "other")):
            session.add(
                Tenant(
                    id=tenant_id, slug=slug, plugin_key="x", name={}, locale="nb", zone="Europe/Oslo", created_at=now
                )
            )
    for tenant_id in (ONE, OTHER):
        with made.tenant(tenant_id, write=True) as session:
            session.add(Party(key=f"party of {tenant_id}", kind="other", name={}, roles=[], marks={}))
    yield made
    made.dispose()


def statements() -> dict[str, Any]:
    other = Party.__table__.alias("p2")
    return {
        "columns without predicate": select(Party.key),
        "entities without predicate": select(Party),
        "count without predicate": select(func.count()).select_from(Party),
        "another tenant's id": select(Party.key).where(Party.tenant_id == OTHER),
        "either of two": select(Party.key).where((Party.tenant_id == ONE) | (Party.tenant_id == OTHER)),
        "an alias beside a good one": select(Party.key)
        .join(other, other.c.key == Party.key)
        .where(Party.tenant_id == ONE),
        "a join on the id alone": select(Party.key)
        .join(Membership, Membership.party_id == Party.id)
        .where(Party.tenant_id == ONE),
        "a subquery without predicate": select(Party.key).where(
            Party.tenant_id == ONE, Party.id.in_(select(Membership.party_id))
        ),
        "update without predicate": update(Party).values(kind="x"),
        "delete of another": delete(Party).where(Party.tenant_id == OTHER),
        "insert for another": insert(MemberSet).values(tenant_id=OTHER, id=new_id(), key="x", position=0, marks={}),
        "text": text("select key from party"),
    }


@pytest.mark.parametrize("name", sorted(statements()))
def test_a_statement_that_would_leave_its_tenant_is_refused(database: Database, name: str) -> None:
    with pytest.raises(GuardError), database.tenant(ONE, write=True) as session:
        session.execute(statements()[name])


@pytest.mark.parametrize("name", ["columns without predicate", "another tenant's id"])
def test_no_tenant_in_context_is_an_error_never_all_rows(database: Database, name: str) -> None:
    with pytest.raises(GuardError), database.unit(write=False) as session:
        session.execute(statements()[name])


def test_the_own_rows_are_seen_and_no_others(database: Database) -> None:
    with database.tenant(ONE, write=False) as session:
        found = session.scalars(select(Party.key).where(Party.tenant_id == ONE)).all()

    assert found == [f"party of {ONE}"]


def test_a_row_of_another_tenant_is_not_flushed(database: Database) -> None:
    with pytest.raises(RuntimeError, match="another tenant"), database.tenant(ONE, write=True) as session:
        session.add(Party(tenant_id=OTHER, key="x", kind="other", name={}, roles=[], marks={}))
        session.flush()


def test_a_session_belongs_to_one_tenant_for_life(database: Database) -> None:
    with pytest.raises(RuntimeError, match="for life"), database.tenant(ONE, write=False) as session:
        session.bind_tenant(OTHER)


def test_calls_that_go_round_the_guard_are_banned(database: Database) -> None:
    with database.tenant(ONE, write=True) as session:
        for call in (session.merge, session.bulk_save_objects, session.bulk_insert_mappings):
            with pytest.raises(RuntimeError, match="banned"):
                call(Party)


def test_the_next_user_of_a_connection_has_no_tenant(database: Database) -> None:
    for _turn in range(4):
        with database.tenant(ONE, write=False) as session:
            session.execute(select(Party.key).where(Party.tenant_id == ONE)).all()
        with pytest.raises(GuardError), database.unit(write=False) as session:
            session.execute(select(Party.key).where(Party.tenant_id == ONE)).all()
