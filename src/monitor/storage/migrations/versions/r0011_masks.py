"""Where versions have names that are hidden, and who asked for them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, empty: every article is due."""
    op.create_table(
        "masks",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("spans", sa.Text, nullable=False),
        sa.Column("link_tells", sa.Boolean, nullable=False),
        sa.Column("untold", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "sha256", name="pk_masks"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_masks_article_id_sha256_versions",
        ),
    )
    op.create_table(
        "askings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("who", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_askings"),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_askings_article_id_sha256_versions",
        ),
    )
    op.create_index("ix_askings_at", "askings", ["at"])
    op.create_index("ix_askings_who_until", "askings", ["who", "until"])
