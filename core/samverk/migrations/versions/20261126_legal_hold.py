"""Legal hold: since when, and why, nothing of a region may be deleted.

No model is imported: a revision must read the same in ten years.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_legal_hold"
down_revision = "20261126_attachments"


def upgrade() -> None:
    with op.batch_alter_table("tenant") as table:
        table.add_column(sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("hold_reason", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tenant") as table:
        table.drop_column("hold_reason")
        table.drop_column("held_since")
