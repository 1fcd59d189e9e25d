"""Row security of PostgreSQL, read from its own catalogue (P5), tried by interleaved transactions (P6), refused when
something is missing.

What the guard of the application does is `test_guard.py`'s: here it is passed by, so that the database alone decides.
"""

import datetime as dt
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolTimeout
from tests import scale
from tests.postgres_server import OWNER, ROLE, PostgresServer, migrate, owners

from samverk.database import Database
from samverk.errors import SettingsError
from samverk.migrations import runner
from samverk.models import metadata
from samverk.tables import new_id
from samverk.tenants.model import Party, Tenant

pytestmark = pytest.mark.postgres
MOST_STARVED = 20
OWN = "(tenant_id = (NULLIF(current_setting('samverk.tenant'::text, true), ''::text))::uuid)"


@pytest.fixture
def url(request: pytest.FixtureRequest, postgres: PostgresServer, worker_id: str) -> str:
    template = postgres.template("samverk_template", migrate)
    return postgres.create_database(f"r_{worker_id}_{abs(hash(request.node.nodeid)):x}"[:60], template)


def connect(url: str, role: str = ROLE) -> psycopg.Connection[Any]:
    plain = (owners(url) if role == OWNER else url).replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(plain, autocommit=True)


def kinds(kind: str) -> set[str]:
    return {name for name, table in metadata.tables.items() if table.info["kind"] == kind}


def test_the_catalogue_holds_every_table_of_a_tenant(url: str) -> None:
    """P5, in the catalogue's own words and not in those of the code that lays the policies on."""
    with connect(url) as connection:
        rows = connection.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
            " AND c.relkind = 'r'"
        ).fetchall()
        policies = connection.execute(
            "SELECT tablename, permissive, cmd, qual, with_check, roles::text FROM pg_policies"
        ).fetchall()
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        more = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = current_user"
            " AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')"
        ).fetchall()
        register = connection.execute(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = current_user AND table_name = 'place'"
        ).fetchall()
        special = connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')"
            " UNION ALL SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND prosecdef"
        ).fetchall()

    state = {name: (enabled, forced) for name, enabled, forced, _owner in rows}
    protected = kinds("tenant") | kinds("installation")
    assert {name: state[name] for name in protected} == dict.fromkeys(protected, (True, True))
    assert {owner for _name, _enabled, _forced, owner in rows} == {OWNER}
    of_tenants = {name: [row[1:] for row in policies if row[0] == name] for name in kinds("tenant")}
    assert of_tenants == {name: [("PERMISSIVE", "ALL", OWN, OWN, "{public}")] for name in kinds("tenant")}
    assert {name for name in kinds("installation") if not any(row[0] == name for row in policies)} == set()
    assert role == (False, False, False)
    assert (more, register, special) == ([], [("SELECT",)], [])
    scale.made("P5", "tables held by policies", len(protected), len(metadata.tables) - len(kinds("reference")))


def test_unique_and_foreign_keys_hold_the_tenant_in_the_database_too(url: str) -> None:
    with connect(url) as connection:
        rows = connection.execute(
            "SELECT t.relname, x.conname, x.contype, r.relname,"
            " (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(x.conkey) WITH ORDINALITY AS k(num, n)"
            "  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num)"
            " FROM pg_constraint x JOIN pg_class t ON t.oid = x.conrelid LEFT JOIN pg_class r ON r.oid = x.confrelid"
            " JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 'public' AND x.contype IN ('p', 'u', 'f')"
        ).fetchall()

    own = kinds("tenant")
    loose = [
        (table, name)
        for table, name, kind, target, columns in rows
        if table in own and (kind != "f" or target in own) and columns[0] != "tenant_id"
    ]
    assert len(rows) > 100
    assert loose == []


@pytest.fixture
def two(url: str) -> Iterator[tuple[Database, str, str]]:
    """Two tenants with a party each."""
    database = Database(url, threads=2)
    ids = (new_id(), new_id())
    for number, tenant_id in enumerate(ids):
        with database.unit(write=True) as session:
            session.add(
                Tenant(
                    id=tenant_id,
                    slug=f"t{number}",
                    plugin_key="x",
                    name={},
                    locale="nb",
                    zone="Europe/Oslo",
                    created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                )
            )
        with database.tenant(tenant_id, write=True) as session:
            session.add(Party(id=new_id(), key=tenant_id, kind="other", name={}, roles=[], marks={}))
    yield database, *ids
    database.dispose()


def attempts(other: str) -> dict[str, tuple[str, Any]]:
    """What an injected statement could try inside tenant one: (statement, what comes of it)."""
    return {
        "read all": ("SELECT count(*) FROM party", 1),
        "read the other": (f"SELECT count(*) FROM party WHERE tenant_id = '{other}'", 0),
        "change the other": (f"UPDATE party SET kind = 'taken' WHERE tenant_id = '{other}'", 0),
        "change all": ("UPDATE party SET kind = kind", 1),
        "delete all of the other": (f"DELETE FROM party WHERE tenant_id = '{other}'", 0),
        "give away": (f"UPDATE party SET tenant_id = '{other}'", psycopg.errors.InsufficientPrivilege),
        "add to the other": (
            "INSERT INTO member_set (tenant_id, id, key, position, marks)"
            f" VALUES ('{other}', '{new_id()}', 'x', 0, '{{}}')",
            psycopg.errors.InsufficientPrivilege,
        ),
        "empty the table": ("TRUNCATE party CASCADE", psycopg.errors.InsufficientPrivilege),
        "switch it off": ("ALTER TABLE party DISABLE ROW LEVEL SECURITY", psycopg.errors.InsufficientPrivilege),
        "take the policy away": ("DROP POLICY own_tenant ON party", psycopg.errors.InsufficientPrivilege),
        "pass it by": ("SET row_security = off; SELECT count(*) FROM party", psycopg.errors.InsufficientPrivilege),
        "become the owner": (f"SET ROLE {OWNER}", psycopg.errors.InsufficientPrivilege),
        "read another tenant's entry": (f"SELECT count(*) FROM tenant WHERE id = '{other}'", 0),
        "read failed sign-ins": ("SELECT count(*) FROM attempt", 0),
        "change a register": ("UPDATE place SET key = key", psycopg.errors.InsufficientPrivilege),
    }


@pytest.mark.parametrize("name", sorted(attempts("x")))
def test_what_an_injected_statement_could_do(two: tuple[Database, str, str], url: str, name: str) -> None:
    _database, one, other = two
    statement, expected = attempts(other)[name]
    with connect(url) as connection, connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('samverk.tenant', %s, true)", [one])
        if isinstance(expected, type):
            with pytest.raises(expected):
                connection.execute(statement)
            return
        cursor = connection.execute(statement)
        found = cursor.fetchone()[0] if cursor.description else cursor.rowcount  # type: ignore[index]

    assert found == expected


@pytest.mark.parametrize("setting", [None, ""])
def test_without_a_tenant_no_row_of_any_is_seen(two: tuple[Database, str, str], url: str, setting: str | None) -> None:
    with connect(url) as connection, connection.transaction():
        if setting is not None:
            connection.execute("SELECT set_config('samverk.tenant', %s, true)", [setting])
        seen = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in sorted(kinds("tenant"))}

    assert seen == dict.fromkeys(seen, (0,))


def test_a_pool_of_two_never_gives_a_tenant_the_rows_of_another(two: tuple[Database, str, str]) -> None:
    """P6: random tenants on two connections, with commits, faults, cancels and timeouts between."""
    database, *ids = two
    seed = int(os.environ.get("SAMVERK_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    turns, faults = scale.count(10_000), []
    done, starved = [0] * 4, [0] * 4

    def work(number: int) -> None:
        chance = random.Random(seed + number)
        while done[number] < turns // 4:
            tenant_id = chance.choice(ids)
            try:
                with database.tenant(tenant_id, write=True) as session:
                    raw: Any = session.connection().connection.driver_connection
                    set_to = raw.execute("SELECT current_setting('samverk.tenant', true)").fetchone()[0]
                    seen = raw.execute("SELECT key FROM party").fetchall()
                    if set_to != tenant_id or seen != [(tenant_id,)]:
                        faults.append((tenant_id, set_to, seen))
                    spoil(chance, raw)
            except PoolTimeout:
                # The pool gives whoever asks first: two quick threads can keep two others out for long.
                starved[number] += 1
                if starved[number] > MOST_STARVED:
                    return
                continue
            except (ZeroDivisionError, psycopg.Error, KeyboardInterrupt):
                pass
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    scale.made("P6", "units of two tenants on a pool of two", sum(done), turns, seed)
    for _connection in range(2):
        with database.unit(write=False) as session:
            raw = session.connection().connection.driver_connection
            assert raw.execute("SELECT current_setting('samverk.tenant', true)").fetchone()[0] in (None, "")


def spoil(chance: random.Random, raw: Any) -> None:
    """End the unit in one of the ways that units end."""
    ways: list[Callable[[], Any]] = [
        lambda: None,
        lambda: 1 / 0,
        lambda: raw.execute("SELECT 1/0"),
        lambda: raw.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(0.02)"),
        lambda: _raise(KeyboardInterrupt()),
        lambda: raw.execute("SAVEPOINT a; SELECT set_config('samverk.tenant', '', true); ROLLBACK TO a"),
    ]
    chance.choices(ways, [6, 1, 1, 0.2, 1, 1])[0]()


def _raise(fault: BaseException) -> None:
    raise fault


def test_a_tenant_set_for_the_whole_session_does_not_reach_the_next_user(two: tuple[Database, str, str]) -> None:
    database, one, _other = two
    with database.unit(write=False) as session:
        raw: Any = session.connection().connection.driver_connection
        raw.execute("SELECT set_config('samverk.tenant', %s, false)", [one])
    for _turn in range(4):
        with database.unit(write=False) as session:
            raw = session.connection().connection.driver_connection
            assert raw.execute("SELECT current_setting('samverk.tenant', true)").fetchone()[0] in (None, "")
            assert raw.execute("SELECT count(*) FROM party").fetchone()[0] == 0


SPOILT = {
    "policy dropped": ("DROP POLICY own_tenant ON party", "the policies of party are not those of this version"),
    "not forced": ("ALTER TABLE form NO FORCE ROW LEVEL SECURITY", "row security is not enabled and forced on form"),
    "switched off": ("ALTER TABLE form DISABLE ROW LEVEL SECURITY", "row security is not enabled and forced on form"),
    "policy widened": (
        "ALTER POLICY own_tenant ON point USING (true)",
        "the policies of point are not those of this version",
    ),
    "one more policy": (
        "CREATE POLICY more ON point USING (true)",
        "the policies of point are not those of this version",
    ),
    "may empty": (f"GRANT TRUNCATE ON party TO {ROLE}", "the application has TRUNCATE on party"),
    "may change registers": (f"GRANT UPDATE ON place TO {ROLE}", "the application has UPDATE on place"),
    "a view of the owner": (
        "CREATE VIEW everything AS SELECT * FROM party",
        "the view everything runs with the rights of its owner",
    ),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW everything AS SELECT * FROM party",
        "the materialized view everything shows the rows of all tenants",
    ),
    "a function of the owner": (
        "CREATE FUNCTION peek() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM party'",
        "the function peek runs with the rights of its owner and without a fixed search_path",
    ),
}


@pytest.mark.parametrize("name", sorted(SPOILT))
def test_nothing_is_served_when_a_piece_is_missing_and_migrate_mends_what_it_may(url: str, name: str) -> None:
    statement, words = SPOILT[name]
    assert runner.unsafe(url) == ()
    with connect(url, OWNER) as connection:
        connection.execute(statement)

    assert runner.unsafe(url) == (words,)
    with pytest.raises(SettingsError, match="not safe to serve"):
        runner.hold_safe(url)
    if "everything" not in statement and "FUNCTION" not in statement:
        migrate(url)
        assert runner.unsafe(url) == ()


def test_the_owner_of_the_tables_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        runner.hold_safe(owners(url))

    assert str(refused.value).startswith("The database is not safe to serve: the role samverk_owner owns ")
    assert "docs/operate.md" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_the_application_serves_is_read_by_the_application_role(two: tuple[Database, str, str]) -> None:
    database, one, _other = two
    with database.tenant(one, write=False) as session:
        assert session.scalars(select(Party.key).where(Party.tenant_id == one)).all() == [one]


def samverk(command: list[str], folder: Path, **given: str) -> tuple[int, str, str]:
    """Run the command line as an operator does; return (exit code, output, errors)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    done = subprocess.run(
        [sys.executable, "-m", "samverk.cli", *command, "--data", str(folder)],
        env=environment | given, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_an_operator_sets_up_postgresql_with_two_roles(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create_database(f"operator_{os.getpid()}")
    app, owner = {"SAMVERK_DATABASE_URL": url}, {"SAMVERK_OWNER_URL": owners(url)}

    assert samverk(["serve"], tmp_path, **app)[::2] == (
        2,
        "The database lacks the newest tables; run 'samverk migrate' with SAMVERK_OWNER_URL set.\n",
    )
    assert samverk(["migrate"], tmp_path, **app)[::2] == (
        2,
        "Set SAMVERK_OWNER_URL to the database as its owner: the application's role cannot change tables.\n",
    )
    code, _said, refused = samverk(["migrate"], tmp_path, SAMVERK_DATABASE_URL=owners(url), **owner)
    assert (code, "name the same role" in refused) == (2, True)
    assert samverk(["migrate"], tmp_path, **app, **owner) == (0, "up to date\n", "")
    assert samverk(["migrate", "--check"], tmp_path, **app)[0] == 0
    code, said, _errors = samverk(["doctor"], tmp_path, **app)
    assert (code, "row security: ok" in said) == (0, True), said
    code, said, _errors = samverk(["doctor"], tmp_path, SAMVERK_DATABASE_URL=owners(url))
    assert (code, "row security: the role samverk_owner owns" in said) == (1, True), said
    code, _said, refused = samverk(["serve"], tmp_path, SAMVERK_DATABASE_URL=owners(url))
    assert (code, refused.count("\n"), "not safe to serve" in refused) == (2, 1, True), refused
