"""The torch side of the encoder: module, loss, and checkpoints that hold all of a run's state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from monitor.errors import DataError
from training.encoder_data import EXCLUSIVE, HEADS, Batch
from training.encoder_options import EncoderOptions

DROPOUT = 0.1
SMOOTHING = 0.05
SIDE_HEADS = 0.5
"""Weight of the loss of each head but relevance."""
DECAY, LONGEST_STEP, LAST_RATE = 0.01, 1.0, 0.02


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


@dataclass(slots=True, eq=False)
class Trainer:
    """A module with its optimiser and rate schedule."""

    module: Heads
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler

    @classmethod
    def start(cls, base: Path, options: EncoderOptions, *, steps: int) -> Trainer:
        """Return a trainer of the base model with fresh heads; torch's seed decides on them."""
        encoder = base_model(base)
        _freeze(encoder, options.frozen)
        labels = sum(map(len, HEADS.values()))
        learned = [each for each in encoder.parameters() if each.requires_grad]
        module = Heads(encoder, encoder.config.hidden_size, labels).train()
        optimiser = torch.optim.AdamW(
            [
                {"params": learned, "lr": options.rate},
                {"params": module.head.parameters(), "lr": options.head_rate},
            ],
            weight_decay=DECAY,
            fused=True,
        )
        warm = max(1, min(options.warm_up, steps // 3))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1, step / warm) * max(LAST_RATE, 1 - step / steps)
        )
        return cls(module, optimiser, schedule)

    def learn(self, numbers: torch.Tensor, batch: Batch) -> float:
        """Take one step; return the loss."""
        loss = loss_of(numbers, torch.from_numpy(batch.truth), torch.from_numpy(batch.weight))
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
        state = {
            "run": run,
            "step": step,
            "module": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "random": torch.get_rng_state(),
        }
        torch.save(state, part)
        part.replace(path)

    def resume(self, path: Path, run: str) -> int:
        """Load a checkpoint of the same run, if there is one; return how many steps it has done.

        Raises `DataError` for a checkpoint of other data, options, texts or libraries.
        """
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        if state["run"] != run:
            raise DataError(f"{path}: is of another run (data, options or libraries differ)")
        self.module.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
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


def _freeze(encoder: Any, layers: int) -> None:
    encoder.embeddings.word_embeddings.requires_grad_(False)
    if layers:
        encoder.embeddings.requires_grad_(False)
    for layer in encoder.encoder.layer[:layers]:
        layer.requires_grad_(False)


def loss_of(numbers: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the weighted sum of the heads' losses: one of many, or any number of many."""
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
