"""Everything that is stored about one person, as one file of JSON for that person; secrets are left out.

Which rows name a person is `person_rows.py`'s.
"""

import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table

from samverk.database import Database, Unit
from samverk.errors import SettingsError
from samverk.safekeeping import classes, person_rows, rows
from samverk.safekeeping.person_rows import Known
from samverk.tenants import service as tenants


def write(database: Database, email: str, target: Path, now: dt.datetime) -> int:
    """Write the file; return how many rows it holds. Raises SettingsError."""
    if target.exists():
        raise SettingsError(f"There is a file {target} already; name another, or move it away.")
    with database.platform("what is stored about a person") as session:
        person, every = person_rows.find(session, email), tenants.every(session)
        installation = _tables(session, classes.tables_of("installation"), person, None)
    regions: dict[str, Any] = {}
    for tenant in every:
        with database.tenant(tenant.id, write=False) as session:
            found = _tables(session, classes.tables_of("tenant"), person, tenant.id)
        if found:
            regions[tenant.slug] = found
    content = {"format": 1, "at": rows.outward(now), "installation": installation, "regions": regions}
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")
    return sum(len(found) for part in (installation, *regions.values()) for found in part.values())


def _tables(
    session: Unit, tables: tuple[Table, ...], person: Known, tenant_id: str | None
) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in tables:
        if named := [
            {name: _plain(value) for name, value in row.items()}
            for row in person_rows.rows_of(session, table, person, tenant_id)
        ]:
            found[table.name] = named
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; of a printed document its size and hash, for it stands on the page itself."""
    if isinstance(value, bytes | memoryview):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return rows.outward(value)
