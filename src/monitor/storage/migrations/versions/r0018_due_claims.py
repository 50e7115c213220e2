"""Which process is judging which article now, so that several share what is due."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "due_claims",
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("token", KEY, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stamp", "article_id", name="pk_due_claims"),
    )
    op.create_index("ix_due_claims_token", "due_claims", ["token"])
