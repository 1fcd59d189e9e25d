"""The switch of a tenant's plugin: faults counted, off after three, on again by people.

No model is imported: a revision must read the same in ten years.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_plugin_switch"
down_revision = "20261126_audit"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "plugin_switch",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("plugin_key", sa.String(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("fault_hook", sa.String(), nullable=True),
        sa.Column("fault_kind", sa.String(), nullable=True),
        sa.Column("fault_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_plugin_switch"),
        sa.UniqueConstraint("tenant_id", "plugin_key", name="uq_plugin_switch_tenant_id_plugin_key"),
    )


def downgrade() -> None:
    op.drop_table("plugin_switch")
