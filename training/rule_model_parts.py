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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import load_folder
from monitor.classify.tokenizer import TextTokenizer, load_tokenizer
from monitor.evaluate.labelled_data import file_sha256
from monitor.records.errors import UsageError
from monitor.rules.people_roles import WINDOW
from training import rule_model_data
from training.encoder import BASE_PACKAGE, LIBRARIES, WEIGHTS, plain_tokenizer
from training.rule_model_data import WHOLE, RuleModelData, RuleModelOptions, RuleWindow

if TYPE_CHECKING:
    from training.network import TokenHeads

Say = Callable[[str], None]
UNHEARD = -8.0
"""Log odds of a rule that the start has no head for."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What is learned from, and where results are kept: of this very run, or of another `run`.

    `start`: weights to go on from, of a model that has not learned from the articles.
    """

    data: RuleModelData
    base: Path
    options: RuleModelOptions
    seed: int
    work: Path
    record: Mapping[str, Any]
    start: StartWeights | None = None
    run: str | None = None

    @cached_property
    def tokenizer(self) -> TextTokenizer:
        """The base model's, without padding and truncation."""
        where = self.base / rule_model_data.TOKENIZER
        return load_tokenizer(plain_tokenizer(where), limit=WINDOW, where=str(where))

    @cached_property
    def windows(self) -> list[RuleWindow]:
        """All that is learned from, as the judge reads it."""
        data, rust = self.data, self.tokenizer.rust
        return [
            window
            for source in data.sources
            for window in rule_model_data.windows_of(source, data.siblings, data.rules, rust)
        ]

    def crossed(self) -> dict[str, NDArray[np.float32]]:
        """Return what is said of windows by folds that had not learned from them."""
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


@dataclass(frozen=True, eq=False)
class StartWeights:
    """The judge of an earlier version, and its rules."""

    version: str
    model: bytes
    rules: Sequence[str]


def read_start(folder: Path) -> StartWeights:
    """Return the judge of a model folder; raises `ModelError`."""
    read = load_folder(folder)
    model, rules = read.content[rule_model_data.MODEL], read.meta.labels[rule_model_data.OUTPUT]
    return StartWeights(read.meta.version, model, rules)


def prepare(
    data: RuleModelData,
    base: Path,
    options: RuleModelOptions,
    seed: int,
    work: Path,
    start: StartWeights | None = None,
    run: str | None = None,
) -> Prepared:
    """Return what every part starts from; with `run` it must be there already."""
    sources = repr(data.sources).encode()
    siblings = {rule: sorted(data.siblings[rule]) for rule in data.rules}
    record = {
        "seed": seed,
        "options": asdict(options),
        "rules": hashlib.sha256(json.dumps(siblings).encode()).hexdigest(),
        "sources": hashlib.sha256(sources).hexdigest(),
        "base": {"package": BASE_PACKAGE, WEIGHTS: file_sha256(base / WEIGHTS)},
        "start": start and {start.version: hashlib.sha256(start.model).hexdigest()},
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
    }
    return Prepared(data, base, options, seed, work, record, start, run)


def fold_of_event(event: str, folds: int) -> int:
    """Return the fold in which articles of an event are judged and not learned from."""
    return hashlib.sha256(f"f{event}".encode()).digest()[0] % folds


def calibration_fold(event: str) -> int:
    """Return in which of five parts an event counts when a confidence is tried out."""
    return fold_of_event(event, 5)


def fit_part(prepared: Prepared, part: str, say: Say = lambda _: None) -> None:
    """Train one part and keep its result, unless it is there; raises `UsageError` for no part."""
    options, path = prepared.options, prepared.path(part)
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

    from training.network import Learner, fit_heads, point_heads, predict

    windows = prepared.windows
    say(f"part {part}: {len(windows)} windows")
    learner = Learner(start_module(prepared), windows, options)
    held = np.array(
        [
            window.kind == rule_model_data.ARTICLE
            and str(fold_of_event(window.event, options.folds)) == part
            for window in windows
        ]
    )
    learned = np.flatnonzero(~held)
    if prepared.start is None:
        point_heads(learner, learned)
    seconds = fit_heads(learner, learned, prepared.seed, say)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    if part == WHOLE:
        torch.save({"module": learner.module.state_dict(), "seconds": seconds}, half)
    else:
        said = predict(learner, np.flatnonzero(held))
        with half.open("wb") as file:
            numbers = {key_of(windows[number].ids): said[number] for number in said}
            np.savez_compressed(file, allow_pickle=False, **numbers)
    half.replace(path)
    say(f"part {part}: {seconds:.0f} s")


def start_module(prepared: Prepared) -> TokenHeads:
    """Return the network as a part begins: the base model, or the judge that is gone on from."""
    import torch

    from training.network import start_module
    from training.onnx_export import read_weights

    rules, start = prepared.data.rules, prepared.start
    module = start_module(prepared.base, len(rules), prepared.seed)
    if start is not None:
        weights = read_weights(start.model)
        given, offsets = weights.pop("head.weight"), weights.pop("head.bias")
        module.load_state_dict(weights, strict=False)
        with torch.no_grad():
            module.head.weight.zero_()
            module.head.bias.fill_(UNHEARD)
            for at, rule in enumerate(rules):
                if rule in start.rules:
                    before = start.rules.index(rule)
                    module.head.weight[at] = given[before]
                    module.head.bias[at] = offsets[before]
    return module


def key_of(ids: Sequence[int]) -> str:
    """Return what a window is known by in the numbers of a fold."""
    return hashlib.sha256(np.asarray(ids, np.int64).tobytes()).hexdigest()[:24]
