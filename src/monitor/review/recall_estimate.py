"""How much was missed: the pooled sample weighted, with an interval that can be trusted.

In each stratum the share of relevant articles is Hajek's (each article looked at weighs what its
probability stands for), with the Beta posterior of Jeffreys' prior at Kish's effective number of
articles; what was not looked at is drawn from it (Beta-binomial, so that a stratum looked at whole
leaves nothing unsure), and the strata are summed. Jeffreys' interval has about its nominal coverage
in the mean over true shares; where none was found its lower end is taken as none (Brown, Cai,
DasGupta, Interval estimation for a binomial proportion, Statistical Science 16, 2001). The
simulation in tests/proof.py holds the sum to it.

Of what was shown, people may have looked at what they liked: those not looked at are all right at
one end of the interval of recall and all wrong at the other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.records.gaps import Draw, Missed
from monitor.review.sampling import CUTS, allocate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW_DAYS = 90
"""Days that are pooled."""
NARROW = 0.20
"""How wide the interval of recall may be, for it to say something."""
DRAWS = 20_000
"""Draws of the posterior: the ends of intervals are known to about a hundredth of their width."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One stratum over all days: its articles, and what was found in those looked at.

    `seen` were looked at and `relevant` of them were; `share` is the weighted share of relevant
    ones and `effective` the number of articles that this share is worth.
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


def pool(draws: Sequence[Draw], verdicts: Mapping[str, bool]) -> tuple[Looked, ...]:
    """Put the days together, by stratum; `verdicts` say of articles looked at whether relevant."""
    found = []
    for number in range(len(CUTS)):
        weights: list[float] = []
        right = 0.0
        relevant = 0
        for draw in draws:
            for item in draw.offered:
                if item.stratum == number and item.article_id in verdicts:
                    weight = 1 / item.probability
                    weights.append(weight)
                    right += weight * verdicts[item.article_id]
                    relevant += verdicts[item.article_id]
        whole = sum(weights)
        found.append(
            Looked(
                population=sum(draw.strata[number].population for draw in draws),
                seen=len(weights),
                relevant=relevant,
                share=right / whole if weights else 0.0,
                effective=whole**2 / sum(w * w for w in weights) if weights else 0.0,
            )
        )
    return tuple(found)


def estimate_missed(
    draws: Sequence[Draw], verdicts: Mapping[str, bool], *, plan: bool = True
) -> Missed:
    """Return recall among what was judged, from the draws of a window and what people said.

    `verdicts` are of any articles, shown or drawn; what has none was not looked at. Without `plan`
    it is not reckoned how many reviews are needed.
    """
    if not draws:
        return Missed()
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
    return Missed(
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


def needed_a_day(looked: Sequence[Looked], *, found: int, days: int) -> int | None:
    """Return how many reviews a day would make recall's interval narrow within the window.

    Reckoned with the articles a day, those found a day and the shares of relevant ones as they are
    so far; None where nothing was found, or where looking at all of them would not do.
    """
    if not found or not days:
        return None
    daily = [round(stratum.population / days) for stratum in looked]
    low, high = 1, max(1, sum(daily))
    if not _would_do(high, daily, looked, found / days):
        return None
    while low < high:
        middle = (low + high) // 2
        if _would_do(middle, daily, looked, found / days):
            high = middle
        else:
            low = middle + 1
    return sum(allocate(daily, low))


def _would_do(
    size: int, daily: Sequence[int], looked: Sequence[Looked], found_a_day: float
) -> bool:
    planned = [
        Looked(n * WINDOW_DAYS, k * WINDOW_DAYS, 0, stratum.share, float(k * WINDOW_DAYS))
        for n, k, stratum in zip(daily, allocate(daily, size), looked, strict=True)
    ]
    low, high = _interval(planned, expected=True)
    found = found_a_day * WINDOW_DAYS
    return found / (found + low) - found / (found + high) <= NARROW


def _interval(looked: Collection[Looked], *, expected: bool = False) -> tuple[float, float]:
    """Return the 95 % interval of how many articles of all strata are relevant.

    `expected`: those found so far are as many as the share says.
    """
    import numpy as np

    # The same draws each time, so that the same reviews give the same figure.
    random = np.random.default_rng(11)
    total: NDArray[np.float64] = np.zeros(DRAWS)
    heard: NDArray[np.float64] = np.zeros(DRAWS)
    for stratum in looked:
        rest = stratum.population - stratum.seen
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
