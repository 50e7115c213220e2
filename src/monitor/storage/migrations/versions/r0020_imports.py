"""Files that articles were imported from, and where in them."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, primary, required, version_key

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "imports",
        sa.Column("id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *required(name=sa.Text, sha256=KEY, format=KEY, at=UtcTime, by=sa.Text),
    )
    op.create_table(
        "imported",
        *primary(article_id=KEY, sha256=KEY),
        sa.Column("import_id", KEY, sa.ForeignKey("imports.id"), primary_key=True),
        *required(place=sa.BigInteger, name=sa.Text),
        sa.Column("captured", UtcTime),
        version_key(),
    )
