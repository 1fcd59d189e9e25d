"""Every object of a region that an address can name, and what decides who may see a form.

Read from the tables alone, past the services, so that the rules of the probes are not the program's own.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from samverk.models import metadata
from samverk.scope import Scope

TABLES = {
    "arrangement": "arrangement", "body": "body", "governing": "governing_document", "register": "register",
    "subject": "subject", "round": "round", "form": "form", "meeting": "meeting", "item": "agenda_item",
    "point": "point", "proposal": "proposal", "grant": "role_grant", "invitation": "invitation",
    "exemption": "exemption", "party": "party", "document": "issued_document",
}  # fmt: skip
"""{kind of object: its table}; files and people have rules of their own."""
FILES = ("form", "meeting", "point")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object and the version that a change is made on."""

    id: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Form:
    """What decides who may see a form: whose, about what, whether auditors may read it.

    `host` is the party whose sent answers stand on the form too, because the round's rule has released them.
    """

    tenant: str
    party: str
    subject: str
    is_audited: bool
    host: str | None


def things(scope: Scope) -> dict[str, tuple[Thing, ...]]:
    """Return the objects of each kind, in the order they were made."""
    found: dict[str, tuple[Thing, ...]] = {}
    for kind, name in TABLES.items():
        found[kind] = tuple(Thing(row["id"], row.get("version", 1)) for row in _rows(scope, name))
    for kind in FILES:
        files = (row for row in _rows(scope, "attachment") if row["about_kind"] == kind)
        found[f"{kind} file"] = tuple(Thing(row["id"]) for row in files)
    people = dict.fromkeys(row["person_id"] for row in _rows(scope, "role_grant"))
    found["person"] = tuple(Thing(one) for one in people)
    found["tenant"] = (Thing(scope.tenant_id),)
    return found


def forms(scope: Scope) -> dict[str, Form]:
    """Return {form id: what decides about it}."""
    rounds = {row["id"]: row for row in _rows(scope, "round")}
    parties = {row["id"]: row["key"] for row in _rows(scope, "party")}
    rows = _rows(scope, "form")
    hosts = {
        (row["round_id"], row["subject_id"]): parties[row["party_id"]]
        for row in rows
        if row["role"] == "host" and row["state"] == "submitted" and _tells_partners(scope, rounds[row["round_id"]])
    }
    return {
        row["id"]: Form(
            scope.tenant.slug,
            parties[row["party_id"]],
            row["subject_id"],
            row["state"] == "submitted" and _is_over(scope, rounds[row["round_id"]]),
            hosts.get((row["round_id"], row["subject_id"])) if row["role"] == "partner" else None,
        )
        for row in rows
    }


def _tells_partners(scope: Scope, row: Any) -> bool:
    return row["release_rule"] in ("submit", "at_once") or scope.now > row["answers_due"]


def _is_over(scope: Scope, row: Any) -> bool:
    return row["state"] == "closed" or scope.now > row["answers_due"]


def _rows(scope: Scope, name: str) -> list[Any]:
    table = metadata.tables[name]
    query = select(table).where(table.c.tenant_id == scope.tenant_id).order_by(table.c.id)
    return list(scope.session.connection().execute(query).mappings().all())
