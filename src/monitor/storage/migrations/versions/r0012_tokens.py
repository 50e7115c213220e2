"""Who may sign in, and who is signed in."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, optional, required

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(name=sa.Text, hash=KEY, scopes=sa.Text, provisional=sa.Boolean, made_at=UtcTime),
        *optional(expires_at=UtcTime, revoked_at=UtcTime),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", KEY, primary_key=True),
        sa.Column("token_id", sa.Integer, sa.ForeignKey("tokens.id"), nullable=False, index=True),
        *required(made_at=UtcTime, seen_at=UtcTime),
    )
