"""The frozen values of `demonstration.toml`: invented life of one region, marked wherever it is shown.

No fact lives here; facts stand in the starter.
"""

from typing import Any

import msgspec

from samverk.regions.definition import LocalText


class DemoHolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str
    seat: str
    party: str | None = None
    office: LocalText | None = None


class DemoAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subject: str
    party: str
    role: str
    items: dict[str, Any]
    state: str | None = None
    lang: str | None = None


class DemoReaction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subject: str
    party: str
    item: str
    verdict: str
    words: str | None = None
    lang: str | None = None


class DemoStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    status: str
    words: str
    reason: str | None = None
    then: str = "left"
    then_words: str | None = None


class DemoPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    owner: str
    key: str | None = None
    raiser: str | None = None
    owner_role: str | None = None
    deadline_days: int | None = None
    becomes: tuple[DemoStep, ...] = ()


class DemoAgenda(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    subject: str
    summary: str
    lang: str | None = None
    points: tuple[DemoPoint, ...] = ()


class DemoRound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cycle: str
    back: int
    state: str
    answers: tuple[DemoAnswer, ...] = ()
    filling: str = "not_opened"
    reactions: tuple[DemoReaction, ...] = ()
    agenda: tuple[DemoAgenda, ...] = ()


class Demonstration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema_version: int
    hosts: dict[str, str] = {}
    holders: dict[str, DemoHolder] = {}
    rounds: tuple[DemoRound, ...] = ()
