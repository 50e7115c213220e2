"""A day's sample of what was not shown, stratified by score and the same whenever it is drawn."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt

from monitor.desk import Desk
from monitor.records.article import Article
from monitor.records.dates import midnight, parse_day
from monitor.records.errors import NotFound, UsageError
from monitor.records.review import SHOWN, Draw, DrawCandidate, Drawn, Stratum

CUTS = (0.0, 0.001, 0.01, 0.1)
"""Where strata begin. On news nearly all scores lie below 0.01 and half below 0.0002; what lies
above 0.01 and below the threshold is an article or two in a thousand, and looked at whole."""
_PLANNED = (0.0005, 0.003, 0.03, 0.3)
"""The share of relevant articles in each stratum that shares of the sample are planned with: about
what calibrated scores say. It cannot bias the estimate, only widen it where it is wrong."""


def allocate(populations: Sequence[int], size: int) -> list[int]:
    """Return how many to draw of each stratum: Neyman's shares, one at least where there is any.

    More than `size` are drawn where that is below the number of strata.
    """
    drawn = [min(1, population) for population in populations]
    weights = [n * sqrt(p) for n, p in zip(populations, _PLANNED, strict=True)]
    while sum(drawn) < min(size, sum(populations)):
        # The next one goes where it is least represented for its weight (D'Hondt's divisors).
        place = max(
            (i for i, n in enumerate(populations) if drawn[i] < n),
            key=lambda i: (weights[i] / (drawn[i] + 1), -i),
        )
        drawn[place] += 1
    return drawn


def draw_sample(
    candidates: Iterable[DrawCandidate], *, day: str, stamp: str, size: int, at: datetime
) -> Draw:
    """Draw about `size` of the articles of an ISO `day` that were not shown.

    Of each stratum those whose id's hash with the day is lowest: a simple random sample as far as
    ids say nothing of what is in an article, whatever the order of `candidates`.
    """

    def lot(one: DrawCandidate | Drawn) -> tuple[bytes, str]:
        return hashlib.sha256(f"{day}\n{one.article_id}".encode()).digest(), one.article_id

    every = sorted(candidates, key=lot)
    strata: list[list[DrawCandidate]] = [[] for _ in CUTS]
    for one in every:
        if not one.shown:
            strata[bisect_right(CUTS, one.score) - 1].append(one)
    numbers = allocate([len(stratum) for stratum in strata], size)
    items = [Drawn(one.article_id, SHOWN, 1.0) for one in every if one.shown]
    for number, (stratum, drawn) in enumerate(zip(strata, numbers, strict=True)):
        items += [Drawn(one.article_id, number, drawn / len(stratum)) for one in stratum[:drawn]]
    told = tuple(
        Stratum(low, high, len(stratum), drawn)
        for low, high, stratum, drawn in zip(CUTS, (*CUTS[1:], 1.0), strata, numbers, strict=True)
    )
    # In the order of their lots, so that their place says nothing of their scores.
    return Draw(day, stamp, told, tuple(sorted(items, key=lot)), at)


OUTSIDE = (
    "Coverage is of the feeds followed. How much of all there was is found is not known and not"
    " claimed."
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A day's sample: what of it is offered, and which of these (by id) people have reviewed."""

    draw: Draw
    articles: tuple[Article, ...]
    reviewed: frozenset[str]


def sample_of(desk: Desk, day: str | None = None, *, draw: bool = True) -> Sample:
    """Return the sample of an ISO `day`, by default yesterday; the first to ask has it drawn.

    Raises `UsageError` for a day that is none, is not over, or has articles still to be judged;
    `NotFound` for one without a sample where none is to be drawn.
    """
    today = desk.today
    chosen = parse_day(day, "day") if day is not None else today - timedelta(days=1)
    if chosen >= today:
        raise UsageError(f"{chosen} is not over yet: what came on it is drawn from on the next day")
    name, after = chosen.isoformat(), (chosen + timedelta(days=1)).isoformat()
    found = desk.store.draws(name, after)
    if not found and not draw:
        raise NotFound(f"the sample of {name} is not drawn yet")
    if not found:
        desk.store.add_draw(_draw(desk, chosen))
        found = desk.store.draws(name, after)
    ids = [item.article_id for item in found[0].offered]
    articles = tuple(desk.store.article(one, ()).article for one in ids)
    return Sample(found[0], articles, frozenset(desk.store.verdicts(ids)))


def draw_due(desk: Desk) -> Draw | None:
    """Draw yesterday's sample if it is not drawn yet and all of that day is judged."""
    day = desk.today - timedelta(days=1)
    if desk.store.draws(day.isoformat(), desk.today.isoformat()):
        return None
    with suppress(UsageError):
        draw = _draw(desk, day)
        return draw if desk.store.add_draw(draw) else None
    return None


def _draw(desk: Desk, day: date) -> Draw:
    zone, stamps = desk.settings.zone, desk.relevance_stamps
    since, until = midnight(day, zone), midnight(day, zone, after=1)
    if waiting := desk.store.waiting(since, until, stamps):
        raise UsageError(f"{waiting} articles of {day} are not judged yet: monitor assess")
    return draw_sample(
        desk.store.candidates(since, until, stamps),
        day=day.isoformat(),
        stamp=" ".join(stamps),
        size=desk.settings.reviews.sample_a_day,
        at=desk.now(),
    )
