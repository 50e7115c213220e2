"""When an article's words expired; what kind of source a feed is."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns, and the index by which the next to expire are found."""
    feed = sa.text("'feed'")
    op.add_column("feeds", sa.Column("kind", sa.Text, nullable=False, server_default=feed))
    op.add_column("articles", sa.Column("expired_at", UtcTime))
    op.create_index(None, "articles", ["expired_at", "first_seen"])
