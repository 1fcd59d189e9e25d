"""Retention: what the dry run lists is what goes, a region under legal hold stays, every table has its rule."""

import datetime as dt
import os
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import insert, select

from samverk.audit import service as audit
from samverk.audit.model import AuditEntry
from samverk.database import Database
from samverk.membership.model import Invitation
from samverk.outbox.model import Message
from samverk.people.model import ApiToken, Attempt, PasswordReset, Person, SignIn
from samverk.safekeeping import classes, keeping, retention
from samverk.safekeeping.retention import Item
from samverk.tables import new_id
from samverk.tenants import legal_hold
from samverk.tenants import service as tenants
from samverk.tenants.model import IdempotencyKey
from tests.installation import Installation

NOW = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def test_every_table_has_a_rule_and_every_rule_a_table() -> None:
    found = {table.name: keeping.keeping(table).key for table in classes.every_table()}

    assert set(found.values()) == set(keeping.KEEPINGS)
    assert {name for name, key in found.items() if keeping.KEEPINGS[key].days is not None} == {
        "api_token", "attempt", "idempotency_key", "invitation", "letter", "mail_due", "message", "password_reset",
        "sign_in",
    }  # fmt: skip
    assert keeping._NAMED.keys() - found.keys() == set()


def test_who_somebody_is_at_a_provider_is_kept_as_their_account() -> None:
    table = next(table for table in classes.every_table() if table.name == "provider_identity")

    assert keeping.keeping(table).key == "account"


def test_every_column_has_a_class() -> None:
    assert {keeping.class_of(table, column) for table in classes.every_table() for column in table.columns} == {
        "public", "internal", "personal", "secret",
    }  # fmt: skip
    named = {
        f"{table.name}.{column.name}"
        for table in classes.every_table()
        for column in table.columns
        if keeping.class_of(table, column) == "secret"
    }
    assert named == {
        "person.password_hash", "sign_in.secret_hash", "sign_in.csrf", "api_token.secret_hash",
        "invitation.secret_hash", "password_reset.secret_hash", "recovery_code.code_hash", "second_factor.secret",
    }  # fmt: skip


@pytest.fixture
def aged(installation: Installation) -> tuple[Installation, dict[str, set[str]]]:
    """Two regions with rows just past and just before every age, on each engine; {slug or "-": ids that are due}."""
    due: dict[str, set[str]] = {"-": set(), "alpha": set(), "beta": set()}
    for slug in ("alpha", "beta"):
        installation.add_tenant("kobyt", slug=slug)
        with installation.scope(slug) as scope:
            person = scope.session.scalars(select(Person.id).where(Person.email == f"member@{slug}.example")).one()
            for table, moment, days, more in _of_region(person):
                due[slug] |= _around(scope, table, moment, days, more | {"tenant_id": scope.tenant_id})
            tokens = {"person_id": person, "tenant_id": scope.tenant_id, "created_at": NOW - 2000 * DAY}
            _around(scope, ApiToken, "expires_at", 90, tokens)
    with installation.database.platform("age", write=True) as session:
        for table, moment, days, more in (
            (Attempt, "at", 1, {"who": "account:x"}),
            (PasswordReset, "expires_at", 90, {"person_id": person, "created_at": NOW - 2000 * DAY}),
            (SignIn, "ended_at", 90, {"person_id": person, "csrf": "c", "created_at": NOW, "seen_at": NOW}),
        ):
            due["-"] |= _around_in(session, table, moment, days, more)
        due["-"] |= {one for (one,) in session.execute(select(ApiToken.id).where(ApiToken.expires_at < NOW - 90 * DAY))}
    return installation, due


def _of_region(person: str) -> list[tuple[Any, str, int, dict[str, Any]]]:
    mail = {
        "person_id": person, "kind": "x", "address": "a@b", "locale": "nn", "title": "t", "body": "b", "attempts": 1,
        "created_at": NOW - 3000 * DAY, "not_before": NOW,
    }  # fmt: skip
    key = {"person_id": person, "route": "r", "body_hash": "h", "status": 200, "body": "{}", "headers": {}}
    return [
        (IdempotencyKey, "created_at", 7, key),
        (Message, "sent_at", 730, mail | {"state": "sent"}),
        (Invitation, "expires_at", 90, {"email": "a@b", "role": "member", "created_at": NOW - 2000 * DAY}),
    ]


def _around(scope: Any, table: Any, moment: str, days: int, more: dict[str, Any]) -> set[str]:
    return _around_in(scope.session, table, moment, days, more)


def _around_in(session: Any, table: Any, moment: str, days: int, more: dict[str, Any]) -> set[str]:
    """Insert three rows: one that is due, one a second younger, one that waits for nothing; return the due one's id."""
    ids = []
    for age in (days * DAY + dt.timedelta(seconds=1), days * DAY, dt.timedelta(0)):
        values = {"id": new_id(), moment: NOW - age} | more
        for name in ("secret_hash", "key", "occasion"):
            if name in table.__table__.c:
                values[name] = new_id()
        session.execute(insert(table.__table__).values(**values))
        ids.append(values["id"])
    return {ids[0]}


def test_what_the_dry_run_lists_is_what_goes(aged: tuple[Installation, dict[str, set[str]]]) -> None:
    installation, due = aged
    before = everything(installation)

    listed = retention.plan(installation.database, NOW)
    assert everything(installation) == before
    done = retention.run(installation.database, NOW)

    assert done == listed
    assert {slug: {one.id for one in listed if (one.slug or "-") == slug} for slug in due} == due
    after = everything(installation)
    gone = {(table, one) for table, rows in before.items() for one in rows.keys() - after[table].keys()}
    changed = {(t, one) for t, rows in after.items() for one, row in rows.items() if before[t].get(one, row) != row}
    assert gone == {(item.table, item.id) for item in listed if item.act == "delete"}
    assert changed == {(item.table, item.id) for item in listed if item.act == "empty"}
    assert retention.plan(installation.database, NOW) == ()
    for slug in ("alpha", "beta"):
        with installation.scope(slug) as scope:
            entries = select(AuditEntry.action, AuditEntry.operation).where(AuditEntry.tenant_id == scope.tenant_id)
            assert [tuple(row) for row in scope.session.execute(entries)] == [("operate", "retention")]
            assert audit.verify(scope.session, scope.tenant_id)[0] == ()


def everything(installation: Installation) -> dict[str, dict[str, Any]]:
    """Return {table: {id: row}} of the tables that retention knows, of all regions."""
    found: dict[str, dict[str, Any]] = {}
    for slug in ("alpha", "beta"):
        with installation.scope(slug) as scope:
            for table in (IdempotencyKey, Invitation, Message):
                query = select(table.__table__).where(table.tenant_id == scope.tenant_id)
                found.setdefault(table.__tablename__, {}).update(
                    {row["id"]: dict(row) for row in scope.session.execute(query).mappings()}
                )
    with installation.database.platform("look") as session:
        for table in (Attempt, PasswordReset, SignIn, ApiToken):
            rows = session.execute(select(table.__table__)).mappings()
            found[table.__tablename__] = {row["id"]: dict(row) for row in rows}
    return found


def test_a_region_under_legal_hold_is_not_touched(aged: tuple[Installation, dict[str, set[str]]]) -> None:
    installation, _due = aged
    with installation.database.platform("hold", write=True) as session:
        legal_hold.hold(session, "alpha", "a case at court", NOW)
        own = tenants.find(session, "alpha").id
        tokens = set(session.scalars(select(ApiToken.id).where(ApiToken.tenant_id == own)))
    before = everything(installation)

    done = retention.run(installation.database, NOW)

    assert {item.slug for item in done} == {None, "beta"}
    assert {item.id for item in done} & tokens == set()
    after = everything(installation)
    with installation.scope("alpha") as scope:
        for table in (IdempotencyKey, Invitation, Message):
            ids = scope.session.scalars(select(table.id).where(table.tenant_id == scope.tenant_id)).all()
            assert [after[table.__tablename__][one] for one in ids] == [before[table.__tablename__][one] for one in ids]


def test_the_command_lists_deletes_at_the_same_moment_and_wants_to_be_told_which(embedded: Installation) -> None:
    embedded.add_tenant("kobyt", slug="alpha")
    with embedded.scope("alpha") as scope:
        row = IdempotencyKey(
            id=new_id(), person_id=None, route="r", key="k", body_hash="h", status=200, body="{}", headers={},
            created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        )  # fmt: skip
        scope.add(row)
    data = str(embedded.settings.data)
    line = f"{Item('alpha', 'delete', 'idempotency_key', row.id)}\n"

    nothing, both = command("retention", "--data", data), command("retention", "--run", "--dry-run", "--data", data)
    listed = command("retention", "--dry-run", "--at", "2020-01-09T00:00:00Z", "--data", data)
    early = command("retention", "--run", "--at", "2020-01-07T00:00:00Z", "--data", data)
    wrong = command("retention", "--run", "--at", "yesterday", "--data", data)
    done = command("retention", "--run", "--at", "2020-01-09T00:00:00Z", "--data", data)

    assert [one.returncode for one in (nothing, both, wrong)] == [2, 2, 2]
    assert (listed.stdout, listed.stderr) == (line, "1 rows due at 2020-01-09T00:00:00+00:00\n")
    assert early.stdout == ""
    assert (done.stdout, done.stderr) == (line, "1 rows done at 2020-01-09T00:00:00+00:00\n")
    assert retention.plan(Database(embedded.database.url, threads=1), dt.datetime(2020, 1, 9, tzinfo=dt.UTC)) == ()


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMVERK_")}
    return subprocess.run(
        [sys.executable, "-m", "samverk.cli", *arguments], capture_output=True, text=True, env=kept, timeout=60
    )
