"""Writes docs/security.md from docs/asvs.toml: each requirement with what meets it. A test holds it and every link."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCE, OUT = ROOT / "docs" / "asvs.toml", ROOT / "docs" / "security.md"
CHAPTERS = {
    1: "Encoding and sanitization", 2: "Validation and business logic", 3: "Web front end", 4: "Interface and protocol",
    5: "Files", 6: "Authentication", 7: "Sessions", 8: "Authorization", 9: "Self-contained tokens",
    10: "OAuth and OIDC", 11: "Cryptography", 12: "Communication", 13: "Configuration", 14: "Data protection",
    15: "Code and architecture", 16: "Logging and errors", 17: "WebRTC",
}  # fmt: skip
HEAD = """# Security

Made from `docs/asvs.toml` by `python scripts/security_doc.py`; do not edit by hand.

## What holds it

Two nets under isolation: the guard, which refuses a statement without its tenant just before the cursor (ADR 0002),
and PostgreSQL's row security (ADR 0006). One table of who may do what (`docs/permissions.md`), asked by routes and
services. One frame round every request. Probes made from the route table (`tests/probes`), with faults built in that
they must find. A log of changes that cannot be rewritten unseen (`docs/operate.md`). Plugins in processes of their
own (`docs/hooks.md`).

What is made with what: passwords argon2id (19 MiB, two passes); sessions, tokens and links 256 bits of chance or an
HMAC of the installation's secret, stored as SHA-256; second factors encrypted with AES-256-GCM under a key derived
from the secret and bound to their person; content hashes and the log SHA-256 over canonical JSON; ID tokens of
providers RS256, ES256 or PS256.

Components are locked with hashes in `requirements.lock` and `core/assets/package-lock.json`. Known weaknesses:
critical within 7 days, others within 30; everything else is renewed with `make lock` at least every quarter.

## OWASP ASVS 5.0, levels 1 and 2

"""
KINDS = {"test": "test", "document": "document", "operator": "operator's duty", "none": "does not apply"}


def requirements() -> dict[str, dict[str, Any]]:
    return tomllib.loads(SOURCE.read_text("utf-8"))


def document() -> str:
    """Return the page."""
    found = requirements()
    counts = Counter(one["kind"] for one in found.values())
    applicable = len(found) - counts["none"]
    lines = [
        HEAD + f"{len(found)} requirements, {applicable} apply: {counts['test']} are held by a test,"
        f" {counts['document']} by a document, {counts['operator']} are the operator's duty. Numbers and levels are"
        " OWASP's (CC BY-SA 4.0); the words are ours and say what is done, not what is required.",
    ]
    chapter = 0
    for number, one in found.items():
        if int(number.partition(".")[0]) != chapter:
            chapter = int(number.partition(".")[0])
            lines += [
                "",
                f"### {chapter} {CHAPTERS[chapter]}",
                "",
                "| no. | level | how | what | where |",
                "| --- " * 5 + "|",
            ]
        link = one.get("link", "")
        file = link.partition("::")[0]
        target = f"[`{link}`](../{file})" if link else ""
        lines.append(f"| {number} | {one['level']} | {KINDS[one['kind']]} | {one['words']} | {target} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    OUT.write_text(document(), "utf-8")
