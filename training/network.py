"""Neural networks in PyTorch: classification heads and token heads on BERT, losses, training."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from monitor.records.errors import DataError
from training.encoder_data import EXCLUSIVE, HEADS, EncoderOptions, TrainingBatch
from training.rule_model_data import RuleModelOptions, RuleWindow, rounds_of

Rows = NDArray[np.intp]
Say = Callable[[str], None]
DROPOUT = 0.1
SMOOTHING = 0.05
SIDE_HEADS = 0.5
"""Weight of the loss of each head but relevance."""
DECAY, LONGEST_STEP, LAST_RATE = 0.01, 1.0, 0.02
NEVER = -1e4
"""Added to the attention on padding, and the log odds of what is no token of the sentence."""
SPANS = 0.5
"""Weight of the loss on the very tokens of findings, beside that on whole sentences."""
STEEP, RARE = 3.0, -5.5
"""A head starts along the way from the mean token to the mean of its rule's; most say no."""
ONE_IN = 6
"""So many windows without a finding give one for the mean token."""
RULES_LAST_RATE = 0.03
AS_MANY = 3.0
"""A window's loss counts as that of so many sentences: longer steps are cut."""
TOKENS, MANY = 175, 4
"""Short windows come in larger batches: as many tokens as windows so long, and up to so many times
as many windows."""
_TOGETHER, _SORTED, _TOLD = 32, 20, 100


class Heads(torch.nn.Module):
    """The mean of an encoder's last layer, and one linear layer for the labels of all heads."""

    def __init__(self, encoder: Any, width: int, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = torch.nn.Dropout(DROPOUT)
        self.head = torch.nn.Linear(width, labels)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return rows x labels from padded rows of token ids."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        kept = mask.unsqueeze(-1).float()
        rows: torch.Tensor = self.head(self.drop((states * kept).sum(1) / kept.sum(1)))
        return rows


@dataclass(slots=True)
class TrainingProgress:
    """Tells of a run's mean loss once in `every` steps."""

    say: Say
    steps: int
    every: int
    started: float = field(default_factory=time.monotonic)
    lost: float = 0.0

    @property
    def seconds(self) -> float:
        """Since the run began or went on."""
        return time.monotonic() - self.started

    def add(self, step: int, loss: float) -> None:
        """Count the loss of a step."""
        self.lost += loss
        if step % self.every == 0:
            mean = self.lost / self.every
            self.say(f"step {step} of {self.steps}, loss {mean:.3f}, {self.seconds:.0f} s")
            self.lost = 0.0


class Trainer:
    """A module, its optimiser, and the rates of `learned` and of the head, by a step's `factor`."""

    def __init__(
        self,
        module: Heads | TokenHeads,
        learned: Sequence[torch.nn.Parameter],
        rates: tuple[float, float],
        factor: Callable[[int], float],
    ) -> None:
        rows = zip((learned, module.head.parameters()), rates, strict=True)
        groups = [{"params": params, "lr": rate} for params, rate in rows]
        self.module: torch.nn.Module = module
        self.optimiser = torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, factor)

    @classmethod
    def start(cls, base: Path, options: EncoderOptions, *, steps: int) -> Trainer:
        """Return a trainer of the base model with fresh heads; torch's seed decides on them."""
        encoder = base_model(base)
        encoder.embeddings.word_embeddings.requires_grad_(False)
        if options.frozen:
            encoder.embeddings.requires_grad_(False)
        for layer in encoder.encoder.layer[: options.frozen]:
            layer.requires_grad_(False)
        learned = [each for each in encoder.parameters() if each.requires_grad]
        module = Heads(encoder, encoder.config.hidden_size, sum(map(len, HEADS.values()))).train()
        warm = max(1, min(options.warm_up, steps // 3))
        return cls(
            module,
            learned,
            (options.rate, options.head_rate),
            lambda step: min(1, step / warm) * max(LAST_RATE, 1 - step / steps),
        )

    @property
    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("module", "optimiser", "schedule")}

    def learn(self, loss: torch.Tensor) -> float:
        """Take one step; return the loss."""
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), LONGEST_STEP)
        self.optimiser.step()
        self.schedule.step()
        return float(loss.detach())

    def save(self, path: Path, run: str, step: int) -> None:
        """Write everything that the next step depends on, in one move."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        state = {name: each.state_dict() for name, each in self._parts.items()}
        torch.save({"run": run, "step": step, "random": torch.get_rng_state(), **state}, part)
        part.replace(path)

    def resume(self, path: Path, run: str) -> int:
        """Load a checkpoint of this run, if there is one; return its steps; raises `DataError`."""
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        if state["run"] != run:
            raise DataError(f"{path}: is of another run (data, options or libraries differ)")
        for name, each in self._parts.items():
            each.load_state_dict(state[name])
        torch.set_rng_state(state["random"])
        return int(state["step"])


def base_model(base: Path) -> Any:
    """Return the encoder of a folder as it is trained here."""
    from transformers import AutoModel

    # dropout inside would double the time of a step, by its random numbers; hidden tokens do
    # its work. Eager attention is what the exporter can trace, and no slower on a CPU
    return AutoModel.from_pretrained(
        str(base),
        attn_implementation="eager",
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0,
        local_files_only=True,
    )


def loss_of(numbers: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
    """Return the weighted sum of the heads' losses: one of many, or any number of many."""
    truth, weight = torch.from_numpy(batch.truth), torch.from_numpy(batch.weight)
    total = torch.zeros(())
    start = 0
    for at, (head, labels) in enumerate(HEADS.items()):
        said, gold = (part[:, start : start + len(labels)] for part in (numbers, truth))
        start += len(labels)
        if head in EXCLUSIVE:
            smoothing = SMOOTHING if head == "relevance" else 0.0
            each = functional.cross_entropy(said, gold, reduction="none", label_smoothing=smoothing)
        else:
            each = functional.binary_cross_entropy_with_logits(said, gold, reduction="none").sum(1)
        share = 1.0 if head == "relevance" else SIDE_HEADS
        total = total + share * (each * weight[:, at]).mean()
    return total


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


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A module that learns its upper layers and heads; lower states of windows are kept."""

    module: TokenHeads
    windows: Sequence[RuleWindow]
    options: RuleModelOptions
    low: dict[int, torch.Tensor] = field(default_factory=dict)

    def upper(self, numbers: Sequence[int]) -> torch.Tensor:
        """Return the last layer's states of some windows, padded."""
        if new := [number for number in numbers if number not in self.low]:
            own = [torch.tensor(self.windows[number].ids) for number in new]
            ids = torch.nn.utils.rnn.pad_sequence(own, batch_first=True)
            mask, frozen = _mask(list(map(len, own))), slice(None, self.options.frozen)
            with torch.no_grad():
                made = self.module.layers(self.module.encoder.embeddings(ids), mask, of=frozen)
            for at, number in enumerate(new):
                self.low[number] = made[at, : len(own[at])].half()
        each = [self.low[number].float() for number in numbers]
        states = torch.nn.utils.rnn.pad_sequence(each, batch_first=True)
        mask = _mask(list(map(len, each)))
        return self.module.layers(states, mask, of=slice(self.options.frozen, None))


def point_heads(learner: Learner, windows: Rows) -> None:
    """Point each head from the mean token to the mean of its rule's findings."""
    head = learner.module.head
    sums, counts = torch.zeros_like(head.weight), torch.zeros(len(head.bias))
    every, tokens = torch.zeros(head.weight.shape[1]), 0
    given = learner.windows
    spoken = [int(number) for number in windows if given[number].spoken]
    silent = [int(number) for number in windows if not given[number].spoken][::ONE_IN]
    with torch.no_grad():
        for some in _by_length([*spoken, *silent], given):
            for states, number in zip(learner.upper(some), some, strict=True):
                for target in given[number].targets:
                    own = states[list(target.tokens)]
                    every, tokens = every + own.sum(0), tokens + len(own)
                    for rule, places, _ in target.spans:
                        sums[rule] += states[list(places)].mean(0)
                        counts[rule] += 1
        mean = every / max(1, tokens)
        away = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None] - mean, 0.0)
        weight = STEEP * away / ((away**2).sum(1, keepdim=True) + 1e-6)
        head.weight.copy_(weight)
        head.bias.copy_(RARE - weight @ mean)


def fit_heads(learner: Learner, windows: Rows, seed: int, say: Say) -> float:
    """Train on some windows; return seconds."""
    options = learner.options
    torch.set_num_threads(options.threads)
    draw = np.random.default_rng(seed)
    batches = [
        batch
        for each in rounds_of(learner.windows, windows, options, draw)
        for batch in _batches(each, learner.windows, options.batch, draw)
    ]
    steps = len(batches)
    progress = TrainingProgress(say, steps, _TOLD)
    trainer = Trainer(
        learner.module,
        list(learner.module.encoder.encoder.layer[options.frozen :].parameters()),
        (options.rate, options.head_rate),
        lambda step: min(1, (step + 1) / options.warm_up) * max(RULES_LAST_RATE, 1 - step / steps),
    )
    for step, batch in enumerate(batches, 1):
        progress.add(step, trainer.learn(rule_loss(learner, batch)))
    learner.module.eval()
    return progress.seconds


def rule_loss(learner: Learner, numbers: Sequence[int]) -> torch.Tensor:
    """Return the loss of a sentence's highest token for each rule, and of findings' own tokens."""
    said = learner.module.head(learner.upper(numbers))
    length, rules = said.shape[1:]
    flat = said.reshape(-1, rules)
    targets = [
        (at * length, target)
        for at, number in enumerate(numbers)
        for target in learner.windows[number].targets
    ]
    tokens = [before + token for before, target in targets for token in target.tokens]
    of = [at for at, (_, target) in enumerate(targets) for _ in target.tokens]
    place = torch.tensor(of)[:, None].expand(-1, rules)
    nothing = torch.full((len(targets), rules), NEVER)
    highest = nothing.scatter_reduce(0, place, flat[torch.tensor(tokens)], "amax")
    truth = torch.from_numpy(np.stack([target.truth for _, target in targets]))
    weight = torch.from_numpy(np.stack([target.weight for _, target in targets]))
    each = functional.binary_cross_entropy_with_logits(highest, truth, reduction="none")
    total = (each * weight).sum()
    for before, target in targets:
        for rule, own, heavy in target.spans:
            there = flat[torch.tensor(own) + before, rule]
            lost = functional.binary_cross_entropy_with_logits(there, torch.ones_like(there))
            total = total + SPANS * heavy * lost
    return total / (AS_MANY * len(numbers))


def predict(learner: Learner, windows: Rows) -> dict[int, NDArray[np.float16]]:
    """Return tokens x rules of each window."""
    said: dict[int, NDArray[np.float16]] = {}
    with torch.no_grad():
        for batch in _by_length([int(number) for number in windows], learner.windows):
            rows = learner.module.head(learner.upper(batch))
            for numbers, number in zip(rows, batch, strict=True):
                own = numbers[: len(learner.windows[number].ids)]
                said[number] = own.numpy().astype(np.float16)
    return said


def _batches(
    numbers: Rows, windows: Sequence[RuleWindow], size: int, draw: np.random.Generator
) -> Iterator[list[int]]:
    """Yield all windows once, in batches of like length in random order."""
    order = [int(number) for number in draw.permutation(numbers)]
    batches: list[list[int]] = []
    for low in range(0, len(order), size * _SORTED):
        near = sorted(order[low : low + size * _SORTED], key=lambda n: len(windows[n].ids))
        while near:
            many = size
            while many < min(len(near), MANY * size) and (
                len(windows[near[many]].ids) * (many + 1) <= size * TOKENS
            ):
                many += 1
            batches.append(near[:many])
            near = near[many:]
    for at in draw.permutation(len(batches)):
        yield batches[at]


def _by_length(numbers: Sequence[int], windows: Sequence[RuleWindow]) -> Iterator[list[int]]:
    order = sorted(numbers, key=lambda number: len(windows[number].ids))
    for low in range(0, len(order), _TOGETHER):
        yield order[low : low + _TOGETHER]


def _mask(lengths: Sequence[int]) -> torch.Tensor:
    return (torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]).float()


def precision(options: EncoderOptions) -> AbstractContextManager[Any]:
    """Return what halves the bits of a run where its options say so."""
    return torch.autocast("cpu", torch.bfloat16) if options.bfloat16 else nullcontext()
