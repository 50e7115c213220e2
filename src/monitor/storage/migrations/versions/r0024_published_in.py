"""Of an article that says no day of its publication, the year or month that it does say."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("published_in", KEY, nullable=False, server_default=sa.text("''"))
    op.add_column("versions", column)
