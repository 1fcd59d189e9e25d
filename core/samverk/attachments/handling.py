"""The three steps every slice with attachments has: adding, giving out, taking away; the slice says whose they are.

Files are given out to be saved, never shown by the browser as a page of ours (rule 44).
"""

import logging

from samverk.attachments import service
from samverk.attachments.store import Damaged, Store
from samverk.errors import Conflict
from samverk.i18n import _, ngettext
from samverk.web.call import Answer, Call, File, Redirect

log = logging.getLogger("samverk.attachments")


def store_of(call: Call) -> Store:
    return Store(call.settings.files)


def add(call: Call, kind: str, object_id: str, back: str) -> Answer:
    """Keep what was sent with an object. Raises Invalid."""
    added = service.add(call.scope, store_of(call), kind, object_id, call.files, must_scan=bool(call.settings.scanner))
    done = ngettext("%(number)s file is added.", "%(number)s files are added.", len(added))
    return Redirect(f"{back}#attachments", done)


def give(call: Call, kind: str, object_id: str) -> Answer:
    """Give out one attachment of an object. Raises NotFound, Conflict when its bytes are not what they were."""
    try:
        view, content = service.read(call.scope, store_of(call), kind, object_id, call.path["attachment_id"])
    except Damaged as error:
        log.exception("an attachment is damaged")
        raise Conflict(_("The file is damaged or missing. Tell the operator of the installation.")) from error
    return File(content, view.media_type, view.name, is_untrusted=True)


def remove(call: Call, kind: str, object_id: str, back: str) -> Answer:
    """Take one attachment of an object away. Raises NotFound."""
    service.remove(call.scope, store_of(call), kind, object_id, call.path["attachment_id"])
    return Redirect(f"{back}#attachments", _("The file is taken away."))
