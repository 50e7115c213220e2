"""Reviews: what people said of articles."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns, version_key

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        *columns(KEY, "article_id", "sha256", "reviewer"),
        *columns(sa.Text, "verdict", "tags"),
        sa.Column("at", UtcTime, nullable=False),
        version_key(),
        sa.CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
        sa.Index(None, "article_id", "sha256", "id"),
    )
