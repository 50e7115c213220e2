"""How often flags of drafts were said to be right."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "flag_feedback",
        sa.Column("stamp", KEY, nullable=False),
        sa.Column("rule", KEY, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("client", KEY, nullable=False),
        sa.Column("severity", KEY, nullable=False),
        sa.Column("right", sa.Integer, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "stamp", "rule", "day", "client", "severity", name="pk_flag_feedback"
        ),
    )
