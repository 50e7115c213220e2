"""Samples for review, cases learned of elsewhere, verdicts on flags, changes of feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables; feeds' changes so far are those that their rows tell of."""
    op.create_table(
        "samples",
        sa.Column("day", KEY, nullable=False),
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("strata", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_samples"),
    )
    op.create_table(
        "sample_items",
        sa.Column("day", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("stratum", sa.Integer, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("day", "article_id", name="pk_sample_items"),
        sa.ForeignKeyConstraint(["day"], ["samples.day"], name="fk_sample_items_day_samples"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_sample_items_article_id_articles"
        ),
        sa.CheckConstraint(
            "probability > 0 AND probability <= 1", name="ck_sample_items_probability"
        ),
    )
    op.create_table(
        "told",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("same_as", KEY),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_told"),
        sa.UniqueConstraint("article_id", name="uq_told_article_id"),
        sa.ForeignKeyConstraint(["same_as"], ["articles.id"], name="fk_told_same_as_articles"),
    )
    _flags_and_feeds()


def _flags_and_feeds() -> None:
    op.create_table(
        "flag_verdicts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("reviewer", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_flag_verdicts"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_flag_verdicts_article_id_sha256_versions",
        ),
        sa.CheckConstraint("field IN ('title', 'text')", name="ck_flag_verdicts_field"),
    )
    op.create_index("ix_flag_verdicts_article_id_sha256", "flag_verdicts", ["article_id", "sha256"])
    op.create_table(
        "feed_changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("followed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_changes"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_changes_feed_id_feeds"),
    )
    op.create_index("ix_feed_changes_at", "feed_changes", ["at"])
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, added_at, true FROM feeds"
        " ORDER BY added_at, id"
    )
    op.execute(
        "INSERT INTO feed_changes (feed_id, at, followed) SELECT id, removed_at, false FROM feeds"
        " WHERE removed_at IS NOT NULL ORDER BY removed_at, id"
    )
