"""What the cooperation stands on, as pages show it: documents with adoptions, registers, the time line.

Filling is `filling.py`'s; papers that Samverk issues itself are in `papers`.
"""

import datetime as dt
from typing import Any, Protocol, TypeVar

from sqlalchemy import select

from samverk.errors import NotFound
from samverk.foundations.model import Adoption, GoverningDocument, Register, TimelineEvent
from samverk.foundations.views import AdoptionView, DocumentView, Entry, Event, RegisterView, Step
from samverk.i18n import N_, _
from samverk.regions.definition import Named
from samverk.scope import Scope
from samverk.tenants import service as tenants
from samverk.tenants import written
from samverk.tenants.service import PartyView

RULES = {
    "all_same_text": N_("In force when all %(councils)s have adopted the same text."),
    "all": N_("In force when all %(councils)s have adopted it."),
    "majority": N_("In force when most of %(councils)s have adopted it."),
}


def _marks(given: dict[str, Any]) -> dict[str, Any]:
    """Return the marks of a nested fact as they stand on rows: one `mark` for demonstration or assumed."""
    mark = "demonstration" if given.get("demonstration") else "assumed" if given.get("assumed") else None
    kept = {name: given[name] for name in ("source", "note", "translated") if given.get(name)}
    return {"mark": mark, **kept} if mark else kept


def _entries(given: list[Any]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            number,
            one.get("key"),
            None if one.get("unknown") else one.get("text"),
            one.get("kind", "statement"),
            one.get("qualifier"),
            one.get("group"),
            _marks(one),
        )
        for number, one in enumerate(given, 1)
    )


def _steps(scope: Scope, given: list[Any], words: str) -> tuple[Step, ...]:
    return tuple(Step(one[words], _when(scope, one.get("on")), _marks(one)) for one in given)


def _when(scope: Scope, on: Any) -> str:
    if isinstance(on, dict):
        said = on.get("words")
        return scope.text(said) if said else written.say(on["from"], on["to"])
    return written.say(on) if on else ""


def _kind(scope: Scope, kinds: dict[str, Named], key: str) -> str:
    return scope.text(kinds[key].name) if key in kinds else key


def list_documents(scope: Scope) -> tuple[DocumentView, ...]:
    """Return the governing documents in order."""
    rows = scope.session.execute(
        select(
            GoverningDocument.id,
            GoverningDocument.key,
            GoverningDocument.kind,
            GoverningDocument.name,
            GoverningDocument.text,
            GoverningDocument.point_count,
            GoverningDocument.points,
            GoverningDocument.versions,
            GoverningDocument.builds_on,
            GoverningDocument.marks,
        )
        .where(GoverningDocument.tenant_id == scope.tenant_id)
        .order_by(GoverningDocument.position, GoverningDocument.key)
    ).all()
    adoptions = _adoptions(scope)
    return tuple(
        DocumentView(
            row.id,
            row.key,
            row.kind,
            _kind(scope, scope.model.document_kinds, row.kind),
            *scope.text_lang(row.name),
            row.text,
            row.point_count,
            _entries(row.points),
            _steps(scope, row.versions, "words"),
            _steps(scope, row.builds_on, "text"),
            adoptions.get(row.id, ()),
            row.marks,
        )
        for row in rows
    )


def get_document(scope: Scope, id_or_key: str) -> DocumentView:
    """Return one document by id or key. Raises NotFound."""
    return _one(list_documents(scope), id_or_key)


class _Addressed(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=_Addressed)


def _one(every: tuple[T, ...], id_or_key: str) -> T:
    found = next((one for one in every if id_or_key in (one.id, one.key)), None)
    if found is None:
        raise NotFound()
    return found


def _adoptions(scope: Scope) -> dict[str, tuple[AdoptionView, ...]]:
    rows = scope.session.execute(
        select(
            Adoption.document_id,
            Adoption.party_id,
            Adoption.body,
            Adoption.begins,
            Adoption.ends,
            Adoption.words,
            Adoption.reference,
            Adoption.marks,
        )
        .where(Adoption.tenant_id == scope.tenant_id)
        .order_by(Adoption.position, Adoption.id)
    )
    found: dict[str, list[AdoptionView]] = {}
    names: dict[dt.date, dict[str, PartyView]] = {}
    for row in rows:
        # A council is called what its municipality was called when it adopted.
        day = written.first_day(row.begins) if row.begins else tenants.day_of(scope, None)
        if day not in names:
            names[day] = tenants.party_names(scope, day)
        when = scope.text(row.words) if row.words else written.say(row.begins, row.ends) if row.begins else ""
        exact = written.whole_day(row.begins) if not row.ends or row.ends == row.begins else None
        view = AdoptionView(names[day][row.party_id], row.body, when, exact, row.reference, row.marks)
        found.setdefault(row.document_id, []).append(view)
    return {document_id: tuple(group) for document_id, group in found.items()}


def adoption_rule(scope: Scope) -> tuple[str, str | None] | None:
    """Return (the rule for "in force" in words, its mark); None where the region has none."""
    words = RULES.get(scope.model.adoption_rule)
    if not words:
        return None
    mark = "assumed" if scope.model.adoption_rule_assumed else None
    return _(words, councils=scope.words.form("council", "pl_def")), mark


def list_registers(scope: Scope) -> tuple[RegisterView, ...]:
    """Return the registers in order."""
    rows = scope.session.execute(
        select(Register.id, Register.key, Register.kind, Register.name, Register.text, Register.entries, Register.marks)
        .where(Register.tenant_id == scope.tenant_id)
        .order_by(Register.position, Register.key)
    )
    return tuple(
        RegisterView(
            row.id,
            row.key,
            row.kind,
            _kind(scope, scope.model.register_kinds, row.kind),
            *scope.text_lang(row.name),
            row.text,
            _entries(row.entries),
            row.marks,
        )
        for row in rows
    )


def get_register(scope: Scope, id_or_key: str) -> RegisterView:
    """Return one register by id or key. Raises NotFound."""
    return _one(list_registers(scope), id_or_key)


def timeline(scope: Scope) -> tuple[Event, ...]:
    """Return the events by the first day they can mean; the undated last."""
    rows = scope.session.execute(
        select(
            TimelineEvent.key,
            TimelineEvent.begins,
            TimelineEvent.ends,
            TimelineEvent.words,
            TimelineEvent.text,
            TimelineEvent.reference,
            TimelineEvent.marks,
        )
        .where(TimelineEvent.tenant_id == scope.tenant_id)
        .order_by(TimelineEvent.position, TimelineEvent.key)
    )
    found = [
        Event(
            row.key,
            row.begins,
            row.ends,
            scope.text(row.words) if row.words else written.say(row.begins, row.ends),
            row.words,
            row.text,
            row.reference,
            row.marks,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: written.first_day(one.begins) if one.begins else dt.date.max))
