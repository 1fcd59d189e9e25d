"""The log as the frame of a request knows it: called once a request that changed something, or that an auditor read.

`app` gives it to the wrapper; what an entry holds is `service.py`'s.
"""

from dataclasses import dataclass, replace

from samverk.audit import service
from samverk.audit.anchors import Anchors
from samverk.database import Database
from samverk.web.call import Call

READERS = frozenset({"auditor"})


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one process."""

    anchors: Anchors

    def written(self, call: Call) -> None:
        """Add the entry of a request in its own transaction; nothing changed, nothing is added."""
        scope = call.scope
        scope.flush()
        if not scope.session.changes.rows:
            return
        head = service.append(scope, call.route.action, call.route.name, _subject(call))
        if head.previous_at is None or head.previous_at.date() < scope.now.date():
            # The first entry of a day: its hash is kept outside once it stands.
            tenant, day = scope.tenant_id, scope.now.date()
            scope.session.info.setdefault("afterwards", []).append(
                lambda _database: self.anchors.keep(tenant, day, head.seq, head.hash)
            )

    def read(self, call: Call) -> None:
        """Let a page that an auditor opened be logged before it is shown (a role that reads is always seen to)."""
        roles = {grant.role for grant in call.scope.actor.grants}
        if roles and roles <= READERS:
            call.session.info.setdefault("afterwards", []).append(lambda database: self._log_reading(database, call))

    def _log_reading(self, database: Database, call: Call) -> None:
        with database.tenant(call.scope.tenant_id, write=True) as session:
            scope = replace(call.scope, session=session)
            service.append(scope, "read", call.route.name, _subject(call))


def _subject(call: Call) -> str | None:
    """Return what a request is about: the last id of its address, with its kind."""
    ids = [(name, value) for name, value in call.path.items() if name.endswith("_id")]
    return f"{ids[-1][0].removesuffix('_id')}/{ids[-1][1]}" if ids else None
