"""Fills a new tenant's time line, governing documents and registers from a starter."""

import msgspec

from samverk.foundations.model import Adoption, GoverningDocument, Register, TimelineEvent
from samverk.regions.definition import LocalText
from samverk.regions.starter import Span, Starter, When
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import service as tenants


def _times(when: When | None) -> tuple[str | None, str | None, LocalText | None]:
    """Return (begin, end, words) as written; the end only for a span."""
    if isinstance(when, Span):
        return when.from_, when.to, when.words
    return when, None, None


def fill(scope: Scope, starter: Starter) -> None:
    """Write events, documents with their adoptions, and registers."""
    for position, (key, event) in enumerate(starter.timeline.items()):
        begins, ends, words = _times(event.on)
        scope.add(
            TimelineEvent(
                key=key,
                position=event.order or position,
                begins=begins or "",
                ends=ends,
                words=words,
                text=event.text,
                reference=event.reference,
                marks=tenants.marks(event),
            )
        )
    for position, (key, document) in enumerate(starter.documents.items()):
        row = GoverningDocument(
            id=new_id(),
            key=key,
            position=document.order or position,
            kind=document.kind,
            name=document.name,
            text=document.text,
            point_count=document.point_count,
            points=msgspec.to_builtins(document.points),
            versions=msgspec.to_builtins(document.versions),
            builds_on=msgspec.to_builtins(document.builds_on),
            marks=tenants.marks(document),
        )
        scope.add(row)
        scope.flush()
        for number, adoption in enumerate(document.adoptions):
            begins, ends, words = _times(adoption.on)
            scope.add(
                Adoption(
                    document_id=row.id,
                    party_id=tenants.party_id(scope, adoption.party),
                    position=number,
                    body=adoption.body,
                    begins=begins,
                    ends=ends,
                    words=words,
                    reference=adoption.reference,
                    marks=tenants.marks(adoption),
                )
            )
    for position, (key, register) in enumerate(starter.registers.items()):
        scope.add(
            Register(
                key=key,
                position=register.order or position,
                kind=register.kind,
                name=register.name,
                text=register.text,
                entries=msgspec.to_builtins(register.entries),
                marks=tenants.marks(register),
            )
        )
    scope.flush()
