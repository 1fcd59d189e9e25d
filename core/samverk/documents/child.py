"""The process that makes one print: JSON on standard input, the file on standard output, a reason on standard error.

Takes no part in the product's own process, whose memory and time a document must not use up.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

CPU_SECONDS = 60
MEMORY_BYTES = {"pdf": 512 * 1024 * 1024, "docx": 1024 * 1024 * 1024}
TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
FONTS = Path(__file__).parents[1] / "static" / "vendor" / "fonts"


def _pdf(data: str) -> bytes:
    import typst

    # Both standards are demanded, so a document that keeps them not is an error and no document. Nothing but the
    # template lies under the root, so nothing else can be read.
    made: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        format="pdf",
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=json.loads(data)["timestamp"],
    )
    return made


def _docx(data: str) -> bytes:
    from samverk.documents.docx import print_docx
    from samverk.documents.tree import PrintLabels, from_plain

    given: dict[str, Any] = json.loads(data)
    issued_at = datetime.fromtimestamp(given["timestamp"], UTC)
    return print_docx(from_plain(given["document"]), PrintLabels(**given["labels"]), issued_at=issued_at)


def main(kind: str) -> int:
    """Print what standard input holds ({"document", "labels", "issued", "timestamp"}) and return the exit status."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES[kind], MEMORY_BYTES[kind]))
    data = sys.stdin.read()
    try:
        made = _pdf(data) if kind == "pdf" else _docx(data)
    except Exception as fault:
        print(getattr(fault, "diagnostic", None) or f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
