"""A point as the interface gives it, also inside a meeting; the operations are `routes.py`'s."""

import datetime as dt

import msgspec

from samverk.points.service import PointView
from samverk.web.shapes import Id, Text


class Owner(msgspec.Struct, frozen=True):
    """Who answers for a point; without a party it is the secretariat."""

    party: Id | None
    name: str
    role: str | None


class Raiser(msgspec.Struct, frozen=True):
    """Who raised a point; without a party it is the secretariat."""

    party: Id | None
    name: str


class PointSubject(msgspec.Struct, frozen=True):
    """What a point is about."""

    kind: str
    id: Id
    key: str


class PointAnswer(msgspec.Struct, frozen=True):
    """A point as the interface gives it."""

    id: Id
    number: int
    text: Text
    state: str
    owner: Owner
    raiser: Raiser
    deadline: dt.date | None
    subjects: tuple[PointSubject, ...]
    last_status: str | None


def point_answer(point: PointView) -> PointAnswer:
    """Return a point as the interface gives it."""
    return PointAnswer(
        point.id,
        point.number,
        Text(point.language, point.text),
        point.state,
        Owner(point.owner_party_id, point.owner, point.owner_role),
        Raiser(point.raiser_party_id, point.raiser),
        point.deadline,
        tuple(PointSubject(one.kind, one.id, one.key) for one in point.subjects),
        point.last_status,
    )
