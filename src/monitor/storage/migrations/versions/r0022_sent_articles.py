"""Which articles each digest that was sent holds."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from monitor.storage.schema import KEY

revision = "0022"
down_revision = "0021"

TIME = sa.DateTime(timezone=True)
REACH = timedelta(days=60)
"""So long before the last digest there is nothing that could still be in one."""


def upgrade() -> None:
    """Make the table; a digest sent before this is taken to hold all of its time."""
    op.create_table(
        "sent_articles",
        sa.Column("send_id", sa.Integer, sa.ForeignKey("sends.id"), primary_key=True),
        sa.Column("article_id", KEY, sa.ForeignKey("articles.id"), primary_key=True, index=True),
    )
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
