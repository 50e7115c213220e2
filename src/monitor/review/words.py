"""What may be missed, in words and as JSON."""

from __future__ import annotations

from typing import Any

from monitor.records.gaps import Gaps, Missed
from monitor.review.elsewhere import CASES_NEEDED, Share
from monitor.review.recall_estimate import NARROW, WINDOW_DAYS

UNIVERSE = "items that the feeds brought and the model judged below the threshold"
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


def gaps(missed: Missed, share: Share, *, short: bool) -> Gaps:
    """Return both figures in words and as JSON; `short` is for the foot of a digest."""
    words = [_missed_words(missed), _share_words(share)]
    figures = {"missed": missed_json(missed), "elsewhere": share_json(share)}
    return Gaps((*words, *(() if short else (NO_TOTAL,))), figures)


def missed_json(missed: Missed) -> dict[str, Any]:
    """Return recall among what was judged, as data."""
    ends = missed.recall_interval
    return {
        "universe": UNIVERSE,
        "method": "stratified by score, Hajek's weights; Beta (Jeffreys) a stratum, summed, 95 %",
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
    }


def share_json(share: Share) -> dict[str, Any]:
    """Return the share had of cases learned of elsewhere, as data."""
    ends = share.interval
    return {
        "cases": share.cases,
        "needed": CASES_NEEDED,
        "shown": share.shown,
        "by": dict(share.by),
        "share": round(share.shown / share.cases, 3) if ends and share.cases else None,
        "interval": None if ends is None else [round(end, 3) for end in ends],
    }


def _missed_words(missed: Missed) -> str:
    head = "Missed below the threshold:"
    if not missed.days:
        return f"{head} not known; monitor reviews sample offers a few items a day to look at"
    ends = missed.recall_interval
    if missed.says and ends is not None and missed.recall is not None:
        return (
            f"Found {_percent(missed.recall)} of the relevant items that the feeds brought and the"
            f" model judged ({_percent(ends[0])} to {_percent(ends[1])}, {missed.reviewed:,} of"
            f" {missed.population:,} below the threshold looked at in {missed.days} days)"
        )
    looked = f"{missed.reviewed:,} of {missed.offered:,} sampled items looked at"
    waiting = f", {missed.unreviewed:,} shown ones not reviewed" if missed.unreviewed else ""
    return f"{head} too few to say ({looked}{waiting}); {_needed(missed)}"


def _needed(missed: Missed) -> str:
    narrow = f"{NARROW * 100:.0f} points"
    if missed.needed is None:
        found = missed.confirmed + missed.unreviewed
        return (
            f"no number of reviews would tell within {narrow}"
            if found
            else "nothing was found in these days yet"
        )
    return f"to tell within {narrow} takes about {missed.needed:,} a day for {WINDOW_DAYS} days"


def _share_words(share: Share) -> str:
    head = "Learned of elsewhere:"
    others = [f"{n} {_HAD[why]}" for why, n in share.by.items() if why != "shown"]
    rest = f"; {', '.join(others)}" if others else ""
    if share.interval is None:
        return f"{head} too few to say ({share.cases} of the {CASES_NEEDED} cases needed{rest})"
    low, high = share.interval
    return (
        f"{head} {share.shown} of {share.cases} cases had been shown"
        f" ({_percent(low)} to {_percent(high)}){rest}"
    )


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"
