"""What the desk covers and what it may miss: the account of a period, samples, cases elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from monitor.desk import Desk
from monitor.records.article import Article
from monitor.records.dates import days_of, midnight, parse_day
from monitor.records.errors import NotFound, UsageError
from monitor.records.gaps import Draw, Told, ToldHad
from monitor.records.hidden_names import Shown
from monitor.review.missed import gaps_until, had_of

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
    zone = desk.settings.zone
    today = desk.now().astimezone(zone).date()
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
    return _sample(desk, found[0])


def _sample(desk: Desk, draw: Draw) -> Sample:
    ids = [item.article_id for item in draw.offered]
    articles = tuple(desk.store.article(one, ()).article for one in ids)
    return Sample(draw, articles, frozenset(desk.store.verdicts(ids)))


def draw_due(desk: Desk) -> Draw | None:
    """Draw yesterday's sample if it is not drawn yet and all of that day is judged."""
    today = desk.now().astimezone(desk.settings.zone).date()
    day = today - timedelta(days=1)
    if desk.store.draws(day.isoformat(), today.isoformat()):
        return None
    try:
        draw = _draw(desk, day)
    except UsageError:
        return None
    return draw if desk.store.add_draw(draw) else None


def _draw(desk: Desk, day: date) -> Draw:
    from monitor.review.sampling import draw_sample

    zone, stamps = desk.settings.zone, desk.relevance_stamps
    since, until = midnight(day, zone), midnight(day, zone, after=1)
    waiting = desk.store.waiting(since, until, stamps)
    if waiting:
        raise UsageError(f"{waiting} articles of {day} are not judged yet: monitor assess")
    return draw_sample(
        desk.store.candidates(since, until, stamps),
        day=day.isoformat(),
        stamp=" ".join(stamps),
        size=desk.settings.reviews.sample_a_day,
        at=desk.now(),
    )


def tell_elsewhere(
    desk: Desk, url: str, *, note: str = "", same_as: str | None = None
) -> tuple[ToldHad, bool]:
    """Record a case learned of elsewhere; return what we had of it, and whether it is new.

    `same_as` is an article of ours about the same case, by id or URL. A case is known by its
    canonical URL, and what was said of it first stays. Raises `FeedError` for an address that is
    none, `NotFound` for `same_as`, `Forgotten` for an article that was forgotten.
    """
    from monitor.feeds.urls import article_id, canonical_url

    article = same_as
    if article is not None and "/" in article:
        article = article_id(article)
    case = Told(canonical_url(url), article_id(url), note, desk.now(), article)
    new = desk.store.add_told(case)
    kept = next(one for one in desk.store.told() if one.article_id == case.article_id)
    return had_of(desk, [kept])[0], new


def coverage(desk: Desk, since: date, until: date) -> dict[str, Any]:
    """Return the account of the days [since, until) as data: feeds, items, languages, gaps.

    What may be missed is of the window that ends with the period. Raises `UsageError`.
    """
    days_of(since, until)
    zone = desk.settings.zone
    first, last = midnight(since, zone), midnight(until, zone)
    ledger = desk.store.ledger(first, last, desk.stamps)
    gaps = gaps_until(desk, until.isoformat())
    cases = had_of(desk, desk.store.told(first, last))
    return {
        "schema": 1,
        "since": since.isoformat(),
        "until": (until - timedelta(days=1)).isoformat(),
        "timezone": desk.settings.timezone,
        "feeds": {
            "followed": len(desk.store.feeds()),
            "polled": ledger.feeds,
            "alive": ledger.feeds - ledger.failed - ledger.silent,
            "failing": [
                {"url": feed.url, "title": feed.title, "error": feed.error}
                for feed in ledger.failures
            ],
            "silent": [{"url": feed.url, "title": feed.title} for feed in ledger.silences],
            "not_polled": ledger.unasked,
            "paused": ledger.paused,
        },
        "items": {
            "fetched": ledger.fetched,
            "stored": ledger.stored,
            "changed": ledger.changed,
            "dropped": dict(ledger.dropped),
            "balanced": ledger.fetched == ledger.stored + sum(ledger.dropped.values()),
        },
        "not_judged": dict(ledger.not_judged),
        "not_judged_languages": dict(ledger.languages),
        **gaps.figures,
        "cases": [{**told_json(case), **_hidden(desk, case)} for case in cases],
        "words": [*gaps.words, OUTSIDE],
    }


def _hidden(desk: Desk, case: ToldHad) -> dict[str, None]:
    """Return what is not told of a case: an address that holds a name hidden in its article."""
    if case.article_id is None:
        return {}
    article = desk.store.article(case.article_id, ()).article
    tells = desk.shown([article])[article.id].link_tells
    return {"url": None} if tells else {}


def told_json(case: ToldHad) -> dict[str, Any]:
    """Return a case learned of elsewhere, as data."""
    from monitor.records.json_shapes import time_json

    return {
        "url": case.told.url,
        "note": case.told.note,
        "at": time_json(case.told.at),
        "had": case.had,
        "article": case.article_id,
        "same_as": case.told.same_as,
    }


def _why(shown: Shown) -> dict[str, str]:
    return {"withheld": shown.withheld} if shown.withheld else {}


def sample_json(desk: Desk, sample: Sample, *, patient: bool = False) -> dict[str, Any]:
    """Return a sample as data, names hidden, without the scores that it was stratified by.

    Those would suggest something to who reviews it.
    """
    shown = desk.shown(sample.articles, patient=patient)
    return {
        "schema": 1,
        "day": sample.draw.day,
        "population": sum(stratum.population for stratum in sample.draw.strata),
        "offered": len(sample.articles),
        "reviewed": len(sample.reviewed),
        "articles": [
            {
                "id": article.id,
                "url": None if shown[article.id].link_tells else article.url,
                "title": None if shown[article.id].withheld else shown[article.id].title,
                **_why(shown[article.id]),
                "outlet": article.outlet,
                "language": article.language,
                "reviewed": article.id in sample.reviewed,
            }
            for article in sample.articles
        ],
    }
