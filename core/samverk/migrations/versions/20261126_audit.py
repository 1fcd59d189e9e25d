"""The audit log. SQLite's triggers refuse to change or remove an entry; on PostgreSQL the role has no such right."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_audit"
down_revision = "20261126_mail_due"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "audit_actor",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_audit_actor_person_id"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_actor"),
        sa.UniqueConstraint("tenant_id", "person_id", name="uq_audit_actor_tenant_id_person_id"),
        sa.UniqueConstraint("tenant_id", "commitment", name="uq_audit_actor_tenant_id_commitment"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_entry"),
        sa.UniqueConstraint("tenant_id", "seq", name="uq_audit_entry_tenant_id_seq"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["tenant_id", "at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["tenant_id", "subject"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_audit_head"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                sa.text(
                    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry"
                    " BEGIN SELECT RAISE(ABORT, 'entries of the audit log are only added'); END"
                )
            )


def downgrade() -> None:
    for table in ("audit_head", "audit_entry", "audit_actor"):
        op.drop_table(table)
