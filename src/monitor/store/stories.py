"""Stories as they are kept: which articles await folding, what they may join, and reading them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, tuple_, update

from monitor.errors import NotFound
from monitor.store.assessments import KEPT, current_articles, to_article
from monitor.store.decisions import decided, in_force
from monitor.store.rows import chunks
from monitor.store.schema import articles, assessments, reviews, story_keys, story_members
from monitor.types import Article

NEAREST = 24
"""An article is compared with the stories of so many that share most keys with it."""
ENDS = 4
"""A story stands for itself by so many of its first articles, and of its last."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an article belongs (`story`: None for one of its own), and how it is found."""

    story: str | None
    print: str
    keys: Sequence[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptStory:
    """A story with the moments its first and its latest article were first seen.

    Of `articles`, as in all that is told of stories, those are none that people rejected.
    """

    id: str
    first_seen: datetime
    last_seen: datetime
    articles: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The stories of a stamp, for a new article to be compared with."""

    connection: Connection
    stamp: str

    def near(
        self, keys: Sequence[int], needed: int, since: datetime, until: datetime
    ) -> dict[str, list[str]]:
        """Return by story the prints of those that share `needed` keys and lie in the window."""
        at = story_keys.c.at
        count = func.count().label("shared")
        like = (
            select(story_keys.c.article_id)
            .where(story_keys.c.stamp == self.stamp, story_keys.c.key.in_(keys))
            .where(at >= since, at <= until)
            .group_by(story_keys.c.article_id)
            .having(count >= needed)
            .order_by(count.desc(), story_keys.c.article_id)
            .limit(NEAREST)
        )
        ids = list(self.connection.execute(like).scalars())
        mine = story_members.c.stamp == self.stamp
        story = select(story_members.c.story_id).where(mine, story_members.c.article_id.in_(ids))
        return self._prints(set(self.connection.execute(story).scalars())) if ids else {}

    def _prints(self, stories: set[str]) -> dict[str, list[str]]:
        mine = (story_members.c.stamp == self.stamp) & story_members.c.story_id.in_(stories)
        last = (
            select(story_members.c.story_id, func.max(story_members.c.position).label("last"))
            .where(mine)
            .group_by(story_members.c.story_id)
            .subquery()
        )
        place = story_members.c.position
        query = (
            select(story_members.c.story_id, story_members.c.print)
            .join(last, last.c.story_id == story_members.c.story_id)
            .where(mine, or_(place < ENDS, place > last.c.last - ENDS), story_members.c.print != "")
            .order_by(story_members.c.story_id, place)
        )
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in self.connection.execute(query):
            found[row.story_id].append(row.print)
        return dict(found)


Place = Callable[[Article, Shelf], Placed]


def due_query(
    stamp: str, judges: Sequence[str], limit: int, after: int | None = None
) -> Select[Any]:
    """Return the query for articles that `judges` would show and `stamp` has in no story.

    With `after` only those are looked at of which more was said since the assessment of that id.
    """
    folded = select(story_members.c.article_id).where(
        story_members.c.stamp == stamp, story_members.c.article_id == assessments.c.article_id
    )
    judge: ColumnElement[str] = assessments.c.stamp
    if after is not None:  # coalesce: SQLite would go through all that is shown, by its index
        judge = func.coalesce(judge, None)
    query = (
        select(articles.c.id)
        .join(
            assessments,
            (assessments.c.article_id == articles.c.id)
            & (assessments.c.sha256 == articles.c.current),
        )
        .where(judge.in_(judges))
        .where(or_(assessments.c.relevant, assessments.c.borderline), ~folded.exists())
        .group_by(articles.c.id, articles.c.first_seen)
        .order_by(articles.c.first_seen, articles.c.id)
        .limit(limit)
    )
    return query if after is None else query.where(assessments.c.id > after)


def last_assessment(connection: Connection) -> int:
    """Return the id of the assessment stored last, 0 where there is none: they only go up."""
    return connection.execute(select(func.max(assessments.c.id))).scalar() or 0


def accepted_query(stamp: str, limit: int) -> Select[Any]:
    """Return the query for articles that people find relevant or borderline, in no story yet.

    Asked of what people said, which is little: it is all looked at each time.
    """
    folded = select(story_members.c.article_id).where(
        story_members.c.stamp == stamp, story_members.c.article_id == articles.c.id
    )
    return (
        select(articles.c.id)
        .join_from(
            reviews,
            articles,
            (reviews.c.article_id == articles.c.id) & (reviews.c.sha256 == articles.c.current),
        )
        .where(reviews.c.verdict.in_(("relevant", "borderline")), in_force(reviews))
        .where(~folded.exists(), KEPT)
        .order_by(articles.c.first_seen, articles.c.id)
        .limit(limit)
    )


def not_rejected() -> ColumnElement[bool]:
    """Return the condition that people have not taken an article out: it is told in its story."""
    return ~decided(articles.c.id, articles.c.current, "not_relevant")


def due(
    connection: Connection, stamp: str, judges: Sequence[str], limit: int, after: int | None
) -> list[Article]:
    """Return articles that `judges` or people find relevant or borderline, in no story of `stamp`.

    Oldest sight first; of one pass what people accepted comes last.
    """
    ids = list(connection.execute(due_query(stamp, judges, limit, after)).scalars())
    if left := limit - len(ids):
        accepted = connection.execute(accepted_query(stamp, limit)).scalars()
        ids += [key for key in accepted if key not in ids][:left]
    query = current_articles().where(articles.c.id.in_(ids))
    return [to_article(row) for row in connection.execute(query)] if ids else []


def fold(
    connection: Connection,
    stamp: str,
    judges: Sequence[str],
    limit: int,
    place: Place,
    now: datetime,
    after: int | None = None,
) -> int:
    """Put the next `limit` articles that are due into stories; return how many there were."""
    shelf = Shelf(connection, stamp)
    waiting = due(connection, stamp, judges, limit, after)
    for article in waiting:
        _put(connection, stamp, article, place(article, shelf), now)
    return len(waiting)


def _put(
    connection: Connection, stamp: str, article: Article, placed: Placed, now: datetime
) -> None:
    story = placed.story or article.id
    top = select(func.max(story_members.c.position)).where(
        story_members.c.stamp == stamp, story_members.c.story_id == story
    )
    last = connection.execute(top).scalar()
    row = {
        "stamp": stamp,
        "article_id": article.id,
        "sha256": article.sha256,
        "story_id": story,
        "position": 0 if last is None else last + 1,
        "print": placed.print,
        "at": now,
    }
    connection.execute(story_members.insert(), row)
    write_keys(connection, stamp, article.id, placed)


def write_keys(connection: Connection, stamp: str, article_id: str, placed: Placed) -> None:
    """Store by what an article is found."""
    rows = [
        {"stamp": stamp, "key": key, "at": placed.at, "article_id": article_id}
        for key in sorted(set(placed.keys))
    ]
    if rows:
        connection.execute(story_keys.insert(), rows)


def forget_prints(connection: Connection, article_ids: Sequence[str]) -> None:
    """Keep of articles only which story they are in: nothing is compared with them any more."""
    connection.execute(
        update(story_members).where(story_members.c.article_id.in_(article_ids)).values(print="")
    )
    connection.execute(story_keys.delete().where(story_keys.c.article_id.in_(article_ids)))


def stories_of(
    connection: Connection, stamp: str, ids: Iterable[str], moment: datetime | None = None
) -> dict[str, str]:
    """Return by article the story it is in, or was at a moment; those in none are left out."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(ids))):
        query = select(story_members.c.article_id, story_members.c.story_id).where(
            story_members.c.stamp == stamp, story_members.c.article_id.in_(some)
        )
        if moment is not None:
            query = query.where(story_members.c.at <= moment)
        found.update((row.article_id, row.story_id) for row in connection.execute(query))
    return found


def members(connection: Connection, stamp: str, story_id: str) -> list[str]:
    """Return the ids of a story's articles in the order they joined. Raises `NotFound`.

    All of them: also those that people rejected.
    """
    query = (
        select(story_members.c.article_id)
        .where(story_members.c.stamp == stamp, story_members.c.story_id == story_id)
        .order_by(story_members.c.position)
    )
    found = list(connection.execute(query).scalars())
    if not found:
        raise NotFound(f"no story '{story_id}'")
    return found


def kept(connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, KeptStory]:
    """Return of stories when they were first and last seen, and how many articles they have.

    Those of which people rejected every article are left out.
    """
    found: dict[str, KeptStory] = {}
    seen = articles.c.first_seen
    for some in chunks(sorted(set(ids))):
        query = members_query(stamp, some, func.min(seen), func.max(seen), func.count())
        query = query.group_by(story_members.c.story_id)
        found.update((row[0], KeptStory(*row)) for row in connection.execute(query))
    return found


def leads(connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, str]:
    """Return by story the first of its articles that people have not rejected."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(ids))):
        query = members_query(stamp, some, story_members.c.article_id)
        for row in connection.execute(query.order_by(story_members.c.position)):
            found.setdefault(row.story_id, row.article_id)
    return found


def members_query(stamp: str, ids: Sequence[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for the articles of stories, without those that people rejected.

    A row has the story's id, then `columns`.
    """
    return (
        select(story_members.c.story_id, *columns)
        .join(articles, articles.c.id == story_members.c.article_id)
        .where(story_members.c.stamp == stamp, story_members.c.story_id.in_(ids))
        .where(not_rejected())
    )


def listed(
    connection: Connection,
    stamp: str,
    *,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    after: str | None,
) -> list[KeptStory]:
    """Return stories with an article first seen in [since, until), by the sight of their first.

    Raises `NotFound` where there is no story `after`.
    """
    first = articles.alias()
    query = (
        select(first.c.id)
        .join(story_members, story_members.c.story_id == first.c.id)
        .where(story_members.c.stamp == stamp, story_members.c.position == 0)
        .order_by(first.c.first_seen, first.c.id)
        .limit(limit)
    )
    other = story_members.alias()
    seen = select(other.c.article_id).join(articles, articles.c.id == other.c.article_id)
    seen = seen.where(other.c.stamp == stamp, other.c.story_id == first.c.id, not_rejected())
    seen = seen if since is None else seen.where(articles.c.first_seen >= since)
    seen = seen if until is None else seen.where(articles.c.first_seen < until)
    query = query.where(seen.exists())
    if after is not None:
        row = connection.execute(
            select(articles.c.first_seen, articles.c.id).where(articles.c.id == after)
        ).first()
        if row is None:
            raise NotFound(f"no story '{after}'")
        place = tuple_(first.c.first_seen, first.c.id)
        types = [articles.c.first_seen.type, articles.c.id.type]
        query = query.where(place > tuple_(*row, types=types))
    ids = list(connection.execute(query).scalars())
    found = kept(connection, stamp, ids)
    return [found[key] for key in ids]
