"""Tables of people. Secrets are stored as hashes only."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.database import IdType, InstallationTable, Reach, TenantTable, optional_reference, personal, tenant_key


class Person(InstallationTable):
    """A person of the installation. `name` is what colleagues see: in the demonstration a role, never a name."""

    __tablename__ = "person"
    reach = Reach("people", "id", is_known_by_name=True)
    __table_args__ = (UniqueConstraint("email"),)
    email: Mapped[str] = personal()
    name: Mapped[str] = personal()
    password_hash: Mapped[str | None] = personal()
    locale: Mapped[str | None]
    is_operator: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class SignIn(InstallationTable):
    """A session created at sign-in (rule 35). Only the SHA-256 of the cookie is stored."""

    __tablename__ = "sign_in"
    reach = Reach("people", "person_id")
    __table_args__ = (UniqueConstraint("secret_hash"), Index("ix_sign_in_person", "person_id"))
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    secret_hash: Mapped[str] = personal()
    csrf: Mapped[str] = personal()
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class ApiToken(InstallationTable):
    """A token for programs, `smv_<id>_<secret>`; only its SHA-256 is stored."""

    __tablename__ = "api_token"
    reach = Reach("tenant", "tenant_id")
    __table_args__ = (UniqueConstraint("secret_hash"),)
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    tenant_id: Mapped[str] = mapped_column(IdType, ForeignKey("tenant.id"))
    secret_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_on: Mapped[dt.date | None]
    revoked_at: Mapped[dt.datetime | None]


class Attempt(InstallationTable):
    """Failed sign-ins by account and by address, for the rate limit."""

    __tablename__ = "attempt"
    reach = Reach("unbound")
    __table_args__ = (Index("ix_attempt_who", "who", "at"),)
    who: Mapped[str]
    at: Mapped[dt.datetime]


class RoleGrant(TenantTable):
    """A role held by a person, dated: contacts and approvers for a party, perhaps for some subjects only."""

    __tablename__ = "role_grant"
    __table_args__ = (
        tenant_key("party_id", "party"),
        tenant_key("subject_id", "subject"),
        Index("ix_role_grant_person", "tenant_id", "person_id"),
    )
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    role: Mapped[str]
    party_id: Mapped[str | None] = optional_reference()
    subject_id: Mapped[str | None] = optional_reference()
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
