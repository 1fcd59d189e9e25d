"""What the frame of a request is given: the request itself, and the parts that `app` puts in.

What is done with them is `wrapper.py`'s.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from samverk.database import Database, Unit
from samverk.registry import Answers, Question
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.web.call import Answer, Call, Credential


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as the door hands it over."""

    method: str
    path: Mapping[str, str]
    url: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    address: str
    id: str = field(default_factory=new_id)


class Entry(Protocol):
    """What `app` injects: who is behind a request, and the scope of a tenant."""

    def identify(
        self, session: Unit, cookie: str, bearer: str, now: dt.datetime, slug: str | None = None
    ) -> Credential: ...

    def open_scope(self, session: Unit, slug: str, credential: Credential, locale: str, now: dt.datetime) -> Scope: ...

    def locale_of(self, session: Unit, slug: str | None, person_id: str | None) -> str: ...

    def touch(self, database: Database, credential: Credential, now: dt.datetime) -> None: ...

    def recall(self, call: Call, work: Callable[[], Answer]) -> Answer: ...

    def ask(self, database: Database, question: Question, answers: Answers, now: dt.datetime) -> None: ...


class Journal(Protocol):
    """What `app` injects: the log of who changed what, and of what auditors read."""

    def written(self, call: Call) -> None: ...

    def read(self, call: Call) -> None: ...
