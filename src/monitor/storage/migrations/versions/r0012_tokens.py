"""Who may sign in, and who is signed in."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, columns

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        *columns(UtcTime, "expires_at", "revoked_at", nullable=True),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("token_id", sa.Integer, sa.ForeignKey("tokens.id"), nullable=False, index=True),
        *columns(UtcTime, "made_at", "seen_at"),
    )
