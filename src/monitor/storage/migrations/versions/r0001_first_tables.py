"""The first tables: feeds and their polls, articles and their versions, assessments.

Written out, not taken from `schema`: a migration says what was true when it was made.
"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns

revision = "0001"
down_revision = None

CURRENT_VERSION = "fk_articles_id_current_versions"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feeds",
        sa.Column("id", KEY, primary_key=True),
        *columns(sa.Text, "url", "title", "outlet", "site"),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.Column("removed_at", UtcTime),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *columns(sa.Text, "moved_to", "etag", "modified", nullable=True),
        *columns(UtcTime, "last_poll", "last_success", "next_poll", nullable=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("recent", sa.Text, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("at", UtcTime, nullable=False, index=True),
        *columns(sa.Integer, "fetched", "stored"),
        sa.Column("dropped", sa.Text, nullable=False),
        sa.Column("dropped_total", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("warnings", sa.Text, nullable=False),
        *columns(sa.Boolean, "not_modified", "silent"),
        sa.CheckConstraint("stored >= 0 AND dropped_total >= 0", name="counts"),
        sa.CheckConstraint("fetched = stored + dropped_total", name="accounted"),
        sa.Index(None, "feed_id", "id"),
    )
    # PostgreSQL gets the key to versions below, once they are there; SQLite here
    deferred = {"deferrable": True, "initially": "DEFERRED"}
    version = ["versions.article_id", "versions.sha256"]
    op.create_table(
        "articles",
        sa.Column("id", KEY, primary_key=True),
        *columns(sa.Text, "url", "outlet"),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("current", KEY, nullable=False),
        sa.Column("page_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(
            ["id", "current"], version, name=CURRENT_VERSION, use_alter=True, **deferred
        ),
        sa.Index(None, "first_seen", "id"),
    )
    op.create_table(
        "versions",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("sha256", KEY, primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        *columns(sa.Text, "title", "text", "summary"),
        sa.Column("language", sa.Text),
        sa.Column("published", UtcTime),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("fetched_at", UtcTime, nullable=False),
        sa.CheckConstraint("origin IN ('feed', 'page', 'summary')", name="origin"),
    )
    if op.get_bind().dialect.name != "sqlite":
        here, there = ["id", "current"], ["article_id", "sha256"]
        op.create_foreign_key(CURRENT_VERSION, "articles", "versions", here, there, **deferred)
    op.create_table(
        "sightings",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        sa.Column("first_seen", UtcTime, nullable=False),
        sa.Column("feed_sha256", KEY, nullable=False),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer, primary_key=True),
        *columns(KEY, "article_id", "sha256", "stamp", "assessor"),
        sa.Column("relevance", sa.Float),
        *columns(sa.Boolean, "relevant", "borderline", nullable=True),
        *columns(sa.Text, "not_judged", "error", nullable=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["article_id", "sha256"], version),
        sa.UniqueConstraint("article_id", "sha256", "stamp"),
        sa.CheckConstraint("relevance >= 0 AND relevance <= 1", name="relevance"),
    )
    op.create_table(
        "tags",
        sa.Column("assessment_id", sa.Integer, sa.ForeignKey("assessments.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *columns(KEY, "scheme", "label"),
        sa.Column("role", KEY),
        sa.Column("score", sa.Float, nullable=False),
    )
