"""How often flags of drafts were said to be right."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, primary, required

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "flag_feedback",
        *primary(stamp=KEY, rule=KEY, day=sa.Date, client=KEY, severity=KEY),
        *required(right=sa.Integer, wrong=sa.Integer),
    )
