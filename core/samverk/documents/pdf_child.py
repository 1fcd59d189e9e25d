"""The process that makes one PDF: JSON on standard input, PDF on standard output, a reason on standard error.

Takes no part in the product's own process, whose memory and time a document must not use up.
"""

import json
import resource
import sys
from pathlib import Path

import typst

CPU_SECONDS = 60
MEMORY_BYTES = 512 * 1024 * 1024
TEMPLATE = Path(__file__).parent / "templates" / "document.typ"
FONTS = Path(__file__).parents[1] / "static" / "vendor" / "fonts"


def main() -> int:
    """Compile what standard input holds ({"document", "labels", "issued"}) and return the exit status."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    data = sys.stdin.read()
    try:
        # Both standards are demanded, so a document that keeps them not is an error and no document. Nothing but
        # the template lies under the root, so nothing else can be read.
        made = typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            format="pdf",
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=json.loads(data)["timestamp"],
        )
    except typst.TypstError as fault:
        print(fault.diagnostic, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
