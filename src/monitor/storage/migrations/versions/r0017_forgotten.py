"""What was forgotten, and when an earlier text came back."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required

revision = "0017"
down_revision = "0016"

_NEWEST = "SELECT max(n.fetched_at) FROM versions n WHERE n.article_id = a.id"
RETURNED = (
    "INSERT INTO returns (article_id, at, sha256)"  # noqa: S608 - our own names
    f" SELECT a.id, ({_NEWEST}), a.current FROM articles a JOIN versions v"
    " ON v.article_id = a.id AND v.sha256 = a.current"
    f" WHERE v.fetched_at < ({_NEWEST})"
)
"""When the text that it took the place of came in is the earliest that one can have come back."""


def upgrade() -> None:
    """Make the tables; of a text that came back before, it is known that it did, not when."""
    op.create_table(
        "tombstones",
        sa.Column("article_id", KEY, primary_key=True),
        *required(at=UtcTime, reason=KEY, stored=sa.Boolean),
    )
    op.create_table(
        "returns",
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True),
        sa.Column("at", UtcTime, primary_key=True),
        sa.Column("sha256", KEY, nullable=False),
    )
    op.execute(RETURNED)
