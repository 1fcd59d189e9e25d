"""Says quickly whether a database needs anything before it can be served; what it needs is done by `runner`.

The standard library only: importing Alembic and the tables would take longer than the rest of a start.
"""

import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from samverk.reference import packaged

_REVISION = re.compile(r'^(down_)?revision = (?:"([^"]+)"|None)', re.MULTILINE)


def newest_revisions() -> set[str]:
    """Return the revisions that no other one follows, read from the files."""
    given: set[str] = set()
    followed: set[str] = set()
    for file in resources.files("samverk.migrations").joinpath("versions").iterdir():
        if file.name.endswith(".py") and not file.name.startswith("__"):
            for is_down, name in _REVISION.findall(file.read_text("utf-8")):
                (followed if is_down else given).add(name)
    return given - followed


def is_ready(url: str) -> bool:
    """Say whether an embedded database has the newest revision and the packaged registers; any doubt is a no."""
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as connection:
            revisions = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
            registers = dict(connection.execute("SELECT name, checksum FROM register_version").fetchall())
    except sqlite3.Error:
        return False
    return revisions == newest_revisions() and registers == packaged.checksums()
