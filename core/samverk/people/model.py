"""Tables of people. Secrets are stored as hashes only."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from samverk.tables import IdType, InstallationTable, Reach, TenantTable, optional_reference, personal, tenant_key


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
    """A session created at sign-in (rule 35). Only the SHA-256 of the cookie is stored.

    `awaits` says what is missing before it is anybody's: the code of the second factor, or enrolling one. A session
    that a region's own provider vouched for reaches that region only.
    """

    __tablename__ = "sign_in"
    reach = Reach("people", "person_id")
    __table_args__ = (UniqueConstraint("secret_hash"), Index("ix_sign_in_person", "person_id"))
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    secret_hash: Mapped[str] = personal()
    csrf: Mapped[str] = personal()
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    awaits: Mapped[str | None]
    tenant_id: Mapped[str | None] = mapped_column(IdType, ForeignKey("tenant.id"))


class ApiToken(InstallationTable):
    """A token for programs, `smv_api_<id>_<secret>`; only its SHA-256 is stored. `name` is the person's own word."""

    __tablename__ = "api_token"
    reach = Reach("tenant", "tenant_id")
    __table_args__ = (UniqueConstraint("secret_hash"), Index("ix_api_token_person", "person_id"))
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    tenant_id: Mapped[str] = mapped_column(IdType, ForeignKey("tenant.id"))
    secret_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_on: Mapped[dt.date | None]
    revoked_at: Mapped[dt.datetime | None]
    can_write: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(default="")


class Attempt(InstallationTable):
    """Failed sign-ins by account and by address, for the rate limit."""

    __tablename__ = "attempt"
    reach = Reach("unbound")
    __table_args__ = (Index("ix_attempt_who", "who", "at"),)
    who: Mapped[str]
    at: Mapped[dt.datetime]


class RoleGrant(TenantTable):
    """A role held by a person, dated: contacts and approvers for a party, perhaps for some subjects only.

    `stands_in_for_id` names whom the person answers for during absence; `suspended_at` switches the role off for as
    long as the region's administrator has disabled the person here.
    """

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
    version: Mapped[int] = mapped_column(default=1)
    suspended_at: Mapped[dt.datetime | None]
    stands_in_for_id: Mapped[str | None] = mapped_column(IdType, ForeignKey("person.id"))


class Belonging(InstallationTable):
    """That a person holds roles in a tenant, from when to when: sign-in asks before any tenant is chosen.

    Worked out from the roles there whenever they change; a row security that shows no tenant the roles of another
    leaves this to know. `administers` stays until the next change, also when the role has ended by itself.
    """

    __tablename__ = "belonging"
    reach = Reach("tenant", "tenant_id")
    __table_args__ = (UniqueConstraint("person_id", "tenant_id"),)
    is_noted = False
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    tenant_id: Mapped[str] = mapped_column(IdType, ForeignKey("tenant.id"))
    begins_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    administers: Mapped[bool] = mapped_column(default=False)


class PasswordReset(InstallationTable):
    """A link by which a password is set anew, once. Without a person it was asked for an unknown address."""

    __tablename__ = "password_reset"
    reach = Reach("people", "person_id")
    __table_args__ = (Index("ix_password_reset_person", "person_id"), Index("ix_password_reset_at", "created_at"))
    person_id: Mapped[str | None] = mapped_column(IdType, ForeignKey("person.id"))
    secret_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class SecondFactor(InstallationTable):
    """The secret of a person's code maker, encrypted; `last_step` is the newest thirty seconds that were used."""

    __tablename__ = "second_factor"
    reach = Reach("people", "person_id")
    __table_args__ = (UniqueConstraint("person_id"),)
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    secret: Mapped[str]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]


class RecoveryCode(InstallationTable):
    """A code to be used once where the code maker is lost; only its SHA-256 is stored."""

    __tablename__ = "recovery_code"
    reach = Reach("people", "person_id")
    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    code_hash: Mapped[str]
    used_at: Mapped[dt.datetime | None]


class ProviderIdentity(TenantTable):
    """Who a person is at a region's sign-in provider: issuer and subject, bound by an invitation only (rule 41)."""

    __tablename__ = "provider_identity"
    __table_args__ = (UniqueConstraint("tenant_id", "issuer", "subject"),)
    person_id: Mapped[str] = mapped_column(IdType, ForeignKey("person.id"))
    issuer: Mapped[str]
    subject: Mapped[str] = personal()
    created_at: Mapped[dt.datetime]
