"""Configuration of a region in the browser: its versions, its draft, and the model a region works by.

No model is imported: a revision must read the same in ten years.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_configuration"
down_revision = "20261126_legal_hold"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def _key(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        ["model_version.tenant_id", "model_version.id"],
        name=f"fk_{table}_tenant_id_{column}",
    )


def upgrade() -> None:
    with op.batch_alter_table("tenant") as table:
        table.add_column(sa.Column("model_id", ID, nullable=True))
        table.add_column(sa.Column("last_model_id", ID, nullable=True))
    op.create_table(
        "configuration_version",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patch", JSON, nullable=False),
        sa.Column("definition_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("activated_at", MOMENT, nullable=False),
        sa.Column("activated_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_configuration_version"),
        sa.UniqueConstraint("tenant_id", "number", name="uq_configuration_version_tenant_id_number"),
        _key("configuration_version", "definition_id"),
        _key("configuration_version", "model_id"),
    )
    op.create_table(
        "configuration_draft",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("patch", JSON, nullable=False),
        sa.Column("definition_id", ID, nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_configuration_draft"),
        sa.UniqueConstraint("tenant_id", name="uq_configuration_draft_tenant_id"),
        _key("configuration_draft", "definition_id"),
    )


def downgrade() -> None:
    op.drop_table("configuration_draft")
    op.drop_table("configuration_version")
    with op.batch_alter_table("tenant") as table:
        table.drop_column("last_model_id")
        table.drop_column("model_id")
