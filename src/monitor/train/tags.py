"""Training of the taggers: one seeded command from data files to a model folder.

`form` rests on cue phrases and is only measured here; `response`, `victim` and `flow` are fitted
with the same features as relevance, `place` on how countries are named. Thresholds are set on
cross-fitted real rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.artefact import pack_json, save_folder
from monitor.classify.cues import CueTable
from monitor.classify.linear import LinearModel, probability
from monitor.classify.places import Gazetteer, place_features
from monitor.classify.reading import Reading, read_article
from monitor.classify.story import StoryCounter
from monitor.classify.tags import NAME, OUTPUTS, PLACES, PlaceModel, TagsModel
from monitor.train.cue_groups import load_cues
from monitor.train.data import Labelled, read_labelled, read_texts
from monitor.train.fit import (
    FitOptions,
    Floats,
    Target,
    cross_fit,
    fit_linear,
    make_folds,
)
from monitor.train.gazetteer import PLACES_FILE, build_gazetteer
from monitor.train.matrix import build_matrix
from monitor.train.metrics import label_scores
from monitor.train.relevance import (
    DEV,
    TRAIN,
    WEIGHT_UNSURE,
    Say,
    best_f1_threshold,
    pack_linear,
    rounded,
    training_record,
)
from monitor.types import FORMS, RESPONSES

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "form": FORMS,
    "response": RESPONSES,
    "place": (),
    "victim": ("child", "adult", "both"),
    "flow": ("domestic", "cross_border"),
}
"""The labels of each scheme; `place` has all countries. `unknown` is no label."""
MAJORITY = {"form": "unspecified", "place": "US"}
"""The label that a lazy tagger would always give; figures are given without it too."""
FEWEST = 20
"""A label with fewer dev positives is experimental."""
OPTIONS = FitOptions(story_weight=0.07, keep=20_000)


def train_tags(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: FitOptions = OPTIONS,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train on `data` (a folder with `TRAIN` and `DEV`), write `out/NAME/version`.

    Returns the content of `meta.json`. The same data, texts, cues, seed and library versions give
    the same files. Raises `DataError` or `ModelError`.
    """
    from monitor.train.cards import tags_card

    cues = CueTable(load_cues())
    counter = StoryCounter(cues)
    say("reading the training rows")
    train = read_labelled(data / TRAIN)
    rows = [row for row in [*train, *read_texts()] if row.rel == 2]
    readings = [read_article(row.title, row.text, cues) for row in rows]
    say("fitting response, victim and flow")
    linear, thresholds = _fit_learned(rows, readings, counter, options, seed)
    say("fitting places")
    gazetteer = build_gazetteer(count_lowercase(train))
    places, thresholds["place"] = _fit_places(rows, readings, cues, gazetteer, seed)
    thresholds = {key: round(value, 4) for key, value in thresholds.items()}
    model = TagsModel(cues, counter, linear, Gazetteer(**gazetteer), places, thresholds)
    dev = read_labelled(data / DEV)
    meta = {
        "name": NAME,
        "version": version,
        "language": "en",
        "released": True,
        "labels": {scheme: list(labels) for scheme, labels in SCHEMES.items()},
        "experimental": experimental(dev),
        "thresholds": thresholds,
        "settings": {},
        "scores": rounded({"dev": score_tags(model, dev)}),
        "training": training_record(data, seed, options, PLACES_FILE),
    }
    content = pack_linear(linear, cues) | {
        PLACES: pack_json({**gazetteer, "model": asdict(places)}),
    }
    return asdict(save_folder(out / NAME / version, meta, content, tags_card(meta)))


def experimental(rows: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return the labels with fewer than `FEWEST` examples among labelled rows of `rel` 2.

    Of `place`, all countries but those with enough examples: `*` stands for the rest.
    """
    found: dict[str, list[str]] = {}
    for scheme, labels in SCHEMES.items():
        counts = Counter(label for row in rows if row.rel == 2 for label in gold_of(row, scheme))
        found[scheme] = [label for label in labels if counts[label] < FEWEST]
    found["place"] = ["*"]
    return found


def count_lowercase(rows: Sequence[Labelled]) -> Counter[str]:
    """Count in how many texts each word stands in lower case."""
    pattern = re.compile(r"\b[a-z]{3,}\b")
    return Counter(word for row in rows for word in set(pattern.findall(row.text)))


def gold_of(row: Labelled, scheme: str) -> tuple[str, ...]:
    """Return the labels of a row; none where unknown or not annotated."""
    value = getattr(row, scheme)
    if value is None or value == "unknown":
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _fit_learned(
    rows: Sequence[Labelled],
    readings: Sequence[Reading],
    counter: StoryCounter,
    options: FitOptions,
    seed: int,
) -> tuple[LinearModel, dict[str, float]]:
    matrix = build_matrix(readings, counter)
    weight = np.array([1.0 if row.sure else WEIGHT_UNSURE for row in rows])
    targets = [
        Target(np.array([label in gold_of(row, scheme) for row in rows]), weight)
        for scheme, label in OUTPUTS
    ]
    crossed = cross_fit(matrix, targets, [row.event for row in rows], options, seed)
    real = np.array([row.basis != "written" for row in rows])
    thresholds = {
        f"{scheme}.{label}": probability(
            best_f1_threshold(crossed[real, output], targets[output].truth[real])
        )
        for output, (scheme, label) in enumerate(OUTPUTS)
        if scheme == "response"
    }
    for scheme in ("victim", "flow"):
        thresholds[scheme] = _single_threshold(
            scheme, crossed[real], [row for row, is_real in zip(rows, real, strict=True) if is_real]
        )
    return fit_linear(matrix, targets, options, seed), thresholds


def _single_threshold(scheme: str, crossed: Floats, rows: Sequence[Labelled]) -> float:
    """Return the probability above which the likeliest label is given: of best micro-F1."""
    outputs = [i for i, (name, _) in enumerate(OUTPUTS) if name == scheme]
    labels = [OUTPUTS[i][1] for i in outputs]
    gold = [gold_of(row, scheme) for row in rows]
    best = crossed[:, outputs].argmax(1)
    top = crossed[:, outputs].max(1)

    def f1(threshold: float) -> float:
        said = [[labels[b]] if t >= threshold else [] for b, t in zip(best, top, strict=True)]
        return float(label_scores(gold, said, labels)["micro"]["f1"])

    return probability(max(np.linspace(-3, 2, 51).tolist(), key=f1))


def _fit_places(
    rows: Sequence[Labelled],
    readings: Sequence[Reading],
    cues: CueTable,
    gazetteer: Mapping[str, Any],
    seed: int,
) -> tuple[PlaceModel, float]:
    finder = Gazetteer(**gazetteer)
    core = cues.of_kind("term", "means", "purpose")
    numbers: list[list[float]] = []
    truth: list[bool] = []
    owner: list[int] = []
    for at, (row, reading) in enumerate(zip(rows, readings, strict=True)):
        if not row.place:
            continue
        found = finder.find(row.title, row.text, reading)
        for country, features in place_features(reading, found, core).items():
            numbers.append(features)
            truth.append(country in row.place)
            owner.append(at)
    matrix, answer = np.array(numbers), np.array(truth)
    crossed = np.zeros(len(answer))
    for fold in make_folds([rows[i].event for i in owner], 5, seed):
        rest = np.setdiff1d(np.arange(len(answer)), fold)
        model = _fit_place_model(matrix[rest], answer[rest], seed)
        crossed[fold] = [model.log_odds(line) for line in matrix[fold].tolist()]
    real = np.array([rows[i].basis != "written" for i in owner])
    threshold = probability(best_f1_threshold(crossed[real], answer[real]))
    return _fit_place_model(matrix, answer, seed), threshold


def _fit_place_model(features: Floats, truth: NDArray[np.bool_], seed: int) -> PlaceModel:
    from sklearn.linear_model import LogisticRegression

    mean, scale = features.mean(0), features.std(0) + 1e-6
    model = LogisticRegression(C=1.0, random_state=seed).fit((features - mean) / scale, truth)
    return PlaceModel(
        mean=_listed(mean),
        scale=_listed(scale),
        weights=_listed(model.coef_[0]),
        intercept=round(float(model.intercept_[0]), 5),
    )


def _listed(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in values]


def score_tags(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of every scheme on the `rel` 2 rows.

    A row without a label of a scheme is no example of it; what is said there counts as false for
    `form`, `victim` and `flow` only. Places count where the role is exploitation.
    """
    main = [row for row in rows if row.rel == 2]
    said = [_said(model, row) for row in main]
    return {
        scheme: score_scheme(scheme, labels, main, [answer[scheme] for answer in said])
        for scheme, labels in SCHEMES.items()
    }


def score_scheme(
    scheme: str,
    labels: Sequence[str],
    rows: Sequence[Labelled],
    said: Sequence[Collection[str]],
) -> dict[str, Any]:
    """Return the figures of one scheme, with and without its majority label."""
    gold = [gold_of(row, scheme) for row in rows]
    counted = [i for i, truth in enumerate(gold) if truth or scheme in ("form", "victim", "flow")]
    truth, answer = [gold[i] for i in counted], [said[i] for i in counted]
    known = labels or sorted({label for each in (*truth, *answer) for label in each})
    scores = label_scores(truth, answer, known)
    if scheme in MAJORITY:
        drop = {MAJORITY[scheme]}
        scores["micro_without_majority"] = label_scores(
            [set(t) - drop for t in truth], [set(a) - drop for a in answer], known
        )["micro"]
    return scores


def _said(model: TagsModel, row: Labelled) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {scheme: set() for scheme in SCHEMES}
    for tag in model.tag(row.title, row.text):
        if tag.role in (None, "exploitation"):
            found[tag.scheme].add(tag.label)
    return found
