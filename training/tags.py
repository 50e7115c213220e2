"""Training of the tags model: response, places, victims, flow.

A linear model says response, who the victims are and flow; small models behind it settle places,
victims and flow. Cut-offs come from cross-fitted train rows, or, where the encoder decides too,
from rows that it has not learned from (see `FUSED_CUTS`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.check.drafts import english_people
from monitor.classify import tags
from monitor.classify.cue_phrases import CueTable
from monitor.classify.encoder import EncoderModel, load_encoder
from monitor.classify.features import Reading, StoryCounter, read_article
from monitor.classify.linear_model import SmallModel, probability
from monitor.classify.model_files import load_folder, pack_json
from monitor.classify.outlet_homes import NOWHERE, ArticleSource, Home, OutletHomes
from monitor.classify.place_disambiguation import Gazetteer, PlaceMention
from monitor.classify.place_roles import PlaceCuts, chosen_places, place_features, story_places
from monitor.classify.tags import FusionSettings, TagsModel
from monitor.classify.victims import PeopleMention, find_people
from monitor.evaluate import linear_fit
from monitor.evaluate.evaluate_models import SCHEMES, gold_of, rounded, score_tags
from monitor.evaluate.labelled_data import Labelled, file_sha256, read_labelled
from monitor.evaluate.linear_fit import FitOptions, Floats
from monitor.evaluate.metrics import label_scores
from monitor.labels.schemes import GENDERS, INDICATORS, PROTECTIONS, RESPONSES
from monitor.records.errors import ModelError
from training.gazetteer import OUTLETS_FILE, PLACES_FILE, build_places, ordinary_words
from training.label_files import HELD_OUT, INDICATORS_FILE, VICTIMS_FILE, load_hand_labels
from training.model_cards import save_model
from training.relevance import english_record, pack_linear
from training.rows import (
    CUES_FILE,
    DEV,
    REGIONAL,
    TEXTS,
    TRAIN,
    TRAIN2,
    load_chosen,
    load_cues,
    read_texts,
    text_files,
)
from training.tag_scores import ablate_tags, score_indicators, score_regions, score_victims

WEIGHT_WRITTEN = 0.3
"""In the small models: the project's texts are tidier than news and name every age."""
STRENGTH = 0.1
"""scikit-learn's C of the models of victim and flow; 0.03 and 0.3 cross-validated alike."""
FUSED_CUTS = {"encoder_cut": -0.75, "victim": -0.5, "both": -0.25, "flow": -0.5}
"""Cut-offs where the encoder decides too, one round number each: taken from the events of train
that it was not trained on and dev together (187 articles), which both liked them."""
MOVED = {"prevention": 0.1, "partnership": -0.3}
"""Responses whose cut-off is moved, in spreads of the fused log odds: in long articles the encoder,
which reads their lead, sees partnership too seldom (recall 0.33 on train2 by fold; micro-F1 of
response 0.737 without, 0.772 with these, dev 0.841 and 0.842)."""
PLACE_CUTS = PlaceCuts(0.25, 0.75)
"""Cross-fitted on train and the project's texts micro-F1 is flat about them."""
ENCODER_SPREAD = 2.0
"""About the spread of the encoder's log odds of responses."""
SHARE = 0.5
FOLDS = 5
TAG_CUES_FILE = CUES_FILE.parent / "tag_cues.yaml"
TAG_TEXTS = TEXTS / "tags"
"""Texts for the taggers alone: short items on prevention, protection and partnership."""
FEWEST = 20
"""A label with fewer examples to measure it on is experimental."""
OPTIONS = FitOptions(story_weight=0.07, keep=20_000)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class TagRows:
    """Rows of `rel` 2, read for fitting."""

    rows: Sequence[Labelled]
    readings: Sequence[Reading]
    mentions: Sequence[Sequence[PlaceMention]]
    people: Sequence[Sequence[PeopleMention]]
    homes: Sequence[Home]
    matrix: linear_fit.Matrix

    @property
    def real(self) -> NDArray[np.bool_]:
        """Which rows are news, not texts written for training."""
        return np.array([row.basis != "written" for row in self.rows])

    @property
    def weight(self) -> Floats:
        """How much each row counts."""
        return np.array([1.0 if row.sure else linear_fit.WEIGHT_UNSURE for row in self.rows])


def read_rows(
    rows: Sequence[Labelled],
    cues: CueTable,
    counter: StoryCounter,
    gazetteer: Gazetteer,
    outlets: OutletHomes,
) -> TagRows:
    """Read rows for fitting."""
    readings = [read_article(row.title, row.text, cues) for row in rows]
    homes = [outlets.home(row.title, ArticleSource(row.url, row.outlet)) for row in rows]
    mentions = [
        gazetteer.find(reading, home.country, world=home.world)
        for reading, home in zip(readings, homes, strict=True)
    ]
    people, matrix = list(map(find_people, readings)), linear_fit.build_matrix(readings, counter)
    return TagRows(rows, readings, mentions, people, homes, matrix)


def fit_tags(
    rows: Sequence[Labelled],
    cues: CueTable,
    gazetteer: Gazetteer,
    outlets: OutletHomes,
    options: FitOptions,
    seed: int,
    encoder: EncoderModel | None,
) -> TagsModel:
    """Fit all models; what a later one sees of an earlier one was cross-fitted by event."""
    counter = StoryCounter(cues)
    read = read_rows(rows, cues, counter, gazetteer, outlets)
    placed = np.array([bool(row.place) for row in rows])
    # rows without a place teach nothing about places
    targets = [
        linear_fit.Target(
            _truth(rows, *output), read.weight * placed if output[0] == "place" else read.weight
        )
        for output in tags.OUTPUTS
    ]
    crossed = linear_fit.cross_fit(read.matrix, targets, [row.event for row in rows], options, seed)
    linear = linear_fit.fit_linear(read.matrix, targets, options, seed)
    places, said = _fit_places(read, crossed[:, tags.US], cues, seed)
    people, odds = _fit_people(read, crossed, said, seed)
    known = read.real & np.array([bool(row.response) for row in rows])
    cuts = np.array(
        [
            linear_fit.best_f1_threshold(crossed[known, at], targets[at].truth[known])
            for at in range(len(RESPONSES))
        ]
    )
    spread = crossed[:, : len(RESPONSES)].std(0) + 1e-6
    moved = np.array([MOVED.get(label, 0.0) for label in RESPONSES])
    if encoder is not None:
        cuts = cuts + moved * spread / (1 - SHARE)
    fused = FusionSettings(
        share=SHARE,
        cuts=[round(float(cut), 4) for cut in cuts],
        spread=[round(float(value), 4) for value in spread],
        encoder_spread=ENCODER_SPREAD,
        **FUSED_CUTS,
    )
    if encoder is None:
        fused = _cut_people(read, odds, fused)
    known_places = gazetteer, outlets, places, PLACE_CUTS
    return TagsModel(cues, counter, linear, *known_places, people, fused, encoder)


def _truth(rows: Sequence[Labelled], scheme: str, label: str) -> NDArray[np.bool_]:
    wanted = {label, "both"} if scheme == "victim" else {label}
    return np.array([not wanted.isdisjoint(gold_of(row, scheme)) for row in rows])


def _fit_places(
    rows: TagRows, wording: Floats, cues: CueTable, seed: int
) -> tuple[SmallModel, list[frozenset[str]]]:
    """Return the model, and the places that it gives each row when it has not seen it."""
    core = cues.of_kind("term", "means", "purpose")
    numbers: list[list[float]] = []
    truth: list[bool] = []
    owner: list[int] = []
    shares: list[float] = []
    readings: list[tuple[int, list[str]]] = []
    for at, row in enumerate(rows.rows):
        # an article comes with its outlet or without: the model learns to do with either
        homes = list(dict.fromkeys([rows.homes[at], NOWHERE]))
        for home in homes:
            told = rows.readings[at], rows.mentions[at], core, float(wording[at]), home
            features = place_features(*told)
            readings.append((at, list(features)))
            numbers += features.values()
            truth += [country in (row.place or ()) for country in features]
            owner += [at] * len(features)
            # a row without a place teaches nothing about places
            shares += [bool(row.place) / len(homes)] * len(features)
    matrix, answer, weight = np.array(numbers), np.array(truth), np.array(shares)
    crossed = _cross(matrix, answer, weight, [rows.rows[i].event for i in owner], 1.0, seed)
    scores = iter(crossed.tolist())
    said = [(at, {code: probability(next(scores)) for code in codes}) for at, codes in readings]
    stories = list(map(story_places, rows.readings, rows.mentions, rows.homes))
    # the first of a row's is that with its outlet
    first = {at: chosen_places(odds, *stories[at], PLACE_CUTS) for at, odds in reversed(said)}
    return fit_small(matrix, answer, weight, 1.0, seed), [first[at] for at in sorted(first)]


def _fit_people(
    rows: TagRows, crossed: Floats, places: Sequence[frozenset[str]], seed: int
) -> tuple[list[SmallModel], Floats]:
    """Return the models of `PEOPLE` and their cross-fitted log odds."""
    told = zip(rows.readings, rows.mentions, rows.people, rows.homes, strict=True)
    numbers = np.array(
        [
            tags.people_features(
                tags.Facts(reading, crossed[at], mentions, people, None, reading, home), places[at]
            )
            for at, (reading, mentions, people, home) in enumerate(told)
        ]
    )
    weight = rows.weight * np.where(rows.real, 1.0, WEIGHT_WRITTEN)
    events = [row.event for row in rows.rows]
    truths = [_truth(rows.rows, *tags.OUTPUTS[tags.CHILD + at]) for at in range(len(tags.PEOPLE))]
    models = [fit_small(numbers, truth, weight, STRENGTH, seed) for truth in truths]
    odds = [_cross(numbers, truth, weight, events, STRENGTH, seed + 1) for truth in truths]
    return models, np.array(odds).T


def _cross(
    numbers: Floats,
    truth: NDArray[np.bool_],
    weight: Floats,
    events: Sequence[str],
    strength: float,
    seed: int,
) -> Floats:
    """Return log odds of every row from models that saw no row of its event."""
    odds = np.zeros(len(truth))
    every = np.arange(len(truth))
    for fold in linear_fit.make_folds(events, FOLDS, seed):
        rest = np.setdiff1d(every, fold)
        model = fit_small(numbers[rest], truth[rest], weight[rest], strength, seed)
        odds[fold] = [model.log_odds(line) for line in numbers[fold].tolist()]
    return odds


def fit_small(
    numbers: Floats, truth: NDArray[np.bool_], weight: Floats, strength: float, seed: int
) -> SmallModel:
    """Fit a small model; with one answer only, it always gives that answer."""
    from sklearn.linear_model import LogisticRegression

    def listed(values: Floats) -> list[float]:
        return [round(float(value), 6) for value in values]

    mean, scale = numbers.mean(0), numbers.std(0) + 1e-6
    if truth.all() or not truth.any():
        weights, intercept = np.zeros(numbers.shape[1]), 5.0 if truth.all() else -5.0
    else:
        model = LogisticRegression(C=strength, random_state=seed, max_iter=500)
        model.fit((numbers - mean) / scale, truth, weight)
        weights, intercept = model.coef_[0], round(float(model.intercept_[0]), 5)
    return SmallModel(listed(mean), listed(scale), listed(weights), intercept)


def _cut_people(rows: TagRows, odds: Floats, fused: FusionSettings) -> FusionSettings:
    """Return `fused` with the cut-offs of victim and flow that serve best without an encoder."""
    chosen = [at for at, real in enumerate(rows.real) if real]

    def f1(candidate: FusionSettings, scheme: str) -> float:
        said = [tags.fuse_people(odds[at].tolist(), None, candidate).get(scheme) for at in chosen]
        gold = [gold_of(rows.rows[at], scheme) for at in chosen]
        answer = [() if label is None else (label[0],) for label in said]
        return float(label_scores(gold, answer, ())["micro"]["f1"])

    grid = np.linspace(-1.5, 1.0, 11).tolist()
    several = (replace(fused, victim=cut, both=cut + more) for cut in grid for more in (0.0, 0.5))
    victim = max(several, key=lambda candidate: f1(candidate, "victim"))
    flows = (replace(victim, flow=cut) for cut in grid)
    return max(flows, key=lambda candidate: f1(candidate, "flow"))


def own_texts() -> list[Labelled]:
    """Return the project's texts that the taggers learn from: all, and those for responses."""
    return [*read_texts(), *read_texts(TAG_TEXTS)]


def load_tag_cues() -> CueTable:
    """Return the cues of the taggers: those of relevance, then their own; raises `ModelError`."""
    groups = [*load_cues(), *load_cues(TAG_CUES_FILE)]
    names = Counter(group.name for group in groups)
    if twice := [name for name, number in names.items() if number > 1]:
        raise ModelError(f"{TAG_CUES_FILE}: group '{twice[0]}' is in {CUES_FILE.name} already")
    return CueTable(groups)


def train_tags(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: FitOptions = OPTIONS,
    encoder: Path | None = None,
    reviews: Sequence[Labelled] = (),
    released: bool = False,
    ablations: bool = True,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train on `data` (a folder with `TRAIN` and `DEV`), write `out/NAME/version`.

    Without an `encoder` phrases and linear models decide alone. Returns the content of `meta.json`;
    the same input gives the same files. Raises `DataError` or `ModelError`.
    """
    second = None if encoder is None else load_folder(encoder)
    served = None if second is None else load_encoder(second)
    cues = load_tag_cues()
    say("reading the training rows")
    train = read_labelled(data / TRAIN)
    places = build_places(ordinary_words(row.text for row in train))
    gazetteer, outlets = tags.load_places(places)
    learned = [*train, *load_chosen(data, TRAIN2), *own_texts(), *reviews]
    main = [row for row in learned if row.rel == 2]
    say("fitting response, places, victim and flow")
    model = fit_tags(main, cues, gazetteer, outlets, options, seed, served)
    dev = [row for row in read_labelled(data / DEV) if row.rel == 2]
    people, few = english_people(), experimental(dev)
    model = replace(model, reader=people, experimental=few, measured=measured(dev))
    say("measuring")
    scores: dict[str, Any] = {
        "dev": score_tags(model, dev),
        "regions": score_regions(model, dev),
        **score_indicators(model, train),
    }
    regional = read_labelled(data / REGIONAL) if (data / REGIONAL).exists() else []
    scores |= score_victims(model, [*train, *dev, *regional])
    if apart := load_chosen(data, TRAIN2, apart=True):
        scores["apart"] = score_tags(model, apart)
    if ablations:
        bare = None
        real = [row for row in main if row.basis != "written"]
        if len(real) < len(main):
            say("fitting without the project's texts")
            bare = fit_tags(real, cues, gazetteer, outlets, options, seed, served)
            bare = replace(bare, reader=people)
        scores["ablations"] = ablate_tags(model, bare, dev)
    small = {name: asdict(m) for name, m in zip(tags.PEOPLE, model.people, strict=True)}
    made = second and {"version": second.meta.version, "files": dict(second.meta.files)}
    texts = PLACES_FILE, OUTLETS_FILE, TAG_CUES_FILE, *text_files(TAG_TEXTS)
    return save_model(
        out,
        pack_linear(model.linear, cues)
        | {tags.PLACES: pack_json({**places, "model": asdict(model.places), "people": small})},
        name=tags.NAME,
        version=version,
        released=released,
        labels=model.measured,
        experimental=model.experimental,
        thresholds=dict(zip(tags.THRESHOLDS, astuple(PLACE_CUTS), strict=True)),
        settings={"fused": asdict(model.fused), "encoder": made},
        scores=rounded(scores),
        training={
            **english_record(data, seed, options, *texts),
            "indicator_labels": file_sha256(INDICATORS_FILE),
            "victim_labels": file_sha256(VICTIMS_FILE),
        },
    )


def measured(rows: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return the labels of each scheme; of `place`, the countries with enough examples."""
    places = Counter(code for row in rows for code in gold_of(row, "place"))
    enough = sorted(code for code, number in places.items() if number >= FEWEST)
    table = {scheme: list(labels) for scheme, labels in SCHEMES.items()}
    ruled = {"gender": list(GENDERS[:-1]), "protection": list(PROTECTIONS)}
    return table | ruled | {"place": enough, "indicator": list(INDICATORS)}


def experimental(rows: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return labels of `rel` 2 rows, or held-out labels, with under `FEWEST` examples; `*`: all."""
    found: dict[str, list[str]] = {}
    for scheme, labels in SCHEMES.items():
        counts = Counter(label for row in rows for label in gold_of(row, scheme))
        found[scheme] = [label for label in labels if counts[label] < FEWEST]
    victims, indicators = load_hand_labels("victims"), load_hand_labels("indicators")
    for entries, scheme, known in (
        (victims, "gender", GENDERS[:-1]),
        (victims, "protection", PROTECTIONS),
        (indicators, "indicator", INDICATORS),
    ):
        held = [entry.labels[scheme] for entry in entries if entry.part == HELD_OUT]
        told = Counter(label for labels in held for label in set(labels))
        found[scheme] = [label for label in known if told[label] < FEWEST]
    return found | {key: ["*"] for key in ("place", "place.origin", "place.transit")}
