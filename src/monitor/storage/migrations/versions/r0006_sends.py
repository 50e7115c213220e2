"""Mail: what was handed to the server, who wants no more of it, and the key that signs links."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, optional, required

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sends",
        sa.Column("id", sa.Integer, primary_key=True),
        *required(address=KEY, preset=KEY, day=KEY),
        *optional(since=UtcTime, until=UtcTime),
        *required(message_id=sa.Text, at=UtcTime, outcome=sa.Text),
        sa.Column("told_at", UtcTime),
        *required(lasting=sa.Boolean, reason=sa.Text),
        sa.CheckConstraint("outcome IN ('unknown', 'sent', 'failed')", name="outcome"),
        sa.Index(None, "address", "preset", "day"),
    )
    op.create_table(
        "unsubscribed",
        sa.Column("address", KEY, primary_key=True),
        sa.Column("at", UtcTime, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("name", KEY, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
