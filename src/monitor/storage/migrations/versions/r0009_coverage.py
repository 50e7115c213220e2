"""Samples for review, cases learned of elsewhere, verdicts on flags, changes of feeds."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required, version_key

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables; feeds' changes so far are those that their rows tell of."""
    op.create_table(
        "samples",
        sa.Column("day", KEY, primary_key=True),
        *required(stamp=KEY, strata=sa.Text, at=UtcTime),
    )
    op.create_table(
        "sample_items",
        sa.Column("day", KEY, sa.ForeignKey("samples.day"), primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        *required(place=sa.Integer, stratum=sa.Integer, probability=sa.Float),
        sa.CheckConstraint("probability > 0 AND probability <= 1", name="probability"),
    )
    op.create_table(
        "told",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(url=sa.Text, article_id=KEY, note=sa.Text),
        sa.Column("same_as", KEY, sa.ForeignKey("articles.id")),
        sa.Column("at", UtcTime, nullable=False),
        sa.UniqueConstraint("article_id"),
    )
    op.create_table(
        "flag_verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(article_id=KEY, sha256=KEY, rule=KEY, field=sa.Text, start=sa.Integer),
        *required(end=sa.Integer, right=sa.Boolean, reviewer=KEY, at=UtcTime),
        version_key(),
        sa.CheckConstraint("field IN ('title', 'text')", name="field"),
        sa.Index(None, "article_id", "sha256"),
    )
    op.create_table(
        "feed_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("at", UtcTime, nullable=False, index=True),
        sa.Column("followed", sa.Boolean, nullable=False),
    )
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, added_at, true FROM feeds"
        " ORDER BY added_at, id"
    )
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, removed_at, false FROM feeds"
        " WHERE removed_at IS NOT NULL ORDER BY removed_at, id"
    )
