"""Adding, listing, reading and removing attachments. The caller has decided that the actor may.

The only writer of the table. A file that a scanner must see first is scanned with no transaction open (`scanning.py`).
"""

import datetime as dt
import hashlib

import msgspec
from sqlalchemy import ColumnElement, func, select

from samverk.attachments import kinds
from samverk.attachments.model import Attachment
from samverk.attachments.store import Store
from samverk.database import Unit
from samverk.errors import Invalid, NotFound, Problem
from samverk.i18n import N_, _
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.web.scanning import ScanFirst, Verdict
from samverk.web.uploads import Upload

MOST_OF_ONE = 20
REASONS = {
    "type": N_(
        "%(name)s is of a kind that is not taken."
        " Send PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG, text or CSV."
    ),
    "content": N_("%(name)s is not what its ending says."),
    "empty": N_("%(name)s is empty."),
    "active": N_("%(name)s holds macros or programs. Save it without them and send it again."),
    "bomb": N_("%(name)s unpacks to far more than it is, or holds packed files. Send the files one by one."),
    "broken": N_("%(name)s is damaged and cannot be opened."),
}


class AttachmentView(msgspec.Struct, frozen=True):
    id: str
    name: str
    media_type: str
    size: int
    content_hash: str
    added_at: dt.datetime
    added_by: str


_COLUMNS = (
    Attachment.id,
    Attachment.name,
    Attachment.media_type,
    Attachment.size,
    Attachment.content_hash,
    Attachment.added_at,
    Attachment.added_by,
)


def add(
    scope: Scope, store: Store, kind: str, object_id: str, files: tuple[Upload, ...], *, must_scan: bool = False
) -> tuple[str, ...]:
    """Keep files with an object; return their ids.

    Raises Invalid with every fault, and keeps none then; ScanFirst when a scanner has not seen them yet.
    """
    if not files:
        raise Invalid((Problem("/file", _("Choose a file."), field="file"),))
    problems, found = [], []
    for upload in files:
        try:
            found.append((upload, kinds.identify(upload.name, upload.content)))
        except kinds.NotTaken as error:
            problems.append(Problem("/file", _(REASONS[error.args[0]], name=upload.name or "?"), field="file"))
    known = scope.session.scalar(select(func.count()).select_from(Attachment).where(*_of(scope, kind, object_id)))
    if (known or 0) + len(files) > MOST_OF_ONE:
        problems.append(Problem("/file", _("There can be %(number)s files at most.", number=MOST_OF_ONE), field="file"))
    if not problems and must_scan:
        problems += _scanned(scope, files)
    if problems:
        raise Invalid(tuple(problems))
    return tuple(_keep(scope, store, kind, object_id, upload, one) for upload, one in found)


def _scanned(scope: Scope, files: tuple[Upload, ...]) -> list[Problem]:
    """Return what the scanner has against the files. Raises ScanFirst for those it has not seen."""
    verdicts: dict[str, Verdict] = scope.session.info.get("scanned", {})
    digests = {hashlib.sha256(one.content).hexdigest(): one for one in files}
    if unseen := {digest: one.content for digest, one in digests.items() if digest not in verdicts}:
        raise ScanFirst(unseen)
    words = {
        "refused": N_("The scanner of this installation refuses %(name)s."),
        "unknown": N_("%(name)s could not be scanned just now. Try again later."),
    }
    return [
        Problem("/file", _(words[verdicts[digest]], name=one.name), field="file")
        for digest, one in digests.items()
        if verdicts[digest] != "clean"
    ]


def _keep(scope: Scope, store: Store, kind: str, object_id: str, upload: Upload, what: kinds.Kind) -> str:
    row = Attachment(
        id=new_id(),
        about_kind=kind,
        about_id=object_id,
        name=upload.name,
        media_type=what.media_type,
        size=len(upload.content),
        content_hash=hashlib.sha256(upload.content).hexdigest(),
        stored_as=new_id(),
        added_at=scope.now,
        added_by=scope.actor.name,
    )
    # First the bytes, then the row: a row never names what is not there. What a rollback leaves is swept away.
    store.put(scope.tenant_id, row.stored_as, upload.content)
    scope.add(row)
    scope.flush()
    return row.id


def _of(scope: Scope, kind: str, object_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Attachment.tenant_id == scope.tenant_id,
        Attachment.about_kind == kind,
        Attachment.about_id == object_id,
        Attachment.removed_at.is_(None),
    )


def list_of(scope: Scope, kind: str, object_id: str) -> tuple[AttachmentView, ...]:
    """Return what belongs to an object, oldest first."""
    rows = scope.session.execute(
        select(*_COLUMNS).where(*_of(scope, kind, object_id)).order_by(Attachment.added_at, Attachment.id)
    )
    return tuple(AttachmentView(*row) for row in rows)


def read(scope: Scope, store: Store, kind: str, object_id: str, attachment_id: str) -> tuple[AttachmentView, bytes]:
    """Return an attachment of an object with its bytes. Raises NotFound, Damaged."""
    row = scope.session.execute(
        select(*_COLUMNS, Attachment.stored_as).where(*_of(scope, kind, object_id), Attachment.id == attachment_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    view = AttachmentView(*row[:-1])
    return view, store.get(scope.tenant_id, row.stored_as, view.content_hash)


def remove(scope: Scope, store: Store, kind: str, object_id: str, attachment_id: str) -> None:
    """Take an attachment away; its row stays with the day, its bytes go once that is stored. Raises NotFound."""
    row = scope.session.scalar(
        select(Attachment).where(*_of(scope, kind, object_id), Attachment.id == attachment_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    row.removed_at = scope.now
    tenant, name = scope.tenant_id, row.stored_as
    scope.session.info.setdefault("after_commit", []).append(lambda _database: store.drop(tenant, name))
    scope.flush()


class Kept(msgspec.Struct, frozen=True):
    """A file that a row points to: what else lies in a tenant's folder is left of rollbacks."""

    id: str
    stored_as: str
    name: str
    media_type: str
    size: int
    content_hash: str


def kept(session: Unit, tenant_id: str) -> tuple[Kept, ...]:
    """Return the files of a tenant, ordered by the name they are stored under."""
    rows = session.execute(
        select(
            Attachment.id,
            Attachment.stored_as,
            Attachment.name,
            Attachment.media_type,
            Attachment.size,
            Attachment.content_hash,
        )
        .where(Attachment.tenant_id == tenant_id, Attachment.removed_at.is_(None))
        .order_by(Attachment.stored_as)
    )
    return tuple(Kept(*row) for row in rows)
