"""Every row of a database of either engine as the engine itself holds it, whatever the program would let be seen."""

from typing import Any

from sqlalchemy import MetaData, create_engine, select

from tests.postgres_server import ROLE

Rows = dict[str, tuple[tuple[Any, ...], ...]]
"""{table: its rows in a fixed order, values as text}."""
Columns = dict[str, list[str]]


def read(url: str, columns: Columns | None = None) -> tuple[str, Rows, Columns]:
    """Return the revision, the rows, and the columns of every table. Of `columns`, where given, only those are read."""
    # Neither the guard nor row security, which holds the owner too, shows the rows of every tenant.
    engine = create_engine(url.replace(f"://{ROLE}@", "://postgres@"))
    try:
        with engine.connect() as connection:
            known = MetaData()
            known.reflect(connection)
            revision = str(connection.execute(select(known.tables["alembic_version"].c.version_num)).scalar_one())
            there = {name: table.columns.keys() for name, table in known.tables.items() if name != "alembic_version"}
            found: Rows = {}
            for name, names in (columns or there).items():
                query = select(*(known.tables[name].c[column] for column in names))
                found[name] = tuple(sorted(tuple(map(str, row)) for row in connection.execute(query)))
            return revision, found, there
    finally:
        engine.dispose()
