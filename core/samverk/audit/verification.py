"""The whole check of all logs of an installation, as the command line asks for it.

What is checked is `service.verify`'s and `anchors`'s.
"""

from dataclasses import dataclass

from samverk.audit import service
from samverk.audit.anchors import Anchors
from samverk.audit.chain import Fault
from samverk.database import Database
from samverk.settings import Settings
from samverk.tenants import service as tenants

WORDS = {
    "gap": "entry {seq} is missing or out of order",
    "changed": "entry {seq} is not what it was when it was added",
    "cut": "entry {seq} does not follow the one before it",
    "head": "the log does not end at entry {seq} as it should",
    "anchor": "entry {seq} is not the one whose hash was kept outside the database",
    "actor": "a name stands at entries that are another person's",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What the check of one tenant's log found."""

    slug: str
    entries: int
    faults: tuple[Fault, ...]

    @property
    def words(self) -> str:
        if not self.faults:
            return f"{self.slug}: {self.entries} entries, no faults"
        lines = [f"{self.slug}: {WORDS[fault.kind].format(seq=fault.seq)}" for fault in self.faults]
        return "\n".join(lines)


def verify_all(settings: Settings) -> tuple[Report, ...]:
    """Check the log of every tenant."""
    database, anchors = Database(settings.database_url, threads=1), Anchors(settings.data / "audit-heads")
    try:
        found = []
        for tenant, session in tenants.in_each(database, "verify the audit logs"):
            faults, hashes = service.verify(session, tenant.id)
            found.append(Report(tenant.slug, len(hashes), (*faults, *anchors.check(tenant.id, hashes))))
        return tuple(found)
    finally:
        database.dispose()
