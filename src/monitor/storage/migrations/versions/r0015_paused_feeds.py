"""When a desk paused a feed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; no feed so far is paused."""
    op.add_column("feeds", sa.Column("paused_at", sa.DateTime(timezone=True)))
