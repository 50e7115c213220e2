"""Reviews and flag feedback: all are kept, in the order given; each reviewer's latest holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from monitor.records.article import Article, Review, Verdict
from monitor.records.finding import Severity
from monitor.records.review import Client, Feedback, FlagSaid, Opinion, PracticeAnswer, Reviewable
from monitor.storage import decisions
from monitor.storage.assessments import any_version, is_withdrawn, to_article
from monitor.storage.database import Database, columns_of, insert_new, insertion, row_of, rows_of
from monitor.storage.forgetting import refuse_missing
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    claims,
    flag_feedback,
    flag_verdicts,
    in_period,
    of_version,
    practice,
    reviews,
    story_members,
    versions,
)

PAGE = 200
"""Reviewed versions in memory at a time."""


def add(connection: Connection, review: Review, now: datetime) -> int:
    """Store a review; return its decision. Raises `NotFound` for an article or a version."""
    return decisions.record(
        connection, [review], (), reviewer=review.reviewer, provisional=review.provisional, now=now
    )


def of_article(connection: Connection, article_id: str) -> list[Review]:
    """Return the reviews of an article that stand, oldest first. Raises `NotFound`."""
    refuse_missing(connection, article_id)
    return of_articles(connection, [article_id])


def of_articles(
    connection: Connection, ids: Sequence[str], moment: datetime | None = None
) -> list[Review]:
    """Return the reviews of a few articles that stand, or stood at a moment, oldest first."""
    decision = reviews.c.decision_id
    query = select(reviews, decisions.waits(decision, moment).label("provisional"))
    query = query.where(reviews.c.article_id.in_(ids), decisions.stands(decision, moment))
    if moment is not None:
        query = query.where(reviews.c.at <= moment)
    return [_decode(row) for row in connection.execute(query.order_by(reviews.c.id))]


def reviews_in_force(
    connection: Connection, versions_of: Mapping[str, str], moment: datetime | None = None
) -> dict[str, Review]:
    """Return by article what people say (or said at a moment) of the version given by hash."""
    query = select(reviews).where(decisions.own_word(reviews, moment)).order_by(reviews.c.id)
    rows = rows_of(connection, query, reviews.c.article_id, versions_of)
    return last_words(row for row in rows if row.sha256 == versions_of[row.article_id])


def last_words(rows: Iterable[Any]) -> dict[str, Review]:
    """Return by article what holds by the latest reviews of each reviewer, oldest first.

    The verdict of the last, and of each scheme the labels of the last that speaks of it.
    """
    found: dict[str, Review] = {}
    for row in rows:
        tags = dict(found[row.article_id].tags) if row.article_id in found else {}
        tags |= {scheme: tuple(labels) for scheme, labels in sorted(row.tags.items())}
        who = row.article_id, row.sha256, row.reviewer
        found[row.article_id] = Review(*who, row.verdict, tags, row.at)
    return found


def reviewed(
    database: Database, *, provisional: bool = False
) -> Iterator[tuple[Article, list[Review]]]:
    """Yield every version that was reviewed, and not withdrawn, with the reviews that count."""
    counts = (decisions.stands if provisional else decisions.holds)(reviews.c.decision_id)
    version = reviews.c.article_id, reviews.c.sha256
    query = select(*version).where(~is_withdrawn(*version), counts)
    query = query.distinct().order_by(*version).limit(PAGE)
    said = select(reviews, decisions.waits(reviews.c.decision_id).label("provisional"))
    said = said.where(counts).order_by(reviews.c.id)
    page: list[tuple[Article, list[Review]]] = []
    last: tuple[str, str] = ("", "")
    while True:
        after = or_(version[0] > last[0], (version[0] == last[0]) & (version[1] > last[1]))
        with database.reading() as connection:
            page.clear()
            for last in map(tuple, connection.execute(query.where(after)).all()):
                text = connection.execute(any_version().where(of_version(versions, *last))).one()
                told = connection.execute(said.where(of_version(reviews, *last)))
                page.append((to_article(text), [_decode(row) for row in told]))
        if not page:
            return
        yield from page


def _decode(row: Any) -> Review:
    tags = {scheme: tuple(labels) for scheme, labels in row.tags.items()}
    who = row.article_id, row.sha256, row.reviewer
    return Review(*who, row.verdict, tags, row.at, row.decision_id, row.provisional)


def count_feedback(
    connection: Connection,
    stamp: str,
    rule: str,
    *,
    right: bool,
    day: date,
    client: Client,
    severity: Severity | Literal[""] = "",
) -> None:
    """Count that one flag of a draft was said to be right, or wrong."""
    counted = Feedback(stamp, rule, day, client, severity, int(right), int(not right))
    insert = insertion(connection.dialect.name, flag_feedback)
    added = {name: flag_feedback.c[name] + insert.excluded[name] for name in ("right", "wrong")}
    counting = insert.on_conflict_do_update(flag_feedback.primary_key, set_=added)
    connection.execute(counting, asdict(counted))


def feedback(connection: Connection, rule: str | None = None) -> list[Feedback]:
    """Return the counts of one rule or of all, in the order of their keys."""
    query = select(flag_feedback).order_by(*flag_feedback.primary_key)
    if rule is not None:
        query = query.where(flag_feedback.c.rule == rule)
    return [Feedback(**row) for row in connection.execute(query).mappings()]


NEWEST = 2_000
"""So many articles, those judged last, are looked at for what is to be reviewed; of days all."""


def shown_articles(
    connection: Connection,
    stamps: Sequence[str],
    story_stamp: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Reviewable]:
    """Return what `stamps` would show of the articles first seen in [since, until).

    Without days the `NEWEST` judged last; what has expired cannot be read, and is left out.
    """
    story = func.coalesce(story_members.c.story_id, articles.c.id)
    told = assessments.c.stamp.in_(stamps), or_(assessments.c.relevant, assessments.c.borderline)
    mine = (story_members.c.stamp == story_stamp) & (story_members.c.article_id == articles.c.id)
    query = select(*CURRENT, story.label("story"), articles.c.first_seen, articles.c.expired_at)
    query = query.outerjoin(story_members, mine)
    query = query.where(*in_period(articles.c.first_seen, since, until))
    said = select(assessments.c.article_id, assessments.c.sha256, assessments.c.relevance)
    if since is None and until is None:
        # Found by what is said, of which there is an index: few of all articles are told of.
        last = said.where(*told).order_by(assessments.c.id.desc()).limit(NEWEST)
        judged = list(connection.execute(last))
        rows = list(rows_of(connection, query, articles.c.id, {row.article_id for row in judged}))
    else:
        rows = list(connection.execute(query))
        of_rows = assessments.c.article_id, [row.id for row in rows]
        judged = list(rows_of(connection, said.where(*told), *of_rows))
    relevance = {(row.article_id, row.sha256): row.relevance for row in judged}
    found = [
        Reviewable(row.id, row.current, row.story, relevance[row.id, row.current], row.first_seen)
        for row in rows  # asked of SQLite, it would go by the index of what has expired
        if row.expired_at is None and (row.id, row.current) in relevance
    ]
    return sorted(found, key=lambda one: (one.seen, one.article_id), reverse=True)


def said(
    connection: Connection, article_ids: Iterable[str] | None = None
) -> dict[str, list[Opinion]]:
    """Return by article what each reviewer, by name, says of its current version."""
    query = select(reviews.c.article_id, reviews.c.reviewer, reviews.c.verdict, reviews.c.at)
    query = query.add_columns(decisions.waits(reviews.c.decision_id), reviews.c.decision_id)
    query = query.join(articles, of_version(reviews, *CURRENT))
    query = query.where(decisions.stands(reviews.c.decision_id)).order_by(reviews.c.id)
    rows: Iterable[Any] = connection.execute(query) if article_ids is None else ()
    if article_ids is not None:
        rows = rows_of(connection, query, reviews.c.article_id, article_ids)
    latest = {(row.article_id, row.reviewer): Opinion(*row) for row in rows}
    found: dict[str, list[Opinion]] = defaultdict(list)
    for article_id, reviewer in sorted(latest):
        found[article_id].append(latest[article_id, reviewer])
    return dict(found)


def flags_said(
    connection: Connection, article_id: str, sha256: str, reviewer: str
) -> dict[tuple[str, str, int, int], bool]:
    """Return what a reviewer says of the flags of a version, by rule, field, start and end."""
    told = flags_told(connection, article_id, sha256)
    return {(f.rule, f.field, f.start, f.end): f.right for who, f in told if who == reviewer}


def flags_told(connection: Connection, article_id: str, sha256: str) -> list[tuple[str, FlagSaid]]:
    """Return who said what of the flags of a version, as far as it stands, oldest first."""
    query = select(flag_verdicts.c.reviewer, *columns_of(flag_verdicts, FlagSaid))
    query = query.where(of_version(flag_verdicts, article_id, sha256))
    query = query.where(decisions.stands(flag_verdicts.c.decision_id)).order_by(flag_verdicts.c.id)
    return [(who, FlagSaid(*flag)) for who, *flag in connection.execute(query)]


def claim(
    connection: Connection, article_id: str, reviewer: str, until: datetime, now: datetime
) -> bool:
    """Claim an article for a reviewer; False where another has it. Raises `NotFound`."""
    refuse_missing(connection, article_id)
    free = or_(claims.c.until <= now, claims.c.reviewer == reviewer)
    connection.execute(delete(claims).where(free, claims.c.article_id != article_id))
    row = {"article_id": article_id, "reviewer": reviewer, "until": until}
    if insert_new(connection, claims, row) is not None:
        return True
    mine = update(claims).where(claims.c.article_id == article_id, free)
    return bool(connection.execute(mine.values(**row)).rowcount)


def claimed(connection: Connection, now: datetime) -> dict[str, str]:
    """Return by article who looks at it now."""
    query = select(claims.c.article_id, claims.c.reviewer).where(claims.c.until > now)
    return dict(map(tuple, connection.execute(query)))


def add_practice(
    connection: Connection,
    reviewer: str,
    article_id: str,
    sha256: str,
    *,
    verdict: Verdict,
    desk: Verdict,
    now: datetime,
) -> bool:
    """Store an answer given in practice; False where there is one: the first stays."""
    row = {"reviewer": reviewer, "article_id": article_id, "sha256": sha256}
    row |= row_of(practice, PracticeAnswer(article_id, verdict, desk, now))
    return insert_new(connection, practice, row) is not None


def practised(connection: Connection, reviewer: str) -> list[PracticeAnswer]:
    """Return what a reviewer answered in practice, oldest first."""
    query = select(*columns_of(practice, PracticeAnswer)).where(practice.c.reviewer == reviewer)
    return [PracticeAnswer(*row) for row in connection.execute(query.order_by(practice.c.id))]


def count_reviewed(connection: Connection, since: datetime | None = None) -> int:
    """Return how many articles have a review that counts, given after `since`."""
    query = select(func.count(reviews.c.article_id.distinct()))
    return connection.execute(query.where(_counts_after(since))).scalar_one()


def count_reviews(
    connection: Connection, stamps: Sequence[str], since: datetime | None = None
) -> tuple[int, int, int]:
    """Return how many reviewed articles there are; of those that `stamps` judged, how many.

    And of these, of how many the latest review says otherwise. Reviews that count, given after
    `since`, of current versions.
    """
    version = reviews.c.article_id, reviews.c.sha256
    judged_it = assessments.c.stamp.in_(stamps) & assessments.c.relevance.is_not(None)
    query = select(*version, reviews.c.verdict, assessments.c.relevant, assessments.c.borderline)
    query = query.join(articles, of_version(reviews, *CURRENT))
    query = query.outerjoin(assessments, of_version(assessments, *version) & judged_it)
    query = query.where(_counts_after(since), ~is_withdrawn(*version)).order_by(reviews.c.id)
    latest = {row.article_id: row for row in connection.execute(query)}
    judged = [
        (row.verdict, "relevant" if row.relevant else "borderline" if row.borderline else "")
        for row in latest.values()
        if row.relevant is not None
    ]
    differ = sum(person != (model or "not_relevant") for person, model in judged)
    return len(latest), len(judged), differ


def _counts_after(since: datetime | None) -> ColumnElement[bool]:
    holds = decisions.holds(reviews.c.decision_id)
    return holds if since is None else holds & (reviews.c.at > since)
