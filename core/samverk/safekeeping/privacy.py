"""The privacy statement: what is stored about people, in which tables, for what, how long, by which duty.

Made from the classes of the columns and the rules of keeping, so that it says what the program does; the words that a
column goes by are here.
"""

import msgspec
from sqlalchemy import Column, Table

from samverk.i18n import N_, _, ngettext
from samverk.safekeeping import classes, keeping
from samverk.safekeeping.keeping import Keeping

WHO_DID_IT = N_("the name of the person who did it")
WHO_IT_IS = N_("which account it belongs to")
A_SECRET = N_("a secret, as a hash that nobody can turn back")
WORDS = {
    "email": N_("e-mail address"),
    "name": N_("name"),
    "locale": N_("language"),
    "address": N_("e-mail address"),
    "body": N_("the text of the message"),
    "subject": N_("what the employer's sign-in calls the person"),
    "history": WHO_DID_IT,
    "actor": WHO_DID_IT,
    "who": N_("the address of the network, and the account as a hash"),
}
"""What a column holds, in words; those named `…_by` hold who did it, ids an account, secrets a hash."""
ALSO = {"attempt": ("who",), "person": ("locale",)}
"""Columns that tell something of a person without naming them."""


class Part(msgspec.Struct, frozen=True):
    """One kind of data: what it is, what of a person is in it, for what, how long, by which duty, in which tables."""

    what: str
    holds: tuple[str, ...]
    why: str
    how_long: str
    duty: str
    is_confirmed: bool
    tables: tuple[str, ...]


def parts() -> tuple[Part, ...]:
    """Return the parts of the statement in the reader's language, in the order of the rules."""
    found = []
    for rule in keeping.KEEPINGS.values():
        tables = [(table, told) for table in classes.every_table() if (told := _told(table, rule))]
        if not tables:
            continue
        holds = dict.fromkeys(_(word_of(column)) for _table, columns in tables for column in columns)
        named = tuple(f"{table.name} ({', '.join(column.name for column in columns)})" for table, columns in tables)
        found.append(
            Part(_(rule.what), tuple(holds), _(rule.why), _how_long(rule.days), _(rule.duty), rule.is_confirmed, named)
        )
    return tuple(found)


def _told(table: Table, rule: Keeping) -> tuple[Column[str], ...]:
    """Return the columns of a table that tell something of a person, where the rule is the table's."""
    if keeping.keeping(table).key != rule.key:
        return ()
    people = {column.name for column in classes.person_ids(table)}
    return tuple(
        column
        for column in table.columns
        if column.name in people
        or keeping.class_of(table, column) in ("personal", "secret")
        or column.name in ALSO.get(table.name, ())
    )


def word_of(column: Column[str]) -> str:
    """Return what a column holds, in words not yet translated. Raises LookupError for one that has none."""
    if classes.is_secret(column):
        return A_SECRET
    if column.name in WORDS:
        return WORDS[column.name]
    if column.name.endswith("_by"):
        return WHO_DID_IT
    if column.name.endswith("_id"):
        return WHO_IT_IS
    raise LookupError(f"say in safekeeping/privacy.py what {column} holds")


def _how_long(days: int | None) -> str:
    if days is None:
        return _("As long as the duty lasts.")
    if days % 365 == 0:
        return ngettext(
            "%(number)s year after its use has ended", "%(number)s years after its use has ended", days // 365
        )
    return ngettext("%(number)s day after its use has ended", "%(number)s days after its use has ended", days)
