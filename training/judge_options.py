"""How the judge of the rules is trained, and what its folder is made of."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "rules-en"
MODEL, TOKENIZER, GLANCE = "judge.onnx", "tokenizer.json", "glance.npz"
OUTPUT = "rules"
"""The one output, tokens x rules, and the scheme of the rules' ids in `labels`."""
WHOLE = "whole"
"""The part that learns from every row; the others leave out one fold of the articles and of the
sentences written for a rule."""
DOUBT = 0.7
"""From here on 48 of 56 flags that warn meet an editor's mark (cross-fitted on 420 articles; from
0.6 96 of 133), beside those that are never lowered (3 of 13); below, a flag is a suggestion."""
SILENT = 0.3
"""What is not marked seven times of ten is not told: of 29 suggestions of lists between 0.2 and 0.3
8 met a mark, of those from 0.3 on 193 of 328."""
FEW = 5
"""Findings in articles under which a rule's figures say nothing."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How much is learned, of what, how fast.

    `frozen`: layers, from the lowest, left as they are; `folds` of articles, by event, and of
    sentences written for a rule, which come whole in the first `written` rounds and not in the last
    `real` ones.
    A sentence is read as its first `sentence` tokens after the last `context` of the one before.
    """

    rounds: int = 7
    written: int = 2
    real: int = 2
    thin: int = 6
    batch: int = 16
    context: int = 40
    sentence: int = 96
    frozen: int = 3
    rate: float = 6e-5
    head_rate: float = 4e-4
    warm_up: int = 80
    folds: int = 3
    threads: int = 1
    bfloat16: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be trained apart, in the order it is done: each fold, then the whole."""
        return (*map(str, range(self.folds)), WHOLE)
