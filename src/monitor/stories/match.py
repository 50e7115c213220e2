"""Whether two articles tell the same story.

Either one is a copy of the other, or their headlines name the same event in the same week.
"""

from __future__ import annotations

from datetime import timedelta

from monitor.stories.fingerprint import Fingerprint
from monitor.stories.words import is_figure, total_weight

COPY_OVERLAP = 0.3
"""Share of the shorter text's shingles found in the other; of two outlets."""
COPY_SHINGLES = 40
SNIPPET_OVERLAP = 0.6
SNIPPET_SHINGLES = 10
"""A snippet of so few words shares a third of them by chance: it needs more."""
TITLE_DICE = 0.5
SAME_OUTLET_TITLE_DICE = 0.8
"""An outlet seldom tells its own story twice but often uses its own phrases again: two articles of
one outlet need near-equal headlines and a common text besides."""
TITLE_WORDS = 4
"""Shorter headlines ("Morning briefing") name no event."""
TITLE_WINDOW = timedelta(days=7)


def same_story(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether the two tell the same story; symmetric, and independent of all others."""
    if a.outlet == b.outlet:
        return _same_headline(a, b, SAME_OUTLET_TITLE_DICE) and _overlap(a, b) >= COPY_OVERLAP
    return _same_copy(a, b) or _same_headline(a, b, TITLE_DICE)


def _same_copy(a: Fingerprint, b: Fingerprint) -> bool:
    shorter = min(len(a.shingles), len(b.shingles))
    if shorter < SNIPPET_SHINGLES:
        return False
    return _overlap(a, b) >= (COPY_OVERLAP if shorter >= COPY_SHINGLES else SNIPPET_OVERLAP)


def _overlap(a: Fingerprint, b: Fingerprint) -> float:
    """Overlap coefficient, not Jaccard: a reprint cut to a third is a copy all the same."""
    shorter = min(len(a.shingles), len(b.shingles))
    return len(a.shingles & b.shingles) / shorter if shorter else 0.0


def _same_headline(a: Fingerprint, b: Fingerprint, needed: float) -> bool:
    if min(len(a.title), len(b.title)) < TITLE_WORDS or not _same_week(a, b):
        return False
    total = total_weight(a.title) + total_weight(b.title)
    return 2 * total_weight(a.title & b.title) >= needed * total and _same_anchors(a, b)


def _same_anchors(a: Fingerprint, b: Fingerprint) -> bool:
    """Refuse one template filled twice: "man charged in Hall County", "… in Cobb County".

    What the headlines share of names and figures must outweigh what sets them apart, and figures
    must not contradict each other. Words on one side only do not set apart: it may say more.
    """
    shared = a.anchors & b.anchors
    if not shared:
        return False
    figures_a, figures_b = set(filter(is_figure, a.anchors)), set(filter(is_figure, b.anchors))
    if figures_a and figures_b and not figures_a & figures_b:
        return False
    apart = min(total_weight(a.anchors - b.anchors), total_weight(b.anchors - a.anchors))
    return total_weight(shared) >= apart


def _same_week(a: Fingerprint, b: Fingerprint) -> bool:
    if a.published is not None and b.published is not None:
        return abs(a.published - b.published) <= TITLE_WINDOW
    return abs(a.seen - b.seen) <= TITLE_WINDOW
