"""Training batches of the encoder: multi-task targets, snippets as augmentation, token masking.

Everything random is drawn from the seed and the epoch's number, so that a resumed run reads the
same texts in the same order as one that was never stopped.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitor.classify.cue_phrases import CueTable
from monitor.classify.encoder import later_stretch, window
from monitor.classify.features import read_article
from monitor.classify.tokenizer import load_tokenizer, readable
from monitor.evaluate.labelled_data import SAMPLED, Labelled
from monitor.labels.schemes import FLOWS, FORMS, RESPONSES, VICTIMS
from training.rows import TrainingRows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

HEADS: Mapping[str, tuple[str, ...]] = {
    "relevance": ("other", "borderline", "relevant"),
    "form": FORMS,
    "response": RESPONSES,
    "victim": VICTIMS,
    "flow": FLOWS,
}
"""Labels of each head; `relevance` in the order of `rel`."""
EXCLUSIVE = ("relevance", "victim", "flow")
"""Heads of which one label holds (softmax); of the others any number (sigmoid)."""
WEIGHT_WEAK, WEIGHT_UNKNOWN = 0.7, 0.5
SNIPPET, LATER, STRANGER = 0.33, 0.15, 0.12
"""How often a long article is shown as a feed's snippet or by a later passage, and how often a
snippet ends in another story's headline."""
LONG = 400
LEAD_CHARS = 1_100
"""About what the first window holds."""
MASK = "[MASK]"
"""The token that stands for a hidden one in the base model."""
_CHUNK = 16
"""Batches whose texts are sorted by length together."""


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


@dataclass(frozen=True, slots=True)
class EncoderExample:
    """A row, the weight of its `rel`, times an epoch shows it, and where cues stand dense later."""

    row: Labelled
    weight: float = 1.0
    times: int = 1
    later: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """All examples: `every` is shown in each epoch, of `easy` a sample."""

    every: Sequence[EncoderExample]
    easy: Sequence[EncoderExample]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingBatch:
    """Token ids and mask (rows x tokens), targets (rows x labels), weights (rows x heads)."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    truth: NDArray[np.float32]
    weight: NDArray[np.float32]


def make_pool(rows: TrainingRows, cues: CueTable) -> Pool:
    """Return the examples: all labelled by reading, and of sampled negatives a share an epoch."""
    every_read = [*rows.news, *rows.mined, *rows.chosen]
    read = [row for row in every_read if row.rel or row.basis != SAMPLED]
    shown = [(row, 1.0, 1 + (row.rel in (0, 2))) for row in read]
    shown += [(row, WEIGHT_WEAK, 1) for row in rows.weak] + [(row, 1.0, 1) for row in rows.own]
    every = []
    for row, weight, times in shown:
        later = later_stretch(read_article(row.title, row.text, cues), cues, LEAD_CHARS)
        every.append(EncoderExample(row, weight, times, later))
    return Pool(every, [EncoderExample(row) for row in rows.news if row.basis == SAMPLED])


def target(example: EncoderExample) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the truth of every label, heads one after the other, and the weight of each head."""
    row = example.row
    told: dict[str, Sequence[str]] = {
        "relevance": (HEADS["relevance"][row.rel],),
        "form": row.form or (),
        "response": row.response or (),
        "victim": (row.victim,) if row.victim else (),
        "flow": (row.flow,) if row.flow else (),
    }
    said = {head: labels for head, labels in told.items() if labels}
    truth = [float(label in said.get(head, ())) for head in HEADS for label in HEADS[head]]
    weights = {head: float(head in said) for head in HEADS}
    weights["relevance"] = example.weight
    for head in ("victim", "flow"):
        if "unknown" in said.get(head, ()):
            weights[head] = WEIGHT_UNKNOWN
    return np.array(truth, np.float32), np.array(list(weights.values()), np.float32)


def training_tokenizer(content: bytes, limit: int) -> PreTrainedTokenizerFast:
    """Return the tokenizer of a `tokenizer.json` for whole batches; raises `ModelError`."""
    from transformers import PreTrainedTokenizerFast

    rust = load_tokenizer(content, limit=limit, where="tokenizer.json").rust
    make: Callable[..., PreTrainedTokenizerFast] = PreTrainedTokenizerFast  # untyped there
    return make(tokenizer_object=rust, model_max_length=limit)


def encode(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[list[int]]:
    """Return the token ids of the beginning of each text, as they are served."""
    read = [readable(text, tokenizer.model_max_length) for text in texts]
    ids: list[list[int]] = tokenizer(read, truncation=True)["input_ids"]
    return ids


def epoch_batches(
    pool: Pool, tokenizer: PreTrainedTokenizerFast, options: EncoderOptions, seed: int, epoch: int
) -> Iterator[TrainingBatch]:
    """Yield the batches of one epoch: texts of like length together, in random order."""
    size = options.batch
    draw = random.Random(f"{seed} {epoch}")  # noqa: S311 repeatable, not secret
    shown = [example for example in pool.every for _ in range(example.times)]
    shown += draw.sample(pool.easy, min(options.easy, len(pool.easy)))
    draw.shuffle(shown)
    relevant = [example.row.title for example in pool.every if example.row.rel == 2]
    other = [example.row.title for example in pool.easy]
    texts = [show(example, relevant if example.row.rel == 0 else other, draw) for example in shown]
    mark = tokenizer.get_vocab().get(MASK)
    read = [hide(ids, options.masked, mark, draw) for ids in encode(tokenizer, texts)]
    groups: list[list[int]] = []
    for start in range(0, len(shown), size * _CHUNK):
        end = min(start + size * _CHUNK, len(shown))
        chunk = sorted(range(start, end), key=lambda i: len(read[i]))
        groups += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    draw.shuffle(groups)
    for group in groups:
        ids = np.zeros((len(group), max(len(read[i]) for i in group)), np.int64)
        mask = np.zeros_like(ids)
        for at, number in enumerate(group):
            ids[at, : len(read[number])] = read[number]
            mask[at, : len(read[number])] = 1
        truth, weight = zip(*(target(shown[i]) for i in group), strict=True)
        yield TrainingBatch(ids, mask, np.array(truth), np.array(weight))


def epoch_steps(pool: Pool, options: EncoderOptions) -> int:
    """Return how many batches an epoch has."""
    number = sum(example.times for example in pool.every) + min(options.easy, len(pool.easy))
    chunks, rest = divmod(number, options.batch * _CHUNK)
    return chunks * _CHUNK + -(-rest // options.batch)


def show(example: EncoderExample, others: Sequence[str], draw: random.Random) -> str:
    """Return the window that an epoch shows: lead, later passage, snippet (some with `others`)."""
    row, chance = example.row, draw.random()
    if len(row.text) > LONG and chance < SNIPPET:
        snippet = row.text[: draw.randint(100, 220)]
        if row.rel != 1 and others and draw.random() < STRANGER:
            snippet += f" ... {draw.choice(others)}"
        return window(row.title[:120], snippet)
    if example.later is not None and chance > 1 - LATER:
        return window(row.title, row.text[example.later :])
    return window(row.title, row.text)


def hide(
    ids: Sequence[int], share: float, mark: int | None, draw: random.Random
) -> tuple[int, ...]:
    """Return token ids with `mark` in place of a share of them, start and end left alone."""
    if mark is None or not share:
        return tuple(ids)
    inner = (mark if draw.random() < share else token for token in ids[1:-1])
    return (*ids[:1], *inner, *ids[1:][-1:])
