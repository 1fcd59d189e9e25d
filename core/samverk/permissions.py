"""The one table of who may do what: action × roles. Routes name an action; one without stops the start.

Which objects a role reaches (a contact: its own municipality's forms) is decided by the service, beside the object.
"""

from dataclasses import dataclass

SECRETARIAT = frozenset({"secretariat", "administrator"})
ANSWERING = frozenset({"contact", "approver"})
INSIDE = SECRETARIAT | ANSWERING | {"member", "auditor"}
EVERYONE: frozenset[str] = frozenset()

ROLES = ("operator", "administrator", "secretariat", "contact", "approver", "member", "auditor")


@dataclass(frozen=True, slots=True)
class Action:
    """One action: public, or for those who hold one of the roles."""

    roles: frozenset[str]
    is_public: bool = False
    needs_person: bool = True


ACTIONS: dict[str, Action] = {
    "installation.read": Action(EVERYONE, is_public=True, needs_person=False),
    "sign_in": Action(EVERYONE, is_public=True, needs_person=False),
    "profile.change": Action(EVERYONE, is_public=True),
    "region.read": Action(EVERYONE, is_public=True, needs_person=False),
    "arrangements.read": Action(EVERYONE, is_public=True, needs_person=False),
    "arrangements.change": Action(SECRETARIAT),
    "bodies.read": Action(EVERYONE, is_public=True, needs_person=False),
    "wheel.read": Action(EVERYONE, is_public=True, needs_person=False),
    "tasks.read": Action(INSIDE),
    "rounds.read": Action(SECRETARIAT),
    "rounds.open": Action(SECRETARIAT),
    "rounds.change": Action(SECRETARIAT),
    "forms.read": Action(SECRETARIAT | ANSWERING),
    "forms.answer": Action(frozenset({"contact"}) | SECRETARIAT),
    "forms.approve": Action(frozenset({"approver"})),
    "forms.return": Action(SECRETARIAT),
    "reactions.write": Action(frozenset({"contact"})),
    "exports.read": Action(SECRETARIAT),
    "meetings.read": Action(EVERYONE, is_public=True, needs_person=False),
    "meetings.run": Action(SECRETARIAT),
    "summaries.comment": Action(SECRETARIAT | ANSWERING | {"member"}),
    "points.read": Action(INSIDE),
    "points.answer": Action(SECRETARIAT | {"contact"}),
    "points.accept": Action(SECRETARIAT | {"contact"}),
    "papers.read": Action(INSIDE),
    "papers.compile": Action(SECRETARIAT),
    "decisions.read": Action(INSIDE),
    "decisions.record": Action(SECRETARIAT),
    "outbox.read": Action(SECRETARIAT),
    "contacts.delegate": Action(frozenset({"contact"})),
    "people.manage": Action(frozenset({"administrator"})),
}
