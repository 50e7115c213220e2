"""Where versions have names that are hidden, and who asked for them."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, primary, required, version_key

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables, empty: every article is due."""
    op.create_table(
        "masks",
        *primary(article_id=KEY, sha256=KEY),
        *required(stamp=KEY, spans=sa.Text, link_tells=sa.Boolean, untold=sa.Text, at=UtcTime),
        version_key(),
    )
    op.create_table(
        "askings",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(article_id=KEY, sha256=KEY, who=KEY),
        sa.Column("at", UtcTime, nullable=False, index=True),
        sa.Column("until", UtcTime, nullable=False),
        version_key(),
        sa.Index(None, "who", "until"),
    )
