"""What the interface of rounds and forms takes and gives; the operations are `api.py`'s."""

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from samverk.rounds.questionnaire import Question
from samverk.web.shapes import Id, Key, Language, Line, Reason, Text, Words


class OpenRound(msgspec.Struct, forbid_unknown_fields=True):
    cycle: Key
    year: Annotated[int, Meta(ge=1990, le=2200)]
    period: Annotated[int, Meta(ge=1, le=366)]
    opens: dt.date | None = None
    answers: dt.date | None = None
    papers: dt.date | None = None
    meeting: dt.date | None = None
    without_subjects: Annotated[list[Line], Meta(max_length=1_000)] = []
    without_items: Annotated[list[Line], Meta(max_length=1_000)] = []


class Answers(msgspec.Struct, forbid_unknown_fields=True):
    """Answers by question key; points by id with status, words and reason."""

    answers: dict[str, Any]
    language: Language
    points: dict[str, dict[str, str]] = {}


class Return(msgspec.Struct, forbid_unknown_fields=True):
    reason: Reason


class React(msgspec.Struct, forbid_unknown_fields=True):
    item: Line
    verdict: Literal["agree", "partly", "disagree"]
    language: Language
    words: Words = ""


class RoundAnswer(msgspec.Struct, frozen=True):
    """A round as the interface gives it."""

    id: Id
    cycle: str
    year: int
    period: int
    state: str
    title: Text
    opens_on: dt.date
    answers_due: dt.datetime
    papers_due: dt.datetime
    meeting_on: dt.date
    meeting: Id | None
    version: int


class OpenedRound(RoundAnswer, frozen=True):
    """A round that was opened, with the number of its forms by role."""

    forms: dict[str, int]


class FormSubject(msgspec.Struct, frozen=True):
    """What a form is about."""

    kind: str
    id: Id


class FormItem(msgspec.Struct, frozen=True):
    """A form in a list."""

    id: Id
    round: Id
    role: str
    state: str
    is_late: bool
    subject: FormSubject
    party: Id
    submitted_at: dt.datetime | None
    version: int


class FormList(msgspec.Struct, frozen=True):
    """One page of forms; `next` is the address of the following page."""

    items: tuple[FormItem, ...]
    next: str | None


class AskedPoint(msgspec.Struct, frozen=True):
    """A point that a form asks about."""

    id: Id
    number: int
    text: str


class FormAnswer(FormItem, frozen=True):
    """A form with its questions, its answers by question key, and the points that it asks."""

    language: str | None
    receipt: str | None
    questions: tuple[Question, ...]
    answers: dict[str, Any]
    points: dict[str, Any]
    asked_points: tuple[AskedPoint, ...]


class Saved(msgspec.Struct, frozen=True):
    """A draft that is kept."""

    id: Id
    version: int


class Reacted(msgspec.Struct, frozen=True):
    """A reaction that is kept."""

    item: str
    verdict: str
