"""How an encoder is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """`easy` sampled negatives an epoch; one fold of `folds` (by event) is never learned from."""

    epochs: int = 4
    batch: int = 16
    max_tokens: int = 256
    rate: float = 6e-5
    head_rate: float = 1e-3
    warm_up: int = 100
    easy: int = 1_500
    folds: int = 6
    save_every: int = 50
    threads: int = 2
    bfloat16: bool = True
