"""Is an article about trafficking in human beings? One linear model with two outputs.

The first output is that the subject is a main one (`rel` 2), the second that it is any (`rel` 1
or 2): borderline is what the second sees and the first does not. A transformer behind it is a
later step; alone, this one reads about 450 articles of 400 words a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.classify.artefact import ModelFolder
from monitor.classify.calibration import Calibration, parse_calibration
from monitor.classify.cues import CueTable
from monitor.classify.linear import LinearModel
from monitor.classify.reading import Reading, read_article
from monitor.classify.story import StoryCounter
from monitor.errors import ModelError

NAME = "relevance-en"
WEIGHTS, VOCABULARY, CUES = "weights.npz", "vocabulary.json", "cues.json"
MAIN, ANY = 0, 1
"""The two outputs."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`main` and `any`: calibrated probabilities of `rel` 2 and of `rel` >= 1."""

    main: float
    any: float
    relevant: bool
    borderline: bool


@dataclass(frozen=True, slots=True, eq=False)
class RelevanceModel:
    """Scores articles one by one.

    `calibration` is that of each output; `thresholds` cut the calibrated probabilities:
    `relevant` the first output's, `borderline` the second's.
    """

    cues: CueTable
    counter: StoryCounter
    linear: LinearModel
    calibration: Sequence[Calibration]
    thresholds: Mapping[str, float]

    def judge(self, title: str, text: str) -> Judgement:
        """Judge one article."""
        return self.judge_reading(read_article(title, text, self.cues))

    def judge_reading(self, reading: Reading) -> Judgement:
        """Judge an article read already with this model's cues."""
        main, any_ = (
            calibration.probability(odds)
            for odds, calibration in zip(self.log_odds(reading), self.calibration, strict=True)
        )
        relevant = main >= self.thresholds["relevant"]
        borderline = not relevant and any_ >= self.thresholds["borderline"]
        return Judgement(main, any_, relevant, borderline)

    def log_odds(self, reading: Reading) -> list[float]:
        """Return the log odds of both outputs, before calibration."""
        odds: list[float] = self.linear.decide(reading, self.counter.count(reading)).tolist()
        return odds


def load_relevance(folder: ModelFolder) -> RelevanceModel:
    """Build the model of a verified folder; raises `ModelError`."""
    cues = folder.cues(CUES)
    counter = StoryCounter(cues)
    linear = load_linear(folder, outputs=2, story=len(counter.names))
    meta = folder.meta
    try:
        calibration = [parse_calibration(raw) for raw in meta.settings["calibration"]]
        thresholds = {key: float(meta.thresholds[key]) for key in ("relevant", "borderline")}
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder.path / 'meta.json'}: calibration or thresholds: {error}"
        ) from error
    if len(calibration) != 2:
        raise ModelError(f"{folder.path / 'meta.json'}: calibration of two outputs expected")
    return RelevanceModel(cues, counter, linear, calibration, thresholds)


def load_linear(folder: ModelFolder, *, outputs: int, story: int) -> LinearModel:
    """Build the linear part of a model, shapes checked; raises `ModelError`."""
    arrays = folder.arrays(WEIGHTS)
    raw: Any = folder.json(VOCABULARY)
    vocabulary: dict[str, dict[str, int]] = {}
    size = 0
    try:
        for field, grams in raw.items():
            vocabulary[field] = {gram: size + i for i, gram in enumerate(grams)}
            size += len(grams)
        linear = LinearModel(vocabulary=vocabulary, **arrays)
        shapes = {
            "idf": (size,),
            "weights": (outputs, size),
            "story_mean": (story,),
            "story_scale": (story,),
            "story_weights": (outputs, story),
            "intercept": (outputs,),
        }
    except (AttributeError, TypeError) as error:
        raise ModelError(f"{folder.path}: {VOCABULARY} or {WEIGHTS}: {error}") from error
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ModelError(
                f"{folder.path / WEIGHTS}: '{name}' has shape {arrays[name].shape}, not {shape}"
            )
    return linear
