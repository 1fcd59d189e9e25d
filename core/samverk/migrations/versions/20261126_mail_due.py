"""Note for each tenant when its next message is due: the worker no longer looks at all tenants' messages at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_mail_due"
down_revision = "20261122"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    op.create_table(
        "mail_due",
        sa.Column("id", ID, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["tenant.id"], name="fk_mail_due_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_due"),
    )
    op.create_index("ix_mail_due_at", "mail_due", ["due_at"], unique=False)
    op.drop_index("ix_message_state", table_name="message")
    op.create_index("ix_message_state", "message", ["tenant_id", "state", "not_before"], unique=False)
    op.execute(
        sa.text(
            "INSERT INTO mail_due (id, due_at) SELECT tenant_id, min(created_at) FROM message"
            " WHERE state IN ('queued', 'sending') GROUP BY tenant_id"
        )
    )


def downgrade() -> None:
    op.drop_index("ix_message_state", table_name="message")
    op.create_index("ix_message_state", "message", ["state", "not_before"], unique=False)
    op.drop_index("ix_mail_due_at", table_name="mail_due")
    op.drop_table("mail_due")
