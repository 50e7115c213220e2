"""What the judge is to say of the tokens of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.nlp.tokens import Sentence
from training.judge_sources import JudgeRow

Floats = NDArray[np.float32]
FOUND = 2.0
"""Weight of a rule that a sentence breaks, times that of the finding."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Truth and weight of each rule in a sentence; `spans` are rule, tokens, weight of findings."""

    truth: Floats
    weight: Floats
    spans: tuple[tuple[int, tuple[int, ...], float], ...]


def make_target(row: JudgeRow, sentence: Sentence, rules: Sequence[str]) -> Target:
    """Return what the judge is to say of a row: a finding outdoes a doubt, and that a mask."""
    place = {rule: at for at, rule in enumerate(rules)}
    truth = np.zeros(len(rules), np.float32)
    weight = np.full(len(rules), row.weight, np.float32)
    spans = []
    for rule in row.masked:
        weight[place[rule]] = 0
    for doubt in row.doubted:
        weight[place[doubt.rule]] = max(weight[place[doubt.rule]], doubt.weight)
    for claim in row.found:
        at = place[claim.rule]
        truth[at], weight[at] = 1, FOUND * claim.weight
        if tokens := sentence.tokens(claim.start, claim.end):
            spans.append((at, tuple(tokens), claim.weight))
    return Target(truth, weight, tuple(spans))
