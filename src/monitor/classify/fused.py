"""How the linear model and the encoder decide together on response, victim and flow.

Equal shares of log odds on a like scale: with a few dozen rows that neither has learned from,
fitted shares would be fitted noise. Cut-offs are those of the model folder.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.classify.encoder import Heads
from monitor.records.article import RESPONSES

PEOPLE = ("child", "adult", "domestic", "cross_border")
"""What the second step of victim and flow says of an article: children or adults among its
victims (or both), and whether a border was crossed."""
OUTPUTS: tuple[tuple[str, str], ...] = (
    *(("response", label) for label in RESPONSES),
    ("victim", "child"),
    ("victim", "adult"),
    ("flow", "domestic"),
    ("flow", "cross_border"),
    ("place", "US"),
)
"""What the linear model says, in the order of its outputs."""
CHILD, ADULT, US = 4, 5, 8
LEAST = 0.01
"""Probabilities of the encoder are kept this far from 0 and 1."""
NEARLY = -1.0
"""Where no response reaches its cut-off, the likeliest is given if it comes this near."""


@dataclass(frozen=True, slots=True)
class Fused:
    """`share` of the encoder (0: none, 1: alone), and where each scheme is cut.

    `cuts` and `spread`: of the linear model's response outputs, in the order of `RESPONSES`. The
    encoder's log odds have `encoder_cut` taken off. Victim and flow are cut at `victim`, `both`
    and `flow`.
    """

    share: float
    cuts: Sequence[float]
    spread: Sequence[float]
    encoder_cut: float
    encoder_spread: float
    victim: float
    both: float
    flow: float


def fuse_responses(odds: Sequence[float], heads: Heads | None, fused: Fused) -> dict[str, float]:
    """Return the responses given, with their log odds."""
    share = 0.0 if heads is None else fused.share
    values: dict[str, float] = {}
    for at, label in enumerate(RESPONSES):
        value = (1 - share) * (odds[at] - fused.cuts[at]) / fused.spread[at]
        if heads is not None:
            value += (
                share * (float(heads["response"][at]) - fused.encoder_cut) / (fused.encoder_spread)
            )
        values[label] = 2 * value
    given = {label: value for label, value in values.items() if value >= 0}
    if given:
        return given
    best = max(values, key=values.__getitem__)
    return {best: values[best]} if values[best] >= NEARLY else {}


def fuse_people(
    odds: Sequence[float], heads: Heads | None, fused: Fused
) -> dict[str, tuple[str, float]]:
    """Return the label of `victim` and of `flow` with its log odds, where one is given.

    `odds` are in the order of `PEOPLE`.
    """
    child, adult, domestic, cross = odds
    if heads is not None:
        share = fused.share
        kinds = _softmax(heads["victim"].tolist())
        ways = _softmax(heads["flow"].tolist())
        child = (1 - share) * child + share * _log_odds(kinds[0] + kinds[2])
        adult = (1 - share) * adult + share * _log_odds(kinds[1] + kinds[2])
        domestic = (1 - share) * domestic + share * _log_odds(ways[0])
        cross = (1 - share) * cross + share * _log_odds(ways[1])
    given: dict[str, tuple[str, float]] = {}
    if min(child, adult) >= fused.both:
        given["victim"] = ("both", min(child, adult))
    elif max(child, adult) >= fused.victim:
        given["victim"] = ("child", child) if child >= adult else ("adult", adult)
    if max(domestic, cross) >= fused.flow:
        better = domestic > cross
        given["flow"] = ("domestic", domestic) if better else ("cross_border", cross)
    return given


def _softmax(values: Sequence[float]) -> list[float]:
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    return [power / sum(powers) for power in powers]


def _log_odds(share: float) -> float:
    share = max(LEAST, min(share, 1 - LEAST))
    return math.log(share / (1 - share))


def fused_json(fused: Fused) -> Mapping[str, object]:
    """Return the settings as `meta.json` holds them."""
    from dataclasses import asdict

    return asdict(fused)
