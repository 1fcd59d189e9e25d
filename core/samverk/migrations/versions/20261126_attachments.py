"""Attachments of forms, meetings and points, and markings of what is exempt from public access."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_attachments"
down_revision = "20261126_identity"

ID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("stored_as", ID, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_about", "attachment", ["tenant_id", "about_kind", "about_id"], unique=False)
    op.create_table(
        "exemption",
        sa.Column("tenant_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("about_kind", sa.String(), nullable=False),
        sa.Column("about_id", ID, nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("statute", sa.String(), nullable=False),
        sa.Column("reassess_on", sa.Date(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_exemption"),
    )
    op.create_index("ix_exemption_about", "exemption", ["tenant_id", "about_kind", "about_id"], unique=False)
    op.create_index("ix_exemption_reassess", "exemption", ["tenant_id", "reassess_on"], unique=False)


def downgrade() -> None:
    op.drop_table("exemption")
    op.drop_table("attachment")
