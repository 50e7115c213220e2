"""Files that articles were imported from, and where in them."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns, version_key

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "imports",
        sa.Column("id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        *columns(KEY, "sha256", "format"),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "imported",
        *columns(KEY, "article_id", "sha256", primary_key=True),
        sa.Column("import_id", KEY, sa.ForeignKey("imports.id"), primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("captured", UtcTime),
        version_key(),
    )
