"""When an article's words expired."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, and the index by which the next to expire are found."""
    op.add_column("articles", sa.Column("expired_at", sa.DateTime(timezone=True)))
    op.create_index("ix_articles_expired_at_first_seen", "articles", ["expired_at", "first_seen"])
