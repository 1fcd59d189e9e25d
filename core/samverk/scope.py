"""`Scope`: whose rows, on whose behalf, in which language, at what time. The first argument of every service.

No tenant in scope is an error, never "all rows".
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from samverk.database import Unit
from samverk.errors import NotAllowed, NotSignedIn
from samverk.permissions import ACTIONS, SUBJECT
from samverk.regions.definition import Definition, LocalText, in_locale
from samverk.regions.terms import LOCALES, Vocabulary
from samverk.registry import RegionPlugin


@dataclass(frozen=True, slots=True)
class Grant:
    """One role held today: for a party, or the whole tenant when `party_id` is None; perhaps for one subject."""

    role: str
    party_id: str | None = None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with grants, or the public when `person_id` is None."""

    person_id: str | None
    name: str
    grants: tuple[Grant, ...] = ()
    is_operator: bool = False
    locale: str | None = None

    def has(self, *roles: str) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def may(self, action: str) -> bool:
        """Say whether the table allows the action; the object is the service's business."""
        rule = ACTIONS[action]
        if rule.is_public:
            return self.person_id is not None or not rule.needs_person
        return any(grant.role in rule.reach for grant in self.grants)

    def reaches(self, action: str, party_id: str | None = None, subject_id: str | None = None) -> bool:
        """Say whether the table's reach of the action covers an object of a party and a subject."""
        reach = ACTIONS[action].reach
        return any(
            _covers(reach[grant.role], grant, party_id, subject_id) for grant in self.grants if grant.role in reach
        )

    def subjects(self, action: str) -> frozenset[str] | None:
        """Return the subjects that the action is limited to for this actor; None where it is limited to none.

        Work that no person asked for is not limited.
        """
        if not self.grants:
            return None
        reach = ACTIONS[action].reach
        held = [grant for grant in self.grants if grant.role in reach]
        if any(reach[grant.role] != SUBJECT or grant.subject_id is None for grant in held):
            return None
        return frozenset(grant.subject_id for grant in held if grant.subject_id is not None)

    def parties(self, *roles: str) -> frozenset[str]:
        """Return the parties for which the actor holds one of the roles."""
        return frozenset(g.party_id for g in self.grants if g.role in roles and g.party_id is not None)

    def acts_for(self, party_id: str, subject_id: str | None, *roles: str) -> bool:
        """Say whether the actor holds a role for the party and, where limited, for the subject."""
        return any(
            grant.role in roles
            and grant.party_id == party_id
            and (grant.subject_id is None or grant.subject_id == subject_id)
            for grant in self.grants
        )


def _covers(reach: str, grant: Grant, party_id: str | None, subject_id: str | None) -> bool:
    match reach:
        case "all":
            return True
        case "party":
            # What is not about one subject (a point about several) is the party's as a whole.
            return grant.party_id == party_id and (subject_id is None or grant.subject_id in (None, subject_id))
        case _:
            return grant.subject_id in (None, subject_id)


PUBLIC = Actor(None, "")


@dataclass(frozen=True, slots=True)
class TenantInfo:
    """What every page needs of a tenant."""

    id: str
    slug: str
    plugin_key: str
    name: LocalText
    locale: str
    zone: str
    seen_at: dt.date | None = None
    is_demonstration: bool = False
    model_id: str | None = None
    last_model_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The frame of one piece of work for one tenant."""

    tenant: TenantInfo
    session: Unit
    actor: Actor
    locale: str
    now: dt.datetime
    plugin: RegionPlugin
    model: Definition
    read_only: str = ""
    """Why nothing can be changed in the region now; empty where it can."""

    @property
    def tenant_id(self) -> str:
        return self.tenant.id

    @property
    def today(self) -> dt.date:
        """Return today's date in the tenant's zone."""
        return self.now.astimezone(ZoneInfo(self.tenant.zone)).date()

    @property
    def words(self) -> Vocabulary:
        return self.vocabulary(self.locale)

    def vocabulary(self, locale: str) -> Vocabulary:
        """Return the region's words in a language; in its leading one where the interface has a language more."""
        return Vocabulary(locale if locale in LOCALES else self.model.locales[0], self.model.terms)

    def content_locale(self, *wanted: str | None) -> str:
        """Return the first of the wanted languages that content is stored in, else the reader's, else the leading one.

        The interface may speak languages that content has not.
        """
        return next((one for one in (*wanted, self.locale) if one in LOCALES), self.model.locales[0])

    @property
    def content_locales(self) -> tuple[str, ...]:
        """Return the languages that one can write in, the region's first."""
        return tuple(dict.fromkeys((*self.model.locales, *LOCALES)))

    def text(self, text: LocalText | None) -> str:
        """Return a text in the reader's language, else in the region's leading one, else in any."""
        return "" if not text else in_locale(text, self.locale, *self.model.locales)[0]

    def text_lang(self, text: LocalText | None) -> tuple[str, str]:
        """Return (text, language it is in)."""
        return ("", self.locale) if not text else in_locale(text, self.locale, *self.model.locales)

    def require(self, action: str) -> None:
        """Raise NotSignedIn or NotAllowed unless the table allows the action."""
        if not self.actor.may(action):
            raise NotSignedIn() if self.actor.person_id is None else NotAllowed()

    def end_of(self, day: dt.date) -> dt.datetime:
        """Return the moment a day ends in the tenant's zone: a deadline on that day, in UTC."""
        following = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(self.tenant.zone))
        return following.astimezone(dt.UTC) - dt.timedelta(seconds=1)

    def add(self, *rows: object) -> None:
        self.session.add_all(rows)

    def flush(self) -> None:
        self.session.flush()


def any_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values without doubles, in order; for IN lists."""
    return tuple(dict.fromkeys(values))
