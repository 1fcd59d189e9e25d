"""Where the bytes of attachments lie: one folder a tenant, names that tell nothing, whole before they are named.

Which file is whose is a row of `model.py`.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


class Damaged(OSError):
    """A file is missing, or is not what it was when it was stored."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of the files."""

    folder: Path

    def put(self, tenant_id: str, name: str, content: bytes) -> None:
        """Write a file whole, then give it its name; it reaches the disk before the row that names it."""
        path = self._path(tenant_id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)

    def get(self, tenant_id: str, name: str, content_hash: str) -> bytes:
        """Return the bytes of a file. Raises Damaged when they are not those of the hash."""
        try:
            content = self._path(tenant_id, name).read_bytes()
        except FileNotFoundError as error:
            raise Damaged("the file is missing") from error
        if hashlib.sha256(content).hexdigest() != content_hash:
            raise Damaged("the file was changed")
        return content

    def drop(self, tenant_id: str, name: str) -> None:
        self._path(tenant_id, name).unlink(missing_ok=True)

    def _path(self, tenant_id: str, name: str) -> Path:
        return self.folder / tenant_id / name[-2:] / name
