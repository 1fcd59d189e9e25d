"""Row-level security of PostgreSQL: the policies of every table, the rights of the application's role, what is wrong.

Worked out from the kinds of tables in the metadata, so that no new table can be forgotten; laid on by the owner at
the end of every migration, in its transaction; looked at before anything is served (security rules 10, 11, 13, 15).
Binding a transaction to its tenant is `database`'s.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, text

from samverk.errors import SettingsError
from samverk.models import metadata
from samverk.tables import Reach

TENANT = "NULLIF(current_setting('samverk.tenant', true), '')::uuid"
OWN = f"tenant_id = {TENANT}"
UNBOUND = f"{TENANT} IS NULL"
AUDIT_ROLE, BACKUP_ROLE = "samverk_audit", "samverk_backup"
_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def policies(table: Table) -> dict[str, tuple[str, str | None, str | None]]:
    """Return {name: (command, USING, WITH CHECK)} of a table; reference tables have none."""
    match table.info["kind"]:
        case "tenant":
            return {"own_tenant": ("ALL", OWN, OWN)}
        case "installation":
            return _of_reach(table, table.info["reach"])
        case _:
            return {}


def _of_reach(table: Table, reach: Reach) -> dict[str, tuple[str, str | None, str | None]]:
    match reach.kind:
        case "unbound":
            outside: dict[str, tuple[str, str | None, str | None]] = {"outside_tenants": ("ALL", UNBOUND, UNBOUND)}
            return outside | ({"added": ("INSERT", None, "true")} if reach.may_add else {})
        case "tenant":
            rule = f"{UNBOUND} OR {reach.column} = {TENANT}"
            return {"own_tenant": ("ALL", rule, rule)}
        case "people":
            held = f"role_grant.tenant_id = {TENANT} AND role_grant.person_id = {table.name}.{reach.column}"
            rule = f"{UNBOUND} OR EXISTS (SELECT 1 FROM role_grant WHERE {held})"  # noqa: S608 - our own names
            if not reach.is_known_by_name:
                return {"own_people": ("ALL", rule, rule)}
            return {
                "known_by_name": ("SELECT", "true", None),
                "invited": ("INSERT", None, "true"),
                "own_people": ("UPDATE", rule, rule),
                "own_people_end": ("DELETE", rule, None),
            }


def rights(table: Table) -> str:
    """Return what the application may do with the rows of a table."""
    if table.info["kind"] == "reference":
        return "SELECT"
    return "SELECT, INSERT" if table.info.get("only_added") else "SELECT, INSERT, UPDATE, DELETE"


def statements(app_role: str, known_roles: frozenset[str]) -> Iterator[str]:
    """Yield what the owner must say, in order; saying it again changes nothing."""
    if not _PLAIN.fullmatch(app_role):
        raise SettingsError(
            f"The role {app_role!r} of SAMVERK_DATABASE_URL must be small letters, digits and underscores."
        )
    others = [role for role in (AUDIT_ROLE, BACKUP_ROLE) if role in known_roles]
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    for role in (app_role, *others):
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT SELECT ON alembic_version TO {', '.join((app_role, *others))}"
    for table in metadata.sorted_tables:
        name = table.name
        yield f"REVOKE ALL ON {name} FROM PUBLIC, {app_role}"
        yield f"GRANT {rights(table)} ON {name} TO {app_role}"
        if BACKUP_ROLE in known_roles:
            yield f"GRANT SELECT ON {name} TO {BACKUP_ROLE}"
        if AUDIT_ROLE in known_roles and table.info.get("only_added"):
            yield f"GRANT INSERT ON {name} TO {AUDIT_ROLE}"
        wanted = policies(table)
        if not wanted:
            continue
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        for policy, (command, using, check) in wanted.items():
            yield f"DROP POLICY IF EXISTS {policy} ON {name}"
            parts = [f"CREATE POLICY {policy} ON {name} FOR {command}"]
            parts += [f"USING ({using})"] if using else []
            parts += [f"WITH CHECK ({check})"] if check else []
            yield " ".join(parts)


def lay_on(connection: Connection, app_role: str) -> None:
    """Give every table its policies, and the application's role its rights. The connection is the owner's."""
    if app_role == connection.exec_driver_sql("SELECT current_user").scalar():
        raise SettingsError(
            "SAMVERK_OWNER_URL and SAMVERK_DATABASE_URL name the same role; the application must not own the tables."
        )
    roles = frozenset(row[0] for row in connection.exec_driver_sql("SELECT rolname FROM pg_roles"))
    if app_role not in roles:
        raise SettingsError(f"There is no role {app_role!r} in the database; create it as docs/operate.md says.")
    for statement in statements(app_role, roles):
        connection.exec_driver_sql(statement)


def take_off(connection: Connection) -> None:
    """Lay everything off for a migration, which changes rows of all tenants and drops what policies name."""
    for table, policy in connection.exec_driver_sql(
        "SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'"
    ).all():
        connection.exec_driver_sql(f'DROP POLICY "{policy}" ON "{table}"')
    for (table,) in connection.exec_driver_sql(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity"
    ).all():
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')


def faults(connection: Connection) -> tuple[str, ...]:
    """Return what makes the database unsafe for the role that is connected, each in words; empty when all is well."""
    return (*_of_role(connection), *_of_rights(connection), *_of_policies(connection), *_of_views(connection))


def _of_role(connection: Connection) -> Iterator[str]:
    role, is_superuser, passes_by = connection.execute(
        text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    ).one()
    if is_superuser:
        yield f"the role {role} is a superuser"
    if passes_by:
        yield f"the role {role} may pass by row security (BYPASSRLS)"
    owned = connection.execute(
        text(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND pg_has_role(current_user, c.relowner, 'MEMBER') ORDER BY 1"
        )
    ).scalars()
    if names := list(owned):
        yield f"the role {role} owns {_some(names)}"


def _of_rights(connection: Connection) -> Iterator[str]:
    for right in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        found = connection.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
                " AND has_table_privilege(current_user, c.oid, :right) ORDER BY 1"
            ),
            {"right": right},
        ).scalars()
        if names := list(found):
            yield f"the application has {right} on {_some(names)}"
    for table in metadata.sorted_tables:
        for right in {"SELECT", "INSERT", "UPDATE", "DELETE"} - set(rights(table).split(", ")):
            known: Any = connection.execute(
                text("SELECT to_regclass(:name), has_table_privilege(current_user, to_regclass(:name), :right)"),
                {"name": table.name, "right": right},
            ).one()
            if known[1]:
                yield f"the application has {right} on {table.name}"


def _of_policies(connection: Connection) -> Iterator[str]:
    switched = {
        name: (enabled, forced)
        for name, enabled, forced in connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c"
                " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            )
        )
    }
    found: dict[str, dict[str, tuple[str, str | None, str | None]]] = {}
    for table, policy, permissive, command, using, check in connection.execute(
        text("SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies")
    ):
        kind = command if permissive == "PERMISSIVE" else f"{command} {permissive}"
        found.setdefault(table, {})[policy] = (kind, _plain(using), _plain(check))
    for table in metadata.sorted_tables:
        wanted = {name: (c, _plain(u), _plain(k)) for name, (c, u, k) in policies(table).items()}
        if not wanted:
            continue
        if switched.get(table.name) != (True, True):
            yield f"row security is not enabled and forced on {table.name}"
        if found.get(table.name, {}) != wanted:
            yield f"the policies of {table.name} are not those of this version"


def _of_views(connection: Connection) -> Iterator[str]:
    """Views run with their owner's rights, and so around the policies, unless they say otherwise (M13)."""
    for name, kind, options in connection.execute(
        text(
            "SELECT c.relname, c.relkind, coalesce(c.reloptions::text, '') FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')"
        )
    ):
        if kind == "m":
            yield f"the materialized view {name} shows the rows of all tenants"
        elif "security_invoker=true" not in options:
            yield f"the view {name} runs with the rights of its owner"
    for (name,) in connection.execute(
        text(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'"
            " AND p.prosecdef AND NOT coalesce(array_to_string(p.proconfig, ','), '') LIKE '%search_path=%'"
        )
    ):
        yield f"the function {name} runs with the rights of its owner and without a fixed search_path"


def _plain(rule: str | None) -> str | None:
    """Return a rule without what PostgreSQL adds when it prints one: casts of literals, brackets, white space."""
    if rule is None:
        return None
    return re.sub(r"[\s()]|::text", "", rule).lower()


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
