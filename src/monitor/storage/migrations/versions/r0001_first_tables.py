"""The first tables: feeds and their polls, articles and their versions, assessments.

Written out, not taken from `schema`: a migration says what was true when it was made.
"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, optional, required

revision = "0001"
down_revision = None

CURRENT_VERSION = "fk_articles_id_current_versions"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feeds",
        sa.Column("id", KEY, primary_key=True),
        *required(url=sa.Text, title=sa.Text, outlet=sa.Text, site=sa.Text, added_at=UtcTime),
        sa.Column("removed_at", UtcTime),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *optional(moved_to=sa.Text, etag=sa.Text, modified=sa.Text, last_poll=UtcTime),
        *optional(last_success=UtcTime, next_poll=UtcTime),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        *required(recent=sa.Text, silent=sa.Boolean),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        sa.Column("at", UtcTime, nullable=False, index=True),
        *required(fetched=sa.Integer, stored=sa.Integer, dropped=sa.Text, dropped_total=sa.Integer),
        sa.Column("error", sa.Text),
        *required(warnings=sa.Text, not_modified=sa.Boolean, silent=sa.Boolean),
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
        *required(url=sa.Text, outlet=sa.Text),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), nullable=False),
        *required(first_seen=UtcTime, current=KEY),
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
        *required(title=sa.Text, text=sa.Text, summary=sa.Text),
        *optional(language=sa.Text, published=UtcTime),
        *required(origin=sa.Text, fetched_at=UtcTime),
        sa.CheckConstraint("origin IN ('feed', 'page', 'summary')", name="origin"),
    )
    if op.get_bind().dialect.name != "sqlite":
        here, there = ["id", "current"], ["article_id", "sha256"]
        op.create_foreign_key(CURRENT_VERSION, "articles", "versions", here, there, **deferred)
    op.create_table(
        "sightings",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("feed_id", KEY, sa.ForeignKey("feeds.id"), primary_key=True),
        *required(first_seen=UtcTime, feed_sha256=KEY),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(article_id=KEY, sha256=KEY, stamp=KEY, assessor=KEY),
        *optional(relevance=sa.Float, relevant=sa.Boolean, borderline=sa.Boolean),
        *optional(not_judged=sa.Text, error=sa.Text),
        *required(payload=sa.Text, at=UtcTime),
        sa.ForeignKeyConstraint(["article_id", "sha256"], version),
        sa.UniqueConstraint("article_id", "sha256", "stamp"),
        sa.CheckConstraint("relevance >= 0 AND relevance <= 1", name="relevance"),
    )
    op.create_table(
        "tags",
        sa.Column("assessment_id", sa.Integer, sa.ForeignKey("assessments.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *required(scheme=KEY, label=KEY),
        sa.Column("role", KEY),
        sa.Column("score", sa.Float, nullable=False),
    )
