"""Stories as pages list them: newest first, filtered, counted; and the articles of one by time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from monitor.errors import NotFound
from monitor.store.decisions import decided
from monitor.store.reviews import in_force
from monitor.store.rows import chunks
from monitor.store.schema import articles, assessments, reviews, story_members, tags, versions
from monitor.store.stories import KeptStory, kept, members_query, not_rejected


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
    said = in_force(connection, {row.id: row.current for row in connection.execute(members)})
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
