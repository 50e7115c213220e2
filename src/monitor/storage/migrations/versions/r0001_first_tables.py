"""The first tables: feeds and their polls, articles and their versions, assessments.

Written out, not taken from `schema`: a migration says what was true when it was made.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
CURRENT_VERSION = "fk_articles_id_current_versions"


def upgrade() -> None:
    """Make the tables."""
    _make_feeds()
    _make_polls()
    _make_articles()
    _make_versions()
    _make_sightings()
    _make_assessments()


def _make_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("removed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("moved_to", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
        sa.Column("last_poll", TIME),
        sa.Column("last_success", TIME),
        sa.Column("next_poll", TIME),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("recent", sa.Text, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_states"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_states_feed_id_feeds"),
    )


def _make_polls() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("fetched", sa.Integer, nullable=False),
        sa.Column("stored", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Text, nullable=False),
        sa.Column("dropped_total", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("warnings", sa.Text, nullable=False),
        sa.Column("not_modified", sa.Boolean, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_polls_feed_id_feeds"),
        sa.CheckConstraint("stored >= 0 AND dropped_total >= 0", name="ck_polls_counts"),
        sa.CheckConstraint("fetched = stored + dropped_total", name="ck_polls_accounted"),
    )
    op.create_index("ix_polls_at", "polls", ["at"])
    op.create_index("ix_polls_feed_id_id", "polls", ["feed_id", "id"])


def _make_articles() -> None:
    current_version = sa.ForeignKeyConstraint(
        ["id", "current"],
        ["versions.article_id", "versions.sha256"],
        name=CURRENT_VERSION,
        use_alter=True,  # PostgreSQL: added below, once there are versions; SQLite: here
        deferrable=True,
        initially="DEFERRED",
    )
    op.create_table(
        "articles",
        sa.Column("id", KEY, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("current", KEY, nullable=False),
        sa.Column("page_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_articles_feed_id_feeds"),
        current_version,
    )
    op.create_index("ix_articles_first_seen_id", "articles", ["first_seen", "id"])


def _make_versions() -> None:
    op.create_table(
        "versions",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("published", TIME),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "sha256", name="pk_versions"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], "fk_versions_article_id_articles"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_versions_feed_id_feeds"),
        sa.CheckConstraint("origin IN ('feed', 'page', 'summary')", name="ck_versions_origin"),
    )
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(
            CURRENT_VERSION,
            "articles",
            "versions",
            ["id", "current"],
            ["article_id", "sha256"],
            deferrable=True,
            initially="DEFERRED",
        )


def _make_sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("feed_id", KEY, nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("feed_sha256", KEY, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "feed_id", name="pk_sightings"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_sightings_article_id_articles"
        ),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_sightings_feed_id_feeds"),
    )


def _make_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("assessor", KEY, nullable=False),
        sa.Column("relevance", sa.Float),
        sa.Column("relevant", sa.Boolean),
        sa.Column("borderline", sa.Boolean),
        sa.Column("not_judged", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_assessments_article_id_sha256_versions",
        ),
        sa.UniqueConstraint(
            "article_id", "sha256", "stamp", name="uq_assessments_article_id_sha256_stamp"
        ),
        sa.CheckConstraint("relevance >= 0 AND relevance <= 1", name="ck_assessments_relevance"),
    )
    op.create_table(
        "tags",
        sa.Column("assessment_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("scheme", KEY, nullable=False),
        sa.Column("label", KEY, nullable=False),
        sa.Column("role", KEY),
        sa.Column("score", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("assessment_id", "position", name="pk_tags"),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name="fk_tags_assessment_id_assessments"
        ),
    )
