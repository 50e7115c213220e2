"""By which stamps was judged so far: what judges just so is called otherwise from now on."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, optional

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the table of them; which is called how now is known once models and rules are read."""
    op.create_table(
        "earlier_stamps",
        sa.Column("stamp", KEY, primary_key=True),
        *optional(present=KEY, at=UtcTime),
    )
    records = [
        sa.select(sa.table(name, sa.column("stamp")).c.stamp)
        for name in ("assessments", "masks", "story_members")
    ]
    every = sa.union(*records).subquery()
    found = sa.select(every.c.stamp).where(every.c.stamp != "")
    op.execute(
        sa.table("earlier_stamps", sa.column("stamp")).insert().from_select(["stamp"], found)
    )
