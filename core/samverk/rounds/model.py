"""Tables of rounds, forms and answers."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import TenantTable, optional_reference, personal, reference, tenant_key


class Round(TenantTable):
    """One period's questionnaires. What it asked is pinned by hash; later changes of the model do not touch it."""

    __tablename__ = "round"
    __table_args__ = (
        tenant_key("model_id", "model_version"),
        tenant_key("meeting_id", "meeting"),
        Index("ix_round_cycle", "tenant_id", "cycle_key", "year", "period"),
    )
    cycle_key: Mapped[str]
    year: Mapped[int]
    period: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    title: Mapped[dict[str, str]]
    opens_on: Mapped[dt.date]
    answers_due_on: Mapped[dt.date]
    answers_due: Mapped[dt.datetime]
    papers_due_on: Mapped[dt.date]
    papers_due: Mapped[dt.datetime]
    meeting_on: Mapped[dt.date]
    is_moved: Mapped[bool] = mapped_column(default=False)
    release_rule: Mapped[str]
    released_at: Mapped[dt.datetime | None]
    needs_approval: Mapped[bool] = mapped_column(default=False)
    placeholders: Mapped[dict[str, Any]]
    questionnaires: Mapped[dict[str, Any]]
    model_id: Mapped[str] = reference()
    meeting_id: Mapped[str | None] = optional_reference()
    previous_round_id: Mapped[str | None] = optional_reference()
    opened_at: Mapped[dt.datetime]
    opened_by: Mapped[str] = personal()
    closed_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class PinnedQuestionnaire(TenantTable):
    """A compiled questionnaire with its texts, kept by the hash of its content."""

    __tablename__ = "pinned_questionnaire"
    __table_args__ = (UniqueConstraint("tenant_id", "content_hash"),)
    content_hash: Mapped[str]
    content: Mapped[dict[str, Any]]


class Form(TenantTable):
    """One (subject, party, role) of a round. `answers` is the working text; what was sent in is a submission.

    State: not_opened, draft, awaiting_approval, submitted, returned, removed.
    """

    __tablename__ = "form"
    __table_args__ = (
        tenant_key("round_id", "round"),
        tenant_key("subject_id", "subject"),
        tenant_key("party_id", "party"),
        UniqueConstraint("tenant_id", "round_id", "subject_id", "party_id", "role"),
        Index("ix_form_party", "tenant_id", "party_id", "state"),
    )
    round_id: Mapped[str] = reference()
    subject_id: Mapped[str] = reference()
    party_id: Mapped[str] = reference()
    role: Mapped[str]
    questionnaire_hash: Mapped[str]
    state: Mapped[str] = mapped_column(default="not_opened")
    answers: Mapped[dict[str, Any]]
    language: Mapped[str | None]
    saved_at: Mapped[dt.datetime | None]
    saved_by: Mapped[str | None] = personal()
    submitted_at: Mapped[dt.datetime | None]
    is_late: Mapped[bool] = mapped_column(default=False)
    receipt: Mapped[str | None]
    return_reason: Mapped[str | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Submission(TenantTable):
    """What was sent in, exactly, with time and content hash. Never changed; a later one has a higher number."""

    __tablename__ = "submission"
    __table_args__ = (
        tenant_key("form_id", "form", cascade=True),
        UniqueConstraint("tenant_id", "form_id", "number"),
    )
    form_id: Mapped[str] = reference()
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    language: Mapped[str]
    content_hash: Mapped[str]
    submitted_at: Mapped[dt.datetime]
    submitted_by: Mapped[str] = personal()
    is_late: Mapped[bool]
    withdrawn_at: Mapped[dt.datetime | None]


class FormEvent(TenantTable):
    """What happened to a form, and by whom."""

    __tablename__ = "form_event"
    __table_args__ = (
        tenant_key("form_id", "form", cascade=True),
        Index("ix_form_event_form", "tenant_id", "form_id", "at"),
    )
    form_id: Mapped[str] = reference()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = personal()
    kind: Mapped[str]
    words: Mapped[str | None]


class RoundEvent(TenantTable):
    """A change to an open round, with its reason."""

    __tablename__ = "round_event"
    __table_args__ = (
        tenant_key("round_id", "round", cascade=True),
        Index("ix_round_event_round", "tenant_id", "round_id", "at"),
    )
    round_id: Mapped[str] = reference()
    at: Mapped[dt.datetime]
    actor: Mapped[str] = personal()
    kind: Mapped[str]
    words: Mapped[str | None]
    content: Mapped[dict[str, Any]]


class Reaction(TenantTable):
    """A partner's agree, partly or disagree, with words, to one of the host's answers: a record of its own."""

    __tablename__ = "reaction"
    __table_args__ = (
        tenant_key("host_form_id", "form"),
        tenant_key("party_id", "party"),
        UniqueConstraint("tenant_id", "host_form_id", "item_key", "party_id"),
    )
    host_form_id: Mapped[str] = reference()
    item_key: Mapped[str]
    party_id: Mapped[str] = reference()
    verdict: Mapped[str]
    words: Mapped[str | None]
    language: Mapped[str | None]
    actor: Mapped[str] = personal()
    at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)
