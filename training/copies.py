"""Near-duplicates among labelled rows, so that no fold learns from a copy of what it is asked.

For data whose rows carry no `event`. The measures are those of the digest's stories; every row
counts as an outlet of its own there, because the copies wanted here are of one outlet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from monitor.evaluate.labelled_data import Labelled
from monitor.stories import group_stories
from monitor.types import Article, AssessedArticle

_SAME_TIME = datetime.fromtimestamp(0, UTC)
"""Dates are left out: a story told again after a year is a copy too."""


def join_copies(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return the rows with one `event` for all rows that tell the same; their ids must differ."""
    event = {
        assessed.article.id: story.id
        for story in group_stories(map(_as_assessed, rows))
        for assessed in story.articles
    }
    return [replace(row, event=event[row.id]) for row in rows]


def as_article(row: Labelled) -> Article:
    """Return a labelled row as an article of an outlet of its own."""
    return Article(
        id=row.id,
        url="",
        title=row.title,
        text=row.text,
        outlet=row.id,
        language=row.language or None,
        published=None,
        seen=_SAME_TIME,
        sha256="",
    )


def _as_assessed(row: Labelled) -> AssessedArticle:
    return AssessedArticle(as_article(row), None, None, None, None, (), (), (), ())
