"""The glance that picks sentences for the judge: a linear model of its own highest log odds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from monitor.guidelines.glance import USUAL, Glance, pair_of
from monitor.nlp.tokens import Sentence
from training.judge_sources import JudgeRow
from training.rule_model_suggestions import Proposal, Read

Score = Callable[[JudgeRow, str], float]
"""From a sentence and the event of its article."""
LOW, HIGH = -6.0, 2.0
"""Log odds are learned within these: how silent a silent sentence is, matters to nobody."""
PAIRS = 16_384
RIDGE = 30.0


def fit_glance(
    sentences: Sequence[Sentence],
    numbers: Sequence[NDArray[np.float32]],
    speaking: Sequence[int],
    tokens: int,
) -> Glance:
    """Fit on what the judge says of sentences it had not learned from; `speaking` are its heads."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import Ridge

    wanted = [float(np.clip(said[:, speaking].max(initial=LOW), LOW, HIGH)) for said in numbers]
    columns, ends = list[int](), [0]
    for each in sentences:
        ids = own_ids(each)
        pairs = {tokens + pair_of(a, b, PAIRS) for a, b in pairwise(ids)}
        columns += sorted({*ids, *pairs})
        ends.append(len(columns))
    shape = (len(sentences), tokens + PAIRS)
    rows = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
    weights = Ridge(alpha=RIDGE, solver="lsqr").fit(rows, np.array(wanted)).coef_
    return Glance(weights[:tokens], weights[tokens:])


def own_ids(sentence: Sentence) -> tuple[int, ...]:
    """Return the token ids of the sentence itself."""
    return sentence.ids[sentence.start : sentence.start + len(sentence.offsets)]


def stored(glance: Glance) -> Mapping[str, NDArray[np.float16]]:
    """Return it as it stands in the model's folder."""
    return {
        "single": glance.single.astype(np.float16),
        "pairs": glance.pairs.astype(np.float16),
    }


def ranks(
    read: Read, told: Sequence[Proposal], rows: Mapping[str, Sequence[JudgeRow]], score: Score
) -> list[float]:
    """Return how many sentences of a usual draft must be read to come upon each proposal.

    `rows` are the sentences of each article; one with a flag is read anyway, and so is a title.
    """
    found: list[float] = []
    for each in told:
        finding, item = each.finding, read.items[each.item]
        texts = [row for row in rows[item.id] if row.field == "text"]
        flagged = {
            row.start
            for row in texts
            for flag in read.listed[each.item]
            if flag.field == "text" and row.start <= flag.start < row.start + len(row.text)
        }
        own = [r for r in texts if r.start <= finding.start < r.start + len(r.text)]
        if finding.field == "title" or not own or own[0].start in flagged:
            found.append(0.0)
            continue
        others = [row for row in texts if row.start not in flagged]
        order = sorted(others, key=lambda row: (-score(row, each.event), row.start))
        words = sum(len(row.text.split()) for row in texts)
        found.append((order.index(own[0]) + 1) / max(1.0, words / USUAL))
    return found
