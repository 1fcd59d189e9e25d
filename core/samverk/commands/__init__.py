"""The larger groups of commands, and what all commands share. `cli` puts them together.

Libraries are imported inside the commands: one that needs none of them starts without.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option(help="Folder of the embedded database and files.")]
DATA = Path("samverk-data")


def now() -> dt.datetime:
    """Return this moment; commands read the clock themselves, nothing below them does."""
    return dt.datetime.now(dt.UTC)
