"""Runs the migrations on the connection, and in the transaction, that `migrate` opened."""

from alembic import context

from monitor.storage.migrate import VERSION_TABLE
from monitor.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    render_as_batch=True,
    target_metadata=metadata,  # names constraints and indexes
)
context.run_migrations()
