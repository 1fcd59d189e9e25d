"""Three kinds of tables, and no fourth; keys of tenant tables begin with the tenant (decision 7)."""

import re

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint

from samverk.models import metadata

KINDS = {"tenant", "reference", "installation"}


def test_every_table_has_one_of_three_kinds() -> None:
    assert {
        name: table.info.get("kind") for name, table in metadata.tables.items() if table.info.get("kind") not in KINDS
    } == {}


def test_keys_of_tenant_tables_begin_with_the_tenant() -> None:
    wrong = []
    for name, table in metadata.tables.items():
        if table.info["kind"] != "tenant":
            continue
        if [column.name for column in table.primary_key] != ["tenant_id", "id"]:
            wrong.append(f"{name}: primary key")
        for constraint in table.constraints:
            columns = [column.name for column in constraint.columns]  # type: ignore[attr-defined]
            if isinstance(constraint, UniqueConstraint) and columns[0] != "tenant_id":
                wrong.append(f"{name}: unique {columns}")
            if isinstance(constraint, ForeignKeyConstraint):
                target = constraint.referred_table
                if target.info["kind"] == "tenant" and columns[0] != "tenant_id":
                    wrong.append(f"{name}: key {columns} to {target.name}")

    assert wrong == []


def test_reference_tables_point_at_no_tenant() -> None:
    wrong = [
        (name, key.referred_table.name)
        for name, table in metadata.tables.items()
        if table.info["kind"] == "reference"
        for key in table.foreign_key_constraints
        if key.referred_table.info["kind"] != "reference"
    ]

    assert wrong == []


def test_every_constraint_is_named() -> None:
    unnamed = [
        (name, type(constraint).__name__)
        for name, table in metadata.tables.items()
        for constraint in table.constraints
        if not re.match(r"(pk|fk|uq|ck)_", str(constraint.name))
    ]

    assert unnamed == []


def test_ids_are_of_one_type() -> None:
    types = {
        str(column.type)
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in ("id", "tenant_id") or column.name.endswith("_id")
    }

    assert types == {"VARCHAR(36)"}
