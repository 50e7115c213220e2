"""Leave-one-source-out cross-validation: each group of sources judged by models without it.

Linear model and encoder are trained anew without a group's sources and without the events it
tells of; what is kept of a group lies in a file of its own, so that a run that was stopped goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.cascade import ANY, FEATURES, MAIN
from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import StoryCounter, read_article
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.evaluate.linear_fit import FitOptions, Floats, fit_linear, score_rows
from monitor.evaluate.metrics import average_precision, recall_at_precision
from monitor.records.errors import DataError
from training.encoder import base_folder, fit_encoder, make_record
from training.encoder_data import HEADS, EncoderOptions
from training.label_files import MINED
from training.rows import (
    DEV,
    GROUPS,
    Corpus,
    TrainingRows,
    load_cues,
    load_rows,
    make_corpus,
    targets_of,
)
from training.second_stage import FIT_FROM, MAIN_WEIGHTS, features_of

OPTIONS, ENCODER = FitOptions(), EncoderOptions()
SOURCES_FILE = "sources.json"
NOT_ASKED = -30.0
"""Stands for the encoder's log odds where the linear model settles a row."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Rows of a group with their `FEATURES`; those the encoder was not asked about have none."""

    rows: Sequence[Labelled]
    features: Floats

    @property
    def main(self) -> Floats:
        """The evidence for a main subject; what was not asked ranks below what was."""
        weights = np.array([MAIN_WEIGHTS.get(name, 0.0) for name in FEATURES])
        asked = ~np.isnan(self.features).any(1)
        return np.where(
            asked,
            np.nan_to_num(self.features) @ weights,
            self.features[:, MAIN] + MAIN_WEIGHTS["first main"] * NOT_ASKED,
        )


def measure_sources(
    data: Path,
    work: Path,
    *,
    seed: int = 0,
    options: FitOptions = OPTIONS,
    encoder: EncoderOptions = ENCODER,
    base: Path | None = None,
    groups: Sequence[str] | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train what `work` lacks of `groups`; return figures of what it has; raises `DataError`."""
    groups = tuple(GROUPS) if groups is None else groups
    if unknown := sorted(set(groups) - GROUPS.keys()):
        raise DataError(f"no group of sources '{unknown[0]}': there are {', '.join(GROUPS)}")
    rows = load_rows(data)
    regional = frozenset(row.id for row in rows.regional)
    every = replace(rows, regional=[*rows.regional, *read_labelled(data / DEV)])
    base = base or base_folder()
    recipe = {**make_record(data, base, seed, encoder), "linear": asdict(options)}
    work.mkdir(parents=True, exist_ok=True)
    judged: dict[str, Judged] = {}
    for group in GROUPS:
        made = json.dumps({**recipe, "group": group}, sort_keys=True)
        kept = GroupScores(work, group, hashlib.sha256(made.encode()).hexdigest())
        held = [row for row in every.news if row.source in GROUPS[group]]
        features = kept.load()
        if features is None and group in groups:
            learn = every.without(events={row.event for row in held}, sources=GROUPS[group])
            features = _features(learn, held, kept, seed, options, encoder, base, say)
            kept.save(features)
        if features is not None:
            judged[group] = Judged(held, features)
    return {"recipe": recipe, **summary(judged, regional)}


@dataclass(frozen=True, slots=True)
class GroupScores:
    """What the folder `work` holds of a group: scores of a `run` of these data and options."""

    work: Path
    group: str
    run: str

    @property
    def path(self) -> Path:
        """The file of the group's scores."""
        return self.work / f"{self.group.replace(',', '').replace(' ', '-').lower()}.npz"

    def load(self) -> Floats | None:
        """Return the scores, `None` where there are none of this very run."""
        if not self.path.exists():
            return None
        with np.load(self.path, allow_pickle=False) as arrays:
            return arrays["features"] if str(arrays["run"]) == self.run else None

    def save(self, features: Floats) -> None:
        """Keep the scores."""
        np.savez(self.path, run=np.array(self.run), features=features)


def summary(judged: Mapping[str, Judged], regional: frozenset[str]) -> dict[str, Any]:
    """Return the figures of each group, their mean and worst, and those of `regional` rows."""
    table = {name: figures(group.rows, group.main) for name, group in judged.items()}
    result: dict[str, Any] = {"groups": table, **_mean_and_worst(table)}
    told = [pair for of in judged.values() for pair in zip(of.rows, of.main, strict=True)]
    if pairs := [(row, score) for row, score in told if row.id in regional]:
        result["regional"] = figures([r for r, _ in pairs], np.array([s for _, s in pairs]))
    return result


def _mean_and_worst(table: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    if not table:
        return {}
    keys = ("average_precision", "recall_at_precision_0.90")
    columns = {key: [each[key] for each in table.values()] for key in keys}
    return {
        "mean": {key: sum(values) / len(values) for key, values in columns.items()},
        "worst": {key: min(values) for key, values in columns.items()},
    }


def merged(new: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return new figures with those of groups that only `known` has, if the recipe is the same."""
    if new["recipe"] != known.get("recipe"):
        return dict(new)
    both = {**known["groups"], **new["groups"]}
    table = {group: both[group] for group in GROUPS if group in both}
    regional = [each["regional"] for each in (new, known) if "regional" in each]
    most = max(regional, key=lambda each: each["rows"], default=None)
    result = {**new, "groups": table, **_mean_and_worst(table)}
    return result if most is None else {**result, "regional": most}


def figures(rows: Sequence[Labelled], scores: Floats) -> dict[str, Any]:
    """Return average precision and recall, `rel` 1 left out: one vote an event, then one a row."""
    rel = np.array([row.rel for row in rows])
    clear = rel != 1
    size = Counter(row.event for row in rows)
    vote = np.array([1 / size[row.event] for row in rows])[clear]
    truth, said = rel[clear] == 2, scores[clear]
    return {
        "rows": len(rows),
        "main_subjects": int(truth.sum()),
        "events": len({row.event for row in rows if row.rel == 2}),
        "average_precision": average_precision(truth, said, vote),
        "recall_at_precision_0.90": recall_at_precision(truth, said, weight=vote),
        "average_precision_rows": average_precision(truth, said),
        "recall_at_precision_0.90_rows": recall_at_precision(truth, said),
    }


def _features(
    learn: TrainingRows,
    held: Sequence[Labelled],
    kept: GroupScores,
    seed: int,
    options: FitOptions,
    encoder: EncoderOptions,
    base: Path,
    say: Say,
) -> Floats:
    """Train on `learn`; return the `FEATURES` of the rows `held`, the encoder's where asked."""
    from monitor.classify.encoder import EncoderModel
    from monitor.classify.onnx_encoder import EncoderSession
    from monitor.classify.tokenizer import load_tokenizer
    from training.onnx_export import export_int8

    cues = CueTable(load_cues())
    say(f"{kept.group}: linear model")
    counter = StoryCounter(cues)
    corpus = make_corpus(replace(learn, own=[]), cues, counter)
    model = fit_linear(corpus.matrix, targets_of(corpus, with_own=False), options, seed)
    readings = [read_article(row.title, row.text, cues) for row in held]
    linear = np.array([model.decide(reading, counter.count(reading)) for reading in readings])
    say(f"{kept.group}: encoder")
    checkpoint = kept.path.with_suffix(f".{kept.run[:8]}.checkpoint")
    record = {"run": kept.run}
    module, content, *_ = fit_encoder(learn, cues, base, encoder, seed, checkpoint, record, say)
    say(f"{kept.group}: reading {len(held)} rows")
    session = EncoderSession(export_int8(module, heads=HEADS), "encoder")
    tokenizer = load_tokenizer(content, limit=encoder.max_tokens, where="tokenizer")
    served = EncoderModel(session, tokenizer, {})
    table = np.full((len(held), len(FEATURES)), np.nan)
    table[:, :2] = linear
    for at, (row, odds) in enumerate(zip(held, linear.tolist(), strict=True)):
        if odds[ANY] >= FIT_FROM:
            table[at] = features_of(row, odds, served, cues)
    checkpoint.unlink(missing_ok=True)
    return table


def parts_of_data(
    corpus: Corpus, regional: Sequence[Labelled], options: FitOptions, seed: int, say: Say
) -> dict[str, Any]:
    """Return what parts of the data bring on `regional` rows, by models without their sources."""
    rows = corpus.rows
    source, event, basis = (
        np.array([getattr(row, name) for row in rows]) for name in ("source", "event", "basis")
    )
    sources, ids = {row.source for row in regional}, {row.id for row in regional}
    is_regional = np.array([row.id in ids for row in rows])
    parts = {
        "train, regional, mined and chosen rows": ~corpus.own,
        "without chosen rows": ~corpus.own & (corpus.real | (basis != "annotated")),
        "without mined rows": ~corpus.own & (basis != MINED),
        "without regional rows": ~corpus.own & ~is_regional,
        "with the project's texts": np.ones(len(basis), dtype=bool),
    }
    targets = targets_of(corpus)[:1]
    table: dict[str, Any] = {}
    for name, part in parts.items():
        say(f"on regional rows: {name}")
        scores = np.full(len(basis), np.nan)
        for group in GROUPS.values():
            if sources.isdisjoint(group):
                continue
            held = np.flatnonzero(is_regional & np.isin(source, group))
            apart = part & ~np.isin(source, group) & ~np.isin(event, event[held])
            model = fit_linear(corpus.matrix, targets, options, seed, np.flatnonzero(apart))
            scores[held] = score_rows(model, corpus.matrix, held)[:, 0]
        at = np.flatnonzero(~np.isnan(scores))
        table[name] = figures([rows[i] for i in at.tolist()], scores[at])
    return table
