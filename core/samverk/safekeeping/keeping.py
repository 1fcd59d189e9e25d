"""How long the rows of each table are kept, for what, and by which duty: the one place that says so.

Retention, erasure and the privacy statement ask here. Where the detail of the law does not stand in what the regions
gave us, the duty is marked to be confirmed by the council's archivist.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, Table

from samverk.i18n import N_
from samverk.safekeeping import classes

Shows = Literal["public", "internal", "personal"]


@dataclass(frozen=True, slots=True)
class Keeping:
    """One way of keeping rows: `days` after they are done with, None for as long as `duty` says.

    `what` and `why` are sentences of the privacy statement; `is_confirmed` is False where an archivist must say.
    """

    key: str
    shows: Shows
    days: int | None
    what: str
    why: str
    duty: str
    is_confirmed: bool = True


ARCHIVE = N_(
    "Kept as the council's archive: what public authorities archive may be deleted only where a law allows it "
    "(arkivlova § 13, arkivlagen)."
)
ACCOUNT = N_("Kept while the person has an account, and taken away when it is erased.")
OWN_RULE = N_("Kept no longer than the service needs it; the rule is the installation's own.")

KEEPINGS = {
    one.key: one
    for one in (
        Keeping(
            "account", "personal", None, N_("Accounts"),
            N_("To know who signs in, and to write to them in their language."), ACCOUNT,
        ),
        Keeping(
            "role", "personal", None, N_("Roles"),
            N_("To know who may do what on whose behalf, and from when to when."), ACCOUNT,
        ),
        Keeping(
            "session", "personal", 90, N_("Sessions"),
            N_("To keep a person signed in, and to let them see where they are."), OWN_RULE,
        ),
        Keeping(
            "link", "personal", 90, N_("Tokens and links"),
            N_("To let a person's programs in, and to let a person in by a link sent to them."), OWN_RULE,
        ),
        Keeping(
            "attempt", "internal", 1, N_("Failed sign-ins"),
            N_("To stop those who guess passwords: the address they come from, and a hash of the account."), OWN_RULE,
        ),
        Keeping(
            "mail", "personal", 730, N_("Messages"),
            N_("To send what a person must know of, and to show afterwards that it was sent."),
            N_("Address and text are kept for two years, then emptied; that a message was sent is kept."),
        ),
        Keeping(
            "retry", "internal", 7, N_("Answers to programs"),
            N_("To do once what a program asks for twice."), OWN_RULE,
        ),
        Keeping(
            "case", "personal", None, N_("Answers and what else is written in the region's cases"),
            N_("To show who answered, recorded or decided what in the region's cases."), ARCHIVE, False,
        ),
        Keeping(
            "facts", "public", None, N_("Facts of the region"),
            N_("To show who cooperates about what, and on what terms."), ARCHIVE, False,
        ),
        Keeping(
            "log", "personal", None, N_("The log"),
            N_("To find out afterwards who did what; the name stands apart and goes when the person is erased."),
            ARCHIVE, False,
        ),
        Keeping(
            "setting", "internal", None, N_("Settings of the region"),
            N_("To show who changed how the region works."),
            N_("Kept as long as the region is on the installation."),
        ),
        Keeping(
            "register", "public", None, N_("Public reference data"), N_("Names of places and forms of law."), OWN_RULE,
        ),
    )
}  # fmt: skip

_OF_TABLE = {
    "facts": (
        "adoption", "arrangement", "arrangement_form", "arrangement_party", "body", "governing_document", "member_set",
        "membership", "model_version", "party", "pinned_questionnaire", "register", "seat_holder", "source", "subject",
        "timeline_event",
    ),
    "log": ("audit_actor", "audit_entry", "audit_head"),
    "setting": ("configuration_draft", "configuration_version", "plugin_switch", "tenant"),
    "account": ("person", "provider_identity"),
    "role": ("belonging", "role_grant"),
    "session": ("sign_in",),
    "attempt": ("attempt",),
    "retry": ("idempotency_key",),
    "mail": ("mail_due",),
}  # fmt: skip
_NAMED = {table: key for key, tables in _OF_TABLE.items() for table in tables}


def keeping(table: Table) -> Keeping:
    """Return how the rows of a table are kept. Raises LookupError for one that nothing is said of.

    Rows of a region are its cases unless something else is said: nothing of them goes by itself.
    """
    if table.name in _NAMED:
        return KEEPINGS[_NAMED[table.name]]
    if table.info["kind"] == "reference":
        return KEEPINGS["register"]
    if classes.is_mail(table):
        return KEEPINGS["mail"]
    if classes.needs_secret(table):
        return KEEPINGS["link" if "expires_at" in table.c else "account"]
    if table.info["kind"] == "tenant":
        return KEEPINGS["case"]
    raise LookupError(f"say in safekeeping/classes.py how the rows of {table.name} are kept")


def class_of(table: Table, column: Column[str]) -> str:
    """Return the class of a column: secret, personal, or that of its table (public or internal)."""
    declared = column.info.get("class")
    if declared is not None:
        return str(declared)
    return "public" if keeping(table).shows == "public" else "internal"
