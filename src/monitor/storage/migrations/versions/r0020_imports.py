"""Files that articles were imported from, and where in them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "imports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("format", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.ForeignKeyConstraint(["id"], ["feeds.id"], name="fk_imports_id_feeds"),
    )
    op.create_table(
        "imported",
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("sha256", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("captured", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("article_id", "sha256", "import_id", name="pk_imported"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_imported_import_id_imports"
        ),
        sa.ForeignKeyConstraint(
            ["article_id", "sha256"],
            ["versions.article_id", "versions.sha256"],
            name="fk_imported_article_id_sha256_versions",
        ),
    )
