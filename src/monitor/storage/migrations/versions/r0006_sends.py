"""Mail: what was handed to the server, who wants no more of it, and the key that signs links."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sends",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("address", KEY, nullable=False),
        sa.Column("preset", KEY, nullable=False),
        sa.Column("day", KEY, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("lasting", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sends"),
        sa.CheckConstraint("outcome IN ('unknown', 'sent', 'failed')", name="ck_sends_outcome"),
    )
    op.create_index("ix_sends_address_preset_day", "sends", ["address", "preset", "day"])
    op.create_table(
        "unsubscribed",
        sa.Column("address", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_unsubscribed"),
    )
    op.create_table(
        "keys",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_keys"),
    )
