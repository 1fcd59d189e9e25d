"""Multipart bodies, for the few routes that take files: fields and files, within limits, names made harmless.

Which kinds of files are taken is decided where they are kept. Source: security rules 33 and 44, measured trap M8.
"""

import io
import re
import unicodedata
from dataclasses import dataclass

from samverk.web.body import BadBody, clean

MAX_UPLOAD = 25_000_000
MAX_PARTS = 20
MULTIPART = "multipart/form-data"
_BAD = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff<>:\"|?*]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent: `name` is for people only, never a path."""

    name: str
    content: bytes


def harmless_name(sent: str) -> str:
    """Return a file name without folders, controls and characters that turn the direction of a line.

    >>> harmless_name("../../etc/passwd"), harmless_name("C:\\\\tmp\\\\møte\\r\\nX: y.pdf")
    ('passwd', 'møteX y.pdf')
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    name = _BAD.sub("", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if dot else name[:100]


def parts(body: bytes, content_type: str) -> tuple[dict[str, tuple[str, ...]], tuple[Upload, ...]]:
    """Read a multipart body: ({field: values}, files). Raises BadBody: 400, 413 or 415."""
    import multipart  # only routes that take files need it

    kind, options = multipart.parse_options_header(content_type)
    if kind.lower() != MULTIPART or not options.get("boundary"):
        raise BadBody(415, f"A file is sent as {MULTIPART}.")
    parser = multipart.MultipartParser(
        io.BytesIO(body),
        options["boundary"],
        len(body),
        strict=True,
        part_limit=MAX_PARTS,
        spool_limit=MAX_UPLOAD + 1,
        memory_limit=MAX_UPLOAD + 1_000_000,
        disk_limit=0,
    )
    fields: dict[str, tuple[str, ...]] = {}
    files: list[Upload] = []
    try:
        for part in parser:
            if part.filename is not None:
                # A browser sends an empty part where no file was chosen.
                if part.filename or part.raw:
                    files.append(Upload(harmless_name(part.filename), part.raw))
            else:
                name = clean(part.name)
                fields[name] = (*fields.get(name, ()), clean(part.raw.decode("utf-8")))
    except multipart.ParserLimitReached as error:
        raise BadBody(
            413, f"There are more than {MAX_PARTS} parts, or they are larger than {MAX_UPLOAD} bytes."
        ) from error
    except multipart.MultipartError as error:
        raise BadBody(400, "The parts of the body cannot be told apart.") from error
    except UnicodeDecodeError as error:
        raise BadBody(400, "The text is not valid UTF-8.") from error
    return fields, tuple(files)
