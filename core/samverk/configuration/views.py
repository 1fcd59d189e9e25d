"""What the pages of the configuration show: sections, a collection with its entries, a place with its fields.

Values only; how they come about is `service.py`'s and `editing.py`'s.
"""

from dataclasses import dataclass
from typing import Any

from samverk.configuration import changes, editing, fields, languages, meaning, service, walk
from samverk.configuration.fields import Asked
from samverk.configuration.meaning import Finding
from samverk.configuration.service import State
from samverk.configuration.walk import Around, Path
from samverk.errors import NotFound
from samverk.i18n import _
from samverk.scope import Scope

GENERAL = "general"
FIRST = ("questionnaires", "cycles", "wheel", "layers", "bodies", "posts", "terms")
SECTIONS = frozenset(key for key, _schema in fields.collections(()))
"""The address of what is no collection: name, languages, rule of adoption."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a collection. `mark` is changed, new, or empty where it stands as delivered."""

    address: str
    key: str
    name: str
    mark: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its entries in order, and those that the plugin has and the region took away."""

    address: str
    label: str
    help: str
    entries: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    is_ordered: bool

    @property
    def count_changed(self) -> int:
        return sum(bool(one.mark) for one in self.entries) + len(self.removed)


@dataclass(frozen=True, slots=True)
class PlaceView:
    """The page of one place: its way, its fields, the collections inside it."""

    path: Path
    address: str
    title: str
    crumbs: tuple[tuple[str, str], ...]
    main: tuple[Asked, ...]
    about: tuple[Asked, ...]
    collections: tuple[Collection, ...]
    is_entry: bool
    is_ordered: bool
    is_questionnaire: bool
    mark: str
    version: int


def address_of(path: Path) -> str:
    return ".".join(path) or GENERAL


def path_of(address: str) -> Path:
    """Return the path that an address means. Raises NotFound for one that no model can have."""
    path = () if address == GENERAL else tuple(address.split("."))
    if len(path) > 12 or not all(0 < len(key) <= 60 for key in path) or walk.schema_at(path) is None:
        raise NotFound()
    return path


def sections(stands: State) -> tuple[Collection, ...]:
    """Return the collections of the whole model, those that are changed most often first."""
    rest = [key for key, _schema in fields.collections(()) if key not in FIRST]
    return tuple(collection(stands, (key,)) for key in (*FIRST, *rest))


def collection(stands: State, path: Path) -> Collection:
    """Return a collection as the draft has it. Raises NotFound for a place that is none."""
    schema = walk.schema_at(path)
    if schema is None or not walk.is_collection(schema):
        raise NotFound()
    around = stands.around(stands.wanted)
    delivered = walk.value_at(stands.delivered, path) or {}
    now = walk.value_at(stands.wanted, path) or {}
    entries = tuple(
        Entry(
            address_of((*path, key)),
            key,
            walk.entry_name(one, key, around),
            "" if delivered.get(key) == one else "changed" if key in delivered else "new",
            one.get("order") if isinstance(one, dict) else None,
        )
        for key, one in walk.in_order(now)
    )
    removed = tuple(
        Entry(address_of((*path, key)), key, walk.entry_name(one, key, around))
        for key, one in delivered.items()
        if key not in now
    )
    is_ordered = "order" in walk.properties(walk.entry_schema(schema))
    return Collection(address_of(path), walk.label(schema), walk.help_of(schema), entries, removed, is_ordered)


def place(scope: Scope, path: Path, *, kept: Any = None) -> PlaceView:
    """Return the page of a place; `kept` is what was sent and could not be kept. Raises NotFound."""
    stands = service.state(scope)
    value = walk.value_at(stands.wanted, path)
    schema = walk.schema_at(path)
    if schema is None or not isinstance(value, dict) or walk.is_collection(schema) or not _is_page(path):
        raise NotFound()
    asked = editing.form_of(scope, stands, path, kept if kept is not None else value)
    delivered = walk.value_at(stands.delivered, path)
    mark = "" if not path or delivered == value else "changed" if delivered is not None else "new"
    around = stands.around(stands.wanted)
    return PlaceView(
        path,
        address_of(path),
        walk.way(path, around)[-1] if path else _("General"),
        crumbs(scope, path[:-1], around),
        tuple(one for one in asked if not one.is_about),
        tuple(one for one in asked if one.is_about),
        tuple(collection(stands, (*path, key)) for key in fields.shown_collections(path, value)) if path else (),
        bool(path),
        "order" in walk.properties(schema),
        len(path) == 2 and path[0] == "questionnaires",
        mark,
        stands.version,
    )


def blank(scope: Scope, path: Path, *, kept: Any = None) -> tuple[tuple[Asked, ...], int]:
    """Return the fields of a new entry of a collection, and the draft's version. Raises NotFound."""
    stands = service.state(scope)
    collection(stands, path)
    if len(path) > 1 and walk.value_at(stands.wanted, path[:-1]) is None:
        raise NotFound()
    asked = editing.form_of(scope, stands, (*path, "new"), kept or {})
    return tuple(one for one in asked if one.key != "order"), stands.version


def _is_page(path: Path) -> bool:
    """Say whether a place has a page of its own: the whole model, and every entry of a collection."""
    owner = walk.schema_at(path[:-1]) if path else None
    return not path or (owner is not None and walk.is_collection(owner))


def crumbs(scope: Scope, path: Path, around: Around) -> tuple[tuple[str, str], ...]:
    """Return the way to a place, each step with its address; a collection inside an entry leads to the entry."""
    base = f"/{scope.tenant.slug}/settings"
    words = walk.way(path, around)
    found = [(base, _("Settings")), (f"{base}/model", _("Model of the region"))]
    for number, word in enumerate(words, 1):
        here = path[:number]
        target = here if number == 1 or _is_page(here) else here[:-1]
        found.append((f"{base}/model/{address_of(target)}", word))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One difference as the page shows it, with the address where it can be changed."""

    kind: str
    way: str
    before: str
    after: str
    sentence: str
    address: str
    lang: str


def changes_of(stands: State) -> tuple[ChangeView, ...]:
    """Return what making the draft active would change, in words."""
    return tuple(_change(one, stands) for one in stands.changes)


def _change(one: changes.Change, stands: State) -> ChangeView:
    page = _page_of(one.path, stands.wanted)
    return ChangeView(one.kind, " › ".join(one.way), one.before, one.after, one.sentence, address_of(page), one.lang)


def _page_of(path: Path, data: Any) -> Path:
    """Return the innermost place on the way that has a page and is there; a section's list, where an entry is gone."""
    for number in range(len(path), 0, -1):
        here = path[:number]
        schema = walk.schema_at(here)
        there = walk.value_at(data, here) is not None
        if there and (_is_page(here) or (number == 1 and schema is not None and walk.is_collection(schema))):
            return here
    return ()


@dataclass(frozen=True, slots=True)
class MissingView:
    """A text that a language lacks, with the address where it is written."""

    address: str
    way: str
    shown: str
    lang: str


@dataclass(frozen=True, slots=True)
class LanguageView:
    """One language of the model on the page of languages."""

    locale: str
    count: int
    written: int
    missing: tuple[MissingView, ...]


def languages_of(stands: State) -> tuple[LanguageView, ...]:
    """Return the languages of the draft and what each lacks."""
    return tuple(
        LanguageView(
            one.locale,
            one.count,
            one.written,
            tuple(
                MissingView(_field_address(text.path, stands.wanted), text.way, text.shown, text.lang)
                for text in one.missing
            ),
        )
        for one in languages.of(stands.around(stands.wanted))
    )


def _field_address(path: Path, data: Any) -> str:
    """Return the address of a field: its place, and the field on that page."""
    page = meaning.page_of(path, data)
    field = ".".join(path[len(page) :])
    return f"{address_of(page)}#{field}" if field else address_of(page)


@dataclass(frozen=True, slots=True)
class FindingView:
    """One fault as the page shows it, with the address and the field that mend it."""

    way: str
    message: str
    hint: str | None
    address: str
    field: str


def findings_of(found: tuple[Finding, ...]) -> tuple[FindingView, ...]:
    """Return the faults of a model, in words."""
    return tuple(
        FindingView(" › ".join(one.way), one.message, one.hint, address_of(one.place), one.field) for one in found
    )
