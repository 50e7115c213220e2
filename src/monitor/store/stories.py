"""Stories as they are kept: which articles await folding, what they may join, and reading them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_, update

from monitor.errors import NotFound
from monitor.store.assessments import KEPT, current_articles, to_article
from monitor.store.database import chunks
from monitor.store.decisions import decided, in_force
from monitor.store.reviews import reviews_in_force
from monitor.store.schema import (
    articles,
    assessments,
    reviews,
    story_keys,
    story_members,
    tags,
    versions,
)
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


@dataclass(frozen=True, slots=True)
class StoryChoice:
    """Which stories: those with an article that is as chosen; None and empty choose nothing.

    It was first seen in [since, until), is of `outlet`, and has of each scheme in `labels` that
    label; a place is where the exploitation is. `several`: only what several outlets tell. No
    article that people rejected is as chosen.
    """

    since: datetime | None = None
    until: datetime | None = None
    outlet: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    several: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story, and when it was published, else first seen."""

    id: str
    outlet: str
    at: datetime


def newest(
    connection: Connection,
    stamp: str,
    judges: Sequence[str],
    choice: StoryChoice,
    *,
    limit: int,
    after: str | None,
) -> list[KeptStory]:
    """Return stories, the one whose first article was seen last first; `judges` gave the labels.

    Raises `NotFound` where there is no story `after`.
    """
    seen, key = articles.c.first_seen, articles.c.id
    query = _chosen(select(key), stamp, judges, choice).order_by(seen.desc(), key.desc())
    if after is not None:
        row = connection.execute(select(seen, key).where(key == after)).first()
        if row is None:
            raise NotFound(f"no story '{after}'")
        query = query.where(tuple_(seen, key) < tuple_(*row, types=[seen.type, key.type]))
    ids = list(connection.execute(query.limit(limit)).scalars())
    found = kept(connection, stamp, ids)
    return [found[story] for story in ids]


def count(connection: Connection, stamp: str, judges: Sequence[str], choice: StoryChoice) -> int:
    """Return how many stories there are of a choice."""
    query = _chosen(select(func.count()), stamp, judges, choice)
    return int(connection.execute(query).scalar_one())


def _chosen(
    query: Select[Any], stamp: str, judges: Sequence[str], choice: StoryChoice
) -> Select[Any]:
    query = query.select_from(
        story_members.join(articles, articles.c.id == story_members.c.story_id)
    ).where(story_members.c.stamp == stamp, story_members.c.position == 0)
    if choice.since or choice.until or choice.outlet or choice.labels:
        having = _having(stamp, judges, choice)
        query = query.where(story_members.c.story_id.in_(having))
    else:
        query = query.where(_has_one(stamp))
    if choice.several:
        told = (
            select(story_members.c.story_id)
            .join(articles, articles.c.id == story_members.c.article_id)
            .where(story_members.c.stamp == stamp, not_rejected())
            .group_by(story_members.c.story_id)
            .having(func.count(articles.c.outlet.distinct()) > 1)
        )
        query = query.where(story_members.c.story_id.in_(told))
    return query


def _has_one(stamp: str) -> ColumnElement[bool]:
    """Return the condition that a story has an article that people have not rejected."""
    member, one = story_members.alias(), articles.alias()
    told = (
        select(member.c.article_id)
        .join(one, one.c.id == member.c.article_id)
        .where(member.c.stamp == stamp, member.c.story_id == story_members.c.story_id)
        .where(~decided(one.c.id, one.c.current, "not_relevant"))
    )
    return told.exists()


def _having(stamp: str, judges: Sequence[str], choice: StoryChoice) -> Select[Any]:
    """Return the query for the stories with an article as it is chosen."""
    member, one = story_members.alias(), articles.alias()
    query = (
        select(member.c.story_id)
        .join(one, one.c.id == member.c.article_id)
        .where(member.c.stamp == stamp, ~decided(one.c.id, one.c.current, "not_relevant"))
    )
    if choice.since is not None:
        query = query.where(one.c.first_seen >= choice.since)
    if choice.until is not None:
        query = query.where(one.c.first_seen < choice.until)
    if choice.outlet:
        query = query.where(one.c.outlet == choice.outlet)
    for scheme, label in choice.labels.items():
        version = one.c.id, one.c.current
        judged = one.c.id.in_(_labelled(judges, scheme, label))
        query = query.where(
            or_(
                and_(judged, ~decided(*version, scheme=scheme)),
                decided(*version, tag=(scheme, label)),
            )
        )
    return query


def _labelled(judges: Sequence[str], scheme: str, label: str) -> Select[Any]:
    """Return the query for the articles that `judges` gave a label."""
    query = (
        select(assessments.c.article_id)
        .select_from(tags)
        .join(assessments, assessments.c.id == tags.c.assessment_id)
        .join(
            articles,
            (articles.c.id == assessments.c.article_id)
            & (articles.c.current == assessments.c.sha256),
        )
        .where(tags.c.scheme == scheme, tags.c.label == label, assessments.c.stamp.in_(judges))
    )
    return query.where(tags.c.role == "exploitation") if scheme == "place" else query


def outlets(
    connection: Connection, stamp: str, story_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return by story the names of its outlets, in the order in which they joined."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for some in chunks(sorted(set(story_ids))):
        query = members_query(stamp, some, articles.c.outlet)
        query = query.order_by(story_members.c.story_id, story_members.c.position)
        for row in connection.execute(query):
            found[row.story_id][row.outlet] = None
    return {story: tuple(names) for story, names in found.items()}


def by_time(connection: Connection, stamp: str, story_id: str) -> list[Member]:
    """Return a story's articles, the one published first first, without those people rejected.

    Raises `NotFound` where there are none.
    """
    query = (
        select(articles.c.id, articles.c.outlet, articles.c.first_seen, versions.c.published)
        .select_from(story_members)
        .join(articles, articles.c.id == story_members.c.article_id)
        .join(
            versions,
            (versions.c.article_id == articles.c.id) & (versions.c.sha256 == articles.c.current),
        )
        .where(story_members.c.stamp == stamp, story_members.c.story_id == story_id)
        .where(not_rejected())
    )
    rows = [(row.published or row.first_seen, row) for row in connection.execute(query)]
    if not rows:
        raise NotFound(f"no story '{story_id}'")
    rows.sort(key=lambda pair: (pair[0], pair[1].first_seen, pair[1].id))
    return [Member(row.id, row.outlet, at) for at, row in rows]


def labels(
    connection: Connection, stamp: str, judges: Sequence[str], story_id: str
) -> list[tuple[str, str, int]]:
    """Return scheme, label and number of articles of what a story tells of.

    That is what people said, else `judges`, of the articles that people have not rejected. Of
    places only where the exploitation is; the label of most articles first.
    """
    told = (story_members.c.stamp == stamp) & (story_members.c.story_id == story_id)
    query = (
        select(articles.c.id, tags.c.scheme, tags.c.label)
        .select_from(story_members)
        .join(articles, articles.c.id == story_members.c.article_id)
        .join(
            assessments,
            (assessments.c.article_id == articles.c.id)
            & (assessments.c.sha256 == articles.c.current),
        )
        .join(tags, tags.c.assessment_id == assessments.c.id)
        .where(told, not_rejected(), assessments.c.stamp.in_(judges))
        .where(or_(tags.c.role.is_(None), tags.c.role == "exploitation"))
    )
    members = (
        select(articles.c.id, articles.c.current)
        .join(story_members, story_members.c.article_id == articles.c.id)
        .where(told, not_rejected())
    )
    said = reviews_in_force(
        connection, {row.id: row.current for row in connection.execute(members)}
    )
    found = {
        (row.id, row.scheme, row.label)
        for row in connection.execute(query)
        if row.id not in said or row.scheme not in said[row.id].tags
    }
    for key, review in said.items():
        found |= {(key, scheme, one) for scheme, labels in review.tags.items() for one in labels}
    counts = Counter((scheme, label) for _, scheme, label in found)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(scheme, label, number) for (scheme, label), number in ordered]


def choices(connection: Connection, stamp: str) -> tuple[list[str], list[str]]:
    """Return the outlets that tell stories, and the countries that any article tells of, sorted."""
    told = (
        select(articles.c.outlet)
        .join(story_members, story_members.c.article_id == articles.c.id)
        .where(story_members.c.stamp == stamp)
        .distinct()
    )
    places = select(tags.c.label).where(tags.c.scheme == "place", tags.c.role == "exploitation")
    known = set(connection.execute(places.distinct()).scalars())
    for given in connection.execute(select(reviews.c.tags).distinct()).scalars():
        known.update(given.get("place", ()))
    return sorted(connection.execute(told).scalars()), sorted(known)
