"""What Alembic runs for each migration: our connection, in the transaction that it has begun."""

from __future__ import annotations

from alembic import context

from desk.migrations import VERSION_TABLE
from desk.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
