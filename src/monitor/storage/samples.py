"""Samples for recall estimates, verdicts on them, and cases that were learned of elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from monitor.records.errors import NotFound
from monitor.records.review import CaseOutcome, Draw, DrawCandidate, Drawn, OutsideCase, Stratum
from monitor.storage.assessments import KEPT
from monitor.storage.database import add_rows, columns_of, count, insert_new, row_of, rows_of
from monitor.storage.decisions import holds
from monitor.storage.forgetting import refuse_forgotten
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    in_period,
    of_version,
    reviews,
    sample_items,
    samples,
    told,
)


def candidates(
    connection: Connection, since: datetime, until: datetime, stamps: Sequence[str]
) -> list[DrawCandidate]:
    """Return what may be drawn of the articles first seen in [since, until).

    By the first of `stamps` that judged each; without what a model judged that is not measured in
    its language.
    """
    rank = {stamp: place for place, stamp in enumerate(stamps)}
    said = assessments.c
    query = (
        select(articles.c.id, said.stamp, said.relevance, said.relevant, said.borderline)
        .add_columns(said.payload)
        .join_from(articles, assessments, of_version(assessments, *CURRENT))
        .where(said.stamp.in_(stamps), said.relevance.is_not(None))
        .where(*in_period(articles.c.first_seen, since, until))
        .order_by(articles.c.first_seen, articles.c.id)
    )
    found = []
    for _, rows in groupby(connection.execute(query), key=lambda row: row.id):
        row = min(rows, key=lambda row: rank[row.stamp])
        if not row.payload.get("experimental"):
            shown = bool(row.relevant or row.borderline)
            found.append(DrawCandidate(row.id, row.relevance, shown))
    return found


def waiting(connection: Connection, since: datetime, until: datetime, stamps: Sequence[str]) -> int:
    """Return how many articles first seen in [since, until) some of `stamps` has still to judge."""
    judged = of_version(assessments, *CURRENT), assessments.c.stamp.in_(stamps)
    done = select(func.count()).where(*judged).scalar_subquery()
    seen = in_period(articles.c.first_seen, since, until)
    return count(connection, select(func.count()).where(*seen, KEPT, done < len(set(stamps))))


def add_draw(connection: Connection, draw: Draw) -> bool:
    """Store what was drawn of a day; return False where there is a draw of it already."""
    strata = [[s.low, s.high, s.population, s.drawn] for s in draw.strata]
    if insert_new(connection, samples, row_of(samples, draw, strata=strata)) is None:
        return False
    items = enumerate(draw.items)
    rows = [row_of(sample_items, item, day=draw.day, place=place) for place, item in items]
    add_rows(connection, sample_items, rows)
    return True


def draws(connection: Connection, since: str, until: str) -> list[Draw]:
    """Return the draws of the ISO days [since, until), oldest first."""
    items: dict[str, list[Drawn]] = {}
    query = select(sample_items.c.day, *columns_of(sample_items, Drawn))
    query = query.where(sample_items.c.day >= since, sample_items.c.day < until)
    query = query.order_by(sample_items.c.day, sample_items.c.place)
    for day, *one in connection.execute(query):
        items.setdefault(day, []).append(Drawn(*one))
    found = select(samples).where(samples.c.day >= since, samples.c.day < until)
    rows = connection.execute(found.order_by(samples.c.day))
    return [
        Draw(day, stamp, tuple(Stratum(*one) for one in strata), tuple(items.get(day, ())), at)
        for day, stamp, strata, at in rows
    ]


def verdicts(connection: Connection, ids: Iterable[str]) -> dict[str, bool]:
    """Return whether anybody's latest word on reviewed articles is "relevant"."""
    query = select(reviews).where(holds(reviews.c.decision_id)).order_by(reviews.c.id)
    rows = rows_of(connection, query, reviews.c.article_id, ids)
    latest = {(row.article_id, row.reviewer): row.verdict for row in rows}
    found: dict[str, bool] = {}
    for (article, _), verdict in latest.items():
        found[article] = found.get(article, False) or verdict == "relevant"
    return found


def add_told(connection: Connection, case: OutsideCase) -> bool:
    """Record a case; False where it was. Raises `NotFound` for `same_as`, or `Forgotten`."""
    refuse_forgotten(connection, case.article_id)
    if case.same_as is not None:
        there = select(articles.c.id).where(articles.c.id == case.same_as, KEPT)
        if connection.execute(there).first() is None:
            raise NotFound(f"no article '{case.same_as}'")
    return insert_new(connection, told, row_of(told, case)) is not None


def told_cases(
    connection: Connection, since: datetime | None = None, until: datetime | None = None
) -> list[OutsideCase]:
    """Return the cases learned of elsewhere in [since, until), oldest first."""
    query = select(*columns_of(told, OutsideCase)).where(*in_period(told.c.at, since, until))
    return [OutsideCase(*row) for row in connection.execute(query.order_by(told.c.id))]


def had(
    connection: Connection, cases: Sequence[OutsideCase], stamps: Sequence[str], fed: list[bool]
) -> list[CaseOutcome]:
    """Say of each case what we had of it when it was told; `fed`: its outlet has a feed."""
    ids = sorted({key for case in cases for key in (case.article_id, case.same_as) if key})
    query = select(articles.c.id, articles.c.first_seen)
    seen = {row.id: row.first_seen for row in rows_of(connection, query, articles.c.id, ids)}
    shown: dict[str, bool] = {}
    said = select(articles.c.id, assessments.c.relevant, assessments.c.borderline)
    said = said.join(assessments, of_version(assessments, *CURRENT))
    said = said.where(assessments.c.stamp.in_(stamps), assessments.c.relevance.is_not(None))
    for row in rows_of(connection, said, articles.c.id, ids):
        shown[row.id] = shown.get(row.id, False) or bool(row.relevant or row.borderline)

    def outcome(case: OutsideCase, followed: bool) -> CaseOutcome:
        keys = [key for key in (case.article_id, case.same_as) if key in seen]
        in_time = [key for key in keys if key is not None and seen[key] <= case.at]
        for key in in_time:
            if shown.get(key):
                return CaseOutcome(case, "shown", key)
        if in_time:
            return CaseOutcome(case, "below" if in_time[0] in shown else "not_judged", in_time[0])
        if keys:
            return CaseOutcome(case, "late", keys[0])
        return CaseOutcome(case, "never" if followed else "not_followed")

    return [outcome(*pair) for pair in zip(cases, fed, strict=True)]
