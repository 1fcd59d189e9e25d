"""The frozen values of a starter (`starter.toml`): facts of one region, each with its source.

What the properties mean stands in `starter.schema.json`; the model itself is in `definition.py`.
"""

import msgspec

from samverk.regions.definition import LocalText, Marked, Source


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A time that the source gives as a span; `words` as it is worded there."""

    from_: str
    to: str
    words: LocalText | None = None


When = str | Span


class StarterParty(Marked, frozen=True, kw_only=True):
    name: LocalText
    kind: str
    place: str | None = None
    roles: tuple[str, ...] = ()


class CounterpartPlace(Marked, frozen=True, kw_only=True):
    place: str


class MemberSet(Marked, frozen=True, kw_only=True, rename={"from_": "from"}):
    members: tuple[str, ...]
    order: int = 0
    name: LocalText | None = None
    from_: str | None = None
    to: str | None = None
    member_from: dict[str, str] = {}


class Aim(Marked, frozen=True, kw_only=True):
    form: LocalText
    when: LocalText | None = None
    condition: LocalText | None = None


class StarterSubject(Marked, frozen=True, kw_only=True):
    name: LocalText
    order: int = 0
    state: LocalText | None = None
    direction: LocalText | None = None
    aims: tuple[Aim, ...] = ()
    members: tuple[str, ...] = ()
    step: int | None = None
    tags: tuple[str, ...] = ()


class Participants(Marked, frozen=True, kw_only=True):
    set: str | None = None
    parties: tuple[str, ...] = ()
    count: int | None = None
    among: str | None = None
    known: tuple[str, ...] = ()


class Host(Marked, frozen=True, kw_only=True, rename={"from_": "from"}):
    party: str
    from_: str | None = None
    to: str | None = None


class Outside(Marked, frozen=True, kw_only=True):
    party: str
    role: str


class ArrangementForm(Marked, frozen=True, kw_only=True, rename={"from_": "from"}):
    key: str
    from_: str | None = None
    to: str | None = None


class StarterArrangement(Marked, frozen=True, kw_only=True, rename={"from_": "from"}):
    name: LocalText
    order: int = 0
    short: LocalText | None = None
    parts: tuple[LocalText, ...] = ()
    area: str | None = None
    text: LocalText | None = None
    participants: Participants | None = None
    host: Host | None = None
    observers: tuple[str, ...] = ()
    outside: tuple[Outside, ...] = ()
    legal_form: ArrangementForm | None = None
    status: str = "active"
    from_: When | None = None
    to: When | None = None
    tags: tuple[str, ...] = ()
    aims: tuple[Aim, ...] = ()


class Event(Marked, frozen=True, kw_only=True):
    on: When
    text: LocalText
    order: int = 0
    reference: str | None = None


class Entry(Marked, frozen=True, kw_only=True):
    key: str | None = None
    text: LocalText | None = None
    kind: str = "statement"
    qualifier: LocalText | None = None
    group: LocalText | None = None
    unknown: bool = False


class Version(Marked, frozen=True, kw_only=True):
    words: LocalText
    on: When | None = None


class Adoption(Marked, frozen=True, kw_only=True):
    party: str
    body: LocalText | None = None
    on: When | None = None
    reference: str | None = None


class EarlierStep(Marked, frozen=True, kw_only=True):
    text: LocalText
    on: When | None = None


class StarterDocument(Marked, frozen=True, kw_only=True):
    kind: str
    name: LocalText
    order: int = 0
    text: LocalText | None = None
    point_count: int | None = None
    points: tuple[Entry, ...] = ()
    versions: tuple[Version, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    builds_on: tuple[EarlierStep, ...] = ()


class StarterRegister(Marked, frozen=True, kw_only=True):
    kind: str
    name: LocalText
    entries: tuple[Entry, ...]
    order: int = 0
    text: LocalText | None = None
    count: int | None = None


class Holder(Marked, frozen=True, kw_only=True, rename={"from_": "from"}):
    body: str
    seat: str
    party: str | None = None
    office: LocalText | None = None
    from_: str | None = None
    to: str | None = None


class Starter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The facts a new tenant may be filled with."""

    schema_version: int
    slug: str
    name: LocalText
    zone: str
    seen_at: str | None = None
    about: LocalText | None = None
    direction: LocalText | None = None
    sources: dict[str, Source] = {}
    parties: dict[str, StarterParty] = {}
    counterpart_places: tuple[CounterpartPlace, ...] = ()
    sets: dict[str, MemberSet] = {}
    subjects: dict[str, dict[str, StarterSubject]] = {}
    arrangements: dict[str, StarterArrangement] = {}
    timeline: dict[str, Event] = {}
    documents: dict[str, StarterDocument] = {}
    registers: dict[str, StarterRegister] = {}
    holders: dict[str, Holder] = {}
