"""Samples of what was not shown, the verdicts on them, and cases learned of elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.errors import NotFound
from monitor.gaps import Candidate, Draw, Drawn, Had, Stratum, Told, ToldHad
from monitor.store.assessments import KEPT
from monitor.store.database import chunks, insert_new
from monitor.store.decisions import holds
from monitor.store.forgetting import refuse_forgotten
from monitor.store.schema import articles, assessments, reviews, sample_items, samples, told


def judged(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    stamps: Sequence[str],
) -> Iterator[Any]:
    """Yield the first judgement in the order of `stamps` of each article first seen in the period.

    Rows have `id`, `current`, `outlet`, `first_seen` and the columns of the judgement. What a model
    judged that is not measured in its language is left out.
    """
    rank = {stamp: place for place, stamp in enumerate(stamps)}
    query = (
        select(
            articles.c.id,
            articles.c.current,
            articles.c.outlet,
            articles.c.first_seen,
            assessments.c.stamp,
            assessments.c.relevance,
            assessments.c.relevant,
            assessments.c.borderline,
            assessments.c.payload,
        )
        .join_from(
            articles,
            assessments,
            (assessments.c.article_id == articles.c.id)
            & (assessments.c.sha256 == articles.c.current),
        )
        .where(assessments.c.stamp.in_(stamps), assessments.c.relevance.is_not(None))
        .order_by(articles.c.first_seen, articles.c.id)
    )
    if since is not None:
        query = query.where(articles.c.first_seen >= since)
    if until is not None:
        query = query.where(articles.c.first_seen < until)
    last = None
    for row in connection.execute(query):
        if last is not None and last.id != row.id:
            yield from _measured(last)
            last = None
        if last is None or rank[row.stamp] < rank[last.stamp]:
            last = row
    yield from _measured(last)


def _measured(row: Any) -> Iterator[Any]:
    if row is not None and not row.payload.get("experimental"):
        yield row


def candidates(
    connection: Connection, since: datetime, until: datetime, stamps: Sequence[str]
) -> list[Candidate]:
    """Return what may be drawn of the articles first seen in [since, until)."""
    return [
        Candidate(row.id, row.relevance, bool(row.relevant or row.borderline))
        for row in judged(connection, since, until, stamps)
    ]


def waiting(connection: Connection, since: datetime, until: datetime, stamps: Sequence[str]) -> int:
    """Return how many articles first seen in [since, until) some of `stamps` has still to judge."""
    from sqlalchemy import func

    done = (
        select(func.count())
        .where(
            assessments.c.article_id == articles.c.id,
            assessments.c.sha256 == articles.c.current,
            assessments.c.stamp.in_(stamps),
        )
        .scalar_subquery()
    )
    query = select(func.count()).where(
        articles.c.first_seen >= since, articles.c.first_seen < until, KEPT, done < len(set(stamps))
    )
    return int(connection.execute(query).scalar_one())


def add_draw(connection: Connection, draw: Draw) -> bool:
    """Store what was drawn of a day; return False where there is a draw of it already."""
    row = {
        "day": draw.day,
        "stamp": draw.stamp,
        "strata": [[s.low, s.high, s.population, s.drawn] for s in draw.strata],
        "at": draw.at,
    }
    if insert_new(connection, samples, row) is None:
        return False
    rows = [
        {
            "day": draw.day,
            "article_id": item.article_id,
            "place": place,
            "stratum": item.stratum,
            "probability": item.probability,
        }
        for place, item in enumerate(draw.items)
    ]
    if rows:
        connection.execute(sample_items.insert(), rows)
    return True


def draws(connection: Connection, since: str, until: str) -> list[Draw]:
    """Return the draws of the ISO days [since, until), oldest first."""
    items: dict[str, list[Drawn]] = {}
    query = (
        select(sample_items)
        .where(sample_items.c.day >= since, sample_items.c.day < until)
        .order_by(sample_items.c.day, sample_items.c.place)
    )
    for row in connection.execute(query):
        one = Drawn(row.article_id, row.stratum, row.probability)
        items.setdefault(row.day, []).append(one)
    found = select(samples).where(samples.c.day >= since, samples.c.day < until)
    return [
        Draw(
            row.day,
            row.stamp,
            tuple(Stratum(*stratum) for stratum in row.strata),
            tuple(items.get(row.day, ())),
            row.at,
        )
        for row in connection.execute(found.order_by(samples.c.day))
    ]


def verdicts(connection: Connection, ids: Iterable[str]) -> dict[str, bool]:
    """Return of articles that people reviewed whether anybody's latest word is "relevant".

    Where reviewers differ it counts as relevant: what may be missed is not made small.
    """
    latest: dict[tuple[str, str], str] = {}
    for some in chunks(sorted(set(ids))):
        query = (
            select(reviews)
            .where(reviews.c.article_id.in_(some), holds(reviews.c.decision_id))
            .order_by(reviews.c.id)
        )
        for row in connection.execute(query):
            latest[row.article_id, row.reviewer] = row.verdict
    found: dict[str, bool] = {}
    for (article, _), verdict in latest.items():
        found[article] = found.get(article, False) or verdict == "relevant"
    return found


def add_told(connection: Connection, case: Told) -> bool:
    """Record a case learned of elsewhere; return False where it was.

    Raises `NotFound` for `same_as`, `Forgotten` for an address that is to be known no more.
    """
    refuse_forgotten(connection, case.article_id)
    if case.same_as is not None:
        there = select(articles.c.id).where(articles.c.id == case.same_as, KEPT)
        if connection.execute(there).first() is None:
            raise NotFound(f"no article '{case.same_as}'")
    row = {
        "url": case.url,
        "article_id": case.article_id,
        "note": case.note,
        "same_as": case.same_as,
        "at": case.at,
    }
    return insert_new(connection, told, row) is not None


def told_cases(
    connection: Connection, since: datetime | None, until: datetime | None
) -> list[Told]:
    """Return the cases learned of elsewhere in [since, until), oldest first."""
    query = select(told).order_by(told.c.id)
    if since is not None:
        query = query.where(told.c.at >= since)
    if until is not None:
        query = query.where(told.c.at < until)
    return [
        Told(row.url, row.article_id, row.note, row.at, row.same_as)
        for row in connection.execute(query)
    ]


def had(
    connection: Connection, cases: Sequence[Told], stamps: Sequence[str], followed: Sequence[bool]
) -> list[ToldHad]:
    """Say of each case what we had of it when it was told; `followed`: a feed of its outlet is."""
    ids = sorted({key for case in cases for key in (case.article_id, case.same_as) if key})
    seen: dict[str, datetime] = {}
    shown: dict[str, bool] = {}
    for some in chunks(ids):
        query = select(articles.c.id, articles.c.first_seen).where(articles.c.id.in_(some))
        seen |= {row.id: row.first_seen for row in connection.execute(query)}
        said = select(
            assessments.c.article_id, assessments.c.relevant, assessments.c.borderline
        ).join(
            articles,
            (articles.c.id == assessments.c.article_id)
            & (articles.c.current == assessments.c.sha256),
        )
        said = said.where(
            articles.c.id.in_(some),
            assessments.c.stamp.in_(stamps),
            assessments.c.relevance.is_not(None),
        )
        for row in connection.execute(said):
            now = bool(row.relevant or row.borderline)
            shown[row.article_id] = shown.get(row.article_id, False) or now
    return [_had(case, feed, seen, shown) for case, feed in zip(cases, followed, strict=True)]


def _had(case: Told, followed: bool, seen: dict[str, datetime], shown: dict[str, bool]) -> ToldHad:
    keys = [key for key in (case.article_id, case.same_as) if key in seen]
    in_time = [key for key in keys if key is not None and seen[key] <= case.at]
    for key in in_time:
        if shown.get(key):
            return ToldHad(case, "shown", key)
    if in_time:
        why: Had = "below" if in_time[0] in shown else "not_judged"
        return ToldHad(case, why, in_time[0])
    if keys:
        return ToldHad(case, "late", keys[0])
    return ToldHad(case, "never" if followed else "not_followed")
