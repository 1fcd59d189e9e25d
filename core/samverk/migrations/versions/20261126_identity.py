"""Identity: invitations, resets, letters, second factors, identities at providers; sessions and roles know more.

No model is imported: a revision must read the same in ten years.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_identity"
down_revision = "20261126_plugin_switch"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("awaits", sa.String(), nullable=True))
        table.add_column(sa.Column("tenant_id", ID, nullable=True))
        table.create_foreign_key("fk_sign_in_tenant_id", "tenant", ["tenant_id"], ["id"])
    with op.batch_alter_table("api_token") as table:
        table.add_column(sa.Column("can_write", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("name", sa.String(), nullable=False, server_default=""))
        table.create_index("ix_api_token_person", ["person_id"])
    with op.batch_alter_table("role_grant") as table:
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("suspended_at", MOMENT, nullable=True))
        table.add_column(sa.Column("stands_in_for_id", ID, nullable=True))
        table.create_foreign_key("fk_role_grant_stands_in_for_id", "person", ["stands_in_for_id"], ["id"])
    _links()
    _second_factor()
    _belonging()
    op.create_table(
        "provider_identity",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_provider_identity_person_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_provider_identity"),
        sa.UniqueConstraint("tenant_id", "issuer", "subject", name="uq_provider_identity_tenant_id_issuer_subject"),
    )


def _belonging() -> None:
    op.create_table(
        "belonging",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("administers", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_belonging_person_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="fk_belonging_tenant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_belonging"),
        sa.UniqueConstraint("person_id", "tenant_id", name="uq_belonging_person_id_tenant_id"),
    )
    # The id of one of the person's roles there is as good as a new one.
    op.execute(
        sa.text(
            "INSERT INTO belonging (id, person_id, tenant_id, begins_on, ends_on, administers)"
            " SELECT min(CAST(id AS varchar(36))), person_id, tenant_id, NULL, NULL,"
            " max(CASE WHEN role = 'administrator' THEN 1 ELSE 0 END) = 1 FROM role_grant GROUP BY person_id, tenant_id"
        )
        if op.get_bind().dialect.name == "sqlite"
        else sa.text(
            "INSERT INTO belonging (id, person_id, tenant_id, begins_on, ends_on, administers)"
            " SELECT min(id::text)::uuid, person_id, tenant_id, NULL, NULL, bool_or(role = 'administrator')"
            " FROM role_grant GROUP BY person_id, tenant_id"
        )
    )


def _links() -> None:
    op.create_table(
        "invitation",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("stands_in_for_id", ID, nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "party_id"], ["party.tenant_id", "party.id"], name="fk_invitation_tenant_id_party_id"
        ),
        sa.ForeignKeyConstraint(["stands_in_for_id"], ["person.id"], name="fk_invitation_stands_in_for_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_invitation"),
    )
    op.create_index("ix_invitation_email", "invitation", ["tenant_id", "email"])
    op.create_table(
        "password_reset",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_password_reset_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_password_reset"),
    )
    op.create_index("ix_password_reset_person", "password_reset", ["person_id"])
    op.create_index("ix_password_reset_at", "password_reset", ["created_at"])
    op.create_table(
        "letter",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("link_kind", sa.String(), nullable=False),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
    )
    op.create_index("ix_letter_state", "letter", ["state", "not_before"])


def _second_factor() -> None:
    op.create_table(
        "second_factor",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_second_factor_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_factor"),
        sa.UniqueConstraint("person_id", name="uq_second_factor_person_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("person_id", "code_hash", name="uq_recovery_code_person_id_code_hash"),
    )


def downgrade() -> None:
    for name in (
        "belonging",
        "provider_identity",
        "recovery_code",
        "second_factor",
        "letter",
        "password_reset",
        "invitation",
    ):
        op.drop_table(name)
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint("fk_role_grant_stands_in_for_id", type_="foreignkey")
        table.drop_column("stands_in_for_id")
        table.drop_column("suspended_at")
        table.drop_column("version")
    with op.batch_alter_table("api_token") as table:
        table.drop_index("ix_api_token_person")
        table.drop_column("name")
        table.drop_column("can_write")
    with op.batch_alter_table("sign_in") as table:
        table.drop_constraint("fk_sign_in_tenant_id", type_="foreignkey")
        table.drop_column("tenant_id")
        table.drop_column("awaits")
