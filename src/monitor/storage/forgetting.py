"""Forgetting articles for good (erasure), and the tombstones that keep them from coming back.

Of a forgotten article there stays its id, its outlet, the feed it came by and when, for the counts
of the past: no address, no word, no hash of its text, nothing that models or people said of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, update

from monitor.records.errors import Forgotten, NotFound
from monitor.records.hidden_names import Seal
from monitor.storage.database import add_rows, chunks, count, rows_of
from monitor.storage.name_masks import keep_for_others
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    decisions,
    flag_verdicts,
    in_period,
    metadata,
    of_version,
    polls,
    reviews,
    search_docs,
    search_marks,
    sightings,
    story_members,
    tags,
    told,
    tombstones,
    versions,
)
from monitor.storage.search_index import take_out

_TOLD = 150
"""So many characters of an address, without its scheme, are looked for where it may be cut."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was forgotten, when, and why; `stored`: it was here, and not only kept out."""

    article_id: str
    at: datetime
    reason: str
    stored: bool


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What there is of an article to be forgotten, counted."""

    article_id: str
    outlet: str
    first_seen: datetime
    title: str
    versions: int
    judgements: int
    reviews: int
    story: int
    """How many other articles its story has; they stay."""


def all_tombstones(connection: Connection) -> list[Tombstone]:
    """Return what was forgotten, in the order in which it was."""
    query = select(tombstones).order_by(tombstones.c.at, tombstones.c.article_id)
    return [Tombstone(*row) for row in connection.execute(query)]


def last_forgotten(connection: Connection) -> datetime | None:
    """Return when articles were forgotten last, None if none ever was."""
    return connection.execute(select(func.max(tombstones.c.at))).scalar()


def held(connection: Connection, ids: Sequence[str], story_stamp: str) -> dict[str, StoredArticle]:
    """Return by id what there is of articles to be forgotten; none of those not stored."""
    query = select(articles.c.id, articles.c.outlet, articles.c.first_seen, versions.c.title)
    query = query.join(versions, of_version(versions, *CURRENT)).where(articles.c.url != "")
    there = {row.id: row for row in rows_of(connection, query, articles.c.id, ids)}
    found: dict[str, StoredArticle] = {}
    mine = story_members.c.stamp == story_stamp
    for id_ in [one for one in ids if one in there]:
        story = select(story_members.c.story_id).where(mine, story_members.c.article_id == id_)
        others = story_members.c.story_id.in_(story), story_members.c.article_id != id_
        wheres = [(table.c.article_id == id_,) for table in (versions, assessments, reviews)]
        queries = [select(func.count()).where(*where) for where in (*wheres, (mine, *others))]
        counts = [count(connection, query) for query in queries]
        found[id_] = StoredArticle(*there[id_], *counts)
    return found


def count_forgotten(
    connection: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    outlet: str | None = None,
    moment: datetime | None = None,
    after: datetime | None = None,
) -> int:
    """Return how many articles, seen in [since, until) by a `moment`, were forgotten `after`."""
    gone = tombstones.join(articles, articles.c.id == tombstones.c.article_id)
    query = select(func.count()).select_from(gone)
    query = query.where(*in_period(articles.c.first_seen, since, until))
    if moment is not None:
        query = query.where(articles.c.first_seen <= moment)
    if outlet is not None:
        query = query.where(articles.c.outlet == outlet)
    if after is not None:
        query = query.where(tombstones.c.at > after)
    return count(connection, query)


def forgotten(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Return those of the articles that were forgotten."""
    query = select(tombstones.c.article_id)
    return {row.article_id for row in rows_of(connection, query, tombstones.c.article_id, ids)}


def refuse_missing(connection: Connection, article_id: str) -> None:
    """Raise `NotFound` for an article that is not stored, `Forgotten` for a forgotten one."""
    refuse_forgotten(connection, article_id)
    if connection.execute(select(articles.c.id).where(articles.c.id == article_id)).first() is None:
        raise NotFound(f"no article '{article_id}'")


def refuse_forgotten(connection: Connection, article_id: str) -> None:
    """Raise `Forgotten` for an article that was forgotten."""
    if forgotten(connection, [article_id]):
        raise Forgotten(f"article '{article_id}' was forgotten")


def forget(
    connection: Connection, make: Callable[[], Seal], ids: Sequence[str], reason: str, now: datetime
) -> int:
    """Forget articles, and keep those out that are not stored; return how many are new.

    `make` gives what keeps their hidden names with the articles of their stories that stay: who
    asks for one article to be forgotten is not to be named by the others. Their words stay in an
    SQLite file's log until `clear_file` is through.
    """
    done = forgotten(connection, ids)
    new = [one for one in dict.fromkeys(ids) if one not in done]
    for some in chunks(new):
        query = select(articles.c.id, articles.c.url, articles.c.feed_id)
        rows = connection.execute(query.where(articles.c.id.in_(some))).all()
        there = [row.id for row in rows]
        keep_for_others(connection, there, make, now)
        _forget_lines(connection, {row.id: row.url for row in rows})
        take_out(connection, there)
        docs = select(search_docs.c.id).where(search_docs.c.article_id.in_(there))
        connection.execute(search_marks.delete().where(search_marks.c.doc.in_(docs)))
        _forget_said(connection, there)
        _leave_stories(connection, there)
        for table in tables_of_articles():
            connection.execute(table.delete().where(table.c.article_id.in_(some)))
        alike = update(told).where(told.c.same_as.in_(some))
        connection.execute(alike.values(same_as=None))
        # what stays is a row without an address, in one version without words or hash
        blank: dict[str, Any] = dict.fromkeys(("sha256", "title", "text", "summary"), "")
        blank |= {"origin": "summary", "fetched_at": now}
        left = [{"article_id": row.id, "feed_id": row.feed_id, **blank} for row in rows]
        add_rows(connection, versions, left)
        empty = update(articles).where(articles.c.id.in_(there))
        connection.execute(empty.values(current="", url="", expired_at=now))
        with_words = versions.c.article_id.in_(there), versions.c.sha256 != ""
        connection.execute(versions.delete().where(*with_words))
        stone = {"at": now, "reason": reason}
        stones = [{"article_id": one, **stone, "stored": one in set(there)} for one in some]
        connection.execute(tombstones.insert(), stones)
    return len(new)


_LEFT = frozenset({"versions", "tombstones", "decisions"})
"""Tables whose rows of an article do not all go, or not as they are."""


def tables_of_articles() -> list[Table]:
    """Return the tables, with a column `article_id`, of which all rows of an article go."""
    there = reversed(metadata.sorted_tables)
    return [table for table in there if "article_id" in table.c and table.name not in _LEFT]


def _forget_lines(connection: Connection, urls: dict[str, str]) -> None:
    """Take the warnings that name these articles' addresses out of the ledger's lines."""
    seen = select(sightings.c.feed_id).where(sightings.c.article_id.in_(urls))
    first = select(articles.c.feed_id).where(articles.c.id.in_(urls))
    feeds = set(connection.execute(seen.union(first)).scalars())
    named = [url.partition("://")[2][:_TOLD] for url in urls.values()]
    for some in chunks(sorted(feeds)):
        lines = select(polls.c.id, polls.c.warnings).where(polls.c.feed_id.in_(some))
        for row in connection.execute(lines).all():
            kept = [said for said in row.warnings if not any(url in said for url in named)]
            if len(kept) < len(row.warnings):
                line = update(polls).where(polls.c.id == row.id)
                connection.execute(line.values(warnings=kept))


def _forget_said(connection: Connection, ids: Sequence[str]) -> None:
    """Delete what models and people said of articles."""
    said = select(assessments.c.id).where(assessments.c.article_id.in_(ids))
    connection.execute(tags.delete().where(tags.c.assessment_id.in_(said)))
    for table in (assessments, reviews, flag_verdicts):
        connection.execute(table.delete().where(table.c.article_id.in_(ids)))
    mine = decisions.c.article_id.in_(ids), decisions.c.act == "review"
    for decision in connection.execute(select(decisions.c.id).where(*mine)).scalars().all():
        # it is about the other articles that it was of from now on; where there are none it goes
        acts, more = [], [decision]
        while more:
            acts += more
            about = decisions.c.about.in_(acts), decisions.c.id.not_in(acts)
            more = list(connection.execute(select(decisions.c.id).where(*about)).scalars())
        left: Any = None
        for table in (reviews, flag_verdicts):
            lead = select(table.c.article_id, table.c.sha256).where(table.c.decision_id == decision)
            left = left or connection.execute(lead.order_by(table.c.id)).first()
        if left is not None:
            every = update(decisions).where(decisions.c.id.in_(acts))
            connection.execute(every.values(article_id=left.article_id, sha256=left.sha256))
            continue
        for act in sorted(acts, reverse=True):  # what is about an act came after it
            connection.execute(decisions.delete().where(decisions.c.id == act))


def _leave_stories(connection: Connection, ids: Sequence[str]) -> None:
    """Take articles out of their stories, which keep their ids; the next becomes the first."""
    mine = story_members.c.article_id.in_(ids)
    first = select(story_members.c.stamp, story_members.c.story_id)
    headless = connection.execute(first.where(mine, story_members.c.position == 0)).all()
    connection.execute(story_members.delete().where(mine))
    for stamp, story in headless:
        of_it = story_members.c.stamp == stamp, story_members.c.story_id == story
        query = select(func.min(story_members.c.position)).where(*of_it)
        next_ = connection.execute(query).scalar()
        if next_ is not None:
            place = update(story_members).where(*of_it, story_members.c.position == next_)
            connection.execute(place.values(position=0))
