"""Reviews: what people said of articles."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required, version_key

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(article_id=KEY, sha256=KEY, reviewer=KEY, verdict=sa.Text, tags=sa.Text),
        *required(at=UtcTime),
        version_key(),
        sa.CheckConstraint("verdict IN ('relevant', 'borderline', 'not_relevant')", name="verdict"),
        sa.Index(None, "article_id", "sha256", "id"),
    )
