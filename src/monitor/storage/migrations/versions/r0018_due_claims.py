"""Which process is judging which article now, so that several share what is due."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, primary, required

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "due_claims",
        *primary(stamp=KEY, article_id=KEY),
        sa.Column("token", KEY, nullable=False, index=True),
        *required(holder=sa.Text, until=UtcTime),
    )
