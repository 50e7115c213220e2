"""How an encoder is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """`easy` sampled negatives an epoch; one fold of `folds` (by event) is never learned from.

    `masked`: share of tokens hidden in an epoch; `frozen`: layers, from the lowest, left as they
    are. Word embeddings always are: a word that no article had keeps its place among the others.
    """

    epochs: int = 3
    batch: int = 16
    max_tokens: int = 256
    rate: float = 6e-5
    head_rate: float = 1e-3
    warm_up: int = 100
    easy: int = 1_500
    folds: int = 6
    masked: float = 0.1
    frozen: int = 0
    save_every: int = 50
    threads: int = 1
    bfloat16: bool = True
