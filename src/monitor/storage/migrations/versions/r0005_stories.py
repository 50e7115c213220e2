"""Stories that are kept, and versions that are withdrawn."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, primary, required, version_key

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and indices of what is told of and of when texts came in."""
    op.create_index(None, "versions", ["fetched_at"])
    op.create_index(
        "ix_assessments_shown",
        "assessments",
        ["stamp", "article_id"],
        sqlite_where=sa.text("relevant = 1 OR borderline = 1"),
        postgresql_where=sa.text("relevant OR borderline"),
    )
    op.create_table(
        "story_members",
        sa.Column("stamp", KEY, primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("story_id", KEY, sa.ForeignKey("articles.id"), nullable=False),
        *required(position=sa.Integer, print=sa.Text, at=UtcTime),
        sa.UniqueConstraint("stamp", "story_id", "position"),
    )
    op.create_table(
        "story_keys",
        sa.Column("stamp", KEY, primary_key=True),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", UtcTime, primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Index(None, "article_id", "stamp"),
    )
    op.create_table(
        "version_checks",
        *primary(article_id=KEY, sha256=KEY, against=KEY),
        *required(why=sa.Text, at=UtcTime),
        sa.Column("erased_at", UtcTime),
        version_key(),
    )
