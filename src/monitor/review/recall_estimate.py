"""Recall estimated from stratified samples: how much was missed, with an interval to be trusted.

In each stratum the share of relevant articles is Hajek's (each article looked at weighs what its
probability stands for), with the Beta posterior of Jeffreys' prior at Kish's effective number of
articles; what was not looked at is drawn from it (Beta-binomial), and the strata are summed. Where
none was found the lower end is taken as none (Brown, Cai, DasGupta, Interval estimation for a
binomial proportion, Statistical Science 16, 2001). tests/support/proof.py holds the sum to it.

Of what was shown, those not looked at are all right at one end of the interval of recall and all
wrong at the other. Beside it stands the share had of the cases that were learned of elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from monitor.desk import Desk
from monitor.feeds.urls import article_id, canonical_url, same_outlet
from monitor.records.confidence_interval import wilson
from monitor.records.dates import days_of, midnight
from monitor.records.finding import MEASURED_FROM
from monitor.records.json_shapes import time_json
from monitor.records.review import CaseOutcome, CoverageGaps, Draw, OutsideCase, RecallEstimate
from monitor.review.sampling import CUTS, OUTSIDE, Sample, allocate

if TYPE_CHECKING:
    from numpy.typing import NDArray


WINDOW_DAYS = 90
"""Days that are pooled."""
NARROW = 0.20
"""How wide the interval of recall may be, for it to say something."""
DRAWS = 20_000
"""Draws of the posterior: the ends of intervals are known to about a hundredth of their width."""


@dataclass(frozen=True, slots=True)
class StratumResult:
    """One stratum over all days: its articles, and what was found in those looked at.

    `share` is the weighted share of relevant ones, `effective` how many articles it is worth.
    """

    population: int
    seen: int
    relevant: int
    share: float
    effective: float


def window(until: str) -> str:
    """Return the first ISO day of the window that ends before the day `until`."""
    last = date.fromisoformat(until)
    return (last - timedelta(days=min(WINDOW_DAYS, last.toordinal() - 1))).isoformat()


def pool(draws: Sequence[Draw], verdicts: Mapping[str, bool]) -> tuple[StratumResult, ...]:
    """Put the days together, by stratum; `verdicts` say of articles looked at whether relevant."""
    found = []
    for number in range(len(CUTS)):
        seen = [
            (1 / item.probability, verdicts[item.article_id])
            for draw in draws
            for item in draw.offered
            if item.stratum == number and item.article_id in verdicts
        ]
        whole = sum(weight for weight, _ in seen)
        found.append(
            StratumResult(
                population=sum(draw.strata[number].population for draw in draws),
                seen=len(seen),
                relevant=sum(right for _, right in seen),
                share=sum(weight * right for weight, right in seen) / whole if seen else 0.0,
                effective=whole**2 / sum(w * w for w, _ in seen) if seen else 0.0,
            )
        )
    return tuple(found)


def estimate_missed(
    draws: Sequence[Draw], verdicts: Mapping[str, bool], *, plan: bool = True
) -> RecallEstimate:
    """Return recall among what was judged, from the draws of a window and what people said.

    `verdicts` are of any articles, shown or drawn. Without `plan` no `needed` is reckoned.
    """
    if not draws:
        return RecallEstimate()
    looked = pool(draws, verdicts)
    shown = {article for draw in draws for article in draw.shown}
    confirmed = sum(verdicts.get(article, False) for article in shown)
    unreviewed = sum(article not in verdicts for article in shown)
    low, high = _interval(looked)
    point = sum(stratum.population * stratum.share for stratum in looked)
    at_most = confirmed + unreviewed
    recall = interval = None
    if at_most:
        rate = confirmed / (len(shown) - unreviewed) if len(shown) > unreviewed else 1.0
        right = confirmed + unreviewed * rate
        recall = right / (right + point) if right else 0.0
        interval = (confirmed / (confirmed + high) if confirmed else 0.0, at_most / (at_most + low))
        recall = min(max(recall, interval[0]), interval[1])
    says = interval is not None and confirmed > 0 and interval[1] - interval[0] <= NARROW
    return RecallEstimate(
        days=len(draws),
        population=sum(stratum.population for stratum in looked),
        offered=sum(len(draw.offered) for draw in draws),
        reviewed=sum(stratum.seen for stratum in looked),
        relevant=sum(stratum.relevant for stratum in looked),
        missed=point,
        missed_interval=(low, high),
        confirmed=confirmed,
        unreviewed=unreviewed,
        recall=recall,
        recall_interval=interval,
        says=says,
        needed=needed_a_day(looked, found=at_most, days=len(draws)) if plan and not says else None,
    )


def needed_a_day(looked: Sequence[StratumResult], *, found: int, days: int) -> int | None:
    """Return how many reviews a day would make recall's interval narrow within the window.

    None where nothing was found, or where looking at all articles would not do.
    """
    daily = [round(stratum.population / days) for stratum in looked]
    found_then = found / days * WINDOW_DAYS

    def would_do(size: int) -> bool:
        planned = [
            StratumResult(n * WINDOW_DAYS, k * WINDOW_DAYS, 0, one.share, float(k * WINDOW_DAYS))
            for n, k, one in zip(daily, allocate(daily, size), looked, strict=True)
        ]
        low, high = _interval(planned, expected=True)
        return found_then / (found_then + low) - found_then / (found_then + high) <= NARROW

    sizes = range(1, max(1, sum(daily)) + 1)
    if not found or not would_do(sizes[-1]):
        return None
    least = bisect_left(sizes, True, hi=len(sizes) - 1, key=would_do)
    return sum(allocate(daily, sizes[least]))


def _interval(looked: Collection[StratumResult], *, expected: bool = False) -> tuple[float, float]:
    """Return the 95 % interval of how many articles of all strata are relevant."""
    import numpy as np

    # The same draws each time, so that the same reviews give the same figure.
    random = np.random.default_rng(11)
    total: NDArray[np.float64] = np.zeros(DRAWS)
    heard: NDArray[np.float64] = np.zeros(DRAWS)
    for stratum in looked:
        rest = stratum.population - stratum.seen
        # expected: those found so far are as many as the share says
        known = stratum.share * stratum.seen if expected else stratum.relevant
        total += known
        heard += known
        if rest <= 0:
            continue
        hits = stratum.share * stratum.effective
        shares = random.beta(hits + 0.5, stratum.effective - hits + 0.5, DRAWS)
        more = random.binomial(rest, shares)
        total += more
        if hits:
            heard += more
    low, high = np.quantile(heard, 0.025), np.quantile(total, 0.975)
    return float(low), float(high)


def tell_elsewhere(
    desk: Desk, url: str, *, note: str = "", same_as: str | None = None
) -> tuple[CaseOutcome, bool]:
    """Record a case learned of elsewhere; return what we had of it, and whether it is new.

    `same_as` is an article of ours about it, by id or URL. What was said first of a canonical URL
    stays. Raises `FeedError` for a false address, `NotFound` for `same_as`, `Forgotten`.
    """
    article = article_id(same_as) if same_as and "/" in same_as else same_as
    case = OutsideCase(canonical_url(url), article_id(url), note, desk.now(), article)
    new = desk.store.add_told(case)
    kept = next(one for one in desk.store.told() if one.article_id == case.article_id)
    return had_of(desk, [kept])[0], new


def coverage(desk: Desk, since: date, until: date) -> dict[str, Any]:
    """Return the account of the days [since, until) as data, or raise `UsageError`."""
    days_of(since, until)
    zone = desk.settings.zone
    first, last = midnight(since, zone), midnight(until, zone)
    ledger = desk.store.ledger(first, last, desk.stamps)
    gaps = gaps_until(desk, until.isoformat())  # of the window that ends with the period
    cases = []
    for case in had_of(desk, desk.store.told(first, last)):
        cases.append(told_json(case))
        if case.article_id is not None:
            article = desk.store.article(case.article_id, ()).article
            if desk.shown([article])[article.id].link_tells:  # it holds a name that is hidden
                cases[-1]["url"] = None
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
        "cases": cases,
        "words": [*gaps.words, OUTSIDE],
    }


def told_json(case: CaseOutcome) -> dict[str, Any]:
    """Return a case learned of elsewhere, as data."""
    return {
        "url": case.told.url,
        "note": case.told.note,
        "at": time_json(case.told.at),
        "had": case.had,
        "article": case.article_id,
        "same_as": case.told.same_as,
    }


def sample_json(desk: Desk, sample: Sample, *, patient: bool = False) -> dict[str, Any]:
    """Return a sample as data, names hidden, without scores, which would suggest something."""
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
                **({"withheld": why} if (why := shown[article.id].withheld) else {}),
                "outlet": article.outlet,
                "language": article.language,
                "reviewed": article.id in sample.reviewed,
            }
            for article in sample.articles
        ],
    }


def gaps_until(desk: Desk, until: str, *, short: bool = False) -> CoverageGaps:
    """Return what may be missed, as the samples of days before `until` (ISO) tell; see `gaps`."""
    stamp = " ".join(desk.relevance_stamps)
    draws = [draw for draw in desk.store.draws(window(until), until) if draw.stamp == stamp]
    ids = {item.article_id for draw in draws for item in draw.items}
    missed = estimate_missed(draws, desk.store.verdicts(ids))
    return gaps(missed, had_of(desk, desk.store.told()), short=short)


def had_of(desk: Desk, cases: Sequence[OutsideCase]) -> list[CaseOutcome]:
    """Say of each case what we had of it when the desk learned of it."""
    feeds = desk.store.feeds() if cases else []
    followed = [same_outlet(case.url, feeds) for case in cases]
    return desk.store.had(cases, desk.relevance_stamps, followed)


METHOD = "stratified by score, Hajek's weights; Beta (Jeffreys) a stratum, summed, 95 %"
NO_TOTAL = (
    "Neither figure is how much of all there was is found: what no followed feed brought is in"
    " neither, and the cases learned of elsewhere are no random ones."
)
_HAD = {
    "below": "stored, below the threshold",
    "not_judged": "stored, not judged",
    "late": "came in later",
    "never": "never seen",
    "not_followed": "feed not followed",
}


def gaps(missed: RecallEstimate, told: Sequence[CaseOutcome], *, short: bool) -> CoverageGaps:
    """Return recall, and the share of `told` cases that was shown, in words and as JSON.

    Below `MEASURED_FROM` the share has no interval. `short` is for the foot of a digest.
    """
    by = Counter(one.had for one in told)
    cases, shown, ends = len(told), by["shown"], missed.recall_interval
    had = wilson(shown / cases, cases) if cases >= MEASURED_FROM else None
    figures = {
        "missed": {
            "universe": "items that the feeds brought and the model judged below the threshold",
            "method": METHOD,
            "days": missed.days,
            "window_days": WINDOW_DAYS,
            "population": missed.population,
            "offered": missed.offered,
            "reviewed": missed.reviewed,
            "relevant_among_reviewed": missed.relevant,
            "missed": round(missed.missed, 1),
            "missed_interval": [round(end, 1) for end in missed.missed_interval],
            "found": missed.confirmed,
            "shown_not_reviewed": missed.unreviewed,
            "recall": None if missed.recall is None else round(missed.recall, 3),
            "recall_interval": None if ends is None else [round(end, 3) for end in ends],
            "enough": missed.says,
            "reviews_a_day_needed": missed.needed,
        },
        "elsewhere": {
            "cases": cases,
            "needed": MEASURED_FROM,
            "shown": shown,
            "by": dict(sorted(by.items())),
            "share": round(shown / cases, 3) if had and cases else None,
            "interval": None if had is None else [round(end, 3) for end in had],
        },
    }
    others = [f"{n} {_HAD[why]}" for why, n in sorted(by.items()) if why != "shown"]
    rest = f"; {', '.join(others)}" if others else ""
    said = f"too few to say ({cases} of the {MEASURED_FROM} cases needed{rest})"
    if had is not None:
        within = f"{_percent(had[0])} to {_percent(had[1])}"
        said = f"{shown} of {cases} cases had been shown ({within}){rest}"
    words = (_missed_words(missed), f"Learned of elsewhere: {said}")
    return CoverageGaps(words if short else (*words, NO_TOTAL), figures)


def _missed_words(missed: RecallEstimate) -> str:
    head, narrow = "Missed below the threshold:", f"{NARROW * 100:.0f} points"
    if not missed.days:
        return f"{head} not known; monitor reviews sample offers a few items a day to look at"
    ends = missed.recall_interval
    if missed.says and ends is not None and missed.recall is not None:
        return (
            f"Found {_percent(missed.recall)} of the relevant items that the feeds brought and the"
            f" model judged ({_percent(ends[0])} to {_percent(ends[1])}, {missed.reviewed:,} of"
            f" {missed.population:,} below the threshold looked at in {missed.days} days)"
        )
    if missed.needed is not None:
        days = f"{missed.needed:,} a day for {WINDOW_DAYS} days"
        needed = f"to tell within {narrow} takes about {days}"
    elif missed.confirmed + missed.unreviewed:
        needed = f"no number of reviews would tell within {narrow}"
    else:
        needed = "nothing was found in these days yet"
    looked = f"{missed.reviewed:,} of {missed.offered:,} sampled items looked at"
    waiting = f", {missed.unreviewed:,} shown ones not reviewed" if missed.unreviewed else ""
    return f"{head} too few to say ({looked}{waiting}); {needed}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
