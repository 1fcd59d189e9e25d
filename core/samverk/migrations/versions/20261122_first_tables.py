"""The tables of the first version: tenant, reference and installation tables with their keys.

No model is imported: a revision must read the same in ten years.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122"
down_revision = None

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", ID, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
    )
    op.create_index("ix_attempt_who", "attempt", ["who", "at"], unique=False)

    op.create_table(
        "body",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_body"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_body_tenant_id_key"),
    )
    op.create_table(
        "counter",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_counter"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_counter_tenant_id_name"),
    )
    op.create_table(
        "governing_document",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("text", JSON, nullable=True),
        sa.Column("point_count", sa.Integer(), nullable=True),
        sa.Column("points", JSON, nullable=False),
        sa.Column("versions", JSON, nullable=False),
        sa.Column("builds_on", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_governing_document"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_governing_document_tenant_id_key"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_idempotency_key"),
        sa.UniqueConstraint(
            "tenant_id", "person_id", "route", "key", name="uq_idempotency_key_tenant_id_person_id_route_key"
        ),
    )
    op.create_table(
        "issued_document",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tree", JSON, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("docx", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_issued_document"),
        sa.UniqueConstraint(
            "tenant_id", "kind", "about_id", "edition", name="uq_issued_document_tenant_id_kind_about_id_edition"
        ),
        sa.UniqueConstraint("tenant_id", "number", name="uq_issued_document_tenant_id_number"),
    )
    op.create_table(
        "legal_form",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_legal_form"),
    )
    op.create_table(
        "member_set",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", JSON, nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_member_set"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_member_set_tenant_id_key"),
    )
    op.create_table(
        "model_version",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_model_version"),
        sa.UniqueConstraint("tenant_id", "content_hash", name="uq_model_version_tenant_id_content_hash"),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "pinned_questionnaire",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_pinned_questionnaire"),
        sa.UniqueConstraint("tenant_id", "content_hash", name="uq_pinned_questionnaire_tenant_id_content_hash"),
    )
    op.create_table(
        "place",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_place"),
    )
    op.create_table(
        "register",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("text", JSON, nullable=True),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_register"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_register_tenant_id_key"),
    )
    op.create_table(
        "register_version",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_register_version"),
    )
    op.create_table(
        "source",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_source"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_source_tenant_id_key"),
    )
    op.create_table(
        "subject",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_subject"),
        sa.UniqueConstraint("tenant_id", "kind", "key", name="uq_subject_tenant_id_kind_key"),
    )
    op.create_table(
        "tenant",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("plugin_key", sa.String(), nullable=False),
        sa.Column("name", JSON, nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", sa.Date(), nullable=True),
        sa.Column("about", JSON, nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.UniqueConstraint("slug", name="uq_tenant_slug"),
    )
    op.create_table(
        "timeline_event",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("begins", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=True),
        sa.Column("words", JSON, nullable=True),
        sa.Column("text", JSON, nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_timeline_event"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_timeline_event_tenant_id_key"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_api_token_person_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_api_token_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("secret_hash", name="uq_api_token_secret_hash"),
    )
    op.create_table(
        "arrangement",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("short_name", JSON, nullable=True),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("text", JSON, nullable=True),
        sa.Column("aims", JSON, nullable=False),
        sa.Column("begins", sa.String(), nullable=True),
        sa.Column("ends", sa.String(), nullable=True),
        sa.Column("participant_count", sa.Integer(), nullable=True),
        sa.Column("candidate_set_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "candidate_set_id"],
            ["member_set.tenant_id", "member_set.id"],
            name="fk_arrangement_tenant_id_candidate_set_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"], ["subject.tenant_id", "subject.id"], name="fk_arrangement_tenant_id_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_arrangement"),
    )
    op.create_table(
        "meeting",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("body_id", ID, nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("cycle_key", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("period", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("is_digital", sa.Boolean(), nullable=False),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.Column("records", sa.String(), nullable=False),
        sa.Column("summary_state", sa.String(), nullable=False),
        sa.Column("comment_until", sa.Date(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "body_id"], ["body.tenant_id", "body.id"], name="fk_meeting_tenant_id_body_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_meeting"),
    )
    op.create_index("ix_meeting_cycle", "meeting", ["tenant_id", "cycle_key", "year", "period"], unique=False)
    op.create_index("ix_meeting_held", "meeting", ["tenant_id", "held_on"], unique=False)

    op.create_table(
        "message",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("about_id", ID, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_message_person_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_message"),
        sa.UniqueConstraint("tenant_id", "person_id", "occasion", name="uq_message_tenant_id_person_id_occasion"),
    )
    op.create_index("ix_message_created", "message", ["tenant_id", "created_at"], unique=False)
    op.create_index("ix_message_state", "message", ["state", "not_before"], unique=False)

    op.create_table(
        "party",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place_key", sa.String(), nullable=True),
        sa.Column("name", JSON, nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.Column("marks", JSON, nullable=False),
        sa.ForeignKeyConstraint(["place_key"], ["place.key"], name="fk_party_place_key"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_party"),
        sa.UniqueConstraint("tenant_id", "key", name="uq_party_tenant_id_key"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("secret_hash", name="uq_sign_in_secret_hash"),
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person_id"], unique=False)

    op.create_table(
        "adoption",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("document_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=True),
        sa.Column("begins", sa.String(), nullable=True),
        sa.Column("ends", sa.String(), nullable=True),
        sa.Column("words", JSON, nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "document_id"],
            ["governing_document.tenant_id", "governing_document.id"],
            name="fk_adoption_tenant_id_document_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_adoption_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_adoption"),
    )
    op.create_index("ix_adoption_document", "adoption", ["tenant_id", "document_id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("starts_at", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("summary_language", sa.String(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name="fk_agenda_item_tenant_id_meeting_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"], ["subject.tenant_id", "subject.id"], name="fk_agenda_item_tenant_id_subject_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_agenda_item"),
    )
    op.create_index("ix_agenda_item_meeting", "agenda_item", ["tenant_id", "meeting_id", "position"], unique=False)
    op.create_index("ix_agenda_item_subject", "agenda_item", ["tenant_id", "subject_id"], unique=False)

    op.create_table(
        "arrangement_form",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("arrangement_id", ID, nullable=False),
        sa.Column("legal_form_key", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.ForeignKeyConstraint(["legal_form_key"], ["legal_form.key"], name="fk_arrangement_form_legal_form_key"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "arrangement_id"],
            ["arrangement.tenant_id", "arrangement.id"],
            name="fk_arrangement_form_tenant_id_arrangement_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_arrangement_form"),
    )
    op.create_index(
        "ix_arrangement_form_arrangement", "arrangement_form", ["tenant_id", "arrangement_id"], unique=False
    )

    op.create_table(
        "arrangement_party",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("arrangement_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "arrangement_id"],
            ["arrangement.tenant_id", "arrangement.id"],
            name="fk_arrangement_party_tenant_id_arrangement_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_arrangement_party_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_arrangement_party"),
    )
    op.create_index(
        "ix_arrangement_party_arrangement", "arrangement_party", ["tenant_id", "arrangement_id"], unique=False
    )
    op.create_index("ix_arrangement_party_party", "arrangement_party", ["tenant_id", "party_id"], unique=False)

    op.create_table(
        "meeting_event",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name="fk_meeting_event_tenant_id_meeting_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_meeting_event"),
    )
    op.create_index("ix_meeting_event_meeting", "meeting_event", ["tenant_id", "meeting_id", "at"], unique=False)

    op.create_table(
        "membership",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("set_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_membership_tenant_id_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "set_id"],
            ["member_set.tenant_id", "member_set.id"],
            name="fk_membership_tenant_id_set_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_membership"),
    )
    op.create_index("ix_membership_set", "membership", ["tenant_id", "set_id"], unique=False)

    op.create_table(
        "point",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("raiser_party_id", ID, nullable=True),
        sa.Column("owner_party_id", ID, nullable=True),
        sa.Column("owner_role", sa.String(), nullable=True),
        sa.Column("accepts", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agenda_item_id", ID, nullable=True),
        sa.Column("meeting_id", ID, nullable=True),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_party_id"], ["party.tenant_id", "party.id"], name="fk_point_tenant_id_owner_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "raiser_party_id"], ["party.tenant_id", "party.id"], name="fk_point_tenant_id_raiser_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_point"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_point_tenant_id_number"),
    )
    op.create_index("ix_point_origin", "point", ["tenant_id", "agenda_item_id"], unique=False)
    op.create_index("ix_point_owner", "point", ["tenant_id", "owner_party_id", "state"], unique=False)
    op.create_index("ix_point_state", "point", ["tenant_id", "state"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_grant_person_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_role_grant_tenant_id_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"], ["subject.tenant_id", "subject.id"], name="fk_role_grant_tenant_id_subject_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_role_grant"),
    )
    op.create_index("ix_role_grant_person", "role_grant", ["tenant_id", "person_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("cycle_key", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("answers_due_on", sa.Date(), nullable=False),
        sa.Column("answers_due", MOMENT, nullable=False),
        sa.Column("papers_due_on", sa.Date(), nullable=False),
        sa.Column("papers_due", MOMENT, nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=False),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.Column("release_rule", sa.String(), nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("placeholders", JSON, nullable=False),
        sa.Column("questionnaires", JSON, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=True),
        sa.Column("previous_round_id", ID, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"], ["meeting.tenant_id", "meeting.id"], name="fk_round_tenant_id_meeting_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "model_id"],
            ["model_version.tenant_id", "model_version.id"],
            name="fk_round_tenant_id_model_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_round"),
    )
    op.create_index("ix_round_cycle", "round", ["tenant_id", "cycle_key", "year", "period"], unique=False)

    op.create_table(
        "seat_holder",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("body_id", ID, nullable=False),
        sa.Column("seat_key", sa.String(), nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("office", JSON, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("marks", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "body_id"],
            ["body.tenant_id", "body.id"],
            name="fk_seat_holder_tenant_id_body_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_seat_holder_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_seat_holder"),
    )
    op.create_index("ix_seat_holder_body", "seat_holder", ["tenant_id", "body_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("agenda_item_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agenda_item_id"],
            ["agenda_item.tenant_id", "agenda_item.id"],
            name="fk_attendance_tenant_id_agenda_item_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_attendance_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_attendance"),
        sa.UniqueConstraint(
            "tenant_id", "agenda_item_id", "party_id", name="uq_attendance_tenant_id_agenda_item_id_party_id"
        ),
    )
    op.create_table(
        "form",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("questionnaire_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("saved_at", MOMENT, nullable=True),
        sa.Column("saved_by", sa.String(), nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("is_demonstration", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_form_tenant_id_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"], ["round.tenant_id", "round.id"], name="fk_form_tenant_id_round_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"], ["subject.tenant_id", "subject.id"], name="fk_form_tenant_id_subject_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_form"),
        sa.UniqueConstraint(
            "tenant_id",
            "round_id",
            "subject_id",
            "party_id",
            "role",
            name="uq_form_tenant_id_round_id_subject_id_party_id_role",
        ),
    )
    op.create_index("ix_form_party", "form", ["tenant_id", "party_id", "state"], unique=False)

    op.create_table(
        "point_event",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("point_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("form_id", ID, nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["point.tenant_id", "point.id"],
            name="fk_point_event_tenant_id_point_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_point_event"),
    )
    op.create_index("ix_point_event_point", "point_event", ["tenant_id", "point_id", "at"], unique=False)

    op.create_table(
        "point_subject",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("point_id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "point_id"],
            ["point.tenant_id", "point.id"],
            name="fk_point_subject_tenant_id_point_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"],
            ["subject.tenant_id", "subject.id"],
            name="fk_point_subject_tenant_id_subject_id",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_point_subject"),
        sa.UniqueConstraint(
            "tenant_id", "point_id", "subject_id", name="uq_point_subject_tenant_id_point_id_subject_id"
        ),
    )
    op.create_index("ix_point_subject_subject", "point_subject", ["tenant_id", "subject_id"], unique=False)

    op.create_table(
        "round_event",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "round_id"],
            ["round.tenant_id", "round.id"],
            name="fk_round_event_tenant_id_round_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_round_event"),
    )
    op.create_index("ix_round_event_round", "round_event", ["tenant_id", "round_id", "at"], unique=False)

    op.create_table(
        "summary_comment",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("agenda_item_id", ID, nullable=True),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "agenda_item_id"],
            ["agenda_item.tenant_id", "agenda_item.id"],
            name="fk_summary_comment_tenant_id_agenda_item_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "meeting_id"],
            ["meeting.tenant_id", "meeting.id"],
            name="fk_summary_comment_tenant_id_meeting_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_summary_comment_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_summary_comment"),
    )
    op.create_index("ix_summary_comment_meeting", "summary_comment", ["tenant_id", "meeting_id"], unique=False)

    op.create_table(
        "form_event",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "form_id"],
            ["form.tenant_id", "form.id"],
            name="fk_form_event_tenant_id_form_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_form_event"),
    )
    op.create_index("ix_form_event_form", "form_event", ["tenant_id", "form_id", "at"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("item_key", sa.String(), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reference", sa.String(), nullable=True),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("history", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "form_id"], ["form.tenant_id", "form.id"], name="fk_proposal_tenant_id_form_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_proposal_tenant_id_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subject_id"], ["subject.tenant_id", "subject.id"], name="fk_proposal_tenant_id_subject_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_proposal"),
        sa.UniqueConstraint("tenant_id", "form_id", "item_key", name="uq_proposal_tenant_id_form_id_item_key"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_proposal_tenant_id_number"),
    )
    op.create_index("ix_proposal_state", "proposal", ["tenant_id", "state"], unique=False)

    op.create_table(
        "reaction",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("host_form_id", ID, nullable=False),
        sa.Column("item_key", sa.String(), nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "host_form_id"], ["form.tenant_id", "form.id"], name="fk_reaction_tenant_id_host_form_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_reaction_tenant_id_party_id"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_reaction"),
        sa.UniqueConstraint(
            "tenant_id",
            "host_form_id",
            "item_key",
            "party_id",
            name="uq_reaction_tenant_id_host_form_id_item_key_party_id",
        ),
    )
    op.create_table(
        "submission",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("submitted_by", sa.String(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "form_id"],
            ["form.tenant_id", "form.id"],
            name="fk_submission_tenant_id_form_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_submission"),
        sa.UniqueConstraint("tenant_id", "form_id", "number", name="uq_submission_tenant_id_form_id_number"),
    )


def downgrade() -> None:
    for table in (
        "submission",
        "reaction",
        "proposal",
        "form_event",
        "summary_comment",
        "round_event",
        "point_subject",
        "point_event",
        "form",
        "attendance",
        "seat_holder",
        "round",
        "role_grant",
        "point",
        "membership",
        "meeting_event",
        "arrangement_party",
        "arrangement_form",
        "agenda_item",
        "adoption",
        "sign_in",
        "party",
        "message",
        "meeting",
        "arrangement",
        "api_token",
        "timeline_event",
        "tenant",
        "subject",
        "source",
        "register_version",
        "register",
        "place",
        "pinned_questionnaire",
        "person",
        "model_version",
        "member_set",
        "legal_form",
        "issued_document",
        "idempotency_key",
        "governing_document",
        "counter",
        "body",
        "attempt",
    ):
        op.drop_table(table)
