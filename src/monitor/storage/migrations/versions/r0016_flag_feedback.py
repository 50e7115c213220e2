"""How often flags of drafts were said to be right."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, columns

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "flag_feedback",
        *columns(KEY, "stamp", "rule", primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        *columns(KEY, "client", "severity", primary_key=True),
        *columns(sa.Integer, "right", "wrong"),
    )
