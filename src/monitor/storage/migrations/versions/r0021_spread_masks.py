"""What masks rest on, names whose words are gone, masks that were lifted, and who sees names."""

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY, UtcTime, required

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Make table and indexes; what was hidden so far counts as found in its version."""
    for column in (
        sa.Column("byline_tells", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("own", sa.Text),
        sa.Column("kept", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("token", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("basis", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    ):
        op.add_column("masks", column)
    op.execute("UPDATE masks SET token = 1 WHERE spans != '[]'")
    op.create_index(None, "masks", ["at"])
    op.create_index(None, "story_members", ["at"])
    op.create_index(None, "story_members", ["article_id"])
    op.create_table(
        "lifted",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), nullable=False, index=True),
        *required(hash=KEY, who=KEY, at=UtcTime),
    )
    # Reviewers and admins could ask for names, and still can; readers and volunteers no longer.
    for before in ("check read review", "check read review admin"):
        after = before.replace("read", "read names")
        op.execute(
            f"UPDATE tokens SET scopes = '{after}' WHERE scopes = '{before}' AND NOT provisional"  # noqa: S608 - our own words
        )
