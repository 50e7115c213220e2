"""Flags that people confirmed, by outlet: what a letter to its editor is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.store.schema import articles, flag_verdicts
from monitor.store.trend_counts import flag_words


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A flag of an article's current version that was said to be right, by nobody wrong."""

    article_id: str
    rule: str
    field: str
    start: int
    end: int


def confirmed_flags(
    connection: Connection, outlet: str, since: datetime, until: datetime
) -> list[Confirmed]:
    """Return the confirmed flags of an outlet's articles first seen in [since, until).

    The article seen last first, and in it by place.
    """
    query = (
        select(articles.c.id)
        .where(articles.c.outlet == outlet)
        .where(articles.c.first_seen >= since, articles.c.first_seen < until)
        .where(articles.c.id.in_(select(flag_verdicts.c.article_id)))
        .order_by(articles.c.first_seen.desc(), articles.c.id)
    )
    ids = list(connection.execute(query).scalars())
    place = {key: n for n, key in enumerate(ids)}
    found = [
        Confirmed(article, *spot)
        for (article, spot), right in flag_words(connection, ids).items()
        if right
    ]
    return sorted(
        found, key=lambda one: (place[one.article_id], one.field == "text", one.start, one.rule)
    )
