"""Runs the migrations on the connection, and in the transaction, that `migrate` opened."""

from alembic import context

from monitor.storage.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
