"""Of an article that says no day of its publication, the year or month that it does say."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY

revision = "0024"
down_revision = "0022"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("published_in", KEY, nullable=False, server_default=sa.text("''"))
    op.add_column("versions", column)
