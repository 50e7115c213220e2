"""Which process is judging which article now, so that several share what is due."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "due_claims",
        *columns(KEY, "stamp", "article_id", primary_key=True),
        sa.Column("token", KEY, nullable=False, index=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
    )
