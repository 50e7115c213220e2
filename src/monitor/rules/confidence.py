"""The judge: how likely an editor would mark what a rule has found, from the sentence it stands in.

One encoder with a head per rule reads the sentence, and the end of the one before it. What it says
of the flagged words, and how often the rule was right on annotated articles, make a confidence.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor.records.finding import Finding

WEIGHTS, PLACES = ("judge", "best", "prior", "loud", "offset"), ("again", "quoted", "title")
"""What a formula weighs; models of before 1.2.0 say nothing of places."""
DIGITS = 3
"""More would say more than the encoder's numbers are the same to on every processor."""


@dataclass(frozen=True, slots=True)
class Formula:
    """From the judge's numbers to a confidence; a logistic regression on annotated articles.

    `judge` weighs the log odds of the rule or a sibling at the flagged words, `best` those of any
    rule there, `prior` the rule's own, `loud` that it is no suggestion, `again` that the rule has
    spoken of other words before, `quoted` that somebody's speech is flagged, `title` the headline.
    Log odds of the judge count within `low` and `high`.
    """

    judge: float
    best: float
    prior: float
    loud: float
    again: float
    quoted: float
    title: float
    offset: float
    low: float
    high: float
    priors: Mapping[str, float]
    unknown_prior: float

    def confidence(self, finding: Finding, own: float, best: float, *, again: bool) -> float:
        """Return a share between 0 and 1."""
        odds = (
            self.offset
            + self.judge * min(self.high, max(self.low, own))
            + self.best * best
            + self.prior * self.priors.get(finding.rule, self.unknown_prior)
            + self.loud * (finding.severity != "suggestion")
            + self.again * again
            + self.quoted * (finding.quoted == "attributed")
            + self.title * (finding.field == "title")
        )
        return round(1 / (1 + math.exp(-odds)), DIGITS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The confidence of a finding, and the log odds that its words got."""

    confidence: float
    odds: float


def _formula(raw: Mapping[str, Any]) -> Formula:
    low, high = map(float, raw["clip"])
    weights = {key: float(raw[key]) for key in WEIGHTS}
    weights |= {key: float(raw.get(key, 0)) for key in PLACES}
    priors = {str(rule): float(value) for rule, value in raw["priors"].items()}
    return Formula(
        **weights, low=low, high=high, priors=priors, unknown_prior=float(raw["unknown_prior"])
    )
