"""Relevance: is an article about trafficking in human beings? A linear model, a cascade behind it.

Two outputs: that the subject is a main one (`rel` 2), and that it is any (`rel` 1 or 2);
borderline is what the second sees and the first does not. Sentences about trafficking that belong
to no story are left out: some offices append definitions and hotlines to every release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from monitor.classify.calibration import Calibration, parse_calibration
from monitor.classify.cascade import ANY, Cascade, load_cascade
from monitor.classify.cue_phrases import CueTable, load_cue_table
from monitor.classify.features import Reading, StoryCounter, opening, read_article
from monitor.classify.linear_model import LinearModel
from monitor.classify.model_files import META, ModelFolder, find_model, read_meta, understood
from monitor.classify.model_stamps import RELEVANCE, encoder_folder
from monitor.classify.word_tokens import split_words
from monitor.records.errors import ModelError

NAME = RELEVANCE
WEIGHTS, VOCABULARY, CUES = "weights.npz", "vocabulary.json", "cues.json"
GATE = "gate.json"
_WORD = re.compile(r"[^\W_]+")
_TERM = (
    r"(?:(?:human|sex|labou?r|child) trafficking|trafficking in (?:persons|human beings)"
    r"|modern slavery)"
)
_APPENDED = re.compile(
    rf"\b{_TERM},? (?:which )?(?:is|involves|means|occurs when|happens when|takes many forms)\b"
    r"|\bforce, fraud,? (?:or|and) coercion\b"
    r"|\b(?:suspects?|see|seen|report|reporting|victims? of|signs of)\b[^.]{0,80}\btrafficking\b"
    r"[^.]{0,80}\b(?:call|text|contact|hotline|visit)\b"
    r"|\bhuman trafficking (?:resource )?(?:hotline|helpline)\b"
    r"|\b(?:task ?force|unit|office|coalition)\b[^.]{0,60}\b(?:against|on|combats?|prosecutes?"
    rf"|investigates)\b[^.]{{0,80}}\b{_TERM}\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+[\"”’')\]]*(?=\s|$)|\n|$|[.!?])")
_LETTERS = "traffick", "slavery", "coercion"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`main` and `any`: calibrated probabilities of `rel` 2 and of `rel` >= 1."""

    main: float
    any: float
    relevant: bool
    borderline: bool

    @property
    def is_shown(self) -> bool:
        """Whether a digest shows it, as relevant or borderline."""
        return self.relevant or self.borderline


@dataclass(frozen=True, slots=True)
class Prefilter:
    """Could an article be about trafficking at all? A weight for each word, in one pass.

    It opens where the letters of an opener stand, or where the words weigh enough: `intercept` plus
    the mean of the different words' `weights`, times the square root of their number.
    """

    openers: tuple[str, ...]
    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def shut_out(self, *texts: str) -> float | None:
        """Return the log odds of texts that the gate keeps out, `None` for those it lets in."""
        lower = "\n".join(texts).lower()
        if any(opener in lower for opener in self.openers):
            return None
        weight = self.weigh(lower)
        return weight if weight < self.threshold else None

    def weigh(self, *texts: str) -> float:
        """Return the log odds of texts by their words alone."""
        words, get = words_of("\n".join(texts).lower()), self.weights.get
        found = [weight for word in words if (weight := get(word)) is not None]
        return self.intercept + (sum(found) / sqrt(len(found)) if found else 0.0)


def words_of(lower: str) -> set[str]:
    """Return the different words of a text in lower case."""
    return set(_WORD.findall(lower))


def parse_prefilter(raw: Any, where: str) -> Prefilter:
    """Return the gate of `gate.json`; raises `ModelError` naming the key."""
    if not isinstance(raw, dict) or raw.keys() != {"openers", "weights", "intercept", "threshold"}:
        parts = "intercept, openers, threshold, weights"
        raise ModelError(f"{where}: must have {parts} and nothing else")
    weights, openers = raw["weights"], raw["openers"]
    if not isinstance(weights, dict) or not {*map(type, weights.values())} <= {int, float}:
        raise ModelError(f"{where}: 'weights' must map words to numbers")
    if not isinstance(openers, list) or not all(isinstance(o, str) and o for o in openers):
        raise ModelError(f"{where}: 'openers' must be a list of strings")
    for key in ("intercept", "threshold"):
        if type(raw[key]) not in (int, float):
            raise ModelError(f"{where}: '{key}' must be a number")
    return Prefilter(tuple(openers), weights, float(raw["intercept"]), float(raw["threshold"]))


def prefilter_json(gate: Prefilter) -> dict[str, Any]:
    """Return a gate as `gate.json` holds it."""
    weights = dict(sorted(gate.weights.items()))
    return asdict(gate) | {"openers": list(gate.openers), "weights": weights}


@dataclass(frozen=True, slots=True, eq=False)
class RelevanceModel:
    """Scores articles one by one.

    `calibration` is of the linear model alone; `thresholds` cut the probabilities: `relevant` the
    first output's, `borderline` the second's. What the `gate` keeps out is read no further: `shut`
    makes probabilities of its weight. Of a text no more than `opening` characters are read.
    """

    cues: CueTable
    counter: StoryCounter
    linear: LinearModel
    calibration: Sequence[Calibration]
    thresholds: Mapping[str, float]
    cascade: Cascade | None = None
    gate: Prefilter | None = None
    shut: Sequence[Calibration] = ()
    opening: int | None = None

    def judge(self, title: str, text: str) -> Judgement:
        """Judge one article."""
        return self.judge_all([(title, text)])[0][0]

    def judge_all(self, articles: Sequence[tuple[str, str]]) -> list[tuple[Judgement, bool]]:
        """Judge articles by title and text, each alone; also say which the encoder was asked of."""
        return [self._judge(title, text) for title, text in articles]

    def opens(self, title: str, text: str) -> bool:
        """Whether the gate lets an article through."""
        return self.gate is None or self.gate.shut_out(title, text) is None

    def read(self, title: str, text: str) -> tuple[str, Reading]:
        """Return the text without what offices append to every story, and its reading."""
        told = without_appended(title, opening(text, self.opening), self.cues)
        return told, read_article(title, told, self.cues)

    def _judge(self, title: str, text: str) -> tuple[Judgement, bool]:
        weight = None if self.gate is None else self.gate.shut_out(title, text)
        if weight is not None:
            return self.decide(*self.shut_out(weight)), False
        told, reading = self.read(title, text)
        linear = self.log_odds(reading)
        strange = self.is_strange(title, text, linear)
        if self.cascade is None or not (strange or self.cascade.is_uncertain(linear)):
            return self.decide(*self.settled(linear)), False
        both = self.cascade.probabilities(linear, title, told, reading, self.cues, strange=strange)
        return self.decide(*both), True

    def is_strange(self, title: str, text: str, linear: Sequence[float]) -> bool:
        """Whether the linear model sees nothing in words that weigh much in the gate."""
        if self.gate is None or self.cascade is None or linear[ANY] >= self.cascade.lower:
            return False
        return self.gate.weigh(title, text) >= self.cascade.strange

    def settled(self, linear: Sequence[float]) -> tuple[float, float]:
        """Return the probabilities of both outputs by the linear model alone."""
        return _both(self.calibration, linear)

    def shut_out(self, weight: float) -> tuple[float, float]:
        """Return the probabilities of both outputs for what the gate keeps out."""
        return _both(self.shut, (weight, weight))

    def decide(self, main: float, any_: float) -> Judgement:
        """Return the judgement that two probabilities amount to."""
        relevant = main >= self.thresholds["relevant"]
        borderline = not relevant and any_ >= self.thresholds["borderline"]
        return Judgement(main, any_, relevant, borderline)

    def log_odds(self, reading: Reading) -> list[float]:
        """Return the log odds of both outputs, before calibration."""
        odds: list[float] = self.linear.decide(reading, self.counter.count(reading)).tolist()
        return odds


def _both(calibrations: Sequence[Calibration], odds: Sequence[float]) -> tuple[float, float]:
    main, any_ = (one.probability(value) for one, value in zip(calibrations, odds, strict=True))
    return main, max(main, any_)  # a main subject is a subject


def load_relevance(folder: ModelFolder, encoder: ModelFolder | None = None) -> RelevanceModel:
    """Build the model of a verified folder, and of its `encoder`; raises `ModelError`."""
    cues = load_cue_table(folder, CUES)
    counter = StoryCounter(cues)
    linear = load_linear(folder, outputs=2, story=len(counter.names))
    settings, where = folder.meta.settings, str(folder.path / META)
    with understood(f"{where}: calibration or thresholds"):
        calibration = [parse_calibration(raw) for raw in settings["calibration"]]
        cuts = {key: float(folder.meta.thresholds[key]) for key in ("relevant", "borderline")}
    if len(calibration) != 2:
        raise ModelError(f"{where}: calibration of two outputs expected")
    encoder = encoder or encoder_folder(folder)
    cascade = load_cascade(settings["cascade"], encoder, where) if encoder else None
    gate, shut = None, list[Calibration]()
    if GATE in folder.meta.files:
        gate = parse_prefilter(folder.json(GATE), str(folder.path / GATE))
        with understood(f"{where}: 'shut'"):
            main, any_ = map(parse_calibration, settings["shut"])
            shut = [main, any_]
    cut = settings.get("opening")
    if cut is not None and (type(cut) is not int or cut < 1):
        raise ModelError(f"{where}: 'opening' is a number of characters")
    return RelevanceModel(cues, counter, linear, calibration, cuts, cascade, gate, shut, cut)


def load_linear(folder: ModelFolder, *, outputs: int, story: int) -> LinearModel:
    """Build the linear part of a model, shapes checked; raises `ModelError`."""
    arrays = folder.arrays(WEIGHTS)
    raw: Any = folder.json(VOCABULARY)
    vocabulary: dict[str, dict[str, int]] = {}
    size = 0
    with understood(f"{folder.path}: {VOCABULARY} or {WEIGHTS}"):
        for field, grams in raw.items():
            vocabulary[field] = {gram: size + i for i, gram in enumerate(grams)}
            size += len(grams)
        linear = LinearModel(vocabulary=vocabulary, **arrays)
    for name, shape in {
        "idf": (size,),
        "weights": (outputs, size),
        "story_mean": (story,),
        "story_scale": (story,),
        "story_weights": (outputs, story),
        "intercept": (outputs,),
    }.items():
        if (found := arrays[name].shape) != shape:
            raise ModelError(f"{folder.path / WEIGHTS}: '{name}' has shape {found}, not {shape}")
    return linear


def without_appended(title: str, text: str, cues: CueTable) -> str:
    """Return `text` with blanks for appended sentences, offsets kept; the first sentence stays."""
    lower = text.lower()
    if not any(letters in lower for letters in _LETTERS):
        return text
    core = cues.of_kind("term", "purpose", "means")
    if any(cue.group in core for cue in cues.find(split_words(title).words)):
        return text  # the headline names the subject
    first, *others = map(str, _SENTENCE.findall(text))
    return first + "".join(" " * len(s) if _APPENDED.search(s) else s for s in others)


def measured_countries(models: Path) -> frozenset[str] | None:
    """Return the countries (ISO) for which the model in use has a recall; `None`: no figures.

    Raises `ModelError` for figures that are not understood.
    """
    folder = find_model(models, NAME)
    table = read_meta(folder).scores.get("countries")
    if table is None:
        return None
    with understood(f"{folder / META}: scores by country"):
        return frozenset(code for code, row in table.items() if row["recall"] is not None)
