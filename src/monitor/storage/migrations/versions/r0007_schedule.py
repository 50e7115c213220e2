"""What the schedule keeps, and what publishers say of mining.

Moves on trial, feeds that are gone, when hosts were asked last, who has the schedule. Of texts
stored before nobody was asked what may be done with them.
"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; a feed that answered 410 before is asked once more."""
    op.add_column("feed_states", sa.Column("move_to", sa.Text))
    op.add_column("feed_states", sa.Column("move_times", sa.Integer))
    op.add_column("feed_states", sa.Column("move_since", UtcTime))
    op.add_column("feed_states", sa.Column("gone", UtcTime))
    op.add_column("versions", sa.Column("mining", sa.Text))
    nothing = sa.text("''")
    op.add_column(
        "versions", sa.Column("mining_policy", sa.Text, nullable=False, server_default=nothing)
    )
    op.create_table(
        "hosts",
        sa.Column("host", KEY, primary_key=True),
        sa.Column("visited", UtcTime),
        sa.Column("crawl_delay_s", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", KEY, primary_key=True),
        *required(holder=sa.Text, token=KEY, until=UtcTime),
    )
