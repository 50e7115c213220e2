"""From which log odds on what lists find is told at all: fitted on sentences written for a rule.

A rule that is right nine times in ten says so of the tenth, too: "renamed the offence of child
prostitution" is flagged with the confidence of its rule. What its words get from a judge who has
not learned from the sentence tells breach and near miss apart; on articles such flags are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.guidelines.compiled import Guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.types import Finding
from training.judge_sources import Claim, Source, touch
from training.rule_model_confidence import Evidence, Flag, Sentences, gather
from training.rule_model_parts import Prepared

LOST = 0.02
"""So large a share of the breaches that lists find may be lost for fewer near misses."""
CUTS = tuple(float(cut) for cut in np.arange(-7, -0.9, 0.5))


def calibrate_unlikely(
    prepared: Prepared, guideline: Guideline, said: Mapping[str, NDArray[np.float32]]
) -> tuple[float, list[dict[str, Any]]]:
    """Return the log odds below which nothing is told, and for each cut what it costs."""
    data, keys = prepared.data, prepared.keys
    flags = list(flags_in_sentences(guideline, prepared.sentences_in(said), data.siblings))
    sentences = Sentences(data.rows, prepared.encoded, lambda row: said.get(keys[row]))
    return choose_unlikely(gather(flags, sentences, data))


def choose_unlikely(evidence: Sequence[Evidence]) -> tuple[float, list[dict[str, Any]]]:
    """Return the highest cut that loses few breaches, the lowest of all if each loses more."""
    right = np.array([each.flag.right for each in evidence], np.bool_)
    odds = np.array([each.judge for each in evidence], np.float64)
    rows = [
        {"from": cut, "found": int(right.sum()), "lost": int((odds[right] < cut).sum()),
         "near_misses": int((~right).sum()), "dropped": int((odds[~right] < cut).sum())}
        for cut in CUTS
    ]  # fmt: skip
    cheap = [cut for cut, row in zip(CUTS, rows, strict=True) if row["lost"] <= LOST * right.sum()]
    return max(cheap, default=CUTS[0]), rows


def flags_in_sentences(
    guideline: Guideline, sources: Sequence[Source], siblings: Mapping[str, frozenset[str]]
) -> Iterator[Flag]:
    """Yield what lists find of the rule that a sentence was written for, or its near miss."""
    plain = replace(guideline, judge=None)
    documents = [source.document for source in sources]
    checked = run_policy(plain, documents, make_policy(plain, (), {}))
    for source, each in zip(sources, checked, strict=True):
        for finding in each.findings:
            right = any(_meets(finding, claim, siblings) for claim in source.labels.found)
            doubted = [claim for claim in source.labels.doubted if claim.rule == finding.rule]
            if right or any(_meets(finding, claim, siblings) for claim in doubted):
                yield Flag(
                    source.id, source.event, finding.rule, finding.field, finding.start,
                    finding.end, finding.severity != "suggestion", again=False, quoted=False,
                    marked=right, right=right,
                )  # fmt: skip


def _meets(finding: Finding, claim: Claim, siblings: Mapping[str, frozenset[str]]) -> bool:
    return finding.rule in {claim.rule, *siblings[claim.rule]} and touch(finding, claim)
