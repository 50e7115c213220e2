"""What feeds say besides text: bylines, categories, enclosures, and of themselves.

Rows of before keep empty ones: what was not read then is not known now.
"""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import UtcTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    none = sa.text("'[]'")
    for name in ("authors", "categories", "enclosures"):
        op.add_column("versions", sa.Column(name, sa.Text, nullable=False, server_default=none))
    nothing = sa.text("''")
    op.add_column(
        "feeds", sa.Column("description", sa.Text, nullable=False, server_default=nothing)
    )
    op.add_column("feeds", sa.Column("updated", UtcTime))
