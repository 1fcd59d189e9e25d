"""Alembic's entry: the connection is given by `runner`; `autogenerate` compares with the whole metadata."""

from alembic import context

from samverk.models import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
