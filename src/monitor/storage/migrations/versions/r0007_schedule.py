"""What the schedule keeps, and what publishers say of mining.

Moves on trial, feeds that are gone, when hosts were asked last, who has the schedule. Of texts
stored before nobody was asked what may be done with them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; a feed that answered 410 before is asked once more."""
    for name, kind in (
        ("move_to", sa.Text),
        ("move_times", sa.Integer),
        ("move_since", sa.DateTime(timezone=True)),
        ("gone", sa.DateTime(timezone=True)),
    ):
        op.add_column("feed_states", sa.Column(name, kind))
    op.add_column("versions", sa.Column("mining", sa.Text))
    nothing = sa.text("''")
    op.add_column(
        "versions", sa.Column("mining_policy", sa.Text, nullable=False, server_default=nothing)
    )
    key = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "hosts",
        sa.Column("host", key, nullable=False),
        sa.Column("visited", sa.DateTime(timezone=True)),
        sa.Column("crawl_delay_s", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )
    op.create_table(
        "leases",
        sa.Column("name", key, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("token", key, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
