"""Which articles each digest that was sent holds."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TIME = sa.DateTime(timezone=True)
REACH = timedelta(days=60)
"""So long before the last digest there is nothing that could still be in one."""


def upgrade() -> None:
    """Make the table; a digest sent before this is taken to hold all of its time."""
    op.create_table(
        "sent_articles",
        sa.Column("send_id", sa.Integer, nullable=False),
        sa.Column("article_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("send_id", "article_id", name="pk_sent_articles"),
        sa.ForeignKeyConstraint(["send_id"], ["sends.id"], name="fk_sent_articles_send_id_sends"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_sent_articles_article_id_articles"
        ),
    )
    op.create_index("ix_sent_articles_article_id", "sent_articles", ["article_id"])
    sends = sa.table(
        "sends",
        *(sa.column("id"), sa.column("outcome")),
        *(sa.column("since", TIME), sa.column("until", TIME)),
    )
    articles = sa.table(
        "articles", sa.column("id"), sa.column("url"), sa.column("first_seen", TIME)
    )
    held = sa.table("sent_articles", sa.column("send_id"), sa.column("article_id"))
    within = (articles.c.first_seen >= sends.c.since) & (articles.c.first_seen < sends.c.until)
    last = op.get_bind().execute(sa.select(sa.func.max(sends.c.until))).scalar()
    if last is None:
        return
    query = (
        sa.select(sends.c.id, articles.c.id)
        .join_from(sends, articles, within)
        .where(sends.c.outcome != "failed", articles.c.url != "", sends.c.until > last - REACH)
    )
    op.execute(held.insert().from_select(["send_id", "article_id"], query))
