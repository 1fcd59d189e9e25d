"""The log as the frame of a request knows it: called once a request that changed something, or that an auditor read.

`app` gives it to the wrapper; what an entry holds is `service.py`'s.
"""

from dataclasses import dataclass, replace

from samverk.audit import service
from samverk.audit.anchors import Anchors
from samverk.audit.model import AuditHead
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
        last_at = service.append(scope, call.route.action, call.route.name, _subject(call))
        if last_at is None or last_at.date() < scope.now.date():
            # The first entry of a day: the head is kept outside once it stands.
            scope.session.info.setdefault("afterwards", []).append(lambda database: self._anchor(database, call))

    def read(self, call: Call) -> None:
        """Let a page that an auditor opened be logged before it is shown (a role that reads is always seen to)."""
        roles = {grant.role for grant in call.scope.actor.grants}
        if roles and roles <= READERS:
            call.session.info.setdefault("afterwards", []).append(lambda database: self._log_reading(database, call))

    def _log_reading(self, database: Database, call: Call) -> None:
        with database.tenant(call.scope.tenant_id, write=True) as session:
            scope = replace(call.scope, session=session)
            service.append(scope, "read", call.route.name, _subject(call))

    def _anchor(self, database: Database, call: Call) -> None:
        tenant_id = call.scope.tenant_id
        with database.tenant(tenant_id, write=False) as session:
            head = session.get(AuditHead, (tenant_id, tenant_id))
            assert head is not None
            self.anchors.keep(tenant_id, call.now.date(), head.seq, head.hash)


def _subject(call: Call) -> str | None:
    """Return what a request is about: the last id of its address, with its kind."""
    ids = [(name, value) for name, value in call.path.items() if name.endswith("_id")]
    return f"{ids[-1][0].removesuffix('_id')}/{ids[-1][1]}" if ids else None
