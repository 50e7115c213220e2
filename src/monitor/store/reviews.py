"""Reviews: every one is kept, in the order given; the latest of each reviewer holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.decisions import Act, Client, Decision, Feedback, FlagSaid, Practised, Said, Shown
from monitor.errors import NotFound
from monitor.store import decisions
from monitor.store.assessments import ARTICLE, is_withdrawn, to_article
from monitor.store.database import Database, chunks, insert_new
from monitor.store.forgetting import refuse_forgotten
from monitor.store.schema import (
    articles,
    assessments,
    claims,
    flag_feedback,
    flag_verdicts,
    practice,
    reviews,
    story_members,
    versions,
)
from monitor.types import Article, Review, Severity, Verdict

PAGE = 200
"""Reviewed versions in memory at a time."""

_COLUMNS = (*reviews.c, decisions.waits(reviews.c.decision_id).label("provisional"))


def add(connection: Connection, review: Review, now: datetime) -> int:
    """Store a review; return its decision.

    Raises `NotFound` for an article or a version that there is not.
    """
    return decisions.record(
        connection, [review], (), reviewer=review.reviewer, provisional=review.provisional, now=now
    )


def of_article(connection: Connection, article_id: str) -> list[Review]:
    """Return the reviews of an article that stand, oldest first, provisional ones among them.

    Raises `NotFound`.
    """
    refuse_forgotten(connection, article_id)
    if connection.execute(select(articles.c.id).where(articles.c.id == article_id)).first() is None:
        raise NotFound(f"no article '{article_id}'")
    return of_articles(connection, [article_id])


def of_articles(
    connection: Connection, ids: Sequence[str], moment: datetime | None = None
) -> list[Review]:
    """Return the reviews of a few articles that stand, or stood at a moment, oldest first."""
    columns, stood = _COLUMNS, decisions.stands(reviews.c.decision_id)
    if moment is not None:
        waited = decisions.waited(reviews.c.decision_id, moment)
        columns = (*reviews.c, waited.label("provisional"))
        stood = and_(decisions.stood(reviews.c.decision_id, moment), reviews.c.at <= moment)
    query = select(*columns).where(reviews.c.article_id.in_(ids), stood).order_by(reviews.c.id)
    return [_decode(row) for row in connection.execute(query)]


def reviews_in_force(
    connection: Connection, versions_of: Mapping[str, str], moment: datetime | None = None
) -> dict[str, Review]:
    """Return by article what holds (or held at a moment) by people of the version given by hash.

    Of what nobody decided there is none.
    """
    found: defaultdict[str, list[Any]] = defaultdict(list)
    own = decisions.own_word(reviews, moment)
    for some in chunks(sorted(versions_of)):
        query = select(reviews).where(reviews.c.article_id.in_(some), own).order_by(reviews.c.id)
        for row in connection.execute(query):
            if row.sha256 == versions_of[row.article_id]:
                found[row.article_id].append(row)
    return {key: last_word(rows) for key, rows in found.items()}


def last_word(rows: Sequence[Any]) -> Review:
    """Return what holds by the latest reviews of each reviewer, oldest first.

    The verdict of the last, and of each scheme the labels of the last that speaks of it.
    """
    last = rows[-1]
    tags = {scheme: tuple(labels) for row in rows for scheme, labels in sorted(row.tags.items())}
    return Review(last.article_id, last.sha256, last.reviewer, last.verdict, tags, last.at)


def reviewed(
    database: Database, *, provisional: bool = False
) -> Iterator[tuple[Article, list[Review]]]:
    """Yield every reviewed version with its reviews, each oldest first, by article and version.

    Those that count; with `provisional` also those that wait to be confirmed. Versions that were
    withdrawn are left out.
    """
    counts = (decisions.stands if provisional else decisions.holds)(reviews.c.decision_id)
    last: tuple[str, str] = ("", "")
    columns = [versions.c.sha256 if column.key == "sha256" else column for column in ARTICLE]
    while True:
        with database.reading() as connection:
            keys = [
                (key.article_id, key.sha256)
                for key in connection.execute(
                    select(reviews.c.article_id, reviews.c.sha256)
                    .where(
                        (reviews.c.article_id > last[0])
                        | ((reviews.c.article_id == last[0]) & (reviews.c.sha256 > last[1])),
                        ~is_withdrawn(reviews.c.article_id, reviews.c.sha256),
                        counts,
                    )
                    .distinct()
                    .order_by(reviews.c.article_id, reviews.c.sha256)
                    .limit(PAGE)
                )
            ]
            page = [_version(connection, columns, counts, *key) for key in keys]
        if not keys:
            return
        last = keys[-1]
        yield from page


def _version(
    connection: Connection, columns: list[Any], counts: Any, article_id: str, sha256: str
) -> tuple[Article, list[Review]]:
    query = (
        select(*columns)
        .join_from(versions, articles, articles.c.id == versions.c.article_id)
        .where(versions.c.article_id == article_id, versions.c.sha256 == sha256)
    )
    said = (
        select(*_COLUMNS)
        .where(reviews.c.article_id == article_id, reviews.c.sha256 == sha256, counts)
        .order_by(reviews.c.id)
    )
    article = to_article(connection.execute(query).one())
    return article, [_decode(row) for row in connection.execute(said)]


def _decode(row: Any) -> Review:
    tags = {scheme: tuple(labels) for scheme, labels in row.tags.items()}
    return Review(
        row.article_id,
        row.sha256,
        row.reviewer,
        row.verdict,
        tags,
        row.at,
        row.decision_id,
        row.provisional,
    )


class FeedbackStore:
    """Counts of right and wrong flags; each method one transaction, as of `Store`."""

    _database: Database

    def count_feedback(
        self,
        stamp: str,
        rule: str,
        *,
        right: bool,
        day: date,
        client: Client,
        severity: Severity | Literal[""] = "",
    ) -> None:
        """Count that one flag of a draft was said to be right, or wrong."""
        row = {
            "stamp": stamp,
            "rule": rule,
            "day": day,
            "client": client,
            "severity": severity,
            "right": int(right),
            "wrong": int(not right),
        }
        with self._database.writing() as connection:
            connection.execute(_count(connection.dialect.name), row)

    def feedback(self, rule: str | None = None) -> list[Feedback]:
        """Return the counts of one rule or of all, by stamp, rule, day, client and severity."""
        with self._database.reading() as connection:
            return all_feedback(connection, rule)


def all_feedback(connection: Connection, rule: str | None = None) -> list[Feedback]:
    """Return the counts of one rule or of all, in the order of their keys."""
    query = select(flag_feedback).order_by(*flag_feedback.primary_key)
    if rule is not None:
        query = query.where(flag_feedback.c.rule == rule)
    return [Feedback(**row) for row in connection.execute(query).mappings()]


@cache
def _count(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(flag_feedback)
    added = {name: flag_feedback.c[name] + insert.excluded[name] for name in ("right", "wrong")}
    return insert.on_conflict_do_update(index_elements=list(flag_feedback.primary_key), set_=added)


NEWEST = 2_000
"""So many articles, those judged last, are looked at for what is to be reviewed; of days all."""


class ReviewStore:
    """Decisions, claims and practice; each method one transaction, as of `Store`."""

    _database: Database

    def decide(
        self,
        said: Sequence[Review],
        flags: Sequence[FlagSaid],
        *,
        reviewer: str,
        provisional: bool,
        now: datetime,
    ) -> int:
        """Store a decision, all it says or nothing; return its id. Raises `NotFound`."""
        with self._database.writing() as connection:
            return decisions.record(
                connection, said, flags, reviewer=reviewer, provisional=provisional, now=now
            )

    def undo(self, decision: int, reviewer: str, now: datetime) -> Decision:
        """Take back an act of one's own. Raises `NotFound`, `UsageError`; see `decisions.undo`."""
        with self._database.writing() as connection:
            return decisions.undo(connection, decision, reviewer, now)

    def judge_decision(self, decision: int, reviewer: str, now: datetime, *, right: bool) -> int:
        """Confirm or overrule what a volunteer decided; return the act's id. See `decisions`."""
        with self._database.writing() as connection:
            return decisions.judge(connection, decision, reviewer, now, right=right)

    def decision(self, decision: int) -> Decision:
        """Return an act. Raises `NotFound`."""
        with self._database.reading() as connection:
            return decisions.decision(connection, decision)

    def last_act(self, reviewer: str, acts: Sequence[Act]) -> Decision | None:
        """Return the latest of a reviewer's acts of these kinds that can be undone."""
        with self._database.reading() as connection:
            return decisions.last(connection, reviewer, acts)

    def decision_flags(self, decision: int) -> list[FlagSaid]:
        """Return what a decision says of flags."""
        with self._database.reading() as connection:
            return decisions.flags_of(connection, decision)

    def waiting_decisions(self) -> list[int]:
        """Return the ids of what volunteers decided and nobody has confirmed or overruled."""
        with self._database.reading() as connection:
            return decisions.waiting(connection)

    def count_waiting_decisions(self) -> int:
        """Return how many decisions wait to be confirmed."""
        with self._database.reading() as connection:
            return decisions.count_waiting(connection)

    def shown_articles(
        self,
        stamps: Sequence[str],
        story_stamp: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Shown]:
        """Return what `stamps` would show of the articles first seen in [since, until).

        Without days the `NEWEST` judged last; what has expired cannot be read, and is left out.
        """
        with self._database.reading() as connection:
            return _shown(connection, stamps, story_stamp, since, until)

    def said(self, article_ids: Iterable[str] | None = None) -> dict[str, list[Said]]:
        """Return by article what each reviewer says of its current version, by name.

        Of all articles, or of some. What waits to be confirmed is among it.
        """
        with self._database.reading() as connection:
            return _said(connection, article_ids)

    def flags_said(
        self, article_id: str, sha256: str, reviewer: str
    ) -> dict[tuple[str, str, int, int], bool]:
        """Return what a reviewer says of the flags of a version, by rule, field, start and end."""
        with self._database.reading() as connection:
            query = (
                select(flag_verdicts)
                .where(
                    flag_verdicts.c.article_id == article_id,
                    flag_verdicts.c.sha256 == sha256,
                    flag_verdicts.c.reviewer == reviewer,
                    decisions.stands(flag_verdicts.c.decision_id),
                )
                .order_by(flag_verdicts.c.id)
            )
            return {
                (row.rule, row.field, row.start, row.end): row.right
                for row in connection.execute(query)
            }

    def flags_told(self, article_id: str, sha256: str) -> list[tuple[str, FlagSaid]]:
        """Return all that stands of what was said of the flags of a version, oldest first.

        Each with the name of who said it.
        """
        with self._database.reading() as connection:
            query = (
                select(flag_verdicts)
                .where(
                    flag_verdicts.c.article_id == article_id,
                    flag_verdicts.c.sha256 == sha256,
                    decisions.stands(flag_verdicts.c.decision_id),
                )
                .order_by(flag_verdicts.c.id)
            )
            return [
                (row.reviewer, FlagSaid(article_id, sha256, *spot, row.right))
                for row in connection.execute(query)
                for spot in [(row.rule, row.field, row.start, row.end)]
            ]

    def claim(self, article_id: str, reviewer: str, until: datetime, now: datetime) -> bool:
        """Say that a reviewer looks at an article until then; return False where another does.

        Of what a reviewer looked at before, nothing is kept. Raises `NotFound`.
        """
        with self._database.writing() as connection:
            there = select(articles.c.id).where(articles.c.id == article_id)
            if connection.execute(there).first() is None:
                raise NotFound(f"no article '{article_id}'")
            return _claim(connection, article_id, reviewer, until, now)

    def claimed(self, now: datetime) -> dict[str, str]:
        """Return by article who looks at it now."""
        with self._database.reading() as connection:
            query = select(claims.c.article_id, claims.c.reviewer).where(claims.c.until > now)
            return {row.article_id: row.reviewer for row in connection.execute(query)}

    def add_practice(
        self,
        reviewer: str,
        article_id: str,
        sha256: str,
        *,
        verdict: Verdict,
        desk: Verdict,
        now: datetime,
    ) -> bool:
        """Store an answer given in practice; False where there is one: the first stays."""
        row = {
            "reviewer": reviewer,
            "article_id": article_id,
            "sha256": sha256,
            "verdict": verdict,
            "desk": desk,
            "at": now,
        }
        with self._database.writing() as connection:
            return insert_new(connection, practice, row) is not None

    def practised(self, reviewer: str) -> list[Practised]:
        """Return what a reviewer answered in practice, oldest first."""
        with self._database.reading() as connection:
            query = select(practice).where(practice.c.reviewer == reviewer).order_by(practice.c.id)
            return [
                Practised(row.article_id, row.verdict, row.desk, row.at)
                for row in connection.execute(query)
            ]

    def count_reviewed(self, since: datetime | None = None) -> int:
        """Return how many articles have a review that counts, given after `since`."""
        query = select(func.count(reviews.c.article_id.distinct())).where(
            decisions.holds(reviews.c.decision_id)
        )
        if since is not None:
            query = query.where(reviews.c.at > since)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def count_reviews(
        self, stamps: Sequence[str], since: datetime | None = None
    ) -> tuple[int, int, int]:
        """Return how many reviewed articles there are; of those that `stamps` judged, how many.

        And of these, of how many the latest review says otherwise. Reviews that count, given after
        `since`, of current versions.
        """
        with self._database.reading() as connection:
            return _count_reviews(connection, stamps, since)


def _shown(
    connection: Connection,
    stamps: Sequence[str],
    story_stamp: str,
    since: datetime | None,
    until: datetime | None,
) -> list[Shown]:
    story = func.coalesce(story_members.c.story_id, articles.c.id)
    told = assessments.c.stamp.in_(stamps), or_(assessments.c.relevant, assessments.c.borderline)
    query = select(
        articles.c.id,
        articles.c.current,
        story.label("story"),
        articles.c.first_seen,
        articles.c.expired_at,
    ).outerjoin(
        story_members,
        (story_members.c.stamp == story_stamp) & (story_members.c.article_id == articles.c.id),
    )
    if since is not None:
        query = query.where(articles.c.first_seen >= since)
    if until is not None:
        query = query.where(articles.c.first_seen < until)
    said = select(assessments.c.article_id, assessments.c.sha256, assessments.c.relevance)
    if since is None and until is None:
        # Found by what is said, of which there is an index: few of all articles are told of.
        last = said.where(*told).order_by(assessments.c.id.desc()).limit(NEWEST)
        judged = connection.execute(last).all()
        ids = sorted({row.article_id for row in judged})
        read = [connection.execute(query.where(articles.c.id.in_(some))) for some in chunks(ids)]
        rows = [row for part in read for row in part]
    else:
        rows = list(connection.execute(query))
        ids = [row.id for row in rows]
        parts = [said.where(*told, assessments.c.article_id.in_(some)) for some in chunks(ids)]
        judged = [row for part in parts for row in connection.execute(part)]
    relevance = {(row.article_id, row.sha256): row.relevance for row in judged}
    found = [
        Shown(row.id, row.current, row.story, relevance[row.id, row.current], row.first_seen)
        for row in rows  # asked of SQLite, it would go by the index of what has expired
        if row.expired_at is None and (row.id, row.current) in relevance
    ]
    return sorted(found, key=lambda one: (one.seen, one.article_id), reverse=True)


def _said(connection: Connection, article_ids: Iterable[str] | None) -> dict[str, list[Said]]:
    query = (
        select(
            reviews.c.article_id,
            reviews.c.reviewer,
            reviews.c.verdict,
            reviews.c.at,
            decisions.waits(reviews.c.decision_id).label("waits"),
            reviews.c.decision_id,
        )
        .join(
            articles,
            (articles.c.id == reviews.c.article_id) & (articles.c.current == reviews.c.sha256),
        )
        .where(decisions.stands(reviews.c.decision_id))
        .order_by(reviews.c.id)
    )
    latest: dict[tuple[str, str], Said] = {}
    if article_ids is None:
        wanted: list[Any] = [query]
    else:
        some = sorted(set(article_ids))
        wanted = [query.where(reviews.c.article_id.in_(part)) for part in chunks(some)]
    for part in wanted:
        for row in connection.execute(part):
            latest[row.article_id, row.reviewer] = Said(*row)
    found: dict[str, list[Said]] = defaultdict(list)
    for (article_id, _), one in sorted(latest.items(), key=lambda item: item[0]):
        found[article_id].append(one)
    return dict(found)


def _claim(
    connection: Connection, article_id: str, reviewer: str, until: datetime, now: datetime
) -> bool:
    connection.execute(
        delete(claims).where(
            or_(claims.c.until <= now, claims.c.reviewer == reviewer),
            claims.c.article_id != article_id,
        )
    )
    row = {"article_id": article_id, "reviewer": reviewer, "until": until}
    if insert_new(connection, claims, row) is not None:
        return True
    mine = (claims.c.article_id == article_id) & (
        or_(claims.c.until <= now, claims.c.reviewer == reviewer)
    )
    values = {"reviewer": reviewer, "until": until}
    return bool(connection.execute(update(claims).where(mine).values(**values)).rowcount)


def _count_reviews(
    connection: Connection, stamps: Sequence[str], since: datetime | None
) -> tuple[int, int, int]:
    query = (
        select(
            reviews.c.article_id,
            reviews.c.verdict,
            assessments.c.relevant,
            assessments.c.borderline,
        )
        .join(
            articles,
            (articles.c.id == reviews.c.article_id) & (articles.c.current == reviews.c.sha256),
        )
        .outerjoin(
            assessments,
            (assessments.c.article_id == reviews.c.article_id)
            & (assessments.c.sha256 == reviews.c.sha256)
            & assessments.c.stamp.in_(stamps)
            & assessments.c.relevance.is_not(None),
        )
        .where(
            decisions.holds(reviews.c.decision_id),
            ~is_withdrawn(reviews.c.article_id, reviews.c.sha256),
        )
        .order_by(reviews.c.id)
    )
    if since is not None:
        query = query.where(reviews.c.at > since)
    latest = {row.article_id: row for row in connection.execute(query)}
    judged = [row for row in latest.values() if row.relevant is not None]
    differ = sum(row.verdict != _word(row.relevant, row.borderline) for row in judged)
    return len(latest), len(judged), differ


def _word(relevant: bool, borderline: bool | None) -> Verdict:
    if relevant:
        return "relevant"
    return "borderline" if borderline else "not_relevant"
