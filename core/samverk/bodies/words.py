"""What follows from a body's kind and from the rule of its seats, in the reader's language and the region's words."""

from samverk.i18n import N_, _
from samverk.regions.terms import Vocabulary

KINDS = {
    "elected": N_("%(body)s of elected representatives"),
    "administrative": N_("%(body)s of the administration"),
    "staff": N_("staff"),
    "joint": N_("%(body)s that several share"),
}
PER = {
    "municipality": (N_("%(count)s per %(municipality)s"), N_("per %(municipality)s, not known how many")),
    "county": (N_("%(count)s per %(county)s"), N_("per %(county)s, not known how many")),
    "body": (N_("%(count)s for the whole of %(the_body)s"), N_("for the whole of %(the_body)s, not known how many")),
    "party": (N_("%(count)s for each party"), N_("for each party, not known how many")),
}
"""What a number of seats is counted for: (the sentence with it, the sentence where it is not known)."""


def kind(key: str, words: Vocabulary) -> str:
    """Return what a body is."""
    return _(KINDS[key], body=words.form("body"))


def consequence(key: str, words: Vocabulary) -> str:
    """Return what follows from the kind. Source: kommuneloven §§ 5-1, 11-2 to 11-5; kommunallagen kap. 5."""
    match key:
        case "elected":
            return _(
                "Keeps %(minutes)s. %(The_meetings)s are to be called and announced, and doors are open by rule.",
                minutes=words.form("minutes"),
                The_meetings=words.title("meeting", "pl_def"),
            )
        case "administrative":
            return _(
                "Keeps %(notes)s. %(The_body)s makes no decisions of its own, and doors need not be open.",
                notes=words.form("notes"),
                The_body=words.title("body", "sg_def"),
            )
        case "staff":
            return _(
                "Prepares and carries out; holds no %(meetings)s of its own with %(minutes)s.",
                meetings=words.form("meeting", "pl"),
                minutes=words.form("minutes"),
            )
        case _other:
            return _("Keeps %(notes)s, unless the parties have agreed otherwise.", notes=words.form("notes"))


def number(count: int | None, per: str | None, words: Vocabulary) -> str:
    """Return the rule of a seat in words: 1 per municipality; not known how many."""
    if per is None:
        return _("not known how many") if count is None else str(count)
    return _(
        PER[per][count is None],
        count=count,
        municipality=words.form("municipality"),
        county=words.form("county_area"),
        the_body=words.form("body", "sg_def"),
    )
