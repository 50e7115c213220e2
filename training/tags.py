"""Training of the taggers: one seeded command from data files to a model folder.

A linear model says response, who the victims are, flow and whether the wording is American; small
models behind it settle places, victims and flow. `form` and indicators rest on phrases and are
only measured here. Cut-offs come from cross-fitted train rows, or, where the encoder decides too,
from rows that it has not learned from (see `FUSED_CUTS`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from monitor.classify.cues import CueTable
from monitor.classify.encoder import load_encoder
from monitor.classify.fused import PEOPLE, fused_json
from monitor.classify.small import small_json
from monitor.classify.story import StoryCounter
from monitor.classify.tags import NAME, PLACES, THRESHOLDS, TagsModel, load_places
from monitor.errors import ModelError
from monitor.evaluate.evaluation_report import model_card
from monitor.evaluate.labelled_data import (
    TEXTS,
    Labelled,
    file_sha256,
    read_labelled,
    read_texts,
    text_files,
)
from monitor.evaluate.linear_fit import FitOptions
from monitor.nlp.artefact import ModelFolder, load_folder, pack_json, save_folder
from monitor.types import GENDERS, INDICATORS, PROTECTIONS
from training.cue_groups import CUES_FILE, load_cues
from training.gazetteer import OUTLETS_FILE, PLACES_FILE, build_places, ordinary_words
from training.indicator_labels import LABELS_FILE, load_indicator_labels
from training.label_files import HELD_OUT
from training.relevance import pack_linear, rounded, training_record
from training.rows import DEV, REGIONAL, TRAIN
from training.tag_fit import PLACE_CUTS, Fitted, TagRows, fit_tags, read_rows
from training.tag_scores import (
    SCHEMES,
    ablate_tags,
    gold_of,
    score_indicators,
    score_regions,
    score_tags,
    score_victims,
)
from training.victim_labels import VICTIMS_FILE, load_victim_labels

TAG_CUES_FILE = CUES_FILE.parent / "tag_cues.yaml"
TAG_TEXTS = TEXTS / "tags"
"""Texts for the taggers alone: short items on prevention, protection and partnership."""
FEWEST = 20
"""A label with fewer examples to measure it on is experimental."""
OPTIONS = FitOptions(story_weight=0.07, keep=20_000)
Say = Callable[[str], None]


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

    `encoder` is the folder of an encoder version in `out`; without one phrases and linear models
    decide alone. `reviews` are rows to learn from besides. Returns the content of `meta.json`.
    The same data, texts, cues, encoder, seed and library versions give the same files. Raises
    `DataError` or `ModelError`.
    """
    second = None if encoder is None else load_folder(encoder)
    cues = load_tag_cues()
    counter = StoryCounter(cues)
    say("reading the training rows")
    train = read_labelled(data / TRAIN)
    places = build_places(ordinary_words(row.text for row in train))
    main = [row for row in [*train, *own_texts(), *reviews] if row.rel == 2]
    rows = read_rows(main, cues, counter, *load_places(places))
    say("fitting response, places, victim and flow")
    fitted = fit_tags(rows, cues, options, seed, with_encoder=second is not None)
    dev = [row for row in read_labelled(data / DEV) if row.rel == 2]
    model = build_model(cues, counter, places, fitted, second, experimental(dev), measured(dev))
    say("measuring")
    scores: dict[str, Any] = {
        "dev": score_tags(model, dev),
        "regions": score_regions(model, dev),
        **score_indicators(model, train),
    }
    regional = read_labelled(data / REGIONAL) if (data / REGIONAL).exists() else []
    scores |= score_victims(model, [*train, *dev, *regional])
    if ablations:
        bare = None
        if any(row.basis == "written" for row in main):
            say("fitting without the project's texts")
            bare = _without_texts(rows, cues, counter, places, options, seed, second)
        scores["ablations"] = ablate_tags(model, bare, dev)
    meta = {
        "name": NAME,
        "version": version,
        "language": "en",
        "released": released,
        "labels": measured(dev),
        "experimental": experimental(dev),
        "thresholds": dict(zip(THRESHOLDS, astuple(PLACE_CUTS), strict=True)),
        "settings": {"fused": fused_json(fitted.fused), "encoder": _encoder_json(second)},
        "scores": rounded(scores),
        "training": {
            **training_record(
                data,
                seed,
                options,
                PLACES_FILE,
                OUTLETS_FILE,
                TAG_CUES_FILE,
                *text_files(TAG_TEXTS),
            ),
            "indicator_labels": file_sha256(LABELS_FILE),
            "victim_labels": file_sha256(VICTIMS_FILE),
        },
    }
    people = {name: small_json(m) for name, m in zip(PEOPLE, fitted.people, strict=True)}
    content = pack_linear(fitted.linear, cues) | {
        PLACES: pack_json({**places, "model": small_json(fitted.places), "people": people}),
    }
    return asdict(save_folder(out / NAME / version, meta, content, model_card(meta, content)))


def build_model(
    cues: CueTable,
    counter: StoryCounter,
    places: Mapping[str, Any],
    fitted: Fitted,
    encoder: ModelFolder | None,
    few: Mapping[str, Sequence[str]],
    enough: Mapping[str, Sequence[str]],
) -> TagsModel:
    """Return the model that the folder will hold."""
    return TagsModel(
        cues,
        counter,
        fitted.linear,
        *load_places(places),
        fitted.places,
        PLACE_CUTS,
        fitted.people,
        fitted.fused,
        None if encoder is None else load_encoder(encoder),
        few,
        enough,
    )


def _without_texts(
    rows: TagRows,
    cues: CueTable,
    counter: StoryCounter,
    places: Mapping[str, Any],
    options: FitOptions,
    seed: int,
    encoder: ModelFolder | None,
) -> TagsModel:
    """Return a model whose linear parts saw none of the project's own texts."""
    real = [row for row in rows.rows if row.basis != "written"]
    read = read_rows(real, cues, counter, *load_places(places))
    fitted = fit_tags(read, cues, options, seed, with_encoder=encoder is not None)
    return build_model(cues, counter, places, fitted, encoder, {}, {})


def _encoder_json(encoder: ModelFolder | None) -> dict[str, Any] | None:
    if encoder is None:
        return None
    return {"version": encoder.meta.version, "files": dict(encoder.meta.files)}


def measured(rows: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return the labels of each scheme; of `place`, the countries with enough examples."""
    places = Counter(code for row in rows for code in gold_of(row, "place"))
    enough = sorted(code for code, number in places.items() if number >= FEWEST)
    table = {scheme: list(labels) for scheme, labels in SCHEMES.items()}
    ruled = {"gender": list(GENDERS[:-1]), "protection": list(PROTECTIONS)}
    return table | ruled | {"place": enough, "indicator": list(INDICATORS)}


def experimental(rows: Sequence[Labelled]) -> dict[str, list[str]]:
    """Return the labels with fewer than `FEWEST` examples to measure them on.

    `rows` are of `rel` 2; indicators, gender, protection and roles of places are counted in the
    held-out labels. `*` stands for all countries but those `measured`.
    """
    found: dict[str, list[str]] = {}
    for scheme, labels in SCHEMES.items():
        counts = Counter(label for row in rows for label in gold_of(row, scheme))
        found[scheme] = [label for label in labels if counts[label] < FEWEST]
    held = [entry for entry in load_indicator_labels() if entry.part == HELD_OUT]
    told = Counter(label for entry in held for label in {item.label for item in entry.indicators})
    victims = [entry for entry in load_victim_labels() if entry.part == HELD_OUT]
    said = Counter(label for entry in victims for label in (entry.gender, *entry.protection))
    found["gender"] = [label for label in GENDERS[:-1] if said[label] < FEWEST]
    found["protection"] = [label for label in PROTECTIONS if said[label] < FEWEST]
    found["place"] = ["*"]
    found["indicator"] = [label for label in INDICATORS if told[label] < FEWEST]
    return found | {"place.origin": ["*"], "place.transit": ["*"]}
