"""Attachments of a region's file on their way in: there once, what their rows say, and of a kind that is taken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from samverk.attachments import kinds, service
from samverk.attachments.store import Store
from samverk.database import Unit
from samverk.safekeeping import region_file
from samverk.safekeeping.archive import BadArchive, Reader

MOST = 128 * 1024 * 1024
Put = Callable[[str, bytes], None]


@contextmanager
def keeping(store: Store, tenant_id: str) -> Iterator[Put]:
    """Yield what keeps a file of the region; all are taken away again when the region is not taken in."""
    names: list[str] = []

    def put(name: str, content: bytes) -> None:
        names.append(name)
        store.put(tenant_id, name, content)

    try:
        yield put
    except BaseException:
        for name in names:
            store.drop(tenant_id, name)
        raise


def take(reader: Reader, session: Unit, tenant_id: str, put: Put) -> None:
    """Keep the bytes of the attachments whose rows were taken in. Raises BadArchive with the first fault."""
    known = {region_file.file_member(one.stored_as): one for one in service.kept(session, tenant_id)}
    inside = {one.name: one for one in reader.manifest.members if one.name.startswith(region_file.FILES)}
    for name in sorted(inside.keys() ^ known.keys()):
        raise _bad(reader, name, "belongs to no attachment" if name in inside else "is missing")
    for name, row in known.items():
        if inside[name].size > MOST or (inside[name].size, inside[name].sha256) != (row.size, row.content_hash):
            raise _bad(reader, name, "is not what its row says")
        with reader.open(name) as file:
            content = file.read()
        try:
            is_taken = kinds.identify(row.name, content).media_type == row.media_type
        except kinds.NotTaken:
            is_taken = False
        if not is_taken:
            raise _bad(reader, name, "is of a kind that is not taken")
        put(row.stored_as, content)


def _bad(reader: Reader, name: str, words: str) -> BadArchive:
    return BadArchive(f"{reader.path}: the member {name!r} {words}; nothing was taken in.")
