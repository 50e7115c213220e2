"""The torch side of the judge: a token head per rule over an encoder, its loss, its training."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from monitor.nlp.tokens import Sentence
from training.judge_options import JudgeOptions
from training.judge_rounds import rounds_of
from training.judge_sources import JudgeRow
from training.judge_tokens import Target
from training.network import base_model

Rows = NDArray[np.intp]
Say = Callable[[str], None]
NEVER = -1e4
"""Added to the attention on padding, and the log odds of what is no token of the sentence."""
DECAY, LONGEST_STEP, LAST_RATE = 0.01, 1.0, 0.03
SPANS = 0.5
"""Weight of the loss on the very tokens of findings, beside that on whole sentences."""
STEEP, RARE = 3.0, -5.5
"""A head starts along the way from the mean token to the mean of its rule's; most say no."""
ONE_IN = 6
"""So many sentences without a finding give one for the mean token."""
_TOGETHER, _SORTED, _TOLD = 32, 20, 100


class TokenHeads(torch.nn.Module):
    """An encoder and one linear layer: the log odds of every rule at every token."""

    def __init__(self, encoder: Any, rules: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, rules)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return 1 x tokens x rules of one text without padding."""
        said: torch.Tensor = self.head(self.encoder(input_ids=ids).last_hidden_state)
        return said

    def layers(self, states: torch.Tensor, mask: torch.Tensor, *, of: slice) -> torch.Tensor:
        """Return padded states after some of the encoder's layers."""
        attended = (1.0 - mask[:, None, None, :]) * NEVER
        for layer in self.encoder.encoder.layer[of]:
            made = layer(states, attention_mask=attended)
            states = made[0] if isinstance(made, tuple) else made
        return states


def start_module(base: Path, rules: int, seed: int) -> TokenHeads:
    """Return the base model with heads that say nothing yet."""
    torch.manual_seed(seed)
    return TokenHeads(base_model(base), rules)


def lower_states(
    base: Path, encoded: Sequence[Sentence], options: JudgeOptions
) -> list[torch.Tensor]:
    """Return what the frozen layers make of each row; in half the bits where `bfloat16` is on."""
    torch.set_num_threads(options.threads)
    module = start_module(base, 1, 0).eval()
    kind = torch.bfloat16 if options.bfloat16 else torch.float32
    states: list[torch.Tensor] = [torch.empty(0)] * len(encoded)
    with torch.no_grad(), _precision(options):
        for rows in _by_length(range(len(encoded)), encoded):
            longest = max(len(encoded[row].ids) for row in rows)
            ids = torch.zeros(len(rows), longest, dtype=torch.long)
            for at, row in enumerate(rows):
                ids[at, : len(encoded[row].ids)] = torch.tensor(encoded[row].ids)
            mask = _mask([len(encoded[row].ids) for row in rows])
            made = module.layers(
                module.encoder.embeddings(ids), mask, of=slice(None, options.frozen)
            )
            for at, row in enumerate(rows):
                states[row] = made[at, : len(encoded[row].ids)].to(kind).clone()
    return states


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A module that learns its upper layers and heads from rows whose lower states are known."""

    module: TokenHeads
    rows: Sequence[JudgeRow]
    states: Sequence[torch.Tensor]
    encoded: Sequence[Sentence]
    targets: Sequence[Target]
    options: JudgeOptions

    def upper(self, rows: Sequence[int]) -> torch.Tensor:
        """Return the last layer's states of some rows, padded."""
        states = torch.nn.utils.rnn.pad_sequence(
            [self.states[row].float() for row in rows], batch_first=True
        )
        mask = _mask([len(self.states[row]) for row in rows])
        with _precision(self.options):
            return self.module.layers(states, mask, of=slice(self.options.frozen, None)).float()

    def own(self, row: int) -> slice:
        """Return where in a row its sentence stands: behind the one before."""
        start = self.encoded[row].start
        return slice(start, start + len(self.encoded[row].offsets))

    def learned(self) -> list[torch.nn.Parameter]:
        """Return the parameters of the upper layers."""
        return list(self.module.encoder.encoder.layer[self.options.frozen :].parameters())


def fit_heads(learner: Learner, rows: Rows, seed: int, say: Say) -> float:
    """Train on some rows, from heads that stand on the means of their rules; return seconds."""
    options, started = learner.options, time.monotonic()
    torch.set_num_threads(options.threads)
    start_heads(learner, rows)
    draw, lost, step = np.random.default_rng(seed), 0.0, 0
    rounds = list(rounds_of(learner.rows, rows, options, draw))
    steps = sum(math.ceil(len(each) / options.batch) for each in rounds)
    optimiser, schedule = _optimiser(learner, steps)
    everything = [*learner.learned(), *learner.module.head.parameters()]
    for each in rounds:
        for batch in _batches(each, learner.encoded, options.batch, draw):
            loss = loss_of(learner, batch)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(everything, LONGEST_STEP)
            optimiser.step()
            schedule.step()
            step, lost = step + 1, lost + float(loss.detach())
            if step % _TOLD == 0:
                passed = time.monotonic() - started
                say(f"step {step} of {steps}, loss {lost / _TOLD:.3f}, {passed:.0f} s")
                lost = 0.0
    learner.module.eval()
    return time.monotonic() - started


def loss_of(learner: Learner, rows: Sequence[int]) -> torch.Tensor:
    """Return the loss of a sentence's highest token for each rule, and of findings' own tokens."""
    said = learner.module.head(learner.upper(rows))
    outside = torch.ones(said.shape[:2], dtype=torch.bool)
    for at, row in enumerate(rows):
        outside[at, learner.own(row)] = False
    highest = said.masked_fill(outside[:, :, None], NEVER).max(1).values
    truth = torch.from_numpy(np.stack([learner.targets[row].truth for row in rows]))
    weight = torch.from_numpy(np.stack([learner.targets[row].weight for row in rows]))
    each = functional.binary_cross_entropy_with_logits(highest, truth, reduction="none")
    total = (each * weight).sum()
    for at, row in enumerate(rows):
        for rule, tokens, heavy in learner.targets[row].spans:
            there = said[at, learner.own(row)][list(tokens), rule]
            lost = functional.binary_cross_entropy_with_logits(there, torch.ones_like(there))
            total = total + SPANS * heavy * lost
    return total / len(rows)


def start_heads(learner: Learner, rows: Rows) -> None:
    """Point each head from the mean token of the rows to the mean of its rule's findings."""
    head = learner.module.head
    sums, counts = torch.zeros_like(head.weight), torch.zeros(len(head.bias))
    every, tokens = torch.zeros(head.weight.shape[1]), 0
    spoken = [int(row) for row in rows if learner.targets[row].spans]
    silent = [int(row) for row in rows if not learner.targets[row].spans][::ONE_IN]
    with torch.no_grad():
        for batch in _by_length([*spoken, *silent], learner.encoded):
            for states, row in zip(learner.upper(batch), batch, strict=True):
                own = states[learner.own(row)]
                every, tokens = every + own.sum(0), tokens + len(own)
                for rule, places, _ in learner.targets[row].spans:
                    sums[rule] += own[list(places)].mean(0)
                    counts[rule] += 1
        mean = every / max(1, tokens)
        away = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None] - mean, 0.0)
        weight = STEEP * away / ((away**2).sum(1, keepdim=True) + 1e-6)
        head.weight.copy_(weight)
        head.bias.copy_(RARE - weight @ mean)


def predict(learner: Learner, rows: Rows) -> dict[int, NDArray[np.float16]]:
    """Return tokens x rules of each row's sentence."""
    said: dict[int, NDArray[np.float16]] = {}
    with torch.no_grad():
        for batch in _by_length([int(row) for row in rows], learner.encoded):
            for numbers, row in zip(learner.module.head(learner.upper(batch)), batch, strict=True):
                said[row] = numbers[learner.own(row)].numpy().astype(np.float16)
    return said


def state_of(path: Path) -> Mapping[str, Any]:
    """Return the weights saved in a file."""
    state: Mapping[str, Any] = torch.load(path, weights_only=True)
    return state


def _optimiser(
    learner: Learner, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    options = learner.options
    optimiser = torch.optim.AdamW(
        [
            {"params": learner.learned(), "lr": options.rate},
            {"params": learner.module.head.parameters(), "lr": options.head_rate},
        ],
        weight_decay=DECAY,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1, (step + 1) / options.warm_up) * max(LAST_RATE, 1 - step / steps),
    )
    return optimiser, schedule


def _batches(
    rows: Rows, encoded: Sequence[Sentence], size: int, draw: np.random.Generator
) -> Iterator[list[int]]:
    """Yield all rows once, in batches of like length in random order."""
    order = [int(row) for row in draw.permutation(rows)]
    batches: list[list[int]] = []
    for low in range(0, len(order), size * _SORTED):
        near = sorted(order[low : low + size * _SORTED], key=lambda row: len(encoded[row].ids))
        batches += [near[at : at + size] for at in range(0, len(near), size)]
    for at in draw.permutation(len(batches)):
        yield batches[at]


def _by_length(rows: Sequence[int], encoded: Sequence[Sentence]) -> Iterator[list[int]]:
    order = sorted(rows, key=lambda row: len(encoded[row].ids))
    for low in range(0, len(order), _TOGETHER):
        yield order[low : low + _TOGETHER]


def _mask(lengths: Sequence[int]) -> torch.Tensor:
    return (torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]).float()


def _precision(options: JudgeOptions) -> AbstractContextManager[Any]:
    return torch.autocast("cpu", torch.bfloat16) if options.bfloat16 else nullcontext()
