"""A prepared select meets the guard, tells the engine's listeners, and gives the same values as any other."""

from typing import Any

import pytest
from sqlalchemy import bindparam, event, select
from tests.installation import Installation

from samverk.database import Fault
from samverk.guard import GuardError, Prepared
from samverk.tables import IdType
from samverk.tenants.model import Party, Tenant

PARTIES = select(Party.id, Party.key, Party.name, Party.is_member, Party.marks).where(
    Party.tenant_id == bindparam("tenant", type_=IdType)
)
TENANTS = select(Tenant.slug, Tenant.created_at).where(Tenant.slug == bindparam("slug"))


def test_it_gives_what_any_select_gives(installation: Installation) -> None:
    slug = installation.add_tenant("insam_nordgudbrandsdal")
    with installation.scope(slug) as scope:
        connection, given = scope.session.connection(), {"tenant": scope.tenant_id}

        rows = Prepared(PARTIES).rows(connection, given)

        assert sorted(rows, key=str) == sorted(map(tuple, connection.execute(PARTIES, given)), key=str)
        assert len(rows) > 5
        found = Prepared(TENANTS).one(connection, {"slug": slug})
        assert found == tuple(connection.execute(TENANTS, {"slug": slug}).one())
        assert Prepared(TENANTS).one(connection, {"slug": "nowhere"}) is None


def test_it_stays_inside_its_tenant_and_is_heard(embedded: Installation) -> None:
    slug = embedded.add_tenant("insam_nordgudbrandsdal")
    heard: list[str] = []

    def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        heard.append(statement)

    event.listen(embedded.database.engine, "before_cursor_execute", hear)
    with embedded.scope(slug) as scope:
        Prepared(PARTIES).rows(scope.session.connection(), {"tenant": scope.tenant_id})
        with pytest.raises(GuardError, match="another tenant"):
            Prepared(PARTIES).rows(scope.session.connection(), {"tenant": "0" * 8})
        with pytest.raises(GuardError, match="no tenant predicate"):
            Prepared(select(Party.id)).rows(scope.session.connection(), {})
        with pytest.raises(GuardError, match="no list"):
            Prepared(select(Party.id).where(Party.id.in_(["a"]))).rows(scope.session.connection(), {})
    with embedded.database.unit(write=False) as session, pytest.raises(GuardError, match="no tenant in context"):
        Prepared(PARTIES).rows(session.connection(), {"tenant": "0" * 8})
    event.remove(embedded.database.engine, "before_cursor_execute", hear)
    assert any(statement.startswith("SELECT party.id") for statement in heard)


def test_a_fault_of_the_driver_is_told_as_any_other(embedded: Installation) -> None:
    with embedded.database.unit(write=False) as session:
        connection = session.connection()
        connection.connection.driver_connection.execute("ALTER TABLE tenant RENAME TO moved")
        with pytest.raises(Fault):
            Prepared(TENANTS).rows(connection, {"slug": "a"})
        session.rollback()
