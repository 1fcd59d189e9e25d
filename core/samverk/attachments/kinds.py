"""What a file is, by its first bytes and its ending, which must agree; what is in a zip is counted before it is opened.

Pure: nothing is unpacked. Source: security rule 44; limits 200 entries, 100 MB, ratio 100, no zip in a zip.
"""

import io
import re
import zipfile
from dataclasses import dataclass

MOST_ENTRIES, MOST_BYTES, MOST_RATIO = 200, 100_000_000, 100
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "odt": f"{_ODF}.text",
    "ods": f"{_ODF}.spreadsheet",
    "odp": f"{_ODF}.presentation",
}
"""Endings that are taken, with the type that is kept."""
_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_STARTS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
_ACTIVE = re.compile(
    r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml)$|\.(?:exe|dll|js|vbs|scr|bat|cmd|ps1|jar)$", re.IGNORECASE
)
_ZIPPED = re.compile(r"\.(?:zip|7z|rar|gz|bz2|xz|docx|xlsx|pptx|od[tsp])$", re.IGNORECASE)


class NotTaken(ValueError):
    """A file that is not taken; `args[0]` says why: `type`, `content`, `empty`, `active`, `bomb` or `broken`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is."""

    ending: str
    media_type: str


def identify(name: str, content: bytes) -> Kind:
    """Return what a file is. Raises NotTaken.

    >>> identify("minutes.pdf", b"%PDF-1.7 ...").media_type
    'application/pdf'
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in TYPES:
        raise NotTaken("type")
    if not content:
        raise NotTaken("empty")
    if ending in _STARTS:
        if not content.startswith(_STARTS[ending]):
            raise NotTaken("content")
    elif ending in ("txt", "csv"):
        _check_text(content)
    else:
        _check_zip(ending, content)
    return Kind(ending, TYPES[ending])


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTaken("content") from error
    if any(ord(letter) < 32 and letter not in "\t\n\r" for letter in text):
        raise NotTaken("content")


def _check_zip(ending: str, content: bytes) -> None:
    if not content.startswith(b"PK\x03\x04"):
        raise NotTaken("content")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            entries = file.infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise NotTaken("broken") from error
    names = [entry.filename for entry in entries]
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = any(entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or too_dense:
        raise NotTaken("bomb")
    if any(_ACTIVE.search(one) for one in names):
        raise NotTaken("active")
    if any(_ZIPPED.search(one) for one in names):
        raise NotTaken("bomb")
    if any(one.startswith(("/", "\\")) or ".." in one.split("/") for one in names):
        raise NotTaken("broken")
    folder = _FOLDERS.get(ending)
    if folder is not None:
        fits = "[Content_Types].xml" in names and any(one.startswith(folder) for one in names)
    else:
        fits = names[:1] == ["mimetype"] and TYPES[ending].encode() in content[:200]
    if not fits:
        raise NotTaken("content")
