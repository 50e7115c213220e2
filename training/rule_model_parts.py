"""Cross-validation folds of the rule model, trained apart and cached in a work folder.

A part's file bears a hash of all that it was made from: whoever finds it need not make it again,
and two processes can share the work. A part that was killed is begun anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.tokenizer import Sentence, TextTokenizer, load_tokenizer
from monitor.evaluate.labelled_data import file_sha256
from monitor.records.errors import UsageError
from training import rule_model_data
from training.encoder import BASE_PACKAGE, LIBRARIES, WEIGHTS, plain_tokenizer
from training.rule_model_data import WHOLE, RuleModelData, RuleModelOptions, RuleRow

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Rows as token ids, and where results are kept: of this very run, or of another `run`."""

    data: RuleModelData
    base: Path
    options: RuleModelOptions
    seed: int
    work: Path
    record: Mapping[str, Any]
    run: str | None = None

    @cached_property
    def tokenizer(self) -> TextTokenizer:
        """The base model's, without padding and truncation."""
        where = self.base / rule_model_data.TOKENIZER
        return load_tokenizer(plain_tokenizer(where), limit=self.options.sentence, where=str(where))

    def encode(self, row: RuleRow) -> Sentence:
        """Return a row as the judge reads it."""
        return self.tokenizer.sentence(row.text, row.before, self.options.context)

    @cached_property
    def encoded(self) -> list[Sentence]:
        """The rows as token ids."""
        return [self.encode(row) for row in self.data.rows]

    @cached_property
    def keys(self) -> list[str]:
        """What each row is known by in the numbers of a fold."""
        return [key_of(each.ids) for each in self.encoded]

    @cached_property
    def states(self) -> Sequence[Any]:
        """What the frozen layers make of the rows: a minute, and the same for all parts."""
        from training.network import lower_states

        return lower_states(self.base, self.encoded, self.options)

    def sentences_in(
        self, said: Mapping[str, NDArray[np.float32]]
    ) -> list[rule_model_data.LabelledSource]:
        """Return the sentences written for a rule of which a fold has said something."""
        pairs = zip(self.data.rows, self.keys, strict=True)
        known = {row.id for row, key in pairs if key in said}
        return [source for source in self.data.sentences if source.id in known]

    def crossed(self) -> dict[str, NDArray[np.float32]]:
        """Return what is said of sentences by folds that had not learned from them."""
        said: dict[str, NDArray[np.float32]] = {}
        for part in map(str, range(self.options.folds)):
            if self.path(part).exists():
                with np.load(self.path(part), allow_pickle=False) as numbers:
                    said |= {key: numbers[key].astype(np.float32) for key in numbers.files}
        return said

    def is_crossed(self, event: str) -> bool:
        """Whether the fold of an event is there."""
        return self.path(str(fold_of_event(event, self.options.folds))).exists()

    def path(self, part: str) -> Path:
        """Return where a part's result is or will be."""
        made = hashlib.sha256(json.dumps(self.record, sort_keys=True).encode()).hexdigest()
        return self.work / f"{part}-{self.run or made[:16]}.{'pt' if part == WHOLE else 'npz'}"


def prepare(
    data: RuleModelData,
    base: Path,
    options: RuleModelOptions,
    seed: int,
    work: Path,
    run: str | None = None,
) -> Prepared:
    """Return what every part starts from; with `run` it must be there already."""
    rows = json.dumps([asdict(row) for row in data.rows], sort_keys=True, ensure_ascii=False)
    siblings = {rule: sorted(data.siblings[rule]) for rule in data.rules}
    record = {
        "seed": seed,
        "options": asdict(options),
        "rules": hashlib.sha256(json.dumps(siblings).encode()).hexdigest(),
        "rows": hashlib.sha256(rows.encode()).hexdigest(),
        "base": {"package": BASE_PACKAGE, WEIGHTS: file_sha256(base / WEIGHTS)},
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }
    return Prepared(data, base, options, seed, work, record, run)


def left_out(row: RuleRow, folds: int) -> str | None:
    """Return the part that does not learn from a row: by event, or by pair of written sentences."""
    if row.kind in (rule_model_data.ARTICLE, rule_model_data.WRITTEN, rule_model_data.VARIATION):
        return str(fold_of_event(row.event, folds))
    if row.kind in rule_model_data.WRITTEN_FOR_A_RULE:
        return str(fold_of_event(sentence_pair(row.id), folds))
    return None


def sentence_pair(key: str) -> str:
    """Return the rule and the number of a written sentence, whatever its file and kind."""
    *_, rule, _kind, number = key.split()
    return f"{rule} {number}"


def fold_of_event(event: str, folds: int) -> int:
    """Return the fold in which articles of an event are judged and not learned from."""
    return hashlib.sha256(f"f{event}".encode()).digest()[0] % folds


def calibration_fold(event: str) -> int:
    """Return in which of five parts an event counts when a confidence is tried out."""
    return fold_of_event(event, 5)


def fit_part(prepared: Prepared, part: str, say: Say = lambda _: None) -> None:
    """Train one part and keep its result, unless it is there; raises `UsageError` for no part."""
    data, options, path = prepared.data, prepared.options, prepared.path(part)
    if part not in options.parts:
        raise UsageError(f"no part '{part}': {', '.join(options.parts)}")
    if path.exists():
        say(f"part {part} is there already")
        return
    if prepared.run is not None:
        if part == WHOLE:
            raise UsageError(f"{path}: no such part")
        say(f"part {part} is not there: its articles count for nothing")
        return
    import torch

    from training.network import Learner, fit_heads, predict, start_module

    say(f"part {part}: {len(prepared.encoded)} sentences")
    module = start_module(prepared.base, len(data.rules), prepared.seed)
    pairs = zip(data.rows, prepared.encoded, strict=True)
    targets = [rule_model_data.make_target(row, encoded, data.rules) for row, encoded in pairs]
    learner = Learner(module, data.rows, prepared.states, prepared.encoded, targets, options)
    named = zip(prepared.keys, data.rows, strict=True)
    apart = {key for key, row in named if left_out(row, options.folds) == part}
    # and so wherever the same sentence stands
    held = np.array([key in apart for key in prepared.keys])
    shown = np.array([len(each.offsets) > 0 for each in prepared.encoded])
    seconds = fit_heads(learner, np.flatnonzero(shown & ~held), prepared.seed, say)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    if part == WHOLE:
        torch.save({"module": module.state_dict(), "seconds": seconds}, half)
    else:
        said = predict(learner, np.flatnonzero(shown & held))
        with half.open("wb") as file:
            numbers = {prepared.keys[row]: said[row] for row in said}
            np.savez_compressed(file, allow_pickle=False, **numbers)
    half.replace(path)
    say(f"part {part}: {seconds:.0f} s")


def key_of(ids: Sequence[int]) -> str:
    """Return what a sentence and the one before it are known by, whatever row they stand in."""
    return hashlib.sha256(np.asarray(ids, np.int64).tobytes()).hexdigest()[:24]
