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
DOUBT = 0.6
"""From here on seven in ten of the flags that warn meet an editor's mark, and eight one or were
judged right (cross-fitted: 125 and 144 of 172; from 0.5 158 and 190 of 245); below, a flag is a
suggestion at most."""
SILENT = 0.2
"""What is not marked four times of five is not told: of 81 such flags in the articles 12 met a
mark, 4 of them sure."""
FEW = 5
"""Findings in articles under which a rule's figures say nothing."""


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How much is learned, of what, how fast.

    `frozen`: layers, from the lowest, left as they are; `folds` of articles, by event, and of
    sentences written for a rule, which come whole in the first `written` rounds.
    A sentence is read as its first `sentence` tokens after the last `context` of the one before.
    """

    rounds: int = 8
    written: int = 2
    thin: int = 4
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
