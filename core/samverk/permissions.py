"""The one table of who may do what: action × role × reach × state × class of what is shown.

Routes name an action; one without stops the start. Services ask the same table whether an object lies within reach, and
which states the action knows. Printed to `docs/permissions.md` (a test holds them equal).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Reach = Literal["all", "party", "subject"]
ALL: Reach = "all"
PARTY: Reach = "party"
SUBJECT: Reach = "subject"
REACHES: Mapping[Reach, str] = {
    "all": "every object of the tenant",
    "party": "objects of the municipality the role is held for, of some subjects only where the role says so",
    "subject": "objects of the subjects the role was granted for; of all where it names none",
}
Shows = Literal["public", "internal", "personal"]

ROLES = ("operator", "administrator", "secretariat", "contact", "approver", "member", "auditor")


@dataclass(frozen=True, slots=True)
class Action:
    """One action: public, or for those who hold one of the roles, as far as `reach` says ({role: reach}).

    `states` are those of the object in which the action is possible, empty where it has none; `shows` is the highest
    class of what the answer holds.
    """

    reach: Mapping[str, Reach] = field(default_factory=dict)
    is_public: bool = False
    needs_person: bool = True
    states: tuple[str, ...] = ()
    shows: Shows = "internal"

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.reach)


def _public(*, needs_person: bool = False) -> Action:
    return Action(is_public=True, needs_person=needs_person, shows="public")


OFFICE: Mapping[str, Reach] = {"secretariat": ALL, "administrator": ALL}
ANSWERING: Mapping[str, Reach] = {"contact": PARTY, "approver": PARTY}
INSIDE: Mapping[str, Reach] = {**OFFICE, "contact": ALL, "approver": ALL, "member": ALL}
CONTACT: Mapping[str, Reach] = {"contact": PARTY}
AUDITOR: Mapping[str, Reach] = {"auditor": SUBJECT}

ACTIONS: dict[str, Action] = {
    "installation.read": _public(),
    "sign_in": _public(),
    "profile.change": Action(is_public=True, shows="personal"),
    "region.read": _public(),
    "arrangements.read": _public(),
    "arrangements.change": Action(OFFICE),
    "bodies.read": _public(),
    "wheel.read": _public(),
    "tasks.read": Action({**INSIDE, **ANSWERING}),
    "rounds.read": Action(OFFICE, shows="personal"),
    "rounds.open": Action(OFFICE),
    "rounds.change": Action(OFFICE, states=("open",)),
    "forms.read": Action({**OFFICE, **ANSWERING, **AUDITOR}),
    "forms.answer": Action(CONTACT, states=("not_opened", "draft", "returned")),
    "forms.take_back": Action(CONTACT, states=("submitted", "awaiting_approval")),
    "forms.approve": Action({"approver": PARTY}, states=("awaiting_approval",)),
    "forms.return": Action({**OFFICE, "approver": PARTY}, states=("submitted", "awaiting_approval")),
    "reactions.write": Action(CONTACT),
    "exports.read": Action(OFFICE),
    "granted.read": Action(AUDITOR),
    "exemptions.mark": Action(OFFICE),
    "meetings.read": _public(),
    "meetings.run": Action(OFFICE, states=("draft", "comment")),
    "summaries.comment": Action({**OFFICE, **ANSWERING, "member": ALL}, states=("comment", "approved")),
    "points.read": Action({**INSIDE, **AUDITOR}),
    "points.answer": Action({**OFFICE, **ANSWERING}, states=("open", "answered", "reopened")),
    "points.accept": Action({**OFFICE, **CONTACT}, states=("open", "answered", "reopened", "accepted")),
    "papers.read": Action({**INSIDE, **AUDITOR}),
    "papers.compile": Action(OFFICE),
    "decisions.read": Action({**INSIDE, **AUDITOR}),
    "decisions.record": Action(OFFICE, states=("open",)),
    "outbox.read": Action(OFFICE, shows="personal"),
    "contacts.delegate": Action(CONTACT, shows="personal"),
    "plugin.switch": Action({"administrator": ALL}),
    "settings.change": Action({"administrator": ALL}),
    "settings.read": Action({**OFFICE, "auditor": ALL}),
    "people.manage": Action({"administrator": ALL}, shows="personal"),
    "audit.read": Action({"administrator": ALL, "auditor": ALL}, shows="personal"),
}
