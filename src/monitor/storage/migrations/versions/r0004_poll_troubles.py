"""Page failures by cause, the measure of a silent feed, and how long a server asks to wait."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; earlier polls have no such causes, and their silence no measure."""
    none = sa.text("'{}'")
    op.add_column("polls", sa.Column("page_failures", sa.Text, nullable=False, server_default=none))
    op.add_column("polls", sa.Column("silent_since", UtcTime))
    op.add_column("polls", sa.Column("usual_gap_s", sa.Integer))
    op.add_column("feed_states", sa.Column("not_before", UtcTime))
