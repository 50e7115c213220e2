"""What masks rest on, names whose words are gone, masks that were lifted, and who sees names."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make columns, table and indexes; what was hidden so far counts as found in its version."""
    for column in (
        sa.Column("byline_tells", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("own", sa.Text),
        sa.Column("kept", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("token", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("basis", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    ):
        op.add_column("masks", column)
    op.execute("UPDATE masks SET token = 1 WHERE spans != '[]'")
    op.create_index("ix_masks_at", "masks", ["at"])
    op.create_index("ix_story_members_at", "story_members", ["at"])
    op.create_index("ix_story_members_article_id", "story_members", ["article_id"])
    op.create_table(
        "lifted",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.Column("hash", KEY, nullable=False),
        sa.Column("who", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lifted"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_lifted_article_id_articles"
        ),
    )
    op.create_index("ix_lifted_article_id", "lifted", ["article_id"])
    # Reviewers and admins could ask for names, and still can; readers and volunteers no longer.
    for before in ("check read review", "check read review admin"):
        after = before.replace("read", "read names")
        op.execute(
            f"UPDATE tokens SET scopes = '{after}' WHERE scopes = '{before}' AND NOT provisional"  # noqa: S608 - our own words
        )
