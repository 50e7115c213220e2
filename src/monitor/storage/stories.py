"""Stories (clusters of articles): what awaits clustering, what it may join, and lists of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from monitor.records.article import Article
from monitor.records.errors import NotFound
from monitor.storage.assessments import KEPT, behind, current_articles, to_article
from monitor.storage.database import add_rows, rows_of
from monitor.storage.database import count as count_of
from monitor.storage.decisions import decided, in_force
from monitor.storage.reviews import reviews_in_force
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    in_period,
    of_version,
    reviews,
    story_keys,
    story_members,
    tags,
    versions,
)

NEAREST = 24
"""An article is compared with the stories of so many that share most keys with it."""
ENDS = 4
"""A story stands for itself by so many of its first articles, and of its last."""
_story_id = story_members.c.story_id


@dataclass(frozen=True, slots=True)
class StoryPlacement:
    """Where an article belongs (`story`: None for one of its own), and how it is found."""

    story: str | None
    print: str
    keys: Sequence[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptStory:
    """A story, when its first and its last article were first seen, none that people rejected."""

    id: str
    first_seen: datetime
    last_seen: datetime
    articles: int


@dataclass(frozen=True, slots=True)
class StoredStoryIndex:
    """The stories of a stamp, for a new article to be compared with."""

    connection: Connection
    stamp: str

    def near(
        self, keys: Sequence[int], needed: int, since: datetime, until: datetime
    ) -> dict[str, list[str]]:
        """Return by story the prints of those that share `needed` keys and lie in the window."""
        at, count = story_keys.c.at, func.count().label("shared")
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
        if not ids:
            return {}
        mine, place = story_members.c.stamp == self.stamp, story_members.c.position
        story = select(_story_id).where(mine, story_members.c.article_id.in_(ids))
        mine &= _story_id.in_(set(self.connection.execute(story).scalars()))
        ends = func.max(place).label("last")
        last = select(_story_id, ends).where(mine).group_by(_story_id).subquery()
        query = (
            select(_story_id, story_members.c.print)
            .join(last, last.c.story_id == _story_id)
            .where(mine, or_(place < ENDS, place > last.c.last - ENDS), story_members.c.print != "")
            .order_by(_story_id, place)
        )
        found: defaultdict[str, list[str]] = defaultdict(list)
        for story_id, written in self.connection.execute(query):
            found[story_id].append(written)
        return dict(found)


Place = Callable[[Article, StoredStoryIndex], StoryPlacement]


def due_query(
    stamp: str, judges: Sequence[str], limit: int, after: int | None = None
) -> Select[Any]:
    """Return the query for what `judges` show, said since `after`, that is in no story."""
    folded = select(story_members.c.article_id).where(
        story_members.c.stamp == stamp, story_members.c.article_id == assessments.c.article_id
    )
    judge: ColumnElement[str] = assessments.c.stamp
    if after is not None:  # coalesce: SQLite would go through all that is shown, by its index
        judge = func.coalesce(judge, None)
    query = (
        select(articles.c.id)
        .join(assessments, of_version(assessments, *CURRENT))
        .where(judge.in_(judges))
        .where(or_(assessments.c.relevant, assessments.c.borderline), ~folded.exists())
        .group_by(articles.c.id, articles.c.first_seen)
        .order_by(articles.c.first_seen, articles.c.id)
        .limit(limit)
    )
    return query if after is None else query.where(assessments.c.id > after)


def fold(
    connection: Connection,
    stamp: str,
    judges: Sequence[str],
    place: Place,
    now: datetime,
    *,
    limit: int,
    after: int | None = None,
) -> int:
    """Put the next articles that `judges` or people find relevant or borderline into stories.

    Oldest sight first, what people accepted last, each where `place` says; return how many there
    were, at most `limit`. With `after` only what was judged since that assessment is looked at,
    however much is kept; what people said is little, and looked at each time.
    """
    ids = list(connection.execute(due_query(stamp, judges, limit, after)).scalars())
    if left := limit - len(ids):
        mine = story_members.c.stamp == stamp, story_members.c.article_id == articles.c.id
        folded = select(story_members.c.article_id).where(*mine)
        accepted = (
            select(articles.c.id)
            .join_from(reviews, articles, of_version(reviews, *CURRENT))
            .where(reviews.c.verdict.in_(("relevant", "borderline")), in_force(reviews))
            .where(~folded.exists(), KEPT)
            .order_by(articles.c.first_seen, articles.c.id)
            .limit(limit)
        )
        ids += [key for key in connection.execute(accepted).scalars() if key not in ids][:left]
    if not ids:
        return 0
    found = connection.execute(current_articles().where(articles.c.id.in_(ids))).all()
    for article in map(to_article, found):
        placed = place(article, StoredStoryIndex(connection, stamp))
        story = placed.story or article.id
        mine = story_members.c.stamp == stamp, _story_id == story
        last = connection.execute(select(func.max(story_members.c.position)).where(*mine)).scalar()
        row = {"stamp": stamp, "article_id": article.id, "sha256": article.sha256}
        position = 0 if last is None else last + 1
        told = {"story_id": story, "position": position, "print": placed.print, "at": now}
        connection.execute(story_members.insert(), {**row, **told})
        write_keys(connection, stamp, article.id, placed)
    return len(found)


def write_keys(connection: Connection, stamp: str, article_id: str, placed: StoryPlacement) -> None:
    """Store by what an article is found."""
    row = {"stamp": stamp, "at": placed.at, "article_id": article_id}
    keys = sorted(set(placed.keys))
    add_rows(connection, story_keys, [{**row, "key": key} for key in keys])


def forget_prints(connection: Connection, article_ids: Sequence[str]) -> None:
    """Keep of articles only which story they are in: nothing is compared with them any more."""
    mine = story_members.c.article_id.in_(article_ids)
    connection.execute(update(story_members).where(mine).values(print=""))
    connection.execute(story_keys.delete().where(story_keys.c.article_id.in_(article_ids)))


def stories_of(
    connection: Connection, stamp: str, ids: Iterable[str], moment: datetime | None = None
) -> dict[str, str]:
    """Return by article the story it is in, or was at a moment; those in none are left out."""
    query = select(story_members.c.article_id, story_members.c.story_id)
    query = query.where(story_members.c.stamp == stamp)
    if moment is not None:
        query = query.where(story_members.c.at <= moment)
    return dict(map(tuple, rows_of(connection, query, story_members.c.article_id, ids)))


def members(connection: Connection, stamp: str, story_id: str) -> list[str]:
    """Return the ids of all articles of a story in the order they joined. Raises `NotFound`."""
    query = select(story_members.c.article_id).where(story_members.c.stamp == stamp)
    mine = query.where(_story_id == story_id).order_by(story_members.c.position)
    found = list(connection.execute(mine).scalars())
    if not found:
        raise NotFound(f"no story '{story_id}'")
    return found


def leads(connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, str]:
    """Return by story the first of its articles that people have not rejected."""
    query = members_query(stamp, story_members.c.article_id)
    last_first = query.order_by(story_members.c.position.desc())
    return dict(map(tuple, rows_of(connection, last_first, _story_id, ids)))


def members_query(stamp: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for story id and `columns` of articles that people have not rejected."""
    query = select(_story_id, *columns).join(articles, articles.c.id == story_members.c.article_id)
    return query.where(story_members.c.stamp == stamp, ~decided(*CURRENT, "not_relevant"))


def kept(connection: Connection, stamp: str, ids: Sequence[str]) -> dict[str, KeptStory]:
    """Return of stories their first and last sight and number; none of which all is rejected."""
    seen = articles.c.first_seen
    query = members_query(stamp, func.min(seen), func.max(seen), func.count())
    rows = rows_of(connection, query.group_by(_story_id), _story_id, ids)
    return {row[0]: KeptStory(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class StoryChoice:
    """Which stories: those with an article, not rejected, that is as chosen; None: any is.

    It was first seen in [since, until), is of `outlet`, and has of each scheme in `labels` that
    label; a place is where the exploitation is. `several`: only what several outlets tell.
    """

    since: datetime | None = None
    until: datetime | None = None
    outlet: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    several: bool = False


@dataclass(frozen=True, slots=True)
class StoryMember:
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
    after: str | None = None,
    newest_first: bool = True,
) -> list[KeptStory]:
    """Return stories by the sight of their first article. Raises `NotFound` for none `after`."""
    order = articles.c.first_seen, articles.c.id
    query = _chosen(select(articles.c.id), stamp, judges, choice)
    query = query.order_by(*((column.desc() for column in order) if newest_first else order))
    if after is not None:
        query = query.where(behind(connection, after, newest_first=newest_first, what="story"))
    ids = list(connection.execute(query.limit(limit)).scalars())
    found = kept(connection, stamp, ids)
    return [found[story] for story in ids]


def listed(
    connection: Connection,
    stamp: str,
    *,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
) -> list[KeptStory]:
    """Return stories with an article seen in [since, until), oldest first, as `newest`."""
    choice = StoryChoice(since, until)
    return newest(connection, stamp, (), choice, limit=limit, after=after, newest_first=False)


def count(connection: Connection, stamp: str, judges: Sequence[str], choice: StoryChoice) -> int:
    """Return how many stories there are of a choice."""
    return count_of(connection, _chosen(select(func.count()), stamp, judges, choice))


def _chosen(
    query: Select[Any], stamp: str, judges: Sequence[str], choice: StoryChoice
) -> Select[Any]:
    """Narrow a query to stories with an article as it is chosen, that people have not rejected."""
    query = query.select_from(story_members.join(articles, articles.c.id == _story_id))
    query = query.where(story_members.c.stamp == stamp, story_members.c.position == 0)
    member, one = story_members.alias(), articles.alias()
    version = one.c.id, one.c.current
    told = select(member.c.story_id).join(one, one.c.id == member.c.article_id)
    told = told.where(member.c.stamp == stamp, ~decided(*version, "not_relevant"))
    told = told.where(*in_period(one.c.first_seen, choice.since, choice.until))
    if choice.outlet:
        told = told.where(one.c.outlet == choice.outlet)
    for scheme, label in choice.labels.items():
        given = (
            select(assessments.c.article_id)
            .select_from(tags)
            .join(assessments, assessments.c.id == tags.c.assessment_id)
            .join(articles, of_version(assessments, *CURRENT))
            .where(tags.c.scheme == scheme, tags.c.label == label, assessments.c.stamp.in_(judges))
        )
        if scheme == "place":
            given = given.where(tags.c.role == "exploitation")
        by_judges = and_(one.c.id.in_(given), ~decided(*version, scheme=scheme))
        told = told.where(or_(by_judges, decided(*version, tag=(scheme, label))))
    if choice.since or choice.until or choice.outlet or choice.labels:
        query = query.where(_story_id.in_(told))
    else:
        query = query.where(told.where(member.c.story_id == _story_id).exists())
    if choice.several:
        several = func.count(articles.c.outlet.distinct()) > 1
        query = query.where(_story_id.in_(members_query(stamp).group_by(_story_id).having(several)))
    return query


def outlets(
    connection: Connection, stamp: str, story_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return by story the names of its outlets, in the order in which they joined."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    query = members_query(stamp, articles.c.outlet).order_by(_story_id, story_members.c.position)
    for row in rows_of(connection, query, _story_id, story_ids):
        found[row.story_id][row.outlet] = None
    return {story: tuple(names) for story, names in found.items()}


def by_time(connection: Connection, stamp: str, story_id: str) -> list[StoryMember]:
    """Return a story's articles that people did not reject, by publication. Raises `NotFound`."""
    columns = articles.c.id, articles.c.outlet, articles.c.first_seen, versions.c.published
    query = members_query(stamp, *columns).join(versions, of_version(versions, *CURRENT))
    rows = connection.execute(query.where(_story_id == story_id)).all()
    if not rows:
        raise NotFound(f"no story '{story_id}'")
    found = sorted((row.published or row.first_seen, row.first_seen, row.id, row) for row in rows)
    return [StoryMember(row.id, row.outlet, at) for at, _, _, row in found]


def labels(
    connection: Connection, stamp: str, judges: Sequence[str], story_id: str
) -> list[tuple[str, str, int]]:
    """Return scheme, label and number of articles of what a story tells of.

    That is what people said, else `judges`, of the articles that people have not rejected. Of
    places only where the exploitation is; the label of most articles first.
    """
    mine = members_query(stamp).where(_story_id == story_id)
    query = (
        mine.with_only_columns(articles.c.id, tags.c.scheme, tags.c.label)
        .join(assessments, of_version(assessments, *CURRENT))
        .join(tags, tags.c.assessment_id == assessments.c.id)
        .where(assessments.c.stamp.in_(judges))
        .where(or_(tags.c.role.is_(None), tags.c.role == "exploitation"))
    )
    current = dict(map(tuple, connection.execute(mine.with_only_columns(*CURRENT))))
    said = reviews_in_force(connection, current)
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
    told = select(articles.c.outlet)
    told = told.join(story_members, story_members.c.article_id == articles.c.id)
    told = told.where(story_members.c.stamp == stamp).distinct()
    places = select(tags.c.label).where(tags.c.scheme == "place", tags.c.role == "exploitation")
    known = set(connection.execute(places.distinct()).scalars())
    for given in connection.execute(select(reviews.c.tags).distinct()).scalars():
        known.update(given.get("place", ()))
    return sorted(connection.execute(told).scalars()), sorted(known)
