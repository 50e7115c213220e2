"""Where versions have names that are hidden, and who asked for them."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns, version_key

revision = "0011"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables, empty: every article is due."""
    op.create_table(
        "masks",
        *columns(KEY, "article_id", "sha256", primary_key=True),
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("spans", sa.Text, nullable=False),
        sa.Column("link_tells", sa.Boolean, nullable=False),
        sa.Column("untold", sa.Text, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        version_key(),
    )
    op.create_table(
        "askings",
        sa.Column("id", sa.Integer, primary_key=True),
        *columns(KEY, "article_id", "sha256", "who"),
        sa.Column("at", UtcTime, nullable=False, index=True),
        sa.Column("until", UtcTime, nullable=False),
        version_key(),
        sa.Index(None, "who", "until"),
    )
