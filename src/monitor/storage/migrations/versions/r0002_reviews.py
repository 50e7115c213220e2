"""Reviews: what people said of articles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("reviewer", KEY, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_reviews_article_id_sha256_versions",
        ),
        sa.CheckConstraint(
            "verdict IN ('relevant', 'borderline', 'not_relevant')", name="ck_reviews_verdict"
        ),
    )
    op.create_index("ix_reviews_article_id_sha256_id", "reviews", ["article_id", "sha256", "id"])
