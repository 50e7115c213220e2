"""Stories that are kept, and versions that are withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and indices of what is told of and of when texts came in."""
    op.create_index("ix_versions_fetched_at", "versions", ["fetched_at"])
    op.create_index(
        "ix_assessments_shown",
        "assessments",
        ["stamp", "article_id"],
        sqlite_where=sa.text("relevant = 1 OR borderline = 1"),
        postgresql_where=sa.text("relevant OR borderline"),
    )
    _make_stories()
    op.create_table(
        "version_checks",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("against", KEY, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("erased_at", TIME),
        sa.PrimaryKeyConstraint("article_id", "sha256", "against", name="pk_version_checks"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_version_checks_article_id_sha256_versions",
        ),
    )


def _make_stories() -> None:
    op.create_table(
        "story_members",
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("print", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("stamp", "article_id", name="pk_story_members"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_story_members_article_id_articles"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["articles.id"], name="fk_story_members_story_id_articles"
        ),
        sa.UniqueConstraint(
            "stamp", "story_id", "position", name="uq_story_members_stamp_story_id_position"
        ),
    )
    op.create_table(
        "story_keys",
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("key", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("stamp", "key", "at", "article_id", name="pk_story_keys"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_story_keys_article_id_articles"
        ),
    )
    op.create_index("ix_story_keys_article_id_stamp", "story_keys", ["article_id", "stamp"])
