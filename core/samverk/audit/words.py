"""What an entry did, in words: an action of the permission table becomes a phrase in the reader's language.

Which actions there are is `permissions.py`'s; a test holds the two together.
"""

from samverk.i18n import N_, _
from samverk.regions.terms import Vocabulary

DONE: dict[str, str] = {
    "read": N_("read a page"),
    "arrangements.change": N_("changed %(the_arrangement)s"),
    "contacts.delegate": N_("let somebody stand in"),
    "decisions.record": N_("recorded what %(the_council)s decided"),
    "exemptions.mark": N_("marked what is exempt, or lifted a marking"),
    "forms.answer": N_("wrote in a form"),
    "forms.approve": N_("approved a form"),
    "forms.take_back": N_("took a form back"),
    "forms.return": N_("returned a form"),
    "meetings.run": N_("prepared %(the_meeting)s or wrote from it"),
    "papers.compile": N_("compiled %(papers)s"),
    "people.manage": N_("changed who may do what"),
    "plugin.switch": N_("switched the plugin on or off"),
    "points.accept": N_("accepted, reopened or dropped %(the_point)s"),
    "points.answer": N_("answered %(the_point)s"),
    "profile.change": N_("changed their own profile"),
    "reactions.write": N_("reacted to an answer"),
    "rounds.change": N_("changed %(the_round)s"),
    "rounds.open": N_("opened %(the_round)s"),
    "settings.change": N_("changed the settings of the region"),
    "sign_in": N_("signed in or out"),
    "summaries.comment": N_("commented on %(the_summary)s"),
    "system": N_("did its daily work"),
    "operate": N_("did something at the command line"),
}


def said(action: str, words: Vocabulary) -> str:
    """Return what was done; an action of a later version stands as it is written."""
    if action not in DONE:
        return action
    return _(
        DONE[action],
        the_arrangement=words.form("arrangement", "sg_def"),
        the_council=words.form("council", "sg_def"),
        the_meeting=words.form("meeting", "sg_def"),
        the_point=words.form("point", "sg_def"),
        papers=words.form("papers", "pl"),
        the_round=words.form("round", "sg_def"),
        the_summary=words.form("summary", "sg_def"),
    )
